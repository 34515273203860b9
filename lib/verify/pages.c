/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each page of a dump, by as many threads as there may be; and which pages lie where. */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/reader.h"
#include "lib/verify/ranges.h"

/*
 * PIECE: bytes of memory that a thread takes at a time. WORTH: a page of 64 KiB needs a descriptor
 * of 24 bytes, so that no dump has more bytes of memory for each of its own.
 */
enum { PIECE = 1 << 20, WORTH = 4096, THREADS_MAX = 256 };

/**
 * struct pages - what the threads share
 * @lock: for all below it
 * @reader: finds the runs; @run: what is left of the one that is taken now
 * @rc, @err: why it ended; 0: at the end
 */
struct pages {
	struct kx_verify *verify;
	struct kx_dump *dump;
	uint64_t page, total;
	bool writer_ended;
	pthread_mutex_t lock;
	struct kx_reader *reader;
	struct kx_run run;
	uint64_t at, seen;
	bool over;
	int rc;
	struct kx_err err;
};

static uint64_t page_size_of(const struct kx_dump *dump)
{
	uint64_t page = kx_dump_page_size(dump);

	return page ? page : 4096;
}

static void finish(struct pages *p, int rc)
{
	p->over = true;
	p->rc = rc;
}

/* Under the lock: the next stored run; false: there is none. */
static bool next_run(struct pages *p)
{
	do {
		int rc = kx_reader_next(p->reader, p->at, &p->run, &p->err);

		if (rc <= 0) {
			finish(p, rc);
			return false;
		}
		p->at = p->run.end;
	} while (p->run.kind != KX_RUN_STORED);
	return true;
}

/* Memory [*@ret_start, *@ret_end), which begins and ends where pages or runs do. */
static bool take(struct pages *p, uint64_t *ret_start, uint64_t *ret_end)
{
	struct kx_verify *v = p->verify;

	pthread_mutex_lock(&p->lock);
	if (!p->over && p->run.start == p->run.end)
		next_run(p);
	if (p->over) {
		pthread_mutex_unlock(&p->lock);
		return false;
	}
	*ret_start = p->run.start;
	*ret_end = p->run.start / PIECE * PIECE + PIECE;
	if (*ret_end > p->run.end || *ret_end <= *ret_start)
		*ret_end = p->run.end;
	p->run.start = *ret_end;
	p->seen += *ret_end - *ret_start;
	v->done = p->seen;
	if (v->tell)
		v->tell(v->data, p->seen, p->total);
	pthread_mutex_unlock(&p->lock);
	return true;
}

/* A page that its writer did not come to, or one that is not what it should be. */
static void note(struct pages *p, uint64_t pfn, int rc, const struct kx_err *err)
{
	struct kx_verify *v = p->verify;

	pthread_mutex_lock(&p->lock);
	if (rc == -ENOTSUP || rc == -ENOMEM) {
		if (!p->over)
			p->err = *err;
		finish(p, rc);
	} else if (rc == -EFAULT && p->writer_ended) {
		v->missing++;
	} else {
		verify_ranges_add(&v->pages, pfn, pfn);
	}
	pthread_mutex_unlock(&p->lock);
}

static void work(struct pages *p, struct kx_reader *reader, uint8_t *page)
{
	uint64_t start, end;
	struct kx_err err;

	while (take(p, &start, &end)) {
		while (start < end) {
			uint64_t left = p->page - start % p->page;
			size_t len = left < end - start ? (size_t)left : (size_t)(end - start);
			int rc = kx_reader_phys(reader, start, page, len, &err);

			if (rc < 0)
				note(p, start / p->page, rc, &err);
			start += len;
		}
	}
}

static void *thread_main(void *data)
{
	struct pages *p = data;
	struct kx_reader *reader = NULL;
	uint8_t *page = malloc(p->page);
	struct kx_err ignored;

	/* Without memory for one more thread the others do the work. */
	if (page && kx_reader_new(p->dump, &reader, &ignored) == 0)
		work(p, reader, page);
	kx_reader_free(reader);
	free(page);
	return NULL;
}

/* Bytes of memory that are stored, as maps say; what is wrong with these shows on reading. */
static uint64_t count_stored(struct pages *p)
{
	uint64_t at = 0, bytes = 0;
	struct kx_err ignored;
	struct kx_run run;

	while (kx_reader_next(p->reader, at, &run, &ignored) > 0) {
		at = run.end;
		bytes += run.kind == KX_RUN_STORED ? run.end - run.start : 0;
	}
	return bytes;
}

