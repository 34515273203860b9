/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Physical addresses for a /proc/kcore that shows none: kernels before v4.11 leave every p_paddr 0
 * (Linux, fs/proc/kcore.c; "update physical address for kcore ram and text", in v4.11).
 */
#include <stdlib.h>

#include "kx/crash.h"

/*
 * Of the kernels that this is for; such a kernel shows the whole pages of each range of RAM.
 * And how many places are tried for the first range, so that no list costs its square.
 */
enum { PAGE = 4096, TRIES = 64 };

static int by_address(const void *a, const void *b)
{
	const struct kx_kcore_part *x = a, *y = b;

	return x->virt < y->virt ? -1 : x->virt > y->virt;
}

/* The next range of RAM from @i on that has a whole page; @ret is cut to its whole pages. */
static bool whole_pages(const struct kx_ranges *ram, size_t *i, struct kx_range *ret)
{
	for (; *i < ram->count; (*i)++) {
		const struct kx_range *r = &ram->item[*i];

		ret->start = (r->start + PAGE - 1) & ~(uint64_t)(PAGE - 1);
		ret->end = r->end & ~(uint64_t)(PAGE - 1);
		if (ret->start >= r->start && ret->start < ret->end)
			return true;
	}
	return false;
}

/*
 * Are the parts from @first on all of RAM, moved by one number, as a direct map is? One range of
 * RAM may be several parts. The direct map is below all else that has gaps like these in it.
 */
static bool is_direct_map(const struct kx_kcore_part *part, size_t count, size_t first,
			  const struct kx_ranges *ram, uint64_t direct, size_t *ret_end)
{
	struct kx_range r;
	size_t at = first;

	for (size_t i = 0; whole_pages(ram, &i, &r); i++) {
		uint64_t next = r.start + direct;

		while (at < count && part[at].virt == next && next != r.end + direct)
			next += part[at++].size;
		if (next != r.end + direct)
			return false;
	}
	*ret_end = at;
	return true;
}

void kx_kcore_locate(struct kx_kcore_part *part, size_t count, const struct kx_ranges *ram)
{
	size_t found_first = 0, found_end = 0, end, tries = 0, i = 0;
	uint64_t direct = 0;
	struct kx_range r;

	for (size_t n = 0; n < count; n++) {
		if (part[n].physical != KX_KCORE_HIDDEN)
			return;
	}
	if (count == 0 || !whole_pages(ram, &i, &r))
		return;
	qsort(part, count, sizeof(*part), by_address);
	for (size_t n = 0; n < count; n++) {
		if (part[n].size > r.end - r.start)
			continue;
		if (tries++ == TRIES)
			return;
		if (!is_direct_map(part, count, n, ram, part[n].virt - r.start, &end))
			continue;
		/* Two that fit tell nothing. */
		if (found_end)
			return;
		direct = part[n].virt - r.start;
		found_first = n;
		found_end = end;
	}
	for (size_t n = found_first; n < found_end; n++)
		part[n].physical = part[n].virt - direct;
}
