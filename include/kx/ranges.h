/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of physical address ranges. They grow; nothing is cut. */
#ifndef KX_RANGES_H
#define KX_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct kx_range - physical addresses [start, end) of one type
 * @type: meaning belongs to who made the list (E820 type in a memory map, else 0)
 */
struct kx_range {
	uint64_t start, end;
	uint32_t type;
};

/**
 * struct kx_ranges - a growing array of ranges; zero-initialised is empty
 */
struct kx_ranges {
	struct kx_range *item;
	size_t count, room;
};

/** kx_ranges_done() - free the array; @r is empty afterwards */
void kx_ranges_done(struct kx_ranges *r);

/**
 * kx_ranges_add() - append a range (an empty one is dropped)
 *
 * Return: 0, or -ENOMEM with @r unchanged.
 */
int kx_ranges_add(struct kx_ranges *r, uint64_t start, uint64_t end, uint32_t type);

/** kx_ranges_append() - append all ranges of @more; 0, or -ENOMEM with some of them appended */
int kx_ranges_append(struct kx_ranges *r, const struct kx_ranges *more);

/** kx_ranges_sort() - order by start, then end, then type */
void kx_ranges_sort(struct kx_ranges *r);

/** kx_ranges_merge() - sort, and join ranges of the same type that touch or overlap */
void kx_ranges_merge(struct kx_ranges *r);

/**
 * kx_ranges_subtract() - remove every range of @holes from @r, which becomes sorted
 * @holes: merged
 *
 * Return: 0, or -ENOMEM with the content of @r unchanged.
 */
int kx_ranges_subtract(struct kx_ranges *r, const struct kx_ranges *holes);

/**
 * kx_ranges_intersect() - keep of @r only what also lies in @with (types are those of @r)
 *
 * Both must be merged and of one type each.
 *
 * Return: 0, or -ENOMEM with @r unchanged.
 */
int kx_ranges_intersect(struct kx_ranges *r, const struct kx_ranges *with);

/**
 * kx_ranges_join() - join neighbours, the nearest first, until at most @max ranges are left
 * @r: merged
 * @apart: merged; a gap with some of it in it is not closed
 * @ret_closed: the size in bytes of the largest gap that was closed; 0 when none was
 *
 * Return: 0; -E2BIG when more than @max are left (@r is unchanged); -ENOMEM with @r unchanged.
 */
int kx_ranges_join(struct kx_ranges *r, size_t max, const struct kx_ranges *apart,
		   uint64_t *ret_closed);

/** kx_ranges_contain() - does one range of @r hold all of [start, end)? @r must be merged. */
bool kx_ranges_contain(const struct kx_ranges *r, uint64_t start, uint64_t end);

/** kx_ranges_total() - the sum of all lengths in bytes; UINT64_MAX when it would wrap */
uint64_t kx_ranges_total(const struct kx_ranges *r);

#endif
