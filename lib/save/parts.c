/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A thread for each part; within it the pipeline has threads of its own. */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "kx/cleanup.h"
#include "kx/reader.h"
#include "lib/save/file.h"
#include "lib/save/parts.h"

/**
 * struct parts - what the parts share
 * @lock: for all below it
 * @options: the caller's, who is told of all parts together: @progress
 */
struct parts {
	pthread_mutex_t lock;
	const struct kx_save_options *options;
	struct kx_save_progress progress;
	bool stopped;
};

/** struct part - one; @done and @bytes are what it told last */
struct part {
	struct parts *parts;
	struct kx_dump *dump;
	struct save_job job;
	struct kx_save_options options;
	struct kx_save_result result;
	uint64_t done, bytes;
	struct kx_err err;
	int rc;
};

static bool tell(void *data, const struct kx_save_progress *now)
{
	struct part *part = data;
	struct parts *parts = part->parts;
	bool more;

	pthread_mutex_lock(&parts->lock);
	parts->progress.done += now->done - part->done;
	parts->progress.bytes += now->bytes - part->bytes;
	part->done = now->done;
	part->bytes = now->bytes;
	if (!parts->stopped && parts->options->tell)
		parts->stopped = !parts->options->tell(parts->options->data, &parts->progress);
	more = !parts->stopped;
	pthread_mutex_unlock(&parts->lock);
	return more;
}

static void *write_part(void *data)
{
	struct part *part = data;
	struct kx_reader *reader;

	part->rc = kx_reader_new(part->dump, &reader, &part->err);
	if (part->rc == 0) {
		part->job.reader = reader;
		part->rc = save_file(&part->job, part->dump, &part->options, &part->result,
				     &part->err);
		kx_reader_free(reader);
	}
	if (part->rc < 0) {
		/* A set without one of its parts is none. */
		pthread_mutex_lock(&part->parts->lock);
		part->parts->stopped = true;
		pthread_mutex_unlock(&part->parts->lock);
	}
	return NULL;
}

/*
 * Where each part ends: as near to equal ones as can be. crash counts the pages of a part from the
 * last multiple of 128 before it (seen with 8.0.2), so parts begin at such.
 */
static int find_ends(const struct save_job *job, struct part *part, size_t count,
		     struct kx_err *err)
{
	enum { ALIGN = 128 };
	struct saved_runs saved = { .kept = job->kept,
				    .runs = { .reader = job->reader, .shift = job->shift } };
	uint64_t seen = 0;
	size_t i = 0;
	int rc = 0;

	while (i + 1 < count && (rc = saved_runs_next(&saved, err)) > 0) {
		uint64_t len = saved.end - saved.first, next;

		for (; i + 1 < count; i++) {
			next = job->pages * (i + 1) / count;
			if (next >= seen + len)
				break;
			part[i].job.end = (saved.first + (next - seen)) / ALIGN * ALIGN;
		}
		seen += len;
	}
	for (; i < count; i++)
		part[i].job.end = job->max_pfn;
	return rc < 0 ? rc : 0;
}

/* How many pages each part has. */
static int count_pages(const struct save_job *job, struct part *part, size_t count,
		       struct kx_err *err)
{
	struct saved_runs saved = { .kept = job->kept,
				    .runs = { .reader = job->reader, .shift = job->shift } };
	size_t i = 0;
	int rc;

	while ((rc = saved_runs_next(&saved, err)) > 0) {
		while (saved.first < saved.end) {
			uint64_t end;

			while (i + 1 < count && part[i].job.end <= saved.first)
				i++;
			end = saved.end < part[i].job.end ? saved.end : part[i].job.end;
			part[i].job.pages += end - saved.first;
			saved.first = end;
		}
	}
	return rc;
}

static int divide(const struct save_job *job, struct part *part, size_t count, struct kx_err *err)
{
	uint64_t number = 0;
	int rc = find_ends(job, part, count, err);

	for (size_t i = 0; i < count; i++) {
		part[i].job.first = i ? part[i - 1].job.end : 0;
		part[i].job.pages = 0;
	}
	if (rc == 0)
		rc = count_pages(job, part, count, err);
	for (size_t i = 0; i < count; i++) {
		part[i].job.number = number;
		number += part[i].job.pages;
	}
	return rc;
}

static void add_result(struct kx_save_result *to, const struct part *part, size_t number)
{
	const struct kx_save_result *from = &part->result;

	to->zero += from->zero;
	to->shared += from->shared;
	to->written += from->written;
	to->lost += from->lost;
	to->bytes += from->bytes;
	for (size_t i = 0; i < from->lost_ranges && to->lost_ranges < KX_SAVE_LOST_MAX; i++)
		to->lost_range[to->lost_ranges++] = from->lost_range[i];
	if (from->incomplete[0] && !to->incomplete[0])
		snprintf(to->incomplete, sizeof(to->incomplete), "part %zu: %.200s", number,
			 from->incomplete);
}

static void run_parts(struct part *part, size_t count)
{
	_cleanup_free_ pthread_t *thread = calloc(count, sizeof(*thread));
	size_t started = 1;

	while (thread && started < count &&
	       pthread_create(&thread[started], NULL, write_part, &part[started]) == 0)
		started++;
	write_part(&part[0]);
	for (size_t i = 1; i < started; i++)
		pthread_join(thread[i], NULL);
	/* Where there was no thread for them they come one after the other. */
	for (size_t i = started; i < count; i++)
		write_part(&part[i]);
}

int save_parts(const struct save_job *job, struct kx_save_target *const *target, size_t count,
	       struct kx_dump *dump, const struct kx_save_options *options,
	       struct kx_save_result *ret, struct kx_err *err)
{
	_cleanup_free_ struct part *part = calloc(count, sizeof(*part));
	struct parts parts = { .lock = PTHREAD_MUTEX_INITIALIZER, .options = options,
			       .progress = { KX_SAVE_COPY, 0, job->pages, 0 } };
	int rc;

	if (!part)
		return kx_fail(err, -ENOMEM, "no memory for %zu parts", count);
	for (size_t i = 0; i < count; i++) {
		part[i] = (struct part){ .parts = &parts, .dump = dump, .job = *job,
					 .options = *options };
		part[i].job.split = true;
		part[i].job.target = target[i];
		part[i].options.jobs = options->jobs / (unsigned int)count;
		part[i].options.share_limit = options->share_limit / count;
		part[i].options.tell = tell;
		part[i].options.data = &part[i];
	}
	rc = divide(job, part, count, err);
	if (rc < 0)
		return rc;
	run_parts(part, count);
	for (size_t i = 0; i < count; i++) {
		add_result(ret, &part[i], i + 1);
		if (part[i].rc > 0 && rc == 0)
			rc = part[i].rc;
		if (part[i].rc < 0 && rc >= 0) {
			*err = part[i].err;
			rc = kx_context(err, part[i].rc, "part %zu", i + 1);
		}
	}
	return rc;
}
