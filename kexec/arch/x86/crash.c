/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Crash kernels on x86: what the dump shows, what the crash kernel may use
 * (Linux, Documentation/admin-guide/kdump/kdump.rst).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kexec/arch/x86/crash.h"
#include "kx/crash.h"
#include "kx/memmap.h"
#include "uapi/bootparam_x86.h"

/*
 * kdump.rst: x86 kernels use the first 640 KiB whatever they are told; purgatory saves them.
 * Documentation/arch/x86/x86_64/mm.rst: the kernel's image is mapped in the top 2 GiB.
 */
static const uint64_t low_memory_end = 640 << 10;
static const uint64_t image_map_start = UINT64_C(0xffffffff80000000);
static const uint64_t four_gib = UINT64_C(1) << 32;

/*
 * Linux reads the dump of a 64-bit kernel in a 32-bit one, too (arch/x86/include/asm/kexec.h,
 * vmcore_elf_check_arch_cross()), but only pages that it can map: arch/x86/kernel/crash_dump_32.c,
 * is_crashed_pfn_valid(). How many these are depends on PAE, of which the file says nothing.
 */
static int check_reads(const struct kx_crash *facts, struct kx_err *err)
{
	for (size_t i = 0; i < facts->ram.count; i++) {
		if (facts->ram.item[i].end > four_gib)
			return kx_fail(err, -ENOTSUP,
				       "it has no 64-bit entry: a 32-bit crash kernel cannot read all of "
				       "the memory, which ends at 0x%" PRIx64
				       "; give a 64-bit kernel",
				       facts->ram.item[facts->ram.count - 1].end);
	}
	return 0;
}

int x86_crash_check(const struct kx_request *req, const struct x86_kernel *kernel,
		    struct kx_err *err)
{
	const struct kx_crash *facts = &req->machine->crash;
	/* All segments go there. */
	const struct kx_range region = x86_crash_region(req->machine);
	const bool is_32bit = !(kernel->xloadflags & XLF_KERNEL_64);
	uint64_t end = kernel->end ? kernel->end : four_gib;
	int rc;

	if (!req->crash || !kernel->protected)
		return 0;
	rc = is_32bit ? check_reads(facts, err) : 0;
	if (req->files.initrd.len && kernel->initrd_addr_max < end)
		end = (uint64_t)kernel->initrd_addr_max + 1;
	if (rc < 0 || region.start < end)
		return rc;
	return kx_fail(err, -ENOTSUP,
		       "by its 32-bit entry it must lie below 0x%" PRIx64
		       ", and the memory reserved for it begins at 0x%" PRIx64
		       ": boot with crashkernel=SIZE@128M, or %s",
		       end, region.start,
		       is_32bit ? "give a 64-bit kernel" : "leave out --entry-32bit");
}

static struct kx_range low_memory(const struct kx_crash *facts)
{
	struct kx_range low = { UINT64_MAX, 0, 0 };

	for (size_t i = 0; i < facts->ram.count; i++) {
		const struct kx_range *r = &facts->ram.item[i];

		if (r->start >= low_memory_end)
			continue;
		if (r->start < low.start)
			low.start = r->start;
		low.end = r->end < low_memory_end ? r->end : low_memory_end;
	}
	return low;
}

/*
 * Is a part without a physical address the image? It is mapped by pages of 2 MiB in the first 1 GiB
 * (Linux, Documentation/arch/x86/x86_64/mm.rst: 512 MiB without KASLR, 1 GiB with), and modules,
 * behind it, have more than it.
 */
static bool may_be_image(const struct kx_crash *facts, const struct kx_kcore_part *p)
{
	const uint64_t large_page = 2 << 20, half = 512 << 20;

	return (p->virt - facts->image.start) % large_page == 0 && p->size <= half &&
	       p->size >= facts->image.end - facts->image.start &&
	       p->virt - image_map_start < 2 * half &&
	       (!facts->stext || facts->stext - p->virt < p->size);
}

