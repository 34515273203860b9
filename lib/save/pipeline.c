/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads take some pages each, read and compress them. One at a time writes what is done, in
 * order; the others go on with what there is room for.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kx/cleanup.h"
#include "kx/reader.h"
#include "lib/save/chunk.h"
#include "lib/save/pipeline.h"

/** struct slot - room for a chunk; @number: of the chunk in it, @next: in one of two lists */
struct slot {
	struct save_chunk chunk;
	uint64_t number;
	struct slot *next;
};

/**
 * struct pipeline - what the threads share
 * @lock: for all below it; @freed: told when there is more in @free, or @over changes
 * @saved, @next, @end: the pages that are taken next; @saved has a reader of its own
 * @pass: number of the pass through all pages that @saved is in
 * @taken, @written: chunks
 * @same: pages that are in the file; it has a lock of its own
 * @free: slots that nobody uses; @done: chunks to be written, ascending
 * @writing: a thread writes; @job, its format, @copied, @flushed and @result belong to it
 * @over: nothing more is to be done; @rc and @err say why, if it is a failure
 */
struct pipeline {
	struct save_job *job;
	const struct kx_save_options *options;
	struct kx_dump *dump;
	struct kx_save_result *result;
	pthread_mutex_t lock;
	pthread_cond_t freed;
	struct saved_runs saved;
	unsigned int pass;
	uint64_t next, end, taken, written;
	struct same *same;
	struct slot *free, *done;
	bool writing, over;
	int rc;
	struct kx_err err;
	struct timespec flushed;
	uint64_t copied;
};

/*
 * Slots that a thread brings along where there are several: one to be filled while the other waits
 * for a chunk before it, which takes longer.
 */
enum { SLOTS = 2 };

/**
 * struct worker - a thread's own, but for the slots, which are everybody's until all threads ended
 * @own_reader: to be freed
 */
struct worker {
	struct pipeline *pipeline;
	struct chunk_maker maker;
	pthread_t thread;
	bool own_reader;
	struct slot slots[SLOTS];
};

/* ---- the end -------------------------------------------------------------------------- */

static void finish(struct pipeline *p, int rc, const struct kx_err *err)
{
	pthread_mutex_lock(&p->lock);
	if (!p->over) {
		p->over = true;
		p->rc = rc;
		if (err)
			p->err = *err;
	}
	pthread_cond_broadcast(&p->freed);
	pthread_mutex_unlock(&p->lock);
}

/* The dump stays as it is, marked incomplete. */
__attribute__((format(printf, 2, 3))) static void stop(struct pipeline *p, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(p->result->incomplete, sizeof(p->result->incomplete), format, args);
	va_end(args);
	finish(p, 1, NULL);
}

/* ---- taking ---------------------------------------------------------------------------- */

/* A run of pages to take, under the lock; false: there is none. */
static bool next_run(struct pipeline *p)
{
	struct kx_err err = { "" };
	int rc = saved_runs_next(&p->saved, &err);

	if (rc > 0) {
		p->next = p->saved.first;
		p->end = p->saved.end;
	}
	if (rc < 0) {
		p->over = true;
		p->rc = rc;
		p->err = err;
		pthread_cond_broadcast(&p->freed);
	}
	return rc > 0;
}

/* Of pages [@from, @until) those that the file has and that are @only. */
static void begin_pass(struct pipeline *p, enum saved_only only, uint64_t from, uint64_t until)
{
	const struct save_job *job = p->job;

	if (job->split && from < job->first)
		from = job->first;
	if (job->split && until > job->end)
		until = job->end;
	/* None: @until 0 would be all. */
	if (from >= until)
		from = until = UINT64_MAX;
	p->saved = (struct saved_runs){ .kept = job->kept, .only = only, .from = from,
					.until = until,
					.runs = { .reader = p->saved.runs.reader,
						  .shift = job->shift } };
	p->next = p->end = 0;
}

/* The most valuable pages come before the others, and the kernel's image before all. */
static void begin_valuable(struct pipeline *p)
{
	const struct save_job *job = p->job;

	switch (p->pass) {
	case 0: begin_pass(p, SAVED_VALUABLE, job->image_first, job->image_end); break;
	case 1: begin_pass(p, SAVED_VALUABLE, 0, job->image_first); break;
	case 2: begin_pass(p, SAVED_VALUABLE, job->image_end, UINT64_MAX); break;
	default: begin_pass(p, SAVED_REST, 0, UINT64_MAX); break;
	}
}

/* The next pass that has a page. */
static bool next_pass(struct pipeline *p)
{
	while (!p->over && p->options->valuable_first && p->pass + 1 < SAVE_PASSES) {
		p->pass++;
		begin_valuable(p);
		if (next_run(p))
			return true;
	}
	return false;
}

/* The next pages for a slot, under the lock. A chunk is of one pass, thus ascending. */
static void fill(struct pipeline *p, struct save_chunk *c)
{
	c->count = 0;
	while (!p->over && c->count < c->max) {
		if (p->next == p->end && !next_run(p) && (c->count || !next_pass(p)))
			break;
		c->number[c->count] = p->saved.number - p->job->number +
				      (p->next - p->saved.first);
		c->pfn[c->count++] = p->next++;
	}
}

