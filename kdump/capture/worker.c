/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A worker: one target, from looking for its device to the dump's last byte. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kdump/base/budget.h"
#include "kdump/capture/target/target.h"
#include "kdump/capture/worker.h"
#include "kdump/dump/hooks.h"
#include "kdump/save/save.h"
#include "kx/age.h"
#include "kx/cleanup.h"
#include "kx/file.h"

/** struct job - a worker and its target */
struct job {
	const struct worker *worker;
	struct capture_target target;
	uint64_t prepared;
};

static struct capture_shared *shared_of(const struct job *job)
{
	return job->worker->shared;
}

/* ---- what a save tells ----------------------------------------------------------------------- */

static void step(void *data, enum save_step next, const char *place)
{
	static const enum capture_step steps[] = {
		[SAVE_LOG] = CAPTURE_BEGIN,
		[SAVE_PAGES] = CAPTURE_SAVE,
		[SAVE_END] = CAPTURE_FINISH,
	};
	struct job *job = data;

	snprintf(shared_of(job)->place, sizeof(shared_of(job)->place), "%s", place);
	if (next == SAVE_LOG)
		capture_trace("%s: saving to %s", job->target.from->name, place);
	capture_put(shared_of(job), step, steps[next]);
}

static bool moved(void *data)
{
	struct job *job = data;

	capture_moved(&job->target);
	return !capture_get(shared_of(job), stop);
}

static void logged(void *data)
{
	const struct job *job = data;

	capture_put(shared_of(job), logged, 1);
}

static void fill(void *data, struct kx_manifest_capture *ret)
{
	const struct job *job = data;
	struct kx_manifest_tried *own;

	*ret = *job->worker->info;
	ret->low_kib = capture_get(shared_of(job), low_kib);
	ret->prepare = (double)(job->prepared - job->worker->begun) / 1000;
	if (ret->n_tried == KX_MANIFEST_TRIED_MAX)
		ret->n_tried--;
	own = &ret->tried[ret->n_tried++];
	*own = (struct kx_manifest_tried){ .error = "" };
	snprintf(own->name, sizeof(own->name), "%s", job->target.from->name);
	snprintf(own->type, sizeof(own->type), "%s", kx_capture_type_name(job->target.from->type));
	own->seconds = (double)(capture_process_now(NULL) - job->worker->begun) / 1000;
}

/* ---- doing it -------------------------------------------------------------------------------- */

/* What was to be encrypted is never saved otherwise. */
static int take_recipients(const struct kx_capture_plan *plan, struct save_options *ret,
			   struct kx_err *err)
{
	int rc = 0;

	if (plan->encrypt == KX_CAPTURE_PLAIN)
		return 0;
	if (plan->recipient.count == 0 || plan->recipient.count > KX_AGE_RECIPIENTS_MAX)
		return kx_fail(err, -EINVAL, "it is to be encrypted to %zu recipients",
			       plan->recipient.count);
	for (size_t i = 0; i < plan->recipient.count && rc == 0; i++)
		rc = kx_age_parse(plan->recipient.item[i], &ret->recipient[i], err);
	ret->recipients = plan->recipient.count;
	ret->encrypt_all = plan->encrypt == KX_CAPTURE_ENCRYPT_ALL;
	return rc;
}

/* By the parser that takes what people say, which also divides memory. */
static int plan_options(const struct worker *worker, struct save_options *ret, struct kx_err *err)
{
	const struct kx_capture_plan *plan = worker->plan;
	static char verb[] = "save", silent[] = "--progress=none", fit[] = "--fit", later[] = "?";
	static char level[32], compress[64], jobs[32], memory[48], source[4096];
	char *argv[] = { verb, level, compress, jobs, memory, silent, fit, source, later, NULL };
	int argc = sizeof(argv) / sizeof(argv[0]) - 1, rc;

	snprintf(level, sizeof(level), "--dump-level=%" PRIu64, plan->level);
	snprintf(compress, sizeof(compress), "--compress=%s",
		 plan->compress && plan->compress[0] ? plan->compress : "zstd");
	snprintf(jobs, sizeof(jobs), "--jobs=%" PRIu64,
		 plan->jobs && !worker->least ? plan->jobs : 1);
	snprintf(memory, sizeof(memory), "--memory=%" PRIu64,
		 plan->memory > BUDGET_LEAST && !worker->least ? plan->memory :
								 (uint64_t)BUDGET_LEAST);
	snprintf(source, sizeof(source), "%s", worker->source);
	rc = save_options_parse(ret, argc, argv, err);
	return rc < 0 ? rc : take_recipients(plan, ret, err);
}

static int prepare(struct job *job, struct kx_err *err)
{
	struct capture_target *t = &job->target;
	const char *type = kx_capture_type_name(t->from->type);
	int rc;

	t->kind = capture_kind_find(t->from->type);
	if (!t->kind)
		return kx_fail(err, -ENOTSUP, "this program cannot save to targets of type %s", type);
	rc = t->kind->prepare(t, err);
	job->prepared = capture_process_now(NULL);
	return rc;
}

static int save(struct job *job, const struct save_hooks *hooks, struct kx_err *err)
{
	struct capture_target *t = &job->target;
	struct save_options options;
	int rc = plan_options(job->worker, &options, err);

	if (rc == 0)
		rc = t->kind->dest(t, &options, err);
	if (rc < 0)
		return rc;
	options.hooks = hooks;
	options.style = &t->style;
	rc = save_do(&options, err);
	if (rc >= 0 && t->kind->finish) {
		int end = t->kind->finish(t, err);

		rc = end < 0 ? end : rc;
	}
	return rc;
}

/* First of all that is ended where memory is short: whoever supervises must stay. */
static void offer_memory(void)
{
	_cleanup_fd_ int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		kx_file_write(fd, "900\n", 4);
}

int worker_run(void *data)
{
	const struct worker *worker = data;
	const struct kx_capture_plan *plan = worker->plan;
	struct job job = {
		.worker = worker,
		.target = {
			.plan = plan,
			.from = &plan->target[worker->number],
			.shared = worker->shared,
			.hung = worker->hung,
			.here = worker->here,
			.style = {
				.tag = plan->host ? plan->host : "",
				.layout = plan->layout ? plan->layout : "",
			},
		},
	};
	const struct save_hooks hooks = {
		.log_only = worker->log_only || job.target.from->what == KX_CAPTURE_DMESG,
		.step = step, .moved = moved, .logged = logged, .fill = fill,
		.trace = capture_trace_write, .data = &job,
	};
	struct kx_err err = { "" };
	int rc;

	offer_memory();
	capture_trace_stderr();
	rc = prepare(&job, &err);
	if (rc == 0)
		rc = save(&job, &hooks, &err);
	snprintf(worker->shared->error, sizeof(worker->shared->error), "%s", err.text);
	if (rc < 0 && job.target.kind && job.target.kind->abandon)
		job.target.kind->abandon(&job.target);
	if (rc >= 0 && !hooks.log_only)
		capture_put(worker->shared, partly, 1);
	if (rc == 0)
		capture_put(worker->shared, whole, 1);
	capture_put(worker->shared, status, rc);
	capture_put(worker->shared, ended, 1);
	return rc == 0 ? 0 : 1;
}
