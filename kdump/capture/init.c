/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first process of a crash kernel. It does nothing that may hang, but end the machine. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <time.h>

#include "kdump/capture/capture.h"
#include "kdump/capture/fence.h"
#include "kdump/capture/state.h"
#include "kdump/capture/system/clock.h"
#include "kdump/capture/system/end.h"
#include "kdump/capture/system/modules.h"
#include "kdump/capture/system/mounts.h"
#include "kdump/capture/system/note.h"
#include "kdump/capture/system/seed.h"
#include "kdump/capture/system/trace.h"
#include "kdump/dump/folder.h"
#include "kdump/dump/source.h"
#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/reader.h"

enum {
	LOG_MS = 20000,
	NOTE_MS = 10000,
	WEEK = 604800,
};

static double seconds_since(uint64_t begun)
{
	return (double)(capture_process_now(NULL) - begun) / 1000;
}

/* ---- what is known at once ------------------------------------------------------------------- */

/* The kernel that crashed left that much for this one: /proc/iomem's lines without indentation. */
static uint64_t memory_kib(void)
{
	_cleanup_free_ char *text = NULL;
	struct kx_err ignored;
	uint64_t sum = 0;
	size_t len;

	if (kx_file_read("/", "proc/iomem", 1 << 20, &text, &len, &ignored) < 0)
		return 0;
	for (char *rest = text, *line; (line = strsep(&rest, "\n")) != NULL;) {
		uint64_t start, end;

		if (line[0] != ' ' && strstr(line, " : System RAM") &&
		    sscanf(line, "%" SCNx64 "-%" SCNx64, &start, &end) == 2 && end > start)
			sum += end - start + 1;
	}
	return sum >> 10;
}

static void take_text(char *to, size_t room, const char *from)
{
	snprintf(to, room, "%s", from ? from : "");
}

static void read_plan(struct capture *c, struct kx_capture_plan *plan)
{
	_cleanup_free_ char *text = NULL;
	struct kx_err err = { "" };
	size_t len = 0;
	int rc = kx_file_read("/", &KX_CAPTURE_PLAN[1], 1 << 20, &text, &len, &err);

	kx_capture_init(plan);
	if (rc == 0)
		rc = kx_capture_read((struct kx_span){ (uint8_t *)text, len }, plan, &err);
	/* What was read of it may do. */
	if (rc < 0)
		capture_trace("%s", err.text);
	c->plan = plan;
	take_text(c->info.id, sizeof(c->info.id), plan->id);
	take_text(c->info.test, sizeof(c->info.test), plan->test);
	take_text(c->info.machine_id, sizeof(c->info.machine_id), plan->machine);
	take_text(c->info.host, sizeof(c->info.host), plan->host);
	for (size_t i = 0; i < plan->n_targets; i++) {
		struct kx_capture_target *t = &plan->target[i];

		/* Everybody prints it. */
		if (!t->name && kx_capture_set(&t->name, "target") < 0)
			plan->n_targets = i;
	}
}

/* No longer silent than all limits together let a target be. */
static uint64_t grace_of(const struct kx_capture_plan *plan)
{
	enum { LEAST = 120, MORE = 30, MOST = 900 };
	uint64_t most = LEAST;

	for (size_t i = 0; i < plan->n_targets; i++) {
		const struct kx_capture_target *t = &plan->target[i];

		most = t->prepare_time > most ? t->prepare_time : most;
		most = t->stall_time > most ? t->stall_time : most;
	}
	return (most > MOST ? MOST : most + MORE) * 1000;
}

/* ---- modules -------------------------------------------------------------------------------- */

static int load_one(void *data)
{
	struct kx_err err = { "" };
	int rc = modules_load(data, &err);

	if (rc < 0)
		capture_trace("module %s", err.text);
	return rc < 0;
}

static void load_modules(struct capture *c)
{
	const struct kx_capture_list *modules = &c->plan->module;
	uint64_t begun = capture_process_now(NULL);

	modules_be_probed();
	for (size_t i = 0; i < modules->count; i++) {
		uint64_t spent = capture_process_now(NULL) - begun;
		int rc = capture_run(c, load_one, modules->item[i], modules_patience(spent));

		if (rc < 0)
			capture_trace("module %s: %s", modules->item[i], strerror(-rc));
		if (rc < 0 || c->last_status != 0)
			c->info.failed_modules++;
	}
	c->info.modules = seconds_since(begun);
}

