/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is damaged, as few ranges, in their order. */
#include <string.h>

#include "lib/verify/ranges.h"

/* Number @i goes. */
static void take_out(struct kx_verify_ranges *r, size_t i)
{
	memmove(&r->item[i], &r->item[i + 1], (r->count - i - 1) * sizeof(r->item[0]));
	r->count--;
}

void verify_ranges_add(struct kx_verify_ranges *r, uint64_t first, uint64_t last)
{
	size_t i = 0;

	while (i < r->count && r->item[i].last < first)
		i++;
	if (i < r->count && r->item[i].first <= first)
		return;
	r->all += last - first + 1;
	/* One before it or behind it grows, or both become one. */
	if (i > 0 && r->item[i - 1].last + 1 == first) {
		r->item[i - 1].last = last;
		if (i < r->count && last + 1 == r->item[i].first) {
			r->item[i - 1].last = r->item[i].last;
			take_out(r, i);
		}
		return;
	}
	if (i < r->count && last + 1 == r->item[i].first) {
		r->item[i].first = first;
		return;
	}
	/* Where there is no room the highest are not told one by one. */
	if (r->count == KX_VERIFY_RANGES && i == r->count)
		return;
	if (r->count == KX_VERIFY_RANGES)
		r->count--;
	memmove(&r->item[i + 1], &r->item[i], (r->count - i) * sizeof(r->item[0]));
	r->item[i] = (struct kx_verify_range){ first, last };
	r->count++;
}

bool kx_verify_good(const struct kx_verify *v)
{
	return v->chunks.all == 0 && v->pages.all == 0 && !v->size[0];
}