/* A slot with the next pages; NULL: there are none, or it is over. */
static struct slot *take(struct pipeline *p)
{
	struct slot *slot = NULL;

	pthread_mutex_lock(&p->lock);
	while (!p->over && !p->free)
		pthread_cond_wait(&p->freed, &p->lock);
	if (!p->over) {
		slot = p->free;
		fill(p, &slot->chunk);
		if (slot->chunk.count) {
			p->free = slot->next;
			slot->number = p->taken++;
		} else {
			slot = NULL;
		}
	}
	pthread_mutex_unlock(&p->lock);
	return slot;
}

/* ---- writing: by one thread at a time -------------------------------------------------- */

static bool tell(struct pipeline *p)
{
	const struct kx_save_progress progress = { KX_SAVE_COPY, p->copied, p->job->pages,
						   p->job->bytes };

	return !p->options->tell || p->options->tell(p->options->data, &progress);
}

/* Ranges are for people and bounded; how many pages there are was counted. */
static void note_lost(struct kx_save_result *r, uint64_t pfn)
{
	struct kx_save_range *last = r->lost_ranges ? &r->lost_range[r->lost_ranges - 1] : NULL;

	if (last && last->last + 1 == pfn)
		last->last = pfn;
	else if (r->lost_ranges < KX_SAVE_LOST_MAX)
		r->lost_range[r->lost_ranges++] = (struct kx_save_range){ pfn, pfn };
}

/* Leave out of the chunk what there is no room for; false: there was for all. */
static bool cut(const struct pipeline *p, struct save_chunk *c)
{
	/* A target that takes something for itself does so for what is still to come, too. */
	enum { STILL = 32 << 10 };
	const struct save_job *job = p->job;
	uint64_t extra = job->target->extra ? job->target->extra(job->target) + STILL : 0;
	uint64_t taken = job->bytes + extra, limit = p->options->limit;
	size_t out_len = 0;

	for (size_t i = 0; i < c->count && limit; i++) {
		uint64_t len = 0;

		if (job->format->squeezes)
			len = c->fate[i] == SAVE_DATA ? c->place[i].size : 0;
		else if (c->fate[i] != SAVE_LOST)
			len = UINT64_C(1) << job->shift;
		if (taken > limit || len > limit - taken) {
			c->count = i;
			c->out_len = out_len;
			return true;
		}
		taken += len;
		out_len += len;
	}
	return false;
}

/* A slow target shall not lose much by a power failure. */
static int flush_in_time(struct pipeline *p)
{
	unsigned int interval = p->options->interval ? p->options->interval : 1000;
	struct kx_save_target *target = p->job->target;
	struct timespec now;
	int rc;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if ((now.tv_sec - p->flushed.tv_sec) * 1000 +
		    (now.tv_nsec - p->flushed.tv_nsec) / 1000000 < (long)interval)
		return 0;
	p->flushed = now;
	rc = p->job->format->flush(p->job, p->result);
	/* What refers to the pages goes to the disk, too, and not by the next time only. */
	return rc < 0 ? rc : target->sync(target);
}

static void write_chunk(struct pipeline *p, struct save_chunk *c)
{
	bool full = cut(p, c);
	int rc = 0;

	if (c->count)
		rc = p->job->format->take(p->job, c, p->result);
	if (rc == 0) {
		chunk_written(p->same, c);
		rc = flush_in_time(p);
	}
	for (size_t i = 0; i < c->count && rc == 0; i++) {
		if (c->fate[i] == SAVE_LOST)
			note_lost(p->result, c->pfn[i]);
	}
	p->copied += c->count;
	p->result->no_room = full || rc == -ENOSPC || rc == -EFBIG || rc == -EDQUOT;
	if (rc < 0)
		stop(p, "writing: %s", strerror(-rc));
	else if (full)
		stop(p, "the limit of %" PRIu64 " bytes is reached", p->options->limit);
	else if (!tell(p))
		stop(p, "stopped");
}

/* The slot's chunk waits among the others, in order. */
static void put_done(struct pipeline *p, struct slot *slot)
{
	struct slot **at = &p->done;

	while (*at && (*at)->number < slot->number)
		at = &(*at)->next;
	slot->next = *at;
	*at = slot;
}

/*
 * A chunk is ready. Whoever finds that it is its turn writes it and all that follow it, unless a
 * thread is at it, which then finds it itself.
 */
static void pass_on(struct pipeline *p, struct slot *slot)
{
	pthread_mutex_lock(&p->lock);
	put_done(p, slot);
	while (!p->over && !p->writing && p->done && p->done->number == p->written) {
		slot = p->done;
		p->done = slot->next;
		p->writing = true;
		pthread_mutex_unlock(&p->lock);
		write_chunk(p, &slot->chunk);
		pthread_mutex_lock(&p->lock);
		p->writing = false;
		p->written++;
		slot->next = p->free;
		p->free = slot;
		/* There are as many slots as threads: each that waits is told by one of them. */
		pthread_cond_signal(&p->freed);
	}
	pthread_mutex_unlock(&p->lock);
}