static bool holds_image(const struct kx_crash *facts, const struct kx_kcore_part *p)
{
	if (p->virt < image_map_start)
		return false;
	if (p->physical == KX_KCORE_HIDDEN)
		return may_be_image(facts, p);
	return p->physical <= facts->image.start && facts->image.start - p->physical < p->size;
}

/* KASLR moves the image and the direct map apart: /proc/kcore shows both as they are mapped. */
static const struct kx_kcore_part *find_mapping(const struct kx_crash *facts, bool image)
{
	for (size_t i = 0; i < facts->n_kcore; i++) {
		const struct kx_kcore_part *p = &facts->kcore[i];

		if (image ? holds_image(facts, p)
			  : p->virt < image_map_start && p->physical != KX_KCORE_HIDDEN)
			return p;
	}
	return NULL;
}

int x86_mapping(const struct kx_crash *facts, struct kx_mapping *ret, struct kx_err *err)
{
	const struct kx_kcore_part *image = find_mapping(facts, true);
	const struct kx_kcore_part *direct = find_mapping(facts, false);

	if (!image || !direct)
		return kx_fail(err, -ENODATA,
			       "/proc/kcore does not show where the %s is mapped: a dump would not be "
			       "readable; kexec_file_load (-s) does not need it",
			       image ? "direct map" : "kernel's image");
	*ret = (struct kx_mapping){
		.image = *image,
		.has_direct = true,
		.direct = direct->virt - direct->physical,
	};
	/* "Kernel code" of /proc/iomem begins where that part does. */
	if (image->physical == KX_KCORE_HIDDEN)
		ret->image.physical = facts->image.start;
	return 0;
}

static int place_backup(struct x86_crash *crash, const struct kx_request *req,
			struct kx_plan *plan, struct kx_err *err)
{
	int rc;

	crash->backup = low_memory(&req->machine->crash);
	if (crash->backup.start >= crash->backup.end)
		return 0;
	rc = kx_plan_place(plan,
			   &(struct kx_place){
				   .what = "backup",
				   .memsz = crash->backup.end - crash->backup.start,
				   .limit = req->where.mem,
			   },
			   &crash->backup_at, err);
	if (rc == 0)
		crash->backup_size = plan->segments[plan->n_segments - 1].memsz;
	return rc;
}

/* memmap=SIZE?START; the sign says what it is (Linux, kernel-parameters.txt). */
static char memmap_sign(uint32_t type)
{
	switch (type) {
	case KX_E820_RAM: return '@';
	case KX_E820_ACPI:
	case KX_E820_NVS: return '#';
	case KX_E820_PMEM:
	case KX_E820_PRAM: return '!';
	default: return '$';
	}
}

static int add_memmap_words(const struct x86_crash *crash, const struct kx_request *req,
			    const struct x86_kernel *image, struct kx_plan *plan,
			    struct kx_err *err)
{
	struct kx_ranges map = { 0 };
	char word[80];
	int rc;

	rc = x86_crash_memory_map(crash, req, &map, err);
	if (rc == 0)
		rc = kx_plan_add_word(plan, "memmap=exactmap", image->cmdline_size, err);
	for (size_t i = 0; i < map.count && rc == 0; i++) {
		const struct kx_range *r = &map.item[i];

		snprintf(word, sizeof(word), "memmap=0x%" PRIx64 "%c0x%" PRIx64, r->end - r->start,
			 memmap_sign(r->type), r->start);
		rc = kx_plan_add_word(plan, word, image->cmdline_size, err);
	}
	kx_ranges_done(&map);
	return rc;
}

struct kx_range x86_crash_region(const struct kx_machine *machine)
{
	const struct kx_ranges *regions = &machine->crash.regions;

	return regions->count ? regions->item[regions->count - 1] : (struct kx_range){ 0 };
}

static int add_header_word(const struct kx_range *header, size_t max, struct kx_plan *plan,
			   struct kx_err *err)
{
	char word[40];

