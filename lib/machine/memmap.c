/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads entries of /sys/firmware/memmap. */
#include <errno.h>
#include <inttypes.h>

#include "kx/memmap.h"

int kx_memmap_add(struct kx_ranges *map, struct kx_span start, struct kx_span end,
		  struct kx_span type, struct kx_err *err)
{
	uint32_t e820 = kx_label_of(kx_span_trim(type)).e820;
	uint64_t first, last;

	if (!kx_span_number(kx_span_trim(start), 0, &first))
		return kx_fail(err, -EINVAL, "start is not a number");
	if (!kx_span_number(kx_span_trim(end), 0, &last))
		return kx_fail(err, -EINVAL, "end is not a number");
	if (last < first)
		return kx_fail(err, -EINVAL, "end 0x%" PRIx64 " is before start 0x%" PRIx64, last,
			       first);
	/* The last byte of the address space cannot be said half-open; no memory is there. */
	if (last != UINT64_MAX)
		last++;
	if (kx_ranges_add(map, first, last, e820 ? e820 : KX_E820_RESERVED) < 0)
		return kx_fail(err, -ENOMEM, "no memory for %zu ranges", map->count + 1);
	return 0;
}
