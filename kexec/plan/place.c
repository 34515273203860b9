/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds room for segments in the memory that a plan may use. */
#include <errno.h>
#include <inttypes.h>

#include "kexec/plan/internal.h"

/* The segment that [start, start + size) would touch, or NULL. */
static const struct kx_segment *in_the_way(const struct kx_plan *plan, uint64_t start,
					   uint64_t size)
{
	for (size_t i = 0; i < plan->n_segments; i++) {
		const struct kx_segment *s = &plan->segments[i];

		if (s->addr < start + size && start < s->addr + s->memsz)
			return s;
	}
	return NULL;
}

/* The highest start in [low, high) of the wanted alignment whose @size bytes are free. */
static bool fit_below(const struct kx_plan *plan, uint64_t low, uint64_t high, uint64_t size,
		      const struct kx_place *place, uint64_t *ret)
{
	const struct kx_segment *other;
	uint64_t start;

	while (low < high && high - low >= size && high - size >= place->skew) {
		start = ((high - size - place->skew) & ~(place->align - 1)) + place->skew;
		if (start < low)
			return false;
		other = in_the_way(plan, start, size);
		if (!other) {
			*ret = start;
			return true;
		}
		high = other->addr;
	}
	return false;
}

/* The lowest such start. */
static bool fit_above(const struct kx_plan *plan, uint64_t low, uint64_t high, uint64_t size,
		      const struct kx_place *place, uint64_t *ret)
{
	const struct kx_segment *other;
	uint64_t start;

	while (low < high && low <= UINT64_MAX - place->align) {
		start = low < place->skew ? 0 : low - place->skew;
		start = ((start + place->align - 1) & ~(place->align - 1)) + place->skew;
		if (start >= high || high - start < size)
			return false;
		other = in_the_way(plan, start, size);
		if (!other) {
			*ret = start;
			return true;
		}
		low = other->addr + other->memsz;
	}
	return false;
}

static uint64_t page_up(uint64_t address, uint64_t page_size)
{
	uint64_t mask = page_size - 1;

	return address > UINT64_MAX - mask ? ~mask : (address + mask) & ~mask;
}

/* Whole pages of @range that lie in @limit; empty when there are none. */
static struct kx_range window(const struct kx_plan *plan, const struct kx_range *range,
			      const struct kx_range *limit)
{
	uint64_t start = range->start > limit->start ? range->start : limit->start;
	uint64_t end = range->end < limit->end ? range->end : limit->end;
	uint64_t page = kx_plan_page_size(plan);

	return (struct kx_range){ page_up(start, page), end & ~(page - 1), 0 };
}

/* @w and the segments allow the address that @place fixes. */
static bool fits_fixed(const struct kx_plan *plan, const struct kx_range *w,
		       const struct kx_place *place, uint64_t size)
{
	return place->at >= w->start && place->at <= w->end && w->end - place->at >= size &&
	       !in_the_way(plan, place->at, size);
}

static bool find_room(const struct kx_plan *plan, const struct kx_place *place, uint64_t size,
		      uint64_t *ret)
{
	size_t count = plan->usable.count;

	for (size_t i = 0; i < count; i++) {
		const struct kx_range *range =
			&plan->usable.item[place->lowest ? i : count - 1 - i];
		struct kx_range w = window(plan, range, &place->limit);

		if (place->fixed) {
			if (!fits_fixed(plan, &w, place, size))
				continue;
			*ret = place->at;
			return true;
		}
		if ((place->lowest ? fit_above : fit_below)(plan, w.start, w.end, size, place, ret))
			return true;
	}
	return false;
}

/* For the error text: the largest free piece inside @limit. */
static uint64_t largest_hole(const struct kx_plan *plan, const struct kx_range *limit)
{
	struct kx_ranges taken = { 0 }, rest = { 0 };
	uint64_t largest = 0;
	int rc = 0;

	for (size_t i = 0; i < plan->n_segments && rc == 0; i++)
		rc = kx_ranges_add(&taken, plan->segments[i].addr,
				   plan->segments[i].addr + plan->segments[i].memsz, 0);
	for (size_t i = 0; i < plan->usable.count && rc == 0; i++) {
		struct kx_range w = window(plan, &plan->usable.item[i], limit);

		rc = kx_ranges_add(&rest, w.start, w.end, 0);
	}
	kx_ranges_merge(&taken);
	if (rc == 0)
		rc = kx_ranges_subtract(&rest, &taken);
	for (size_t i = 0; i < rest.count && rc == 0; i++) {
		if (rest.item[i].end - rest.item[i].start > largest)
			largest = rest.item[i].end - rest.item[i].start;
	}
	kx_ranges_done(&taken);
	kx_ranges_done(&rest);
	return largest;
}

static int check_place(const struct kx_plan *plan, const struct kx_place *place, uint64_t size,
		       struct kx_err *err)
{
	uint64_t mask = kx_plan_page_size(plan) - 1;

	if (place->align & (place->align - 1))
		return kx_fail(err, -EINVAL, "%s: alignment 0x%" PRIx64 " is not a power of two",
			       place->what, place->align);
	if (place->skew & mask)
		return kx_fail(err, -EINVAL, "%s: offset 0x%" PRIx64 " is not a number of pages",
			       place->what, place->skew);
	if (size == 0 || size > UINT64_MAX - mask)
		return kx_fail(err, -EINVAL, "%s: %" PRIu64 " bytes are not a size", place->what,
			       size);
	return 0;
}

static int no_room(const struct kx_plan *plan, const struct kx_place *place, uint64_t size,
		   struct kx_err *err)
{
	return kx_fail(err, -EADDRNOTAVAIL,
		       "no room for the %s: 0x%" PRIx64 " bytes wanted%s in [0x%" PRIx64
		       ", 0x%" PRIx64 "), the largest free range there has 0x%" PRIx64,
		       place->what, size, place->fixed ? " at a fixed address" : "",
		       place->limit.start, place->limit.end, largest_hole(plan, &place->limit));
}

int kx_plan_place(struct kx_plan *plan, const struct kx_place *wanted, uint64_t *ret_addr,
		  struct kx_err *err)
{
	struct kx_place place = *wanted;
	uint64_t page = kx_plan_page_size(plan);
	struct kx_segment segment = {
		.what = place.what,
		.data = place.data,
		.unverified = place.unverified,
		.memsz = place.memsz > place.data.len ? place.memsz : place.data.len,
	};
	int rc;

	if (place.align < page)
		place.align = page;
	rc = check_place(plan, &place, segment.memsz, err);
	if (rc < 0)
		return rc;
	segment.memsz = page_up(segment.memsz, page);
	if (!find_room(plan, &place, segment.memsz, &segment.addr))
		return no_room(plan, &place, segment.memsz, err);
	if (place.fixed && (segment.addr & (place.align - 1)))
		return kx_fail(err, -EINVAL, "%s: its fixed address 0x%" PRIx64 " is not aligned",
			       place.what, segment.addr);
	if (kx_plan_add_segment(plan, &segment) < 0)
		return kx_fail(err, -ENOMEM, "no memory for the list of segments");
	*ret_addr = segment.addr;
	return 0;
}
