/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a BIOS leaves in low memory, for a kernel that looks there on a machine that EFI started.
 *
 * Xen is one: without EFI's boot services, which have ended, its own way into EFI is closed, and it
 * takes the machine for one with a BIOS. It looks for ACPI's root pointer in the first KiB of the
 * extended BIOS data area, whose segment stands at 0x40e, and from 0xe0000 on, which is ROM (ACPI
 * 6.5, 5.2.5.1; xen.git xen/drivers/acpi/tables/tbxfroot.c); it puts its start code for processors
 * below that area, and calls the BIOS there (xen/arch/x86/boot/head.S, trampoline.S). Its first
 * domain sees the first MiB as it is, and looks in the same places.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "kexec/arch/x86/kernel.h"
#include "kexec/arch/x86/multiboot.h"
#include "kx/bytes.h"
#include "kx/label.h"

enum {
	VECTORS = 256,
	/* The BIOS's functions; before them are exceptions and, with 0x70 to 0x77, interrupts. */
	FIRST_CALL = 0x10,
	LAST_CALL = 0x1f,
	/* BIOS data area: u16 segment of the extended one, u16 KiB of memory below it. */
	BDA_EBDA = 0x40e,
	BDA_BASE_MEMORY = 0x413,
	/* Below these Xen has no room for its start code, above there is no RAM. */
	LOWEST = 0x40000,
	HIGHEST = 0xa0000,
	/* In the extended area: u8 KiB of it; what we put there. */
	EBDA_SIZE = 0,
	EBDA_RSDP = 0x10,
	EBDA_NO_CALL = 0x100,
	EBDA_RETURN = 0x110,
	KIB = 1024,
};

/* mov $0x86, %ah; stc; lret $2: "not supported", with the flags that the caller finds then. */
static const uint8_t no_call[] = { 0xb4, 0x86, 0xf9, 0xca, 0x02, 0x00 };
/* iret */
static const uint8_t back[] = { 0xcf };

static void fill(uint8_t *low, uint8_t *ebda, uint64_t at, struct kx_span rsdp)
{
	uint64_t segment = at >> 4;

	for (unsigned int i = 0; i < VECTORS; i++) {
		bool call = i >= FIRST_CALL && i <= LAST_CALL;

		kx_put_le(low + i * 4, 2, call ? EBDA_NO_CALL : EBDA_RETURN);
		kx_put_le(low + i * 4 + 2, 2, segment);
	}
	kx_put_le(low + BDA_EBDA, 2, segment);
	kx_put_le(low + BDA_BASE_MEMORY, 2, at / KIB);
	ebda[EBDA_SIZE] = KX_PAGE_SIZE / KIB;
	if (rsdp.base)
		memcpy(ebda + EBDA_RSDP, rsdp.base, rsdp.len);
	memcpy(ebda + EBDA_NO_CALL, no_call, sizeof(no_call));
	memcpy(ebda + EBDA_RETURN, back, sizeof(back));
}

/*
 * The first page: Linux calls it reserved on every machine, for what a BIOS may have there
 * (arch/x86/kernel/e820.c), and then keeps it for EFI, too, as it does all boot services' memory
 * that is reserved already (arch/x86/platform/efi/quirks.c). What it is the firmware's map tells,
 * and this next kernel calls no firmware.
 */
static bool first_page_is_ram(const struct kx_ranges *map)
{
	bool ram = false;

	for (size_t i = 0; i < map->count; i++) {
		const struct kx_range *r = &map->item[i];

		if (r->start >= KX_PAGE_SIZE)
			continue;
		if (r->type != KX_E820_RAM)
			return false;
		ram |= r->start == 0 && r->end >= KX_PAGE_SIZE;
	}
	return ram;
}

static int place(const struct kx_request *req, struct kx_plan *plan, uint8_t *bytes,
		 uint64_t fixed, uint64_t *ret, struct kx_err *err)
{
	const struct kx_range *mem = &req->where.mem;
	struct kx_place page = {
		.what = "bios_data",
		.data = { bytes, KX_PAGE_SIZE },
		.limit = { mem->start > LOWEST ? mem->start : LOWEST,
			   mem->end < HIGHEST ? mem->end : HIGHEST, 0 },
	};

	if (fixed == 0) {
		page.limit = (struct kx_range){ mem->start, mem->end, 0 };
		page.fixed = true;
	}
	return kx_plan_place(plan, &page, ret, err);
}

/* Both pages, and they alone, out of memory that nothing else of a plan may lie in. */
static int place_both(const struct kx_request *req, struct kx_plan *plan, uint8_t *low,
		      uint8_t *ebda, uint64_t *ret, struct kx_err *err)
{
	struct kx_ranges usable = { 0 }, all = plan->usable;
	uint64_t ignored;
	int rc = x86_usable_low(req->machine, &usable, err);

	if (rc < 0)
		return rc;
	rc = kx_ranges_add(&usable, 0, KX_PAGE_SIZE, 0);
	kx_ranges_sort(&usable);
	if (rc < 0)
		rc = kx_fail(err, rc, "no memory for the list of usable memory");
	plan->usable = usable;
	if (rc == 0)
		rc = place(req, plan, ebda, HIGHEST, ret, err);
	if (rc == 0)
		rc = place(req, plan, low, 0, &ignored, err);
	plan->usable = all;
	kx_ranges_done(&usable);
	if (rc < 0)
		return rc;
	rc = kx_ranges_add(&plan->usable, 0, KX_PAGE_SIZE, 0);
	if (rc == 0)
		rc = kx_ranges_add(&plan->usable, *ret, *ret + KX_PAGE_SIZE, 0);
	kx_ranges_merge(&plan->usable);
	return rc < 0 ? kx_fail(err, rc, "no memory for the list of usable memory") : 0;
}

/* The next kernel must leave both alone, and its first domain must see them. */
static int reserve(struct kx_ranges *map, uint64_t ebda, struct kx_err *err)
{
	struct kx_range page[] = { { 0, KX_PAGE_SIZE, 0 }, { ebda, ebda + KX_PAGE_SIZE, 0 } };
	int rc = kx_ranges_subtract(map, &(struct kx_ranges){ .item = page, .count = 2 });

	for (size_t i = 0; i < 2 && rc == 0; i++)
		rc = kx_ranges_add(map, page[i].start, page[i].end, KX_E820_RESERVED);
	kx_ranges_sort(map);
	return rc < 0 ? kx_fail(err, rc, "no memory for the memory map") : 0;
}

int multiboot_bios_area(const struct kx_request *req, struct kx_span rsdp, struct kx_ranges *map,
			struct kx_plan *plan, uint64_t *ret, struct kx_err *err)
{
	uint8_t *low = kx_plan_alloc(plan, KX_PAGE_SIZE), *ebda = kx_plan_alloc(plan, KX_PAGE_SIZE);
	uint64_t at = 0;
	int rc;

	if (!low || !ebda)
		return kx_fail(err, -ENOMEM, "no memory for what a BIOS leaves");
	if (!first_page_is_ram(map))
		return kx_fail(err, -ENOTSUP,
			       "the first page of memory, which would lead there, is not RAM");
	rc = place_both(req, plan, low, ebda, &at, err);
	if (rc == 0)
		rc = reserve(map, at, err);
	if (rc < 0)
		return rc;
	fill(low, ebda, at, rsdp);
	*ret = at + EBDA_RSDP;
	kx_plan_note(plan, "ACPI's root pointer is put where a BIOS has it, at 0x%" PRIx64,
		     *ret);
	return 0;
}
