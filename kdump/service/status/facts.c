/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gathers what there is to tell, and judges it. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/base/service.h"
#include "kdump/service/config/read.h"
#include "kdump/service/machine/need.h"
#include "kdump/service/state/again.h"
#include "kdump/service/state/found.h"
#include "kdump/service/state/test_result.h"
#include "kdump/service/status/facts.h"

void status_triggers(const char *root, char *ret, size_t size)
{
	static const char *const name[] = {
		"panic_on_oops", "hardlockup_panic", "softlockup_panic", "hung_task_panic",
		"panic_on_rcu_stall", "panic_on_warn", "unknown_nmi_panic",
		"panic_on_unrecovered_nmi", "panic_on_io_nmi",
	};
	size_t len = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]) && len < size; i++) {
		char path[128];
		uint64_t value;

		snprintf(path, sizeof(path), "proc/sys/kernel/%s", name[i]);
		if (machine_number(root, path, &value) && value)
			len += (size_t)snprintf(ret + len, size - len, "%s%s", len ? ", " : "",
						name[i]);
	}
}

static enum status_armed find_armed(struct status *s, const struct state *state)
{
	bool ours = image_armed(state, s->image);

	if (!s->machine.loaded)
		return ours ? STATUS_LOST : STATUS_NO;
	if (state_has(state->run, STATE_LOADING))
		return STATUS_CUT;
	return ours ? STATUS_YES : STATUS_OTHER;
}

/* A test of this very machine knows better than any estimate. */
static void find_need(struct status *s)
{
	char text[32];

	if (s->record && record_value(s->record, "need", text, sizeof(text)))
		s->need = strtoull(text, NULL, 10);
	if (s->test_rc == 0 && s->test.lowest && s->test.reserved == s->machine.reserved) {
		s->need = need_learned(s->test.reserved, s->test.lowest);
		s->learned = true;
	}
}

static void find_crash(struct status *s)
{
	char folder[1024];

	for (size_t i = 0; s->config_rc == 0 && i < s->config.targets; i++) {
		const struct target_config *t = &s->config.target[i];

		if (t->type == KX_CAPTURE_FILE &&
		    test_result_folder(t, s->root, folder, sizeof(folder)))
			crash_look(&s->crash, s->root, folder, NULL);
	}
}

static void judge_armed(struct status *s)
{
	struct findings *why = &s->why;

	switch (s->armed) {
	case STATUS_YES: break;
	case STATUS_CUT:
		findings_add(why, FINDING_WARNING, "armed", NULL, "arming was cut while the kernel was "
			     "asked, and what is loaded is not known: kdump arm");
		break;
	case STATUS_OTHER:
		findings_add(why, FINDING_WARNING, "armed", NULL, "a crash kernel is loaded, but kdump "
			     "did not load it; is another kdump service enabled?");
		break;
	case STATUS_LOST:
		findings_add(why, FINDING_FAULT, "armed", NULL, "something else has unloaded what kdump "
			     "loaded: kdump arm");
		break;
	case STATUS_NO:
		if (s->machine.reserved || !s->machine.reserved_known)
			findings_add(why, FINDING_FAULT, "armed", NULL, "%s",
				     s->config_rc == 0 && !s->config.enabled ?
					     "kdump.conf says enabled = no" :
					     "not armed: kdump arm arms");
		break;
	}
}

static void judge_reservation(struct status *s)
{
	const struct machine *m = &s->machine;
	char words[64];

	need_words(s->need, words, sizeof(words));
	if (m->reserved_known && m->reserved == 0) {
		if (m->wanted[0])
			findings_add(&s->why, FINDING_FAULT, "reserved", NULL, "the kernel could not "
				     "reserve what %s asks for: try less, and reboot", m->wanted);
		else if (s->need)
			findings_add(&s->why, FINDING_FAULT, "reserved", NULL, "no memory is reserved "
				     "for a crash kernel: boot with %s (kdump reserve)", words);
		else
			findings_add(&s->why, FINDING_FAULT, "reserved", NULL, "no memory is reserved "
				     "for a crash kernel: kdump reserve tells how much it takes, and "
				     "kdump reserve auto asks the boot loader for it");
	} else if (m->reserved_known && s->need > m->reserved) {
		findings_add(&s->why, FINDING_WARNING, "reserved", NULL, "%" PRIu64 " MiB are reserved, "
			     "but %" PRIu64 " are needed%s: boot with %s", m->reserved >> 20,
			     s->need >> 20, s->learned ? ", as the last test showed" : "", words);
	}
}

static bool is_of_image(const struct finding *f)
{
	static const char *const checks[] = { "armed", "reserved", "image", "config", "kernel",
					      "modules" };

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		if (strcmp(f->check, checks[i]) == 0)
			return true;
	}
	return false;
}

/* Was the target of this name, as it is configured now, the one that was checked? */
static bool was_checked(const struct status *s, const char *name)
{
	char mark[CONFIG_MARK] = "";

	for (size_t i = 0; s->config_rc == 0 && i < s->config.targets; i++) {
		if (strcmp(s->config.target[i].name, name) == 0 &&
		    config_target_mark(&s->config.target[i], mark) < 0)
			return false;
	}
	for (size_t i = 0; mark[0] && i < s->check.targets; i++) {
		if (strcmp(s->check.target[i].name, name) == 0)
			return strcmp(s->check.target[i].mark, mark) == 0;
	}
	return false;
}