/* ---- threads -------------------------------------------------------------------------- */

/* One slot is needed, and for one thread alone it is enough. */
static int add_slots(struct worker *w)
{
	struct pipeline *p = w->pipeline;
	int count = p->options->jobs > 1 ? SLOTS : 1;

	for (int i = 0; i < count; i++) {
		struct slot *slot = &w->slots[i];

		if (chunk_init(&slot->chunk, &w->maker) < 0) {
			chunk_done(&slot->chunk);
			slot->chunk = (struct save_chunk){ .max = 0 };
			return i ? 0 : -ENOMEM;
		}
		pthread_mutex_lock(&p->lock);
		slot->next = p->free;
		p->free = slot;
		pthread_mutex_unlock(&p->lock);
	}
	return 0;
}

static void worker_done(struct worker *w)
{
	if (w->own_reader)
		kx_reader_free(w->maker.reader);
	chunk_maker_done(&w->maker);
	for (int i = 0; i < SLOTS; i++)
		chunk_done(&w->slots[i].chunk);
}

static int worker_init(struct worker *w, struct kx_err *err)
{
	struct pipeline *p = w->pipeline;
	int rc;

	w->maker.job = p->job;
	w->maker.same = p->same;
	rc = chunk_maker_init(&w->maker, p->options, err);
	if (rc < 0)
		return rc;
	rc = add_slots(w);
	return rc < 0 ? kx_fail(err, rc, "no memory for a thread that saves pages") : 0;
}

static void work(struct worker *w)
{
	struct pipeline *p = w->pipeline;
	struct kx_err err = { "" };
	struct slot *slot;
	int rc;

	while ((slot = take(p))) {
		rc = chunk_make(&w->maker, &slot->chunk, &err);
		if (rc < 0)
			finish(p, rc, &err);
		pass_on(p, slot);
	}
}

static void *thread_main(void *data)
{
	struct worker *w = data;
	struct kx_err err = { "" };

	/* Without memory for one more thread the others do the work. */
	w->own_reader = kx_reader_new(w->pipeline->dump, &w->maker.reader, &err) == 0;
	if (w->own_reader && worker_init(w, &err) == 0)
		work(w);
	return NULL;
}

/* The calling thread is the first of them. */
static int run_threads(struct pipeline *p, struct kx_err *err)
{
	enum { THREADS_MAX = 256, STACK = 512 << 10 };
	size_t jobs = p->options->jobs < THREADS_MAX ? p->options->jobs : THREADS_MAX, count = 1;
	_cleanup_free_ struct worker *workers = calloc(jobs ? jobs : 1, sizeof(*workers));
	pthread_attr_t attr;
	int rc;

	if (!workers)
		return kx_fail(err, -ENOMEM, "no memory for threads that save pages");
	/* What is reserved counts where memory is limited; codecs take theirs from the heap. */
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	workers[0] = (struct worker){ .pipeline = p, .maker = { .reader = p->job->reader } };
	rc = worker_init(&workers[0], err);
	for (; rc == 0 && count < jobs; count++) {
		workers[count].pipeline = p;
		if (pthread_create(&workers[count].thread, &attr, thread_main,
				   &workers[count]))
			break;
	}
	pthread_attr_destroy(&attr);
	if (rc == 0)
		work(&workers[0]);
	for (size_t i = 1; i < count; i++)
		pthread_join(workers[i].thread, NULL);
	for (size_t i = 0; i < count; i++)
		worker_done(&workers[i]);
	return rc;
}

int pipeline_run(struct save_job *job, struct kx_dump *dump, const struct kx_save_options *options,
		 struct kx_save_result *ret, struct kx_err *err)
{
	struct pipeline p = {
		.job = job,
		.options = options,
		.dump = dump,
		.result = ret,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.freed = PTHREAD_COND_INITIALIZER,
	};
	int rc;

	clock_gettime(CLOCK_MONOTONIC, &p.flushed);
	rc = kx_reader_new(dump, &p.saved.runs.reader, err);
	if (rc < 0)
		return rc;
	if (job->format->squeezes)
		p.same = same_new(options->share_limit);
	if (options->valuable_first)
		begin_valuable(&p);
	else
		begin_pass(&p, SAVED_ALL, 0, UINT64_MAX);
	rc = run_threads(&p, err);
	same_free(p.same);
	kx_reader_free(p.saved.runs.reader);
	if (rc < 0)
		return rc;
	job->over = true;
	/* What was saved before is worth having, whatever it was that failed. */
	if (p.rc < 0 && p.copied) {
		snprintf(ret->incomplete, sizeof(ret->incomplete), "%.250s", p.err.text);
		p.rc = 1;
	}
	if (p.rc >= 0) {
		rc = job->format->flush(job, ret);
		if (rc < 0 && !ret->incomplete[0])
			stop(&p, "writing: %s", strerror(-rc));
	}
	ret->bytes = job->bytes;
	if (p.rc < 0)
		*err = p.err;
	return p.rc;
}