	snprintf(word, sizeof(word), "elfcorehdr=0x%" PRIx64, header->start);
	return kx_plan_add_word(plan, word, max, err);
}

int x86_crash_header(const struct kx_request *req, const struct kx_backup *backup,
		     size_t cmdline_max, struct kx_plan *plan, struct kx_range *ret,
		     struct kx_err *err)
{
	int rc = kx_plan_add_elfcorehdr(plan, req, backup, 0, ret, err);

	return rc < 0 ? rc : add_header_word(ret, cmdline_max, plan, err);
}

int x86_crash_place(struct x86_crash *ret, const struct kx_request *req,
		    const struct x86_kernel *image, struct kx_plan *plan, struct kx_err *err)
{
	struct kx_backup backup = { .from = { 0 } };
	int rc;

	*ret = (struct x86_crash){ 0 };
	rc = place_backup(ret, req, plan, err);
	if (ret->backup_at)
		backup = (struct kx_backup){ ret->backup, ret->backup_at };
	if (rc == 0)
		rc = kx_plan_add_elfcorehdr(plan, req, &backup, 0, &ret->header, err);
	if (rc == 0 && req->pc.memmap_on_cmdline)
		rc = add_memmap_words(ret, req, image, plan, err);
	return rc < 0 ? rc : add_header_word(&ret->header, image->cmdline_size, plan, err);
}

void x86_crash_backup(const struct x86_crash *crash, struct kx_plan *plan)
{
	if (!crash->backup_at)
		return;
	plan->purgatory->backup_src = crash->backup.start;
	plan->purgatory->backup_dst = crash->backup_at;
	plan->purgatory->backup_len = crash->backup.end - crash->backup.start;
}

/* The regions and CMA, but not what the dump is read from. */
static int usable_ram(const struct x86_crash *crash, const struct kx_crash *facts,
		      struct kx_ranges *ram)
{
	struct kx_ranges kept = { 0 };
	int rc;

	rc = kx_ranges_append(ram, &facts->regions);
	if (rc == 0)
		rc = kx_ranges_append(ram, &facts->cma);
	for (size_t i = 0; i < facts->ram.count && rc == 0; i++) {
		const struct kx_range *r = &facts->ram.item[i];

		rc = kx_ranges_add(ram, r->start, r->end < low_memory_end ? r->end : low_memory_end,
				   0);
	}
	if (rc == 0)
		rc = kx_ranges_add(&kept, crash->header.start, crash->header.end, 0);
	if (rc == 0)
		rc = kx_ranges_add(&kept, crash->backup_at, crash->backup_at + crash->backup_size,
				   0);
	kx_ranges_merge(ram);
	kx_ranges_merge(&kept);
	if (rc == 0)
		rc = kx_ranges_subtract(ram, &kept);
	kx_ranges_done(&kept);
	return rc;
}

int x86_crash_memory_map(const struct x86_crash *crash, const struct kx_request *req,
			 struct kx_ranges *ret, struct kx_err *err)
{
	struct kx_ranges all = { 0 }, ram = { 0 }, map = { 0 };
	int rc;

	rc = x86_memory_map(req->machine, &all, err);
	if (rc < 0)
		return rc;
	rc = usable_ram(crash, &req->machine->crash, &ram);
	for (size_t i = 0; i < ram.count && rc == 0; i++)
		rc = kx_ranges_add(&map, ram.item[i].start, ram.item[i].end, KX_E820_RAM);
	for (size_t i = 0; i < all.count && rc == 0; i++) {
		const struct kx_range *r = &all.item[i];

		if (r->type != KX_E820_RAM)
			rc = kx_ranges_add(&map, r->start, r->end, r->type);
	}
	kx_ranges_done(&all);
	kx_ranges_done(&ram);
	if (rc < 0) {
		kx_ranges_done(&map);
		return kx_fail(err, rc, "no memory for the crash kernel's memory map");
	}
	kx_ranges_sort(&map);
	*ret = map;
	return 0;
}