/* ---- the log, while it is not certain that anything can be written anywhere ------------------ */

/** struct look - at a log; in memory that the process which looks at it shares; @crash: its time */
struct look {
	const char *source;
	struct log_facts facts;
	uint64_t crash;
};

static int look_at_log(void *data)
{
	struct look *look = data;
	struct kx_reader *reader = NULL;
	struct kx_dump *dump = NULL;
	struct kx_err err = { "" };
	int rc = source_open(&dump, &look->source, 1, &err);

	if (rc == 0)
		look->crash = folder_time(dump);
	if (rc == 0)
		rc = kx_reader_new(dump, &reader, &err);
	if (rc == 0)
		rc = log_write(reader, NULL, NULL, &look->facts, &err);
	if (rc < 0)
		capture_trace("%s", err.text);
	return rc < 0;
}

/* Our own trace lies beside the dump as it is, and a note is for whoever finds it. */
static bool log_is_for_all(const struct capture *c)
{
	return c->plan->encrypt != KX_CAPTURE_ENCRYPT_ALL;
}

static struct look *read_log(struct capture *c)
{
	uint64_t begun = capture_process_now(NULL);
	struct look *look = mmap(NULL, sizeof(*look), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (look == MAP_FAILED)
		return NULL;
	look->source = c->source;
	if (capture_run(c, look_at_log, look, LOG_MS) < 0)
		capture_trace("the log took too long to be read");
	clock_hold(look->crash);
	if (look->facts.panic[0] && log_is_for_all(c))
		capture_trace("it crashed: %s", look->facts.panic);
	c->info.log = seconds_since(begun);
	return look;
}

/* ---- and when nothing could be --------------------------------------------------------------- */

/** struct last_words - for the next kernel */
struct last_words {
	char text[NOTE_MAX + 1];
};

static int leave_note(void *data)
{
	const struct last_words *words = data;
	struct kx_err err = { "" };
	char where[160];

	if (note_leave(words->text, (uint64_t)time(NULL), where, &err) < 0)
		capture_trace("no note can be left: %s", err.text);
	else
		capture_trace("a note is left in %s", where);
	return 0;
}

static void tell_failure(struct capture *c, const struct look *look)
{
	struct last_words words = { "" };
	size_t len;

	len = (size_t)snprintf(words.text, sizeof(words.text), "kdump: no dump was saved (%s)%s\n",
			       c->info.id, c->plan->n_targets ? "" : ": there is no target");
	for (size_t i = 0; i < c->info.n_tried && len < sizeof(words.text); i++)
		len += (size_t)snprintf(words.text + len, sizeof(words.text) - len, "%s: %s\n",
					c->info.tried[i].name, c->info.tried[i].error);
	if (look && log_is_for_all(c) && len < sizeof(words.text))
		snprintf(words.text + len, sizeof(words.text) - len, "%s\n%s\n", look->facts.panic,
			 look->facts.trouble);
	capture_trace("NO DUMP WAS SAVED%s", c->plan->n_targets ? "" : ": there is no target");
	capture_run(c, leave_note, &words, NOTE_MS);
}

_Noreturn void capture_main(void)
{
	struct capture c = { .source = "/proc/vmcore", .info = { .known = true } };
	struct kx_capture_plan plan;
	struct utsname name;
	struct look *look;
	sigset_t all;
	bool good;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	mounts_begin();
	capture_trace_open();
	c.info.boot = seconds_since(0);
	c.info.memory_kib = memory_kib();
	uname(&name);
	capture_trace(PACKAGE_VERSION " in %s, %" PRIu64 " KiB", name.release, c.info.memory_kib);
	seed_take();
	read_plan(&c, &plan);
	c.until = capture_process_now(NULL) +
		  (plan.total_time < WEEK ? plan.total_time : WEEK) * 1000;
	c.dogs.grace = grace_of(&plan);
	clock_shift(&plan);
	watchdogs_open(&c.dogs, capture_process_now(NULL));
	load_modules(&c);
	/* Those that came with a module. */
	watchdogs_open(&c.dogs, capture_process_now(NULL));
	fence_begin(&c);
	look = read_log(&c);
	good = capture_targets(&c);
	if (!c.partly && !c.logged)
		tell_failure(&c, look);
	if (capture_umount(&c) < 0)
		capture_trace("what is mounted cannot be taken away: it hangs");
	capture_trace("the end, after %.1f s", seconds_since(0));
	end_machine(good ? plan.final : plan.failure);
}
