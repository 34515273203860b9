/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Maps of addresses to file offsets, in which later entries replace parts of earlier ones. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kx/array.h"
#include "kx/cleanup.h"
#include "lib/dump/extents.h"

int kx_extents_add(struct kx_extents *map, const struct kx_extent *extent)
{
	if (extent->start >= extent->end)
		return 0;
	if (kx_array_grow(&map->item, &map->room, map->count) < 0)
		return -ENOMEM;
	map->item[map->count++] = *extent;
	return 0;
}

/* Append the part of @extent from @start on and below @end. */
static void emit(struct kx_extent *out, size_t *count, const struct kx_extent *extent,
		 uint64_t start, uint64_t end)
{
	if (start >= end)
		return;
	out[*count] = *extent;
	out[*count].start = start;
	out[*count].end = end;
	++*count;
}

/*
 * Merge two sorted lists without overlaps into @out; what @b has is not taken from @a. An element
 * of @a is cut at most once per element of @b, so that @out never gets more than na + 2 * nb.
 */
static size_t merge(const struct kx_extent *a, size_t na, const struct kx_extent *b, size_t nb,
		    struct kx_extent *out)
{
	size_t count = 0, j = 0;

	for (size_t i = 0; i < na; i++) {
		uint64_t start = a[i].start;

		while (j < nb && b[j].start < a[i].end) {
			emit(out, &count, &a[i], start, b[j].start);
			if (b[j].end > start)
				start = b[j].end;
			/* This one may also hide the next of @a. */
			if (b[j].end >= a[i].end)
				break;
			emit(out, &count, &b[j], b[j].start, b[j].end);
			j++;
		}
		emit(out, &count, &a[i], start, a[i].end);
	}
	for (; j < nb; j++)
		emit(out, &count, &b[j], b[j].start, b[j].end);
	return count;
}

/* Is it sorted and without overlaps already? Files that a program wrote in one go mostly are. */
static bool is_resolved(const struct kx_extents *map)
{
	for (size_t i = 1; i < map->count; i++) {
		if (map->item[i].start < map->item[i - 1].end)
			return false;
	}
	return true;
}

/*
 * Bottom-up merge sort: @width neighbours at a time, the right one counts. Each cut makes two ends
 * out of one, and there are 2n ends: never more than 2n pieces in all.
 */
static int resolve(struct kx_extents *map)
{
	size_t n = map->count;
	_cleanup_free_ struct kx_extent *from = NULL, *to = NULL;
	_cleanup_free_ size_t *bound = NULL;
	size_t runs = n;

	from = calloc(2 * n, sizeof(*from));
	to = calloc(2 * n, sizeof(*to));
	bound = calloc(n + 1, sizeof(*bound));
	if (!from || !to || !bound)
		return -ENOMEM;
	memcpy(from, map->item, n * sizeof(*from));
	for (size_t i = 0; i <= n; i++)
		bound[i] = i;
	while (runs > 1) {
		size_t out = 0, next = 0;

		for (size_t i = 0; i < runs; i += 2) {
			size_t mid = bound[i + 1];
			size_t end = i + 1 < runs ? bound[i + 2] : mid;
			size_t made = merge(from + bound[i], mid - bound[i], from + mid, end - mid,
					    to + out);

			bound[next++] = out;
			out += made;
		}
		bound[next] = out;
		runs = next;
		struct kx_extent *swap = from;

		from = to;
		to = swap;
	}
	free(map->item);
	map->item = from;
	map->count = bound[1];
	map->room = 2 * n;
	from = NULL;
	return 0;
}

int kx_extents_resolve(struct kx_extents *map)
{
	if (map->count < 2 || is_resolved(map))
		return 0;
	return resolve(map);
}

/* The number of extents that end at or below @addr. */
static size_t ended_before(const struct kx_extents *map, uint64_t addr)
{
	size_t low = 0, high = map->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (map->item[mid].end <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct kx_extent *kx_extents_next(const struct kx_extents *map, uint64_t addr)
{
	size_t i = ended_before(map, addr);

	return i < map->count ? &map->item[i] : NULL;
}

const struct kx_extent *kx_extents_find(const struct kx_extents *map, uint64_t addr)
{
	const struct kx_extent *next = kx_extents_next(map, addr);

	return next && next->start <= addr ? next : NULL;
}

uint64_t kx_extents_gap(const struct kx_extents *map, uint64_t addr)
{
	const struct kx_extent *next = kx_extents_next(map, addr);

	if (!next)
		return UINT64_MAX - addr;
	return next->start > addr ? next->start - addr : 0;
}

uint64_t kx_extent_place(const struct kx_extent *extent, uint64_t addr, uint64_t *ret_len)
{
	uint64_t delta = addr - extent->base, left = extent->end - addr;

	*ret_len = left;
	if (extent->at == KX_EXTENT_ZERO)
		return KX_EXTENT_ZERO;
	if (extent->step > 0) {
		uint64_t in_record = extent->step - delta % extent->step;

		*ret_len = left < in_record ? left : in_record;
		return extent->at + delta + delta / extent->step * extent->gap;
	}
	return extent->at + delta;
}

void kx_extents_done(struct kx_extents *map)
{
	free(map->item);
	*map = (struct kx_extents){ 0 };
}
