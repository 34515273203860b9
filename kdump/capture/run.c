/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tries targets, one after the other. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "kdump/base/budget.h"
#include "kdump/capture/state.h"
#include "kdump/capture/system/mounts.h"
#include "kdump/capture/system/trace.h"
#include "kdump/capture/worker.h"

/* Milliseconds for what no plan has a limit of; the log alone shall not take all that is left. */
enum {
	BEGIN_MS = 30000,
	FINISH_MS = 120000,
	LOG_PREPARE_MS = 30000,
	MEMORY_MS = 500,
	HUNG_MS = 3000,
	UMOUNT_MS = 10000,
};

static void look_at_memory(struct capture *c, uint64_t now)
{
	uint64_t kib;

	if (now - c->looked < MEMORY_MS)
		return;
	c->looked = now;
	kib = budget_free("/") >> 10;
	if (kib && (!c->info.low_kib || kib < c->info.low_kib)) {
		c->info.low_kib = kib;
		capture_put(c->shared, low_kib, kib);
	}
}

void capture_feed(struct capture *c, bool moves)
{
	uint64_t now = capture_process_now(NULL);

	look_at_memory(c, now);
	watchdogs_look(&c->dogs, now, moves);
}

/** struct watched - a process, and whose it is */
struct watched {
	struct capture_process process;
	struct capture *capture;
};

static bool wait_for(void *data, uint64_t ms)
{
	return capture_process_wait(&((struct watched *)data)->process, ms);
}

static void kill_it(void *data)
{
	capture_process_kill(&((struct watched *)data)->process);
}

static void tick(void *data, bool moves)
{
	capture_feed(((struct watched *)data)->capture, moves);
}

static enum capture_end watch(struct watched *w, const struct capture_limits *limits,
			      char why[128])
{
	const struct capture_watch watch = { capture_process_now, wait_for, kill_it, tick, w };
	enum capture_end end = capture_supervise(w->capture->shared, limits, &watch, why);

	if (end == CAPTURE_ABANDONED)
		w->capture->abandoned = true;
	capture_process_clear(&w->process);
	return end;
}

/* A new one each time: an abandoned worker may still write to its own. */
static int renew_shared(struct capture *c)
{
	struct capture_shared *shared = capture_shared_new();

	if (!shared)
		return -ENOMEM;
	if (!c->abandoned)
		capture_shared_free(c->shared);
	c->shared = shared;
	capture_put(shared, low_kib, c->info.low_kib);
	return 0;
}

int capture_run(struct capture *c, int (*run)(void *data), void *data, uint64_t ms)
{
	const struct capture_limits limits = { .step = { ms } };
	struct watched w = { .capture = c };
	char why[128] = "";
	int rc = renew_shared(c);

	if (rc == 0)
		rc = capture_fork(&w.process, run, data);
	if (rc < 0)
		return rc;
	if (watch(&w, &limits, why) != CAPTURE_ENDED)
		return -ETIMEDOUT;
	c->last_status = w.process.status;
	return 0;
}

static int umount_all(void *data)
{
	(void)data;
	return mounts_end() < 0;
}

int capture_umount(struct capture *c)
{
	return capture_run(c, umount_all, NULL, UMOUNT_MS);
}

/* ---- one target ------------------------------------------------------------------------------ */

static struct capture_limits limits_of(const struct capture *c, const struct kx_capture_target *t,
				       bool log_only)
{
	/* Neither more than a day, nor numbers that wrap. */
	const uint64_t most = 86400, prepare = t->prepare_time < most ? t->prepare_time : most;
	struct capture_limits limits = {
		.step = { prepare * 1000, BEGIN_MS, 0, FINISH_MS },
		.stall = (t->stall_time < most ? t->stall_time : most) * 1000,
		.until = c->until,
		.stopping = FINISH_MS,
	};

	if (log_only && limits.step[CAPTURE_PREPARE] > LOG_PREPARE_MS)
		limits.step[CAPTURE_PREPARE] = LOG_PREPARE_MS;
	return limits;
}

/* Of a worker that said nothing itself. */
static int explain(const struct capture_shared *shared, const struct capture_process *process,
		   enum capture_end end, const char *why, struct kx_err *err)
{
	if (end != CAPTURE_ENDED)
		return kx_fail(err, -ETIMEDOUT, "%s%s%s%s", why, shared->error[0] ? ": " : "",
			       shared->error,
			       end == CAPTURE_ABANDONED ? "; it cannot be ended" : "");
	if (WIFSIGNALED(process->status) && WTERMSIG(process->status) == SIGKILL)
		return kx_fail(err, -ENOMEM, "the kernel ended it, as it does where memory is short");
	if (WIFSIGNALED(process->status))
		return kx_fail(err, -EIO, "it was ended by signal %d (%s)",
			       WTERMSIG(process->status), strsignal(WTERMSIG(process->status)));
	return kx_fail(err, -EIO, "it ended without a word");
}

