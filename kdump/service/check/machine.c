/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks that are no target's. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kdump/service/check/checking.h"
#include "kdump/service/machine/need.h"
#include "kdump/service/state/last.h"
#include "kdump/service/status/facts.h"

enum { TEST_DAYS = 90, A_DAY = 86400, CLOCK_SECONDS = 300 };

#define ADD(c, level, check, ...) findings_add((c)->findings, level, check, NULL, __VA_ARGS__)

static void check_loaded(const struct checking *c)
{
	const struct prepared *p = c->made;
	const struct image_triple parts = prepare_parts(p);
	char armed[IMAGE_NAME], now[IMAGE_NAME];
	bool ours = image_armed(c->state, armed);

	if (!p->machine.loaded) {
		ADD(c, FINDING_FAULT, "armed", ours ? "something else has unloaded what kdump loaded: "
		    "kdump arm" : "not armed: kdump arm arms");
		return;
	}
	if (!ours || state_has(c->state->run, STATE_LOADING)) {
		ADD(c, FINDING_WARNING, "armed", "what is loaded is not what kdump loaded: kdump arm");
		return;
	}
	if (!p->record)
		return;
	image_name(&parts, now);
	if (strcmp(armed, now) == 0)
		ADD(c, FINDING_GOOD, "armed", "what is loaded is what kdump arm would load now");
	else
		ADD(c, FINDING_WARNING, "armed", "machine or configuration have changed since it was "
		    "armed: kdump reload");
}

static void check_memory(const struct checking *c)
{
	const struct machine *m = &c->made->machine;
	uint64_t need = c->made->need;
	struct last_test test;
	struct kx_err ignored;
	bool learned = last_test_get(c->state, STATE_LAST_TEST, &test, &ignored) == 0 &&
		       test.lowest &&
		       test.reserved == m->reserved;
	char words[64];

	if (!m->reserved_known)
		return;
	if (learned)
		need = need_learned(test.reserved, test.lowest);
	need_words(need, words, sizeof(words));
	if (m->reserved == 0)
		ADD(c, FINDING_FAULT, "reserved", "no memory is reserved for a crash kernel: boot with "
		    "%s (kdump reserve)", words);
	else if (need > m->reserved)
		ADD(c, FINDING_WARNING, "reserved", "%" PRIu64 " MiB are reserved, about %" PRIu64
		    " are needed%s: boot with %s", m->reserved >> 20, need >> 20,
		    learned ? ", as the last test showed" : "", words);
	else if (need)
		ADD(c, FINDING_GOOD, "reserved", "%" PRIu64 " MiB are reserved, about %" PRIu64
		    " are needed%s", m->reserved >> 20, need >> 20,
		    learned ? ", as the last test showed" : "");
	else
		ADD(c, FINDING_NOTE, "reserved", "%" PRIu64 " MiB are reserved; how much is needed "
		    "only kdump test can tell", m->reserved >> 20);
}

/* Folders of dumps are named by it, and servers believe nobody whose clock is far off. */
static void check_clock(const struct checking *c)
{
	const struct kx_capture_plan *plan = &c->made->plan;
	int64_t now = (int64_t)time(NULL), off = (int64_t)plan->clock;
	uint64_t clock;

	if (!machine_number(c->root, "sys/class/rtc/rtc0/since_epoch", &clock)) {
		ADD(c, FINDING_NOTE, "clock", "there is no hardware clock: the crash kernel will not "
		    "know the time");
		return;
	}
	off = (int64_t)clock + (plan->clock_is_negative ? -off : off) - now;
	if (off < -CLOCK_SECONDS || off > CLOCK_SECONDS)
		ADD(c, FINDING_WARNING, "clock", "the hardware clock is off by %" PRId64 " seconds, and "
		    "the crash kernel has no other: hwclock --systohc", off);
	else
		ADD(c, FINDING_GOOD, "clock", "the hardware clock is right");
}

static void check_watchdog(const struct checking *c)
{
	const struct kx_devices *devices = &c->made->resolved.devices;

	if (devices->watchdogs)
		ADD(c, FINDING_GOOD, "watchdog", "the watchdog (%s) will be fed while a dump is saved, "
		    "and ends it if that hangs", devices->watchdog[0]);
	else
		ADD(c, FINDING_NOTE, "watchdog", "there is no hardware watchdog: a crash kernel that "
		    "hangs stays so");
}

static void check_triggers(const struct checking *c)
{
	char triggers[256];

	status_triggers(c->root, triggers, sizeof(triggers));
	if (triggers[0])
		ADD(c, FINDING_GOOD, "triggers", "besides a panic these lead to a dump: %s", triggers);
	else
		ADD(c, FINDING_NOTE, "triggers", "only a panic leads to a dump; an oops does with "
		    "sysctl kernel.panic_on_oops=1");
}

/* How long ago, in words; a clock that was set back must not make it of today for ever. */
static const char *ago(uint64_t then, uint64_t now, char to[64])
{
	if (then > now)
		return "at a time that lies in the future (is the clock right?)";
	snprintf(to, 64, "%" PRIu64 " days ago", (now - then) / A_DAY);
	return to;
}

static void check_tested(const struct checking *c)
{
	uint64_t now = (uint64_t)time(NULL);
	bool old;
	char days[64];
	struct last_test test;
	struct kx_err ignored;

	if (last_test_get(c->state, STATE_LAST_TEST, &test, &ignored) < 0 || !test.begun) {
		ADD(c, FINDING_NOTE, "test", "it was never tested: kdump test --crash");
		return;
	}
	old = test.begun > now || (now - test.begun) / A_DAY > TEST_DAYS;
	if (strcmp(test.result, "saved") == 0)
		ADD(c, old ? FINDING_NOTE : FINDING_GOOD, "test", "the last test saved a dump, %s%s",
		    ago(test.begun, now, days), old ? ": test again by kdump test --crash" : "");
	else if (strcmp(test.result, "running") != 0)
		ADD(c, FINDING_WARNING, "test", "the last test, %s, left %s: %s",
		    ago(test.begun, now, days), strcmp(test.result, "nothing") == 0 ? "no dump" : "an incomplete dump", test.text);
}

void check_machine(const struct checking *checking)
{
	check_loaded(checking);
	check_memory(checking);
	check_clock(checking);
	check_watchdog(checking);
	check_triggers(checking);
	check_tested(checking);
}
