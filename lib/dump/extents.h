/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Maps of addresses to file offsets, in which later entries replace parts of earlier ones. */
#ifndef LIB_DUMP_EXTENTS_H
#define LIB_DUMP_EXTENTS_H

#include <stddef.h>
#include <stdint.h>

/** KX_EXTENT_ZERO - @at of an extent that reads as zeros */
#define KX_EXTENT_ZERO UINT64_MAX

/**
 * struct kx_extent - where the addresses [@start, @end) are stored
 * @base: the address that is stored at @at; not above @start
 * @at: file offset, or KX_EXTENT_ZERO
 * @step, @gap: @step 0, or: after each @step bytes from @base the file has @gap other ones
 */
struct kx_extent {
	uint64_t start, end;
	uint64_t base, at;
	uint64_t step, gap;
};

/**
 * struct kx_extents - addresses to file offsets; zero-initialised is empty
 *
 * Filled with kx_extents_add(), then kx_extents_resolve() once, then searched.
 */
struct kx_extents {
	struct kx_extent *item;
	size_t count, room;
};

/** kx_extents_add() - append one; 0 or -ENOMEM. An empty extent is left out. */
int kx_extents_add(struct kx_extents *map, const struct kx_extent *extent);

/** kx_extents_resolve() - sort; where extents overlap, the one added later counts. 0 or -ENOMEM. */
int kx_extents_resolve(struct kx_extents *map);

/** kx_extents_find() - the extent that holds @addr, or NULL. O(log n). */
const struct kx_extent *kx_extents_find(const struct kx_extents *map, uint64_t addr);

/** kx_extents_next() - the first extent that ends behind @addr, or NULL. O(log n). */
const struct kx_extent *kx_extents_next(const struct kx_extents *map, uint64_t addr);

/** kx_extents_gap() - bytes from @addr to the next extent; 0 when @addr is in one */
uint64_t kx_extents_gap(const struct kx_extents *map, uint64_t addr);

/**
 * kx_extent_place() - where @addr of @extent is stored
 * @ret_len: how many bytes from there are adjacent in the file
 *
 * Return: file offset, or KX_EXTENT_ZERO.
 */
uint64_t kx_extent_place(const struct kx_extent *extent, uint64_t addr, uint64_t *ret_len);

/** kx_extents_done() - free what it holds */
void kx_extents_done(struct kx_extents *map);

#endif