static int run_threads(struct pages *p, struct kx_err *err)
{
	pthread_t thread[THREADS_MAX];
	struct kx_reader *reader = NULL;
	uint8_t *page = malloc(p->page);
	size_t count = 0;
	int rc = page ? kx_reader_new(p->dump, &reader, err) : kx_fail(err, -ENOMEM, "no memory");

	while (rc == 0 && count + 1 < p->verify->jobs && count < THREADS_MAX &&
	       pthread_create(&thread[count], NULL, thread_main, p) == 0)
		count++;
	if (rc == 0)
		work(p, reader, page);
	while (count > 0)
		pthread_join(thread[--count], NULL);
	kx_reader_free(reader);
	free(page);
	return rc;
}

int kx_verify_pages(struct kx_verify *verify, struct kx_err *err)
{
	struct pages p = { .verify = verify, .lock = PTHREAD_MUTEX_INITIALIZER };
	int rc = kx_dump_open(&p.dump, &verify->path, 1, err);

	if (rc == 0)
		rc = kx_reader_new(p.dump, &p.reader, err);
	if (rc == 0) {
		p.page = page_size_of(p.dump);
		p.writer_ended = kx_dump_marked(p.dump);
		p.total = count_stored(&p);
		if (p.total / WORTH > kx_dump_stored(p.dump))
			rc = kx_fail(err, -EFBIG, "%s: it promises more memory than its %" PRIu64
				     " bytes are worth", verify->path, kx_dump_stored(p.dump));
	}
	if (rc == 0) {
		verify->incomplete = p.writer_ended;
		if (!p.writer_ended && kx_dump_incomplete(p.dump))
			snprintf(verify->size, sizeof(verify->size), "a part of it is missing");
		rc = run_threads(&p, err);
	}
	if (rc == 0 && p.rc < 0) {
		rc = p.rc;
		*err = p.err;
	}
	kx_reader_free(p.reader);
	kx_dump_close(p.dump);
	return rc;
}

/* ---- what lies where ------------------------------------------------------------------------ */

/** struct places - chunks that are damaged, of a dump that is gone through */
struct places {
	const bool *damaged;
	size_t count;
	uint64_t chunk, front;
};

static bool is_damaged(const struct places *s, uint64_t off, uint64_t len)
{
	uint64_t last = (len ? len - 1 : 0) < UINT64_MAX - off ? off + (len ? len - 1 : 0) : off;

	for (uint64_t i = off / s->chunk; i <= last / s->chunk && i < s->count; i++) {
		if (s->damaged[i])
			return true;
	}
	return false;
}

static void find_page(struct kx_verify *v, struct places *s, struct kx_reader *reader,
		      uint64_t addr, uint64_t page)
{
	struct kx_reader_place place;
	struct kx_err ignored;
	uint64_t first;

	if (kx_reader_place(reader, addr, &place, &ignored) < 0)
		return;
	first = place.map_len && place.map < place.off ? place.map : place.off;
	if (first && first < s->front)
		s->front = first;
	if (is_damaged(s, place.off, place.len) ||
	    (place.map_len && is_damaged(s, place.map, place.map_len)))
		verify_ranges_add(&v->pages, addr / page, addr / page);
}

static void go_through(struct kx_verify *v, struct places *s, struct kx_reader *reader)
{
	const struct kx_dump *dump = kx_reader_dump(reader);
	uint64_t page = page_size_of(dump), seen = 0, at = 0;
	struct kx_err ignored;
	struct kx_run run;

	while (kx_reader_next(reader, at, &run, &ignored) > 0 &&
	       seen / WORTH <= kx_dump_stored(dump)) {
		at = run.end;
		if (run.kind != KX_RUN_STORED)
			continue;
		seen += run.end - run.start;
		/* A page of which a run begins in the middle was told with the run before. */
		for (uint64_t a = run.start; a < run.end; a = a / page * page + page)
			find_page(v, s, reader, a, page);
	}
}

void verify_find_pages(struct kx_verify *v, const bool *damaged, size_t count, uint64_t chunk)
{
	struct places s = { damaged, count, chunk, UINT64_MAX };
	struct kx_reader *reader = NULL;
	struct kx_dump *dump = NULL;
	struct kx_err ignored;

	if (kx_dump_open(&dump, &v->path, 1, &ignored) == 0 &&
	    kx_reader_new(dump, &reader, &ignored) == 0) {
		go_through(v, &s, reader);
		v->front = s.front == UINT64_MAX || is_damaged(&s, 0, s.front);
	} else {
		v->front = true;
	}
	kx_reader_free(reader);
	kx_dump_close(dump);
}
