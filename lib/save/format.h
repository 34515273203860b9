/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between pages and files: what a format of dumps does when a dump is saved. Which pages, their
 * order, threads, reading and compressing are not its business.
 *
 * To add one: a file lib/save/foo_file.c with an instance, its line in enum kx_save_format
 * and in the table of save.c, its name in kdump/dump/options.c and kdump(8), and it in the tests
 * that go over all of them: tests/unit/test-save-order.c and test-convert.c.
 */
#ifndef LIB_SAVE_FORMAT_H
#define LIB_SAVE_FORMAT_H

#include "kx/save.h"
#include "lib/save/kept.h"
#include "lib/save/same.h"
#include "lib/save/select.h"

/**
 * struct save_job - one file that is being written
 * @format: its format; @priv: the format's own
 * @target: where to
 * @reader: of the thread that began it
 * @kept: the pages that are saved
 * @shift: log2 of the page size
 * @level: what is left out: of this save and of the dump that is saved
 * @codec: that pages are compressed with
 * @zeros: pages of zeros are told from others
 * @pages: that are kept and there; @max_pfn: one more than the number of the last page
 * @split: the file has only pages from number @first up to @end, not included, @pages of them; in
 *	the whole dump there are @number of them before. All three are 0 if it has all.
 * @image_first, @image_end: pages of the kernel's image, which come first of the most valuable;
 *	equal where it is not known
 * @notes_size: bytes of notes
 * @front: bytes before the data of pages, the format's to say
 * @bytes: of the file so far, kept by the format
 * @over: no more pages come
 */
struct save_job {
	const struct save_format *format;
	void *priv;
	struct kx_save_target *target;
	struct kx_reader *reader;
	const struct kept *kept;
	unsigned int shift, level;
	uint32_t codec;
	bool zeros, split;
	uint64_t first, end, number;
	uint64_t image_first, image_end;
	uint64_t pages, max_pfn, notes_size;
	uint64_t front, bytes;
	bool over;
};

/* The image, what is valuable before and behind it, and the rest. */
enum { SAVE_PASSES = 4 };

/** enum save_fate - what became of a page */
enum save_fate {
	SAVE_DATA,
	SAVE_ZERO,	/* it is of zeros; only where the job tells them apart */
	SAVE_LOST,	/* it could not be read */
	SAVE_AGAIN,	/* it equals an earlier page of the chunk that is not of zeros */
	SAVE_THERE,	/* it equals one that is in the file */
};

/**
 * struct save_chunk - pages, ascending, of one thread
 * @count: how many, with page number @pfn[i] and fate @fate[i]
 * @number: of each among all pages of the job, from 0: where the format has its place. Chunks come
 *	in this order, or, when the most valuable pages are first, in it SAVE_PASSES times at
 *	most, with gaps.
 * @in: as they were read: page i at i << shift
 * @out, @out_len: of formats that squeeze: what is to be written of those with data, one behind the
 *	other, each of @place[i], which has no offset before the chunk is written
 * @hash, @like: of formats that squeeze: a hash of each, and which of the chunk it equals
 */
struct save_chunk {
	size_t count, max;
	uint64_t *pfn, *number;
	uint8_t *fate, *in;
	struct save_place *place;
	uint64_t *hash;
	uint16_t *like;
	uint8_t *out;
	size_t out_len;
};

/**
 * struct save_format - what there is of each format
 * @squeezes: pages come compressed, one by one, and of equal ones the first alone
 * @splits: there are files with a part of the pages
 * @always_zeros: pages of zeros are told apart at every level
 * @per_page: bytes of the front for each page
 * @begin: find out what lies where: fill in @front; 0, -EOVERFLOW, -ENOTSUP or -ENOMEM
 * @write_front: all that pages are put behind, as a dump that is marked incomplete and has no
 *	page; the caller has reserved @front bytes and syncs; 0 or negative errno
 * @take: write a chunk; what says that pages are there may follow later, and must not be written
 *	before the data of these pages was synced; counts in result->written, zero, shared and
 *	lost; of formats that squeeze each page's place is filled in. 0 or negative errno of the
 *	target.
 * @flush: write what still has to follow, in the same order; more may come after it; as above
 * @finish: the mark goes, after all was synced; 0 or negative errno
 * @end: free what is in @priv, also after @begin has failed
 *
 * One thread at a time calls them. Nothing is written twice but below KX_SUMS_HEAD. All members are
 * set.
 */
struct save_format {
	const char *name;
	bool squeezes, splits, always_zeros;
	unsigned int per_page;
	int (*begin)(struct save_job *job, struct kx_err *err);
	int (*write_front)(struct save_job *job, struct kx_err *err);
	int (*take)(struct save_job *job, struct save_chunk *chunk,
		    struct kx_save_result *result);
	int (*flush)(struct save_job *job, struct kx_save_result *result);
	int (*finish)(struct save_job *job, struct kx_err *err);
	void (*end)(struct save_job *job);
};

extern const struct save_format save_format_kdump, save_format_elf;

/** save_write() - bytes of a job's file at @off; 0 or negative errno with its text in @err */
int save_write(const struct save_job *job, const void *from, size_t len, uint64_t off,
	       struct kx_err *err);

/**
 * save_front() - bytes that a file has before its pages, but for what there is for each of them
 * @ret: @job->format->per_page for each page are not in it
 *
 * Return: as @job->format->begin().
 */
int save_front(const struct save_job *job, uint64_t *ret, struct kx_err *err);

/** save_notes() - all notes of the dump from @off on; as above, or errno of reading them */
int save_notes(const struct save_job *job, uint64_t off, struct kx_err *err);

#endif
