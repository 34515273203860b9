/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each thread takes some pages, reads and compresses them, and writes them when it is their turn.
 * Descriptors follow in batches, each after its data was synced: whatever is in the file is true.
 */
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "kx/reader.h"
#include "lib/save/pipeline.h"

/* Bytes of pages that a thread takes at a time; descriptors that are written together. */
enum { CHUNK = 512 << 10, BATCH = 16384 };

/**
 * struct pipeline - what the threads share
 * @lock: for all below it; @turn: told when @written or @over changes
 * @saved, @next: the pages that are taken next; @saved has a reader of its own
 * @taken, @written: chunks
 * @over: nothing more is to be done; @rc and @err say why, if it is a failure
 * The rest belongs to the thread whose turn it is:
 * @off: where data goes; @batch: descriptors from number @batch_first on, @batch_len of them, which
 *	are of @batch_pages pages that could be read
 */
struct pipeline {
	const struct kdump_file *file;
	const struct kx_save_options *options;
	struct kx_dump *dump;
	struct kx_save_result *result;
	pthread_mutex_t lock;
	pthread_cond_t turn;
	struct saved_runs saved;
	uint64_t next, taken, written;
	bool over;
	int rc;
	struct kx_err err;
	uint64_t off, batch_first, batch_len, batch_pages, copied;
	uint8_t *batch;
};

/** enum fate - what became of a page */
enum fate { FATE_DATA, FATE_ZERO, FATE_LOST };

