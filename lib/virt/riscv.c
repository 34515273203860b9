/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Address translation of riscv64: the image has a place of its own, the direct map ends where other
 * regions begin; page tables of three to five levels. Linux, Documentation/arch/riscv/vm-layout.rst
 * and admin-guide/kdump/vmcoreinfo.rst; entries as in the RISC-V privileged specification.
 */
#include <errno.h>
#include <inttypes.h>

#include "kx/virt.h"

enum { VALID = 1 << 0, LEAF = 7 << 1 };

/* Where the direct map must end: other regions may be above it. */
static uint64_t direct_last(const struct kx_vmcoreinfo *info, uint64_t first)
{
	static const char *const above[] = { "KERNEL_LINK_ADDR", "VMALLOC_START", "VMEMMAP_START",
					     "MODULES_VADDR" };
	uint64_t last = UINT64_MAX, start;

	for (size_t i = 0; i < sizeof(above) / sizeof(above[0]); i++) {
		if (kx_vmcoreinfo_number(info, above[i], &start) && start > first && start <= last)
			last = start - 1;
	}
	return last;
}

static void setup(struct kx_virt *virt, const struct kx_vmcoreinfo *info,
		  const struct kx_virt_hints *hints)
{
	uint64_t link, image, start, phys = hints->ram_start, bits;

	if (kx_vmcoreinfo_number(info, "KERNEL_LINK_ADDR", &link) &&
	    kx_vmcoreinfo_number(info, "va_kernel_pa_offset", &image))
		kx_virt_add(virt, KX_VIRT_IMAGE, link, UINT64_MAX, link - image);
	else
		virt->lacks = "NUMBER(KERNEL_LINK_ADDR) or NUMBER(va_kernel_pa_offset)";
	if (kx_vmcoreinfo_number(info, "VA_BITS", &bits) &&
	    (bits == 39 || bits == 48 || bits == 57))
		virt->levels = ((unsigned int)bits - 12) / 9;
	virt->page_shift = 12;
	kx_virt_root(virt, info, "swapper_pg_dir");
	if (kx_vmcoreinfo_number(info, "PAGE_OFFSET", &start) &&
	    (kx_vmcoreinfo_number(info, "phys_ram_base", &phys) || hints->has_ram))
		kx_virt_add(virt, KX_VIRT_DIRECT, start, direct_last(info, start), phys);
}

static int walk(const struct kx_virt *virt, uint64_t addr, uint64_t *ret, uint64_t *ret_len,
		struct kx_err *err)
{
	uint64_t table = virt->root, entry = 0;

	for (unsigned int level = virt->levels; level > 0; level--) {
		unsigned int shift = 12 + 9 * (level - 1);
		int rc = kx_virt_entry(virt, table, addr >> shift & 511, 8, &entry, err);

		if (rc < 0)
			return rc;
		if (!(entry & VALID))
			break;
		table = (entry >> 10 & kx_virt_below(44)) << 12;
		if (entry & LEAF) {
			kx_virt_leaf(table, shift, addr, ret, ret_len);
			return 0;
		}
	}
	return kx_fail(err, -EFAULT, "address 0x%" PRIx64 " is not mapped (entry 0x%" PRIx64 ")",
		       addr, entry);
}

const struct kx_virt_arch kx_virt_riscv64 = {
	.isa = &kx_isa_riscv64,
	.one_order = true,
	.image_first = UINT64_MAX,
	.setup = setup,
	.walk = walk,
};
