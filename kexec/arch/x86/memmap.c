/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory of an x86 machine: the map for the next kernel, and where segments may be placed. */
#include <errno.h>

#include "kexec/arch/x86/kernel.h"
#include "kx/memmap.h"
#include "uapi/bootparam_x86.h"

/* Real-mode code, the EBDA and the VGA live below; nothing of ours has to. */
enum { LOWEST_ADDRESS = 1 << 20 };

/* boot_params holds at most 128 entries; what a boot loader put beyond is not in this page. */
static int map_from_boot_params(const struct kx_machine *machine, struct kx_ranges *map)
{
	struct kx_span page = { machine->boot_params, sizeof(machine->boot_params) };
	uint64_t count = 0, addr = 0, size = 0, type = 0, end;

	kx_span_le(page, BP_E820_ENTRIES, 1, &count);
	for (uint64_t i = 0; i < count && i < BP_E820_MAX; i++) {
		uint64_t at = BP_E820_TABLE + i * BP_E820_ENTRY_SIZE;

		kx_span_le(page, at, 8, &addr);
		kx_span_le(page, at + 8, 8, &size);
		kx_span_le(page, at + 16, 4, &type);
		if (__builtin_add_overflow(addr, size, &end))
			end = UINT64_MAX;
		if (kx_ranges_add(map, addr, end, (uint32_t)type) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* /proc/iomem also lists devices; only labels that the E820 map gave it count. */
static int map_from_iomem(const struct kx_machine *machine, struct kx_ranges *map)
{
	const struct kx_iomem *iomem = &machine->iomem;

	for (size_t i = 0; i < iomem->count; i++) {
		const struct kx_iomem_entry *e = &iomem->entry[i];

		if (e->depth == 0 && e->means.e820 &&
		    kx_ranges_add(map, e->start, e->end, e->means.e820) < 0)
			return -ENOMEM;
	}
	return 0;
}

/*
 * What this kernel reserved after it had the map, "Reserved" inside "System RAM" in /proc/iomem, is
 * RAM to the next one. The firmware knows nothing of it, and the next kernel decides for itself:
 *
 * - "kexec [...] uses the original E820 layout to pass to the kexec-ed kernel. This way the original
 *   kernel can have a restricted E820 map while the kexec()-ed kexec-kernel can have access to full
 *   memory" (Linux, arch/x86/kernel/e820.c, of e820_table_kexec, which kexec_file_load takes, too);
 *   "kexec needs the raw firmware-provided memory map" (Documentation/ABI/testing/
 *   sysfs-firmware-memmap).
 * - The crash kernel's region, the setup data and the initrd of this kernel are its own affair.
 * - Tables of EFI that stay in use are found again by the EFI runtime map that is handed over:
 *   efi_arch_mem_reserve() gives them EFI_MEMORY_RUNTIME, efi_reserve_boot_services() reserves them
 *   (arch/x86/platform/efi/quirks.c).
 * - What memmap= and mem= take away belongs to a command line (Documentation/admin-guide/
 *   kernel-parameters.txt): who wants that again says so again, as --reuse-cmdline does.
 *
 * No segment lies in any of it all the same: until the next kernel runs, it is this one's.
 */
int x86_memory_map(const struct kx_machine *machine, struct kx_ranges *ret, struct kx_err *err)
{
	struct kx_ranges map = { 0 };
	int rc = 0;

	if (machine->efi_memmap_added && !kx_iomem_hidden(&machine->iomem))
		rc = map_from_iomem(machine, &map);
	if (rc == 0 && map.count == 0)
		rc = kx_ranges_append(&map, &machine->memmap);
	if (rc == 0 && map.count == 0 && machine->have_boot_params)
		rc = map_from_boot_params(machine, &map);
	if (rc == 0 && map.count == 0 && !kx_iomem_hidden(&machine->iomem))
		rc = map_from_iomem(machine, &map);
	if (rc < 0) {
		kx_ranges_done(&map);
		return kx_fail(err, rc, "no memory for the memory map");
	}
	if (map.count == 0)
		return kx_fail(err, -ENODATA,
			       "no memory map: /sys/firmware/memmap and /proc/iomem show no "
			       "addresses; run as root, or give --root=DIR");
	kx_ranges_sort(&map);
	*ret = map;
	return 0;
}

/* What the map calls RAM and nothing else of the map overlaps. */
static int ram_of_map(const struct kx_ranges *map, struct kx_ranges *ram)
{
	struct kx_ranges other = { 0 };
	int rc = 0;

	for (size_t i = 0; i < map->count && rc == 0; i++) {
		const struct kx_range *r = &map->item[i];

		rc = kx_ranges_add(r->type == KX_E820_RAM ? ram : &other, r->start, r->end, 0);
	}
	kx_ranges_merge(ram);
	kx_ranges_merge(&other);
	if (rc == 0)
		rc = kx_ranges_subtract(ram, &other);
	kx_ranges_done(&other);
	return rc;
}

/*
 * The firmware's map does not know what the kernel reserved later (crash kernel, EFI tables,
 * memory it was told not to use); /proc/iomem does. Where both are readable, both must agree.
 */
static int keep_what_iomem_allows(const struct kx_machine *machine, struct kx_ranges *ram)
{
	struct kx_ranges allowed = { 0 };
	int rc;

	if (machine->iomem.count == 0 || kx_iomem_hidden(&machine->iomem))
		return 0;
	rc = kx_iomem_ram(&machine->iomem, &allowed);
	if (rc == 0)
		rc = kx_ranges_intersect(ram, &allowed);
	kx_ranges_done(&allowed);
	return rc;
}

/*
 * Some boot services memory stays in use: tables of the firmware that the kernel reads later. Every
 * map calls it RAM, but the next kernel finds it by the EFI runtime map, so it must survive (Linux,
 * arch/x86/platform/efi/quirks.c, efi_arch_mem_reserve()).
 */
static int keep_efi_memory(const struct kx_machine *machine, struct kx_ranges *ram)
{
	const struct kx_efi_map *map = &machine->efi.runtime_map;
	struct kx_ranges kept = { 0 };
	int rc = 0;

	for (size_t i = 0; i < map->count && rc == 0; i++) {
		const struct kx_efi_desc *d = &map->desc[i];
		uint64_t end;

		/* What is not a range is refused later, if EFI is handed over at all. */
		if (d->num_pages <= UINT64_MAX >> 12 &&
		    !__builtin_add_overflow(d->phys_addr, d->num_pages << 12, &end))
			rc = kx_ranges_add(&kept, d->phys_addr, end, 0);
	}
	kx_ranges_merge(&kept);
	if (rc == 0)
		rc = kx_ranges_subtract(ram, &kept);
	kx_ranges_done(&kept);
	return rc;
}

/* Of what the running kernel may place segments in, all but @holes. */
static int usable_without(const struct kx_machine *machine, const struct kx_ranges *holes,
			  struct kx_ranges *ret, struct kx_err *err)
{
	struct kx_ranges map = { 0 }, ram = { 0 };
	int rc;

	rc = x86_memory_map(machine, &map, err);
	if (rc < 0)
		return rc;
	rc = ram_of_map(&map, &ram);
	if (rc == 0)
		rc = keep_what_iomem_allows(machine, &ram);
	if (rc == 0)
		rc = keep_efi_memory(machine, &ram);
	if (rc == 0)
		rc = kx_ranges_subtract(&ram, holes);
	kx_ranges_done(&map);
	if (rc < 0) {
		kx_ranges_done(&ram);
		return kx_fail(err, rc, "no memory for the list of usable memory");
	}
	*ret = ram;
	return 0;
}

int x86_usable(const struct kx_machine *machine, struct kx_ranges *ret, struct kx_err *err)
{
	/*
	 * No segment may end above what the kernel maps (Linux, arch/x86/include/asm/kexec.h
	 * KEXEC_DESTINATION_MEMORY_LIMIT; sparsemem.h MAX_PHYSMEM_BITS).
	 */
	struct kx_range unreachable[] = {
		{ 0, LOWEST_ADDRESS, 0 },
		{ UINT64_C(1) << (machine->la57 ? 52 : 46), UINT64_MAX, 0 },
	};

	return usable_without(machine, &(struct kx_ranges){ .item = unreachable, .count = 2 }, ret,
			      err);
}

int x86_usable_low(const struct kx_machine *machine, struct kx_ranges *ret, struct kx_err *err)
{
	/* The first 64 KiB are the BIOS's own, and what it overwrites without a word. */
	struct kx_range others[] = {
		{ 0, 64 << 10, 0 },
		{ LOWEST_ADDRESS, UINT64_MAX, 0 },
	};

	return usable_without(machine, &(struct kx_ranges){ .item = others, .count = 2 }, ret, err);
}