/** struct worker - a thread's own; pages are those of its chunk */
struct worker {
	struct pipeline *pipeline;
	struct kx_reader *reader;
	struct kx_page_squeezer *squeezer;
	uint64_t number;
	size_t count, max;
	uint64_t *pfn;
	uint32_t *size, *flags;
	uint8_t *fate, *in, *out;
	size_t out_len;
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
	pthread_cond_broadcast(&p->turn);
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

/* ---- taking, reading, compressing ----------------------------------------------------- */

/* A run of pages to take, under the lock; false: there is none. */
static bool next_run(struct pipeline *p)
{
	struct kx_err err = { "" };
	int rc = saved_runs_next(&p->saved, &err);

	if (rc > 0)
		p->next = p->saved.first;
	if (rc < 0) {
		p->over = true;
		p->rc = rc;
		p->err = err;
		pthread_cond_broadcast(&p->turn);
	}
	return rc > 0;
}

/* The next pages; false: there are none, or it is over. */
static bool take(struct worker *w)
{
	struct pipeline *p = w->pipeline;

	w->count = 0;
	pthread_mutex_lock(&p->lock);
	while (!p->over && w->count < w->max) {
		if (p->next == p->saved.end && !next_run(p))
			break;
		w->pfn[w->count++] = p->next++;
	}
	if (w->count)
		w->number = p->taken++;
	pthread_mutex_unlock(&p->lock);
	return w->count > 0;
}

/* A page of which only parts are memory, as where RAM ends in it: zeros stand for the rest. */
static bool read_parts(struct kx_reader *reader, uint64_t start, uint8_t *to, size_t size)
{
	uint64_t at = start, end = start + size;
	struct kx_err ignored;
	struct kx_run run;
	int rc;

	memset(to, 0, size);
	while ((rc = kx_reader_next(reader, at, &run, &ignored)) > 0 && run.start < end) {
		at = run.end < end ? run.end : end;
		if (run.kind == KX_RUN_MISSING)
			continue;
		if (kx_reader_phys(reader, run.start, to + (run.start - start),
				   (size_t)(at - run.start), &ignored) < 0)
			return false;
	}
	return rc >= 0;
}

/* Pages that follow each other are read at once; where that fails, each by itself. */
static void read_pages(struct worker *w)
{
	unsigned int shift = w->pipeline->file->shift;
	struct kx_err ignored;
	size_t i = 0, len;

	for (; i < w->count; i += len) {
		uint8_t *to = w->in + (i << shift);

		for (len = 1; i + len < w->count && w->pfn[i + len] == w->pfn[i] + len; len++)
			;
		memset(w->fate + i, FATE_DATA, len);
		if (kx_reader_phys(w->reader, w->pfn[i] << shift, to, len << shift, &ignored) == 0)
			continue;
		for (size_t k = 0; k < len; k++) {
			if (!read_parts(w->reader, w->pfn[i + k] << shift, to + (k << shift),
					(size_t)1 << shift))
				w->fate[i + k] = FATE_LOST;
		}
	}
}

static bool is_zero(const uint8_t *page, size_t size)
{
	/* The first word is, and each byte equals the one 8 before it. */
	return memcmp(page, "\0\0\0\0\0\0\0", 8) == 0 && memcmp(page, page + 8, size - 8) == 0;
}

static int squeeze_one(struct worker *w, size_t i, struct kx_err *err)
{
	const struct kdump_file *file = w->pipeline->file;
	size_t size = (size_t)1 << file->shift;
	const uint8_t *page = w->in + i * size;
	struct kx_span bytes = { page, size };
	int rc;

	if (file->zero && is_zero(page, size)) {
		w->fate[i] = FATE_ZERO;
		return 0;
	}
	rc = kx_page_squeeze(w->squeezer, page, &bytes, err);
	if (rc < 0)
		return rc;
	memcpy(w->out + w->out_len, bytes.base, bytes.len);
	w->out_len += bytes.len;
	w->size[i] = (uint32_t)bytes.len;
	w->flags[i] = rc == 0 ? file->codec : 0;
	return 0;
}

static int squeeze_pages(struct worker *w, struct kx_err *err)
{
	int rc = 0;

	w->out_len = 0;
	for (size_t i = 0; i < w->count && rc == 0; i++) {
		if (w->fate[i] == FATE_DATA)
			rc = squeeze_one(w, i, err);
	}
	return rc;
}

/* ---- writing: by the thread whose turn it is ------------------------------------------ */

/* What descriptors refer to must be on the disk before they are. */
static int write_batch(struct pipeline *p)
{
	uint64_t off = p->file->descriptors + p->batch_first * KDUMP_DESCRIPTOR;
	struct kx_save_target *target = p->file->target;
	int rc = target->sync(target);

	if (rc == 0)
		rc = target->write(target, p->batch, p->batch_len * KDUMP_DESCRIPTOR, off);
	if (rc == 0)
		p->result->written += p->batch_pages;
	p->batch_first += p->batch_len;
	p->batch_len = p->batch_pages = 0;
	return rc;
}

static int describe(struct worker *w)
{
	struct pipeline *p = w->pipeline;
	uint64_t off = p->off;
	int rc = 0;

	for (size_t i = 0; i < w->count && rc == 0; i++) {
		uint8_t *to = p->batch + p->batch_len++ * KDUMP_DESCRIPTOR;

		memset(to, 0, KDUMP_DESCRIPTOR);
		if (w->fate[i] == FATE_ZERO) {
			kdump_file_descriptor(p->file, to, p->file->data,
					      UINT32_C(1) << p->file->shift, 0);
			p->result->zero++;
		} else if (w->fate[i] == FATE_DATA) {
			kdump_file_descriptor(p->file, to, off, w->size[i], w->flags[i]);
			off += w->size[i];
		} else {
			p->result->lost++;
		}
		p->batch_pages += w->fate[i] != FATE_LOST;
		if (p->batch_len == BATCH)
			rc = write_batch(p);
	}
	p->off = off;
	return rc;
}

static bool tell(struct pipeline *p)
{
	const struct kx_save_progress progress = { KX_SAVE_COPY, p->copied, p->file->pages,
						   p->off };

	return !p->options->tell || p->options->tell(p->options->data, &progress);
}

static void write_chunk(struct worker *w)
{
	struct pipeline *p = w->pipeline;
	struct kx_save_target *target = p->file->target;
	int rc = 0;

	if (w->out_len)
		rc = target->write(target, w->out, w->out_len, p->off);
	if (rc == 0)
		rc = describe(w);
	p->copied += w->count;
	if (rc < 0)
		stop(p, "writing: %s", strerror(-rc));
	else if (!tell(p))
		stop(p, "stopped");
}

/* Wait until all chunks before this one are written; false: it is over. */
static bool await_turn(struct worker *w)
{
	struct pipeline *p = w->pipeline;
	bool mine;

	pthread_mutex_lock(&p->lock);
	while (!p->over && p->written != w->number)
		pthread_cond_wait(&p->turn, &p->lock);
	mine = !p->over;
	pthread_mutex_unlock(&p->lock);
	return mine;
}

static void pass_turn(struct pipeline *p)
{
	pthread_mutex_lock(&p->lock);
	p->written++;
	pthread_cond_broadcast(&p->turn);
	pthread_mutex_unlock(&p->lock);
}

/* ---- threads -------------------------------------------------------------------------- */

static void worker_done(struct worker *w)
{
	if (w->reader != w->pipeline->file->reader)
		kx_reader_free(w->reader);
	kx_page_squeezer_free(w->squeezer);
	free(w->pfn);
	free(w->size);
	free(w->flags);
	free(w->fate);
	free(w->in);
	free(w->out);
}

static int worker_init(struct worker *w, struct pipeline *p, struct kx_reader *reader,
		       struct kx_err *err)
{
	const struct kx_save_options *o = p->options;
	size_t page = (size_t)1 << p->file->shift, max = page < CHUNK ? CHUNK / page : 1;

