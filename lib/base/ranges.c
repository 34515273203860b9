/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arithmetic on lists of address ranges. */
#include <errno.h>
#include <stdlib.h>

#include "kx/array.h"
#include "kx/ranges.h"

void kx_ranges_done(struct kx_ranges *r)
{
	free(r->item);
	*r = (struct kx_ranges){ 0 };
}

int kx_ranges_add(struct kx_ranges *r, uint64_t start, uint64_t end, uint32_t type)
{
	if (start >= end)
		return 0;
	if (kx_array_grow(&r->item, &r->room, r->count) < 0)
		return -ENOMEM;
	r->item[r->count++] = (struct kx_range){ start, end, type };
	return 0;
}

int kx_ranges_append(struct kx_ranges *r, const struct kx_ranges *more)
{
	int rc = 0;

	for (size_t i = 0; i < more->count && rc == 0; i++)
		rc = kx_ranges_add(r, more->item[i].start, more->item[i].end, more->item[i].type);
	return rc;
}

static int range_compare(const void *left, const void *right)
{
	const struct kx_range *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->end != b->end)
		return a->end < b->end ? -1 : 1;
	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	return 0;
}

void kx_ranges_sort(struct kx_ranges *r)
{
	if (r->count > 1)
		qsort(r->item, r->count, sizeof(*r->item), range_compare);
}

void kx_ranges_merge(struct kx_ranges *r)
{
	size_t used = 0;

	kx_ranges_sort(r);
	for (size_t i = 0; i < r->count; i++) {
		struct kx_range *last = used > 0 ? &r->item[used - 1] : NULL;

		if (last && last->type == r->item[i].type && last->end >= r->item[i].start) {
			if (last->end < r->item[i].end)
				last->end = r->item[i].end;
		} else {
			r->item[used++] = r->item[i];
		}
	}
	r->count = used;
}

/* What is left of @from, given that @holes is sorted and its first @*next entries end before it. */
static int keep_outside(struct kx_ranges *left, struct kx_range from, const struct kx_ranges *holes,
			size_t *next)
{
	int rc = 0;

	while (*next < holes->count && holes->item[*next].end <= from.start)
		(*next)++;
	for (size_t i = *next; rc == 0 && i < holes->count; i++) {
		const struct kx_range *hole = &holes->item[i];

		if (hole->start >= from.end)
			break;
		if (hole->start > from.start)
			rc = kx_ranges_add(left, from.start, hole->start, from.type);
		if (hole->end > from.start)
			from.start = hole->end;
	}
	return rc < 0 ? rc : kx_ranges_add(left, from.start, from.end, from.type);
}

int kx_ranges_subtract(struct kx_ranges *r, const struct kx_ranges *holes)
{
	struct kx_ranges left = { 0 };
	size_t next = 0;
	int rc = 0;

	kx_ranges_sort(r);
	for (size_t i = 0; i < r->count && rc == 0; i++)
		rc = keep_outside(&left, r->item[i], holes, &next);
	if (rc < 0) {
		kx_ranges_done(&left);
		return rc;
	}
	kx_ranges_done(r);
	*r = left;
	return 0;
}

int kx_ranges_intersect(struct kx_ranges *r, const struct kx_ranges *with)
{
	struct kx_ranges both = { 0 };
	size_t a = 0, b = 0;
	int rc = 0;

	while (rc == 0 && a < r->count && b < with->count) {
		const struct kx_range *x = &r->item[a], *y = &with->item[b];

		rc = kx_ranges_add(&both, x->start > y->start ? x->start : y->start,
				   x->end < y->end ? x->end : y->end, x->type);
		if (x->end < y->end)
			a++;
		else
			b++;
	}
	if (rc < 0) {
		kx_ranges_done(&both);
		return rc;
	}
	kx_ranges_done(r);
	*r = both;
	return 0;
}

/**
 * struct gap - what lies between range number @before and the next
 */
struct gap {
	uint64_t size;
	size_t before;
};

static int by_size(const void *left, const void *right)
{
	const struct gap *a = left, *b = right;

	if (a->size != b->size)
		return a->size < b->size ? -1 : 1;
	return a->before < b->before ? -1 : a->before > b->before;
}

static int by_place(const void *left, const void *right)
{
	const struct gap *a = left, *b = right;

	return a->before < b->before ? -1 : a->before > b->before;
}

/* The gaps that may be closed, in their order; how many. */
static size_t find_gaps(const struct kx_ranges *r, const struct kx_ranges *apart, struct gap *ret)
{
	size_t count = 0, next = 0;

	for (size_t i = 0; i + 1 < r->count; i++) {
		uint64_t start = r->item[i].end, end = r->item[i + 1].start;

		while (next < apart->count && apart->item[next].end <= start)
			next++;
		if (next == apart->count || apart->item[next].start >= end)
			ret[count++] = (struct gap){ end - start, i };
	}
	return count;
}

/* @gap: @count of them in their order */
static void close_gaps(struct kx_ranges *r, const struct gap *gap, size_t count)
{
	size_t used = 0, next = 0;

	for (size_t i = 1; i < r->count; i++) {
		if (next < count && gap[next].before == i - 1) {
			r->item[used].end = r->item[i].end;
			next++;
		} else {
			r->item[++used] = r->item[i];
		}
	}
	r->count = used + 1;
}

int kx_ranges_join(struct kx_ranges *r, size_t max, const struct kx_ranges *apart,
		   uint64_t *ret_closed)
{
	struct gap *gap;
	size_t count, excess;

	*ret_closed = 0;
	if (r->count <= max)
		return 0;
	excess = r->count - max;
	gap = calloc(r->count, sizeof(*gap));
	if (!gap)
		return -ENOMEM;
	count = find_gaps(r, apart, gap);
	if (count < excess) {
		free(gap);
		return -E2BIG;
	}
	qsort(gap, count, sizeof(*gap), by_size);
	*ret_closed = gap[excess - 1].size;
	qsort(gap, excess, sizeof(*gap), by_place);
	close_gaps(r, gap, excess);
	free(gap);
	return 0;
}

bool kx_ranges_contain(const struct kx_ranges *r, uint64_t start, uint64_t end)
{
	for (size_t i = 0; i < r->count; i++) {
		if (r->item[i].start <= start && end <= r->item[i].end)
			return true;
	}
	return false;
}

uint64_t kx_ranges_total(const struct kx_ranges *r)
{
	uint64_t total = 0;

	for (size_t i = 0; i < r->count; i++) {
		if (__builtin_add_overflow(total, r->item[i].end - r->item[i].start, &total))
			return UINT64_MAX;
	}
	return total;
}