static void note_tried(struct capture *c, const struct kx_capture_target *t, uint64_t begun,
		       const char *error)
{
	struct kx_manifest_tried *tried;

	if (c->info.n_tried == KX_MANIFEST_TRIED_MAX)
		return;
	tried = &c->info.tried[c->info.n_tried++];
	snprintf(tried->name, sizeof(tried->name), "%s", t->name);
	snprintf(tried->type, sizeof(tried->type), "%s", kx_capture_type_name(t->type));
	snprintf(tried->error, sizeof(tried->error), "%.255s", error);
	tried->seconds = (double)(capture_process_now(NULL) - begun) / 1000;
}

/* What hung once is in nobody's way again; true: the disk is not the target's own. */
static bool note_hung(struct capture *c)
{
	const struct capture_shared *s = c->shared;
	bool reads = s->disk[0] && capture_process_now(NULL) - s->disk_since >= HUNG_MS;
	const char *name = reads ? s->disk : s->own_disk;
	struct capture_hung *hung = &c->hung;

	if (!name[0] || hung->count == sizeof(hung->name) / sizeof(hung->name[0]))
		return false;
	snprintf(hung->name[hung->count++], sizeof(hung->name[0]), "%.63s", name);
	capture_trace("nothing is read from /dev/%s any more", name);
	return reads;
}

static int outcome(struct capture *c, const struct capture_process *process, enum capture_end end,
		   const char *why, struct kx_err *err)
{
	const struct capture_shared *s = c->shared;

	c->logged = c->logged || capture_get(s, logged);
	c->partly = c->partly || capture_get(s, partly);
	if (!capture_get(s, ended))
		return explain(s, process, end, why, err);
	if (s->status)
		kx_fail(err, s->status, "%s", s->error);
	return s->status;
}

int capture_target(struct capture *c, size_t number, bool log_only, struct kx_err *err)
{
	const struct kx_capture_target *t = &c->plan->target[number];
	struct capture_limits limits = limits_of(c, t, log_only);
	struct watched w = { .capture = c };
	struct worker worker = {
		.plan = c->plan, .number = number, .source = c->source, .log_only = log_only,
		.least = c->least, .here = c->here,
		.hung = &c->hung, .info = &c->info, .begun = capture_process_now(NULL),
	};
	enum capture_end end;
	char why[128] = "";
	int rc = renew_shared(c);

	worker.shared = c->shared;
	if (rc == 0)
		rc = capture_fork(&w.process, worker_run, &worker);
	if (rc < 0) {
		kx_fail(err, rc, "no worker: %s", strerror(-rc));
		note_tried(c, t, worker.begun, err->text);
		return rc;
	}
	end = watch(&w, &limits, why);
	rc = outcome(c, &w.process, end, why, err);
	note_tried(c, t, worker.begun, rc ? err->text : "");
	return rc;
}

/* ---- all of them ----------------------------------------------------------------------------- */

static bool time_left(const struct capture *c)
{
	return capture_process_now(NULL) < c->until;
}

/* true: what it was to have is there. */
static bool try_target(struct capture *c, size_t number, bool log_only)
{
	const struct kx_capture_target *t = &c->plan->target[number];
	bool dump = !log_only && t->what == KX_CAPTURE_DUMP;
	struct kx_err err = { "" };
	int rc;

	capture_trace("%s (%s): %s", t->name, kx_capture_type_name(t->type),
		      dump ? "the dump" : "the log alone");
	rc = capture_target(c, number, log_only, &err);
	while (rc == -ETIMEDOUT && note_hung(c) && time_left(c)) {
		capture_trace("%s: %s; once more, without that disk", t->name, err.text);
		rc = capture_target(c, number, log_only, &err);
	}
	if (rc == -ENOMEM && !c->least) {
		capture_trace("%s: %s; once more, with less", t->name, err.text);
		c->least = true;
		rc = capture_target(c, number, log_only, &err);
	}
	c->whole = c->whole || (rc == 0 && dump);
	if (rc == 0)
		capture_trace("%s: saved to %s", t->name, c->shared->place);
	else
		capture_trace("%s: %s%s", t->name, rc > 0 ? "incomplete: " : "", err.text);
	return rc == 0;
}

/* Is there something left for it to take, of what the ones before it took? */
static bool wanted(const struct capture *c, const struct kx_capture_target *t, bool log_target)
{
	if (c->plan->mode == KX_CAPTURE_ALL)
		return true;
	return !c->whole && (t->what == KX_CAPTURE_DUMP || !log_target);
}

bool capture_targets(struct capture *c)
{
	bool log_target = false, any_dump = false;

	for (size_t i = 0; i < c->plan->n_targets; i++) {
		const struct kx_capture_target *t = &c->plan->target[i];

		any_dump = any_dump || t->what == KX_CAPTURE_DUMP;
		if (!time_left(c) || !wanted(c, t, log_target))
			continue;
		if (try_target(c, i, false) && t->what == KX_CAPTURE_DMESG)
			log_target = true;
	}
	/* A whole dump has its log in it, and one that could not be read then cannot be now. */
	for (size_t i = 0; i < c->plan->n_targets && !c->logged && !c->whole; i++)
		try_target(c, i, true);
	return any_dump ? c->whole : log_target;
}