/*
 * What was checked may not be any more: the image that was loaded, the boot, a target that has the
 * name alone of the one there is. Nothing that was said of it matters, neither bad nor good.
 */
static void forget_outdated(struct status *s)
{
	struct findings *f = &s->check.findings;
	const bool other_boot = strcmp(s->check.boot, s->machine.boot_id) != 0;
	const bool other_image = other_boot || strcmp(s->check.image, s->image) != 0;
	size_t kept = 0;

	if (s->check_rc < 0)
		return;
	s->check_outdated = other_image;
	for (size_t i = 0; i < f->count; i++) {
		const struct finding *one = &f->item[i];
		bool outdated = one->target[0] ? !was_checked(s, one->target) :
						 other_boot || (other_image && is_of_image(one));

		if (!outdated)
			f->item[kept++] = *one;
	}
	f->count = kept;
}

static void judge_test(struct status *s, int rc, const struct last_test *test, const char *what)
{
	bool nothing = strcmp(test->result, "nothing") == 0;

	if (rc == 0 && (nothing || strcmp(test->result, "incomplete") == 0))
		findings_add(&s->why, FINDING_WARNING, "test", NULL, "%s left %s: %s", what,
			     nothing ? "no dump" : "an incomplete dump", test->text);
}

static void judge_last(struct status *s)
{
	/* Nothing to be mended here: the crash may be no matter of this machine's configuration. */
	if (s->ended)
		findings_add(&s->why, FINDING_NOTE, "boot", NULL, "%s", s->ended);
	if (s->trouble)
		findings_add(&s->why, FINDING_WARNING, "armed", NULL, "the last arming failed: %s",
			     s->trouble);
	for (size_t i = 0; i < s->found.count; i++) {
		const struct finding *f = &s->found.item[i];

		findings_add(&s->why, f->level, f->check, f->target, "%s", f->text);
	}
	if (s->again)
		findings_add(&s->why, FINDING_WARNING, "armed", NULL, "it is tried again each 5 "
			     "minutes (kdump-again.service), since %.300s", again_why(s->again));
	if (s->config_rc < 0)
		findings_add(&s->why, FINDING_WARNING, "config", NULL, "the configuration names no "
			     "target that can be used: kdump config");
	if (s->config_rc == 0 && s->config.warnings)
		findings_add(&s->why, FINDING_WARNING, "config", NULL, "the configuration has %zu "
			     "line%s that count%s for nothing: kdump config", s->config.warnings,
			     s->config.warnings == 1 ? "" : "s", s->config.warnings == 1 ? "s" : "");
	if (s->check_rc == 0 && findings_worst(&s->check.findings) >= FINDING_WARNING)
		findings_add(&s->why, FINDING_WARNING, "check", NULL, "the last check found what is "
			     "told there");
	judge_test(s, s->test_rc, &s->test, "the last test");
	judge_test(s, s->vm_rc, &s->vm, "the last test in a virtual machine");
}

static int judge(struct status *s)
{
	forget_outdated(s);
	judge_armed(s);
	judge_reservation(s);
	judge_last(s);
	if (!s->machine.loaded)
		return s->machine.reserved_known && !s->machine.reserved ? SERVICE_NEEDS_REBOOT :
									   SERVICE_NOT_ARMED;
	return findings_worst(&s->why) >= FINDING_WARNING ? SERVICE_DEGRADED : SERVICE_DONE;
}

int status_gather(struct status *s, const char *root, struct kx_err *err)
{
	struct state state;
	struct kx_err ignored = { "" };
	int rc;

	*s = (struct status){ .root = root, .config_rc = -ENOENT };
	rc = machine_read(&s->machine, root, err);
	if (rc == 0)
		rc = state_open(&state, root, false, err);
	if (rc < 0)
		return rc;
	s->config_rc = config_read(&s->config, root, &ignored);
	s->armed = find_armed(s, &state);
	if (s->image[0] && image_read(&state, s->image, IMAGE_RECORD, &s->record) < 0)
		s->record = NULL;
	if (s->armed == STATUS_YES)
		found_get(&state, s->image, &s->found);
	if (state_get(state.run, STATE_TROUBLE, &s->trouble, NULL) < 0)
		s->trouble = NULL;
	if (state_get(state.run, STATE_ENDED, &s->ended, NULL) < 0)
		s->ended = NULL;
	s->again = again_asked(&state);
	/* Whoever cannot write the result down still tells what was known before. */
	if (s->config_rc == 0)
		test_result_settle(&s->config, root, s->machine.boot_id, &ignored);
	s->check_rc = last_check_get(&state, &s->check, &ignored);
	s->test_rc = last_test_get(&state, STATE_LAST_TEST, &s->test, &ignored);
	s->vm_rc = last_test_get(&state, STATE_LAST_VM, &s->vm, &ignored);
	state_done(&state);
	find_need(s);
	find_crash(s);
	s->exit_status = judge(s);
	return 0;
}

void status_done(struct status *s)
{
	machine_done(&s->machine);
	config_done(&s->config);
	last_check_done(&s->check);
	findings_done(&s->why);
	findings_done(&s->found);
	free(s->record);
	free(s->trouble);
	free(s->ended);
	free(s->again);
}
