/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bitmaps of kdump-compressed files: which pages exist, which are stored, and how many are
 * stored before a page, which is the number of its descriptor.
 */
#ifndef LIB_DUMP_KDUMP_BITMAP_H
#define LIB_DUMP_KDUMP_BITMAP_H

#include <pthread.h>
#include <stdatomic.h>

#include "lib/dump/kdump_head.h"
#include "lib/dump/peek.h"

/**
 * struct kx_kdump_mark - a window of the bitmap that is not in a hole of the file
 * @byte: of the bitmap, where it begins
 * @before, @behind: stored pages before its first bit, and before the next window's
 */
struct kx_kdump_mark {
	uint64_t byte, before, behind;
};

enum { KX_KDUMP_MARKS = 256, KX_KDUMP_MARK_BLOCKS = 32 };

/**
 * struct kx_kdump_part - one file
 * @mark: block i has KX_KDUMP_MARKS << i marks, so that none ever moves; the first @n_marks are
 *	there, in the order of their bytes, and never change again
 * @counted: windows that begin before this byte were counted, and have a mark unless they are holes
 */
struct kx_kdump_part {
	struct kx_source *source;
	struct kx_kdump_head head;
	struct kx_kdump_mark *mark[KX_KDUMP_MARK_BLOCKS];
	atomic_size_t n_marks;
	atomic_uint_fast64_t counted;
};

/**
 * struct kx_kdump - all files, in the order of their pages; what all readers share
 * @lock: held by the reader that counts, through @buffer; the others profit
 */
struct kx_kdump {
	struct kx_kdump_part *part;
	size_t count;
	pthread_mutex_t lock;
	uint8_t *buffer;
};

enum { KX_KDUMP_BUFFER = 64 << 10 };

/**
 * struct kx_kdump_look - where one reader looks; zero-initialised: nowhere
 * @part: the file; NULL: none yet
 * @stored, @exists: windows on its two bitmaps, which may be one
 * @byte, @rank: @rank pages are stored before byte @byte of the bitmap
 * @first: pages stored before the part's start_pfn; valid when @has_first
 */
struct kx_kdump_look {
	struct kx_kdump_part *part;
	struct kx_peek stored, exists;
	uint64_t byte, rank, first;
	bool has_first;
};

/** kx_kdump_part_done() - free what it holds; zero-initialised is fine */
void kx_kdump_part_done(struct kx_kdump_part *part);

/** kx_kdump_part_of() - the file that describes page @pfn, or NULL. O(log n). */
struct kx_kdump_part *kx_kdump_part_of(const struct kx_kdump *kdump, uint64_t pfn);

/** kx_kdump_turn_to() - look at @part from now on */
void kx_kdump_turn_to(struct kx_kdump_look *look, struct kx_kdump_part *part);

/** kx_kdump_is_stored() - is page @pfn of the part stored? 0 or a negative errno */
int kx_kdump_is_stored(struct kx_kdump_look *look, uint64_t pfn, bool *ret, struct kx_err *err);

/** kx_kdump_exists() - is page @pfn of the part memory? 0 or a negative errno */
int kx_kdump_exists(struct kx_kdump_look *look, uint64_t pfn, bool *ret, struct kx_err *err);

/**
 * kx_kdump_index() - the number of stored pages between the first that the part describes and @pfn
 *
 * Return: 0 or a negative errno.
 */
int kx_kdump_index(struct kx_kdump *kdump, struct kx_kdump_look *look, uint64_t pfn, uint64_t *ret,
		   struct kx_err *err);

/**
 * kx_kdump_next() - pages [@ret_pfn, @ret_end) from @pfn on that exist and are of one kind
 *
 * Return: 1; 0 there are none; negative errno.
 */
int kx_kdump_next(const struct kx_kdump *kdump, struct kx_kdump_look *look, uint64_t pfn,
		  uint64_t *ret_pfn, uint64_t *ret_end, enum kx_run_kind *ret_kind,
		  struct kx_err *err);

#endif
