/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Collects and validates the EFI runtime memory map that a kexec'd kernel needs. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "kx/array.h"
#include "kx/efi_map.h"

/* UEFI 2.10, table 7.10: memory types that keep being used by runtime services. */
enum { EFI_RUNTIME_SERVICES_CODE = 5, EFI_RUNTIME_SERVICES_DATA = 6 };

enum { EFI_PAGE_SHIFT = 12 };

int kx_efi_map_add(struct kx_efi_map *map, const struct kx_span field[5], struct kx_err *err)
{
	static const char *const name[5] = { "type", "phys_addr", "virt_addr", "num_pages",
					     "attribute" };
	uint64_t value[5];

	for (unsigned int i = 0; i < 5; i++) {
		if (!kx_span_number(kx_span_trim(field[i]), 0, &value[i]))
			return kx_fail(err, -EINVAL, "%s is not a number", name[i]);
	}
	if (value[0] > UINT32_MAX)
		return kx_fail(err, -EINVAL, "type 0x%" PRIx64 " is beyond 32 bits", value[0]);
	if (kx_array_grow(&map->desc, &map->room, map->count) < 0)
		return kx_fail(err, -ENOMEM, "no memory for %zu descriptors", map->count + 1);
	map->desc[map->count++] = (struct kx_efi_desc){
		.type = (uint32_t)value[0],
		.phys_addr = value[1],
		.virt_addr = value[2],
		.num_pages = value[3],
		.attribute = value[4],
	};
	return 0;
}

void kx_efi_map_done(struct kx_efi_map *map)
{
	free(map->desc);
	*map = (struct kx_efi_map){ 0 };
}

static int desc_compare(const void *left, const void *right)
{
	const struct kx_efi_desc *a = left, *b = right;

	if (a->phys_addr != b->phys_addr)
		return a->phys_addr < b->phys_addr ? -1 : 1;
	return 0;
}

/* The descriptor's end, or false when its numbers cannot be a range of pages. */
static bool desc_end(const struct kx_efi_desc *d, uint64_t *ret)
{
	uint64_t page_mask = ((uint64_t)1 << EFI_PAGE_SHIFT) - 1;

	if (((d->phys_addr | d->virt_addr) & page_mask) || d->num_pages == 0 ||
	    d->num_pages > UINT64_MAX >> EFI_PAGE_SHIFT)
		return false;
	return !__builtin_add_overflow(d->phys_addr, d->num_pages << EFI_PAGE_SHIFT, ret);
}

/* Both lists ascend: the first *@next ranges end before whatever comes. */
static bool overlaps(const struct kx_ranges *ram, size_t *next, uint64_t start, uint64_t end)
{
	while (*next < ram->count && ram->item[*next].end <= start)
		(*next)++;
	return *next < ram->count && ram->item[*next].start < end;
}

int kx_efi_map_check(struct kx_efi_map *map, const struct kx_ranges *ram, struct kx_err *err)
{
	uint64_t end, previous_end = 0;
	size_t next = 0;

	if (map->count > 1)
		qsort(map->desc, map->count, sizeof(*map->desc), desc_compare);
	for (size_t i = 0; i < map->count; i++) {
		const struct kx_efi_desc *d = &map->desc[i];
		bool runtime = d->type == EFI_RUNTIME_SERVICES_CODE ||
			       d->type == EFI_RUNTIME_SERVICES_DATA;

		if (!desc_end(d, &end))
			return kx_fail(err, -EINVAL,
				       "EFI runtime memory at 0x%" PRIx64 " (virtual 0x%" PRIx64
				       ", %" PRIu64 " pages) is not a range of whole pages",
				       d->phys_addr, d->virt_addr, d->num_pages);
		if (d->phys_addr < previous_end)
			return kx_fail(err, -EINVAL,
				       "EFI runtime memory at 0x%" PRIx64
				       " overlaps the range before it, which ends at 0x%" PRIx64,
				       d->phys_addr, previous_end);
		if (runtime && overlaps(ram, &next, d->phys_addr, end))
			return kx_fail(err, -EINVAL,
				       "EFI runtime services at [0x%" PRIx64 ", 0x%" PRIx64
				       ") lie in memory that the firmware map calls RAM",
				       d->phys_addr, end);
		previous_end = end;
	}
	return 0;
}
