/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Goes over all RAM once, in windows, and notes which pages are kept. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "kx/cleanup.h"
#include "kx/reader.h"
#include "lib/save/select.h"

/* Pages that are classified at a time. */
enum { WINDOW = 8192 };

int page_runs_next(struct page_runs *runs, struct kx_err *err)
{
	uint64_t seen = runs->end;
	struct kx_run run;
	int rc;

	do {
		rc = kx_reader_next(runs->reader, runs->addr, &run, err);
		if (rc <= 0)
			return rc;
		runs->addr = run.end;
		/* A page of which only a part is memory is one, and belongs to the first. */
		runs->first = run.start >> runs->shift;
		runs->end = ((run.end - 1) >> runs->shift) + 1;
		runs->absent = run.kind == KX_RUN_MISSING;
		if (runs->first < seen)
			runs->first = seen;
	} while (runs->first >= runs->end);
	return 1;
}

static int next_saved(struct saved_runs *saved, struct kx_err *err)
{
	const struct page_runs *runs = &saved->runs;
	const struct kept_at *at = &saved->at;
	/* What is below was told, or is in one of the two only. */
	uint64_t below = saved->end, end;
	int rc;

	saved->number += saved->end - saved->first;
	for (;;) {
		if (at->end <= below) {
			if (!kept_next(saved->kept, &saved->at))
				return 0;
		} else if (runs->end <= below || runs->absent) {
			rc = page_runs_next(&saved->runs, err);
			if (rc <= 0)
				return rc;
		} else {
			end = at->end < runs->end ? at->end : runs->end;
			if (below < at->first)
				below = at->first;
			if (below < runs->first)
				below = runs->first;
			if (below < end)
				break;
		}
	}
	saved->first = below;
	saved->end = end;
	return 1;
}

int saved_runs_next(struct saved_runs *saved, struct kx_err *err)
{
	int rc;

	do
		rc = next_saved(saved, err);
	while (rc > 0 && (saved->end <= saved->from ||
			  (saved->only != SAVED_ALL &&
			   saved->at.valuable != (saved->only == SAVED_VALUABLE))));
	if (rc <= 0 || saved->until == 0)
		return rc;
	if (saved->first < saved->from) {
		saved->number += saved->from - saved->first;
		saved->first = saved->from;
	}
	if (saved->end > saved->until)
		saved->end = saved->until > saved->first ? saved->until : saved->first;
	return saved->first < saved->end;
}

/** struct selecting - a selection being made */
struct selecting {
	const struct kx_save_options *options;
	struct kx_pages *pages;
	struct kx_pages_walk *walk;
	struct kept *kept;
	struct sample *sample;
	struct kx_save_result *result;
	uint64_t done;
	uint8_t class[WINDOW];
};

static void selecting_free(struct selecting **s)
{
	if (!*s)
		return;
	kx_pages_walk_free((*s)->walk);
	kx_pages_free((*s)->pages);
	free(*s);
}

/*
 * At every level, since what nobody may read is left out at all of them. Where struct pages are not
 * found all is kept.
 */
static int open_pages(struct selecting *s, struct kx_reader *reader, struct kx_err *err)
{
	bool filters = s->options->level & ~(unsigned int)KX_LEVEL_ZERO;
	struct kx_err why = { "" };
	int rc;

	s->result->level = s->options->level;
	rc = kx_pages_open(reader, &s->pages, &why);
	if (rc == -ENOMEM)
		return kx_fail(err, rc, "%s", why.text);
	if (rc < 0) {
		if (filters)
			snprintf(s->result->unfiltered, sizeof(s->result->unfiltered), "%.255s",
				 why.text);
		s->result->level &= KX_LEVEL_ZERO;
		return 0;
	}
	for (enum kx_page_class c = 0; c < KX_PAGE_CLASSES && filters; c++)
		s->result->missing[c] = kx_pages_missing(s->pages, c);
	rc = kx_pages_walk_new(s->pages, reader, &s->walk, err);
	if (rc == 0)
		kx_pages_walk_level(s->walk, s->options->level);
	return rc;
}

/* Pages [@first, @first + @count), all of one class. */
static int take_class(struct selecting *s, enum kx_page_class class, uint64_t first, size_t count,
		      struct kx_err *err)
{
	s->result->pages[class] += count;
	if (s->sample)
		sample_add(s->sample, class, first, count);
	/* What nobody may read is not even kept for want of room. */
	if (s->kept && (class == KX_PAGE_OFFLINE || class == KX_PAGE_POISON))
		kept_bar(s->kept);
	if (!s->kept || kx_page_excluded(class, s->options->level))
		return 0;
	return kept_add(s->kept, first, first + count, class == KX_PAGE_KERNEL, err);
}

