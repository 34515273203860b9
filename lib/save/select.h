/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which pages of a dump are to be saved. */
#ifndef LIB_SAVE_SELECT_H
#define LIB_SAVE_SELECT_H

#include "kx/save.h"
#include "lib/save/kept.h"
#include "lib/save/sample.h"

/**
 * struct page_runs - RAM of a dump in whole pages, ascending, each once
 * @shift: log2 of the page size
 * @first, @end: the run; @absent: the dump does not have it
 * @addr: where the next one is looked for
 */
struct page_runs {
	struct kx_reader *reader;
	unsigned int shift;
	uint64_t first, end, addr;
	bool absent;
};

/** page_runs_next() - 1: the next run; 0: no more; negative errno */
int page_runs_next(struct page_runs *runs, struct kx_err *err);

/** enum saved_only - which of the pages that are kept */
enum saved_only { SAVED_ALL, SAVED_VALUABLE, SAVED_REST };

/**
 * struct saved_runs - pages that are kept and that the dump has, ascending
 * @kept: closed; where room for it was short it has pages, too, that are no memory or are absent
 * @runs: of the dump, its reader and shift filled in by the caller
 * @only: those that are told; @until: not 0: of these only the ones from @from on and below it
 * @at: of @kept
 * @first, @end: the run
 * @number: of @first, among all pages that are kept and that the dump has; from 0
 */
struct saved_runs {
	const struct kept *kept;
	struct page_runs runs;
	enum saved_only only;
	uint64_t from, until;
	struct kept_at at;
	uint64_t first, end, number;
};

/** saved_runs_next() - 1: the next run; 0: no more; negative errno */
int saved_runs_next(struct saved_runs *saved, struct kx_err *err);

/**
 * select_pages() - classify all pages and note those that are kept
 * @kept: initialised; closed afterwards. NULL: nobody wants to know which pages are kept
 * @sample: takes some pages of each class; NULL: nobody wants them
 * @ret: its pages, absent, kept, joined, unclassified, unfiltered, and what is said of free pages,
 *	are filled in
 * @ret_end: one more than the last page's number
 *
 * Return: 0; 1 it was stopped; negative errno.
 */
int select_pages(struct kx_reader *reader, unsigned int shift,
		 const struct kx_save_options *options, struct kept *kept, struct sample *sample,
		 struct kx_save_result *ret, uint64_t *ret_end, struct kx_err *err);

#endif
