/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Screen and EFI memory in the form in which a Multiboot kernel is told of them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kexec/arch/x86/kernel.h"
#include "kexec/arch/x86/multiboot.h"
#include "kx/label.h"
#include "uapi/bootparam_x86.h"

/* UEFI 2.10, 7.2: types of memory, and the attribute of what may be cached. */
enum {
	EFI_RESERVED = 0,
	EFI_CONVENTIONAL = 7,
	EFI_UNUSABLE = 8,
	EFI_ACPI_RECLAIM = 9,
	EFI_ACPI_NVS = 10,
	EFI_PERSISTENT = 14,
	EFI_WRITE_BACK = 1 << 3,
	EFI_PAGE = 4096,
};

static uint32_t efi_type(uint32_t e820)
{
	switch (e820) {
	case KX_E820_RAM: return EFI_CONVENTIONAL;
	case KX_E820_ACPI: return EFI_ACPI_RECLAIM;
	case KX_E820_NVS: return EFI_ACPI_NVS;
	case KX_E820_UNUSABLE: return EFI_UNUSABLE;
	case KX_E820_PMEM: return EFI_PERSISTENT;
	default: return EFI_RESERVED;
	}
}

/* What is not a range is found by kx_efi_map_check(). */
static int ranges_of(const struct kx_efi_map *map, struct kx_ranges *ret)
{
	int rc = 0;

	for (size_t i = 0; i < map->count && rc == 0; i++) {
		const struct kx_efi_desc *d = &map->desc[i];
		uint64_t end;

		if (d->num_pages <= UINT64_MAX / EFI_PAGE &&
		    !__builtin_add_overflow(d->phys_addr, d->num_pages * EFI_PAGE, &end))
			rc = kx_ranges_add(ret, d->phys_addr, end, 0);
	}
	kx_ranges_merge(ret);
	return rc;
}

static void add_rest(struct kx_efi_map *map, const struct kx_ranges *rest)
{
	for (size_t i = 0; i < rest->count; i++) {
		const struct kx_range *r = &rest->item[i];
		uint64_t start = (r->start + EFI_PAGE - 1) / EFI_PAGE, end = r->end / EFI_PAGE;

		if (start < end)
			map->desc[map->count++] = (struct kx_efi_desc){
				.type = efi_type(r->type),
				.phys_addr = start * EFI_PAGE,
				.num_pages = end - start,
				.attribute = r->type == KX_E820_RAM ? EFI_WRITE_BACK : 0,
			};
	}
}

static int whole_map(const struct kx_efi_map *runtime, const struct kx_ranges *rest,
		     struct kx_efi_map *ret, struct kx_err *err)
{
	const struct kx_ranges no_ram = { .item = NULL };
	struct kx_efi_map map = { .desc = calloc(runtime->count + rest->count, sizeof(*map.desc)) };
	int rc;

	if (!map.desc)
		return kx_fail(err, -ENOMEM, "no memory for the EFI memory map");
	memcpy(map.desc, runtime->desc, runtime->count * sizeof(*map.desc));
	map.count = map.room = runtime->count;
	add_rest(&map, rest);
	rc = kx_efi_map_check(&map, &no_ram, err);
	if (rc < 0)
		kx_efi_map_done(&map);
	else
		*ret = map;
	return rc;
}

int multiboot_efi_map(const struct kx_efi_map *runtime, const struct kx_ranges *memory,
		      struct kx_efi_map *ret, struct kx_err *err)
{
	struct kx_ranges used = { 0 }, rest = { 0 };
	int rc = ranges_of(runtime, &used);

	if (rc == 0)
		rc = kx_ranges_append(&rest, memory);
	if (rc == 0)
		rc = kx_ranges_subtract(&rest, &used);
	rc = rc < 0 ? kx_fail(err, rc, "no memory for the EFI memory map") :
		      whole_map(runtime, &rest, ret, err);
	kx_ranges_done(&used);
	kx_ranges_done(&rest);
	return rc;
}

static uint64_t number(struct kx_span bp, uint64_t at, unsigned int width)
{
	uint64_t value = 0;

	kx_span_le(bp, at, width, &value);
	return value;
}

static struct multiboot_screen framebuffer(struct kx_span bp)
{
	uint64_t high = number(bp, BP_LFB_CAPABILITIES, 4) & LFB_64BIT_BASE ?
				number(bp, BP_EXT_LFB_BASE, 4) :
				0;
	struct multiboot_screen screen = {
		.address = high << 32 | number(bp, BP_LFB_BASE, 4),
		.pitch = (uint32_t)number(bp, BP_LFB_LINELENGTH, 2),
		.width = (uint32_t)number(bp, BP_LFB_WIDTH, 2),
		.height = (uint32_t)number(bp, BP_LFB_HEIGHT, 2),
		.depth = (uint8_t)number(bp, BP_LFB_DEPTH, 2),
	};

	/* Position and bits are the other way round there. */
	for (unsigned int i = 0; i < sizeof(screen.colour); i++)
		screen.colour[i] = (uint8_t)number(bp, BP_LFB_COLOURS + (i ^ 1), 1);
	return screen;
}

/* Linux, Documentation/admin-guide/svga.rst; VGA's text memory. */
static struct multiboot_screen text_screen(struct kx_span bp)
{
	enum { ADDRESS = 0xb8000, CELL = 2, CELL_BITS = 16 };
	uint32_t columns = (uint32_t)number(bp, BP_ORIG_VIDEO_COLS, 1);

	return (struct multiboot_screen){
		.address = columns ? ADDRESS : 0,
		.pitch = columns * CELL,
		.width = columns,
		.height = (uint32_t)number(bp, BP_ORIG_VIDEO_LINES, 1),
		.depth = CELL_BITS,
		.text = true,
	};
}

struct multiboot_screen multiboot_screen(const struct kx_request *req, struct kx_plan *plan)
{
	bool gone = req->machine->screen == KX_SCREEN_NATIVE && !req->pc.reuse_video_type;
	uint8_t page[BP_SIZE] = { 0 };
	struct kx_span bp = { page, sizeof(page) };
	uint64_t type;

	/* Linux is told the same. */
	x86_copy_screen(page, req, plan);
	type = number(bp, BP_ORIG_VIDEO_ISVGA, 1);
	if (type == VIDEO_TYPE_VLFB || type == VIDEO_TYPE_EFI)
		return framebuffer(bp);
	if (type == VIDEO_IS_VGA && !gone)
		return text_screen(bp);
	return (struct multiboot_screen){ 0 };
}