	*w = (struct worker){ .pipeline = p, .reader = reader, .max = max };
	w->pfn = calloc(max, sizeof(*w->pfn));
	w->size = calloc(max, sizeof(*w->size));
	w->flags = calloc(max, sizeof(*w->flags));
	w->fate = calloc(max, sizeof(*w->fate));
	w->in = malloc(max * page);
	w->out = malloc(max * page);
	if (!w->pfn || !w->size || !w->flags || !w->fate || !w->in || !w->out)
		return kx_fail(err, -ENOMEM, "no memory for a thread that saves pages");
	return kx_page_squeezer_new(o->codec, o->codec_level, page, &w->squeezer, err);
}

static void work(struct worker *w)
{
	struct kx_err err = { "" };
	int rc;

	while (take(w)) {
		read_pages(w);
		rc = squeeze_pages(w, &err);
		if (rc < 0)
			finish(w->pipeline, rc, &err);
		if (!await_turn(w))
			break;
		write_chunk(w);
		pass_turn(w->pipeline);
	}
}

static void *thread_main(void *data)
{
	struct worker w;
	struct pipeline *p = data;
	struct kx_reader *reader;
	struct kx_err err = { "" };
	int rc;

	/* Without memory for one more thread the others do the work. */
	if (kx_reader_new(p->dump, &reader, &err) < 0)
		return NULL;
	rc = worker_init(&w, p, reader, &err);
	if (rc == 0)
		work(&w);
	worker_done(&w);
	return NULL;
}

/* The calling thread is one of them. */
static int run_threads(struct pipeline *p, struct kx_err *err)
{
	enum { THREADS_MAX = 256 };
	pthread_t thread[THREADS_MAX];
	struct worker w;
	size_t count = 0;
	int rc;

	rc = worker_init(&w, p, p->file->reader, err);
	while (rc == 0 && count + 1 < p->options->jobs && count < THREADS_MAX &&
	       pthread_create(&thread[count], NULL, thread_main, p) == 0)
		count++;
	if (rc == 0)
		work(&w);
	while (count > 0)
		pthread_join(thread[--count], NULL);
	worker_done(&w);
	return rc;
}

int pipeline_run(const struct kdump_file *file, struct kx_dump *dump,
		 const struct kx_save_options *options, struct kx_save_result *ret,
		 struct kx_err *err)
{
	_cleanup_free_ uint8_t *batch = malloc(BATCH * KDUMP_DESCRIPTOR);
	struct pipeline p = {
		.file = file,
		.options = options,
		.dump = dump,
		.result = ret,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.turn = PTHREAD_COND_INITIALIZER,
		.off = file->data + (file->zero ? UINT64_C(1) << file->shift : 0),
		.batch = batch,
		.saved = { .kept = file->kept, .runs = { .shift = file->shift } },
	};
	int rc;

	if (!batch)
		return kx_fail(err, -ENOMEM, "no memory for page descriptors");
	rc = kx_reader_new(dump, &p.saved.runs.reader, err);
	if (rc < 0)
		return rc;
	rc = run_threads(&p, err);
	kx_reader_free(p.saved.runs.reader);
	if (rc < 0)
		return rc;
	if (p.rc >= 0 && p.batch_len) {
		rc = write_batch(&p);
		if (rc < 0 && !ret->incomplete[0])
			stop(&p, "writing: %s", strerror(-rc));
	}
	ret->bytes = p.off;
	if (p.rc < 0)
		*err = p.err;
	return p.rc;
}
