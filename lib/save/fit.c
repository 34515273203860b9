/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares what a dump will take with the room that there is; see the header. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "lib/save/fit.h"

/** struct fitting - what is known when pages were selected; @pages: what there is, by class */
struct fitting {
	struct save_job *job;
	struct kx_save_options *options;
	struct kept *kept;
	struct kx_save_result *result;
	struct sample *sample;
	struct tally tally[KX_PAGE_CLASSES];
	uint64_t pages[KX_PAGE_CLASSES];
	uint64_t room, front;
};

static void free_sample(struct sample **sample)
{
	free(*sample);
}

/* UINT64_MAX: nobody knows. */
static uint64_t find_room(struct kx_save_target *target, uint64_t limit)
{
	uint64_t room;

	if (!target->room || target->room(target, &room) < 0)
		room = UINT64_MAX;
	else
		/* A file system has to note what is where, and something is said of each dump. */
		room -= room / 128 + (room < 1 << 20 ? room / 16 : 1 << 16);
	return limit && limit < room ? limit : room;
}

/* No file is larger than this: nothing is left out, and nothing becomes smaller. */
static int find_most(const struct save_job *job, uint64_t *ret, struct kx_err *err)
{
	enum { DESCRIPTION = 64, HEAD = 1 << 20 };
	struct page_runs runs = { .reader = job->reader, .shift = job->shift };
	uint64_t page = (UINT64_C(1) << job->shift) + DESCRIPTION, pages = 0;
	int rc;

	while ((rc = page_runs_next(&runs, err)) > 0)
		pages += runs.absent ? 0 : runs.end - runs.first;
	*ret = pages < UINT64_MAX / 2 / page ? pages * page : UINT64_MAX / 2;
	*ret += HEAD + job->notes_size + runs.end / 4;
	return rc;
}

static int select_now(struct fitting *f, bool marked, struct kx_err *err)
{
	struct save_job *job = f->job;
	int rc;

	/* Descriptors of one kind between those of the other are written each by itself. */
	kept_done(f->kept);
	kept_init(f->kept, f->options->list_limit, marked, job->target->costly ? 1024 : 16);
	rc = select_pages(job->reader, job->shift, f->options, f->kept, f->sample, f->result,
			  &job->max_pfn, err);
	job->pages = f->result->kept;
	return rc;
}

static struct kx_save_size expect(const struct fitting *f, unsigned int level)
{
	const struct save_job *job = f->job;
	/* Where zeros are holes they take room of a limit, but none of a file system. */
	bool zeros = job->format->squeezes ? level & KX_LEVEL_ZERO : !f->options->limit;
	unsigned int counted = (level & ~(unsigned int)KX_LEVEL_ZERO) | zeros;
	uint64_t front = f->front;
	struct kx_save_size size = sample_expect(f->tally, f->pages, counted,
						 UINT64_C(1) << job->shift);

	for (enum kx_page_class c = 0; c < KX_PAGE_CLASSES; c++) {
		if (!kx_page_excluded(c, level))
			front += f->pages[c] * job->format->per_page;
	}
	size.low += front;
	size.expected += front;
	size.high += front;
	return size;
}

/* The first level that is enough; what is worth least goes first. */
static bool raise_level(const struct fitting *f, unsigned int *ret)
{
	static const unsigned int order[] = {
		KX_LEVEL_ZERO, KX_LEVEL_FREE, KX_LEVEL_CACHE, KX_LEVEL_CACHE_PRIVATE,
		KX_LEVEL_USER,
	};
	unsigned int level = *ret;

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		level |= order[i];
		if (expect(f, level).high <= f->room) {
			*ret = level;
			return true;
		}
	}
	*ret = level;
	return false;
}

/* It may not fit: another level, or at least the right order. */
static int make_fit(struct fitting *f, struct kx_save_fit *fit, struct kx_err *err)
{
	struct kx_save_options *options = f->options;
	int rc;

	options->valuable_first = true;
	if (options->fit) {
		fit->level = options->level;
		if (raise_level(f, &fit->level))
			options->valuable_first = false;
		else
			options->limit = f->room;
	}
	fit->limit = options->limit;
	fit->size = fit->wanted;
	if (fit->level == options->level)
		return 0;
	options->level = fit->level;
	f->job->level |= fit->level;
	f->job->zeros |= fit->level & KX_LEVEL_ZERO;
	*f->result = (struct kx_save_result){ .bytes = 0 };
	free(f->sample);
	f->sample = NULL;
	rc = select_now(f, options->valuable_first, err);
	if (rc == 0)
		rc = save_front(f->job, &f->front, err);
	fit->size = expect(f, fit->level);
	return rc;
}

static int see(struct fitting *f, struct kx_err *err)
{
	const struct kx_save_options *options = f->options;
	struct kx_save_fit fit = { .room = f->room, .level = options->level };
	int rc;

	memcpy(f->pages, f->result->pages, sizeof(f->pages));
	rc = sample_measure(f->sample, f->job->reader, f->job->shift, options->codec,
			    options->codec_level, f->tally, err);
	if (rc == 0)
		rc = save_front(f->job, &f->front, err);
	if (rc < 0)
		return rc;
	fit.wanted = expect(f, options->level);
	if (fit.wanted.high <= f->room)
		return 0;
	rc = make_fit(f, &fit, err);
	if (rc == 0 && options->may_not_fit)
		options->may_not_fit(options->data, &fit);
	return rc;
}

int fit_select(struct save_job *job, bool alone, struct kx_save_options *options,
	       struct kept *kept, struct kx_save_result *ret, struct kx_err *err)
{
	_cleanup_(free_sample) struct sample *sample = NULL;
	struct fitting f = { .job = job, .options = options, .kept = kept, .result = ret };
	uint64_t most;
	int rc;

	f.room = alone ? find_room(job->target, options->limit) : UINT64_MAX;
	rc = find_most(job, &most, err);
	if (rc < 0)
		return rc;
	if (most <= f.room)
		return select_now(&f, options->valuable_first, err);
	f.sample = sample_new();
	if (!f.sample)
		return kx_fail(err, -ENOMEM, "no memory to see what the dump will take");
	rc = select_now(&f, true, err);
	if (rc == 0)
		rc = see(&f, err);
	sample = f.sample;
	return rc;
}