/* Pages [@first, @first + @count) of one window. */
static int take_window(struct selecting *s, uint64_t first, size_t count, struct kx_err *err)
{
	size_t from = 0;
	int rc = 0;

	if (!s->walk)
		return take_class(s, KX_PAGE_KERNEL, first, count, err);
	kx_pages_classify(s->walk, first, count, s->class);
	for (size_t i = 1; i <= count && rc == 0; i++) {
		if (i < count && s->class[i] == s->class[from])
			continue;
		rc = take_class(s, s->class[from], first + from, i - from, err);
		from = i;
	}
	return rc;
}

static bool tell(struct selecting *s)
{
	const struct kx_save_progress progress = { KX_SAVE_CLASSIFY, s->done, 0, 0 };

	return !s->options->tell || s->options->tell(s->options->data, &progress);
}

/* 1: stopped */
static int take_run(struct selecting *s, const struct page_runs *run, struct kx_err *err)
{
	uint64_t at = run->first;
	int rc = 0;

	if (run->absent) {
		s->result->absent += run->end - run->first;
		return 0;
	}
	while (at < run->end && rc == 0) {
		size_t count = run->end - at < WINDOW ? (size_t)(run->end - at) : WINDOW;

		rc = take_window(s, at, count, err);
		at += count;
		s->done += count;
		if (rc == 0 && !tell(s))
			rc = 1;
	}
	return rc;
}

/* Pages that are there, of those that the list joined. */
static int count_saved(struct kx_reader *reader, unsigned int shift, const struct kept *kept,
		       struct kx_save_result *ret, struct kx_err *err)
{
	struct saved_runs saved = { .kept = kept, .runs = { .reader = reader, .shift = shift } };
	int rc;

	while ((rc = saved_runs_next(&saved, err)) > 0)
		ret->kept += saved.end - saved.first;
	ret->joined = kept->joined - (kept->pages - ret->kept);
	return rc;
}

/* What does the kernel itself say of how many pages are free? */
static int count_free(struct selecting *s, struct kx_reader *reader, struct kx_err *err)
{
	struct kx_save_result *ret = s->result;
	const char *missing = kx_pages_missing(s->pages, KX_PAGE_FREE);

	if (missing)
		return kx_fail(err, -ENODATA, "VMCOREINFO lacks %s", missing);
	if (ret->unclassified)
		return kx_fail(err, -ENODATA, "%" PRIu64 " pages have no readable struct page",
			       ret->unclassified);
	if (!kx_pages_walk_free_blocks(s->walk, &ret->free_found))
		return kx_fail(err, -ENODATA, "the dump lacks most of the memory");
	return kx_pages_zones_free(s->pages, reader, &ret->free_counted, err);
}

/* A processor that was stopped within the allocator has one block in its hands. */
static void check_free(struct selecting *s, struct kx_reader *reader)
{
	struct kx_save_result *ret = s->result;
	uint64_t cpus = kx_dump_cpus(kx_reader_dump(reader)), found, counted, most;
	struct kx_err why = { "" };

	if (count_free(s, reader, &why) < 0) {
		snprintf(ret->unchecked, sizeof(ret->unchecked), "%.255s", why.text);
		return;
	}
	found = ret->free_found;
	counted = ret->free_counted;
	most = (cpus ? cpus : 1) * kx_pages_block_max(s->pages);
	if ((found > counted ? found - counted : counted - found) > most)
		snprintf(ret->doubt, sizeof(ret->doubt),
			 "%" PRIu64 " free pages by their struct pages, %" PRIu64 " by what the "
			 "zones count", found, counted);
}

int select_pages(struct kx_reader *reader, unsigned int shift,
		 const struct kx_save_options *options, struct kept *kept, struct sample *sample,
		 struct kx_save_result *ret, uint64_t *ret_end, struct kx_err *err)
{
	_cleanup_(selecting_free) struct selecting *s = calloc(1, sizeof(*s));
	struct page_runs runs = { .reader = reader, .shift = shift };
	int rc;

	if (!s)
		return kx_fail(err, -ENOMEM, "no memory to classify pages");
	s->options = options;
	s->kept = kept;
	s->sample = sample;
	s->result = ret;
	rc = open_pages(s, reader, err);
	while (rc == 0) {
		rc = page_runs_next(&runs, err);
		if (rc <= 0)
			break;
		*ret_end = runs.end;
		rc = take_run(s, &runs, err);
	}
	if (rc == 0 && kept)
		rc = kept_close(kept, err);
	if (rc == 0 && kept)
		rc = count_saved(reader, shift, kept, ret, err);
	if (s->walk)
		ret->unclassified = kx_pages_unreadable(s->walk);
	if (rc == 0 && s->walk)
		check_free(s, reader);
	return rc;
}
