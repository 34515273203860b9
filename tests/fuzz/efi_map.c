/* SPDX-License-Identifier: GPL-2.0-or-later */
/* EFI runtime map, a line of fields a descriptor: no runtime services in RAM, disjoint pages. */
#include "kx/efi_map.h"
#include "tests/fuzz/fuzz.h"

static void check(const struct kx_efi_map *map, const struct kx_range *ram)
{
	uint64_t previous = 0;

	for (size_t i = 0; i < map->count; i++) {
		const struct kx_efi_desc *d = &map->desc[i];
		uint64_t end = d->phys_addr + (d->num_pages << 12);

		PROMISE(d->num_pages > 0 && d->num_pages <= UINT64_MAX >> 12);
		PROMISE((d->phys_addr & 0xfff) == 0 && (d->virt_addr & 0xfff) == 0);
		PROMISE(previous <= d->phys_addr && d->phys_addr < end);
		PROMISE((d->type != 5 && d->type != 6) || end <= ram->start ||
			ram->end <= d->phys_addr);
		previous = end;
	}
}

int fuzz_input(const uint8_t *data, size_t size)
{
	static struct kx_range range = { 0x100000, 0x3f000000, 0 };
	const struct kx_ranges ram = { .item = &range, .count = 1 };
	struct kx_span rest = { data, size }, line, field[5];
	struct kx_efi_map map = { 0 };
	struct kx_err err = { "" };

	while (kx_span_line(&rest, &line)) {
		for (int i = 0; i < 5; i++)
			field[i] = fuzz_field(&line);
		PROMISE(kx_efi_map_add(&map, field, &err) == 0 || err.text[0]);
	}
	if (kx_efi_map_check(&map, &ram, &err) == 0)
		check(&map, &range);
	kx_efi_map_done(&map);
	return 0;
}
