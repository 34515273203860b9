/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checksums of a file, a chunk each, made of what is written to it: nothing is read again, and
 * nothing has to come in order. They tell damage, not malice.
 */
#ifndef KX_SUMS_H
#define KX_SUMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/save.h"

/*
 * Chunks are of one size, a power of two: the smallest from KX_SUMS_CHUNK on that makes at most
 * KX_SUMS_MAX of them. The last one ends where the file does.
 *
 * What lies below KX_SUMS_HEAD may be written any number of times, as heads are; all else once.
 */
enum { KX_SUMS_CHUNK = 64 << 10, KX_SUMS_MAX = 4096, KX_SUMS_HEAD = 128 << 10 };

/** kx_sums_chunk_for() - the chunks' size in a file of @size bytes; at most 2^63 */
uint64_t kx_sums_chunk_for(uint64_t size);

/** struct kx_sums - a file's, so far */
struct kx_sums;

/**
 * kx_sums_new() - of a file that is empty
 * @ret: for kx_sums_free()
 *
 * It takes some 150 KiB, whatever the file's size. The sums are CRC-32 as in RFC 1952 (zlib's
 * crc32()), which can be put together of parts: an error in 32 bits that follow each other is
 * always found, any other one but for 1 in 2^32.
 *
 * Return: 0; -ENOTSUP no library makes them; -ENOMEM.
 */
int kx_sums_new(struct kx_sums **ret, struct kx_err *err);

/** kx_sums_free() - free everything; NULL is fine */
void kx_sums_free(struct kx_sums *sums);

/** kx_sums_add() - @len bytes are at @off now; what nothing is added for is zeros */
void kx_sums_add(struct kx_sums *sums, const void *from, size_t len, uint64_t off);

/** kx_sums_extend() - the file has @size bytes, if it was shorter */
void kx_sums_extend(struct kx_sums *sums, uint64_t size);

/** kx_sums_lose() - what is in @len bytes at @off is not known; behind the end that is no matter */
void kx_sums_lose(struct kx_sums *sums, uint64_t len, uint64_t off);

/** kx_sums_size() - bytes of the file: where what was added last in it ends */
uint64_t kx_sums_size(const struct kx_sums *sums);

/** kx_sums_chunk() - bytes of a chunk */
uint64_t kx_sums_chunk(const struct kx_sums *sums);

/** kx_sums_count() - chunks, at most KX_SUMS_MAX */
size_t kx_sums_count(const struct kx_sums *sums);

/** kx_sums_get() - of chunk @i; false: it is not known, and *@ret is untouched */
bool kx_sums_get(const struct kx_sums *sums, size_t i, uint32_t *ret);

/**
 * struct kx_save_summed - a target in front of another one, whose sums it makes
 * @to: that one; @sums: of it; both borrowed
 */
struct kx_save_summed {
	struct kx_save_target target;
	struct kx_save_target *to;
	struct kx_sums *sums;
};

/** kx_save_summed_init() - for kx_save() in the place of @to */
void kx_save_summed_init(struct kx_save_summed *summed, struct kx_save_target *to,
			 struct kx_sums *sums);

#endif
