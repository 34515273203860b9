/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Address translation of x86: the image is linked at a fixed address, the direct map moves with
 * KASLR. Linux, Documentation/arch/x86/x86_64/mm.rst and admin-guide/kdump/vmcoreinfo.rst; page
 * tables as in the Intel SDM, volume 3, chapter "Paging".
 */
#include <errno.h>
#include <inttypes.h>

#include "kx/virt.h"

#define IMAGE_64      UINT64_C(0xffffffff80000000)
#define TIB	      (UINT64_C(1) << 40)
#define ENTRY_ADDRESS UINT64_C(0x000ffffffffff000)

enum { PRESENT = 1 << 0, LARGE = 1 << 7 };

/* virt->mode of i386 */
enum { TWO_LEVELS, PAE };

/*
 * The image: at most 1 GiB with KASLR, 512 MiB without, where modules follow. KERNELOFFSET tells.
 */
static void add_image(struct kx_virt *virt, const struct kx_vmcoreinfo *info,
		      const struct kx_virt_hints *hints)
{
	uint64_t phys_base = hints->phys_base, offset, size = UINT64_C(1) << 30;

	if (!kx_vmcoreinfo_number(info, "phys_base", &phys_base) && !hints->has_phys_base) {
		virt->lacks = "NUMBER(phys_base)";
		return;
	}
	if (kx_vmcoreinfo_hex(info, "KERNELOFFSET", &offset) && offset == 0)
		size >>= 1;
	kx_virt_add(virt, KX_VIRT_IMAGE, IMAGE_64, IMAGE_64 + size - 1, phys_base);
}

/* Unless a segment shows it, the direct map's place is only known without KASLR. */
static void add_direct(struct kx_virt *virt, const struct kx_vmcoreinfo *info,
		       const struct kx_virt_hints *hints)
{
	uint64_t offset;

	if (hints->has_direct) {
		kx_virt_add(virt, KX_VIRT_DIRECT, hints->direct,
			    hints->direct + (virt->levels == 5 ? 32768 : 64) * TIB - 1, 0);
		return;
	}
	if (kx_vmcoreinfo_hex(info, "KERNELOFFSET", &offset) && offset != 0)
		return;
	if (virt->levels == 5) {
		kx_virt_add(virt, KX_VIRT_DIRECT, UINT64_C(0xff11000000000000),
			    UINT64_C(0xff90ffffffffffff), 0);
		return;
	}
	kx_virt_add(virt, KX_VIRT_DIRECT, UINT64_C(0xffff888000000000),
		    UINT64_C(0xffffc87fffffffff), 0);
	/* Before v4.20; since then nothing of the direct map is there. */
	kx_virt_add(virt, KX_VIRT_DIRECT, UINT64_C(0xffff880000000000),
		    UINT64_C(0xffff887fffffffff), 0);
}

static void setup_64(struct kx_virt *virt, const struct kx_vmcoreinfo *info,
		     const struct kx_virt_hints *hints)
{
	uint64_t five = 0, encrypted = 0;

	kx_vmcoreinfo_number(info, "pgtable_l5_enabled", &five);
	kx_vmcoreinfo_number(info, "sme_mask", &encrypted);
	virt->levels = five ? 5 : 4;
	virt->page_shift = 12;
	virt->entry_mask = ENTRY_ADDRESS & ~encrypted;
	add_image(virt, info, hints);
	/* init_level4_pgt before v4.13. */
	if (!kx_virt_root(virt, info, "init_top_pgt") &&
	    !kx_virt_root(virt, info, "init_level4_pgt"))
		kx_virt_root(virt, info, "swapper_pg_dir");
	add_direct(virt, info, hints);
}

static int not_mapped(uint64_t addr, uint64_t entry, unsigned int shift, struct kx_err *err)
{
	return kx_fail(err, -EFAULT,
		       "address 0x%" PRIx64 " is not mapped (entry 0x%" PRIx64 " at bit %u)", addr,
		       entry, shift);
}

static int walk_64(const struct kx_virt *virt, uint64_t addr, uint64_t *ret, uint64_t *ret_len,
		   struct kx_err *err)
{
	uint64_t table = virt->root, entry;

	for (unsigned int level = virt->levels; level > 0; level--) {
		unsigned int shift = 12 + 9 * (level - 1);
		int rc = kx_virt_entry(virt, table, addr >> shift & 511, 8, &entry, err);

		if (rc < 0)
			return rc;
		if (!(entry & PRESENT))
			return not_mapped(addr, entry, shift, err);
		table = entry & virt->entry_mask;
		if (level == 1 || ((level == 2 || level == 3) && entry & LARGE)) {
			kx_virt_leaf(table, shift, addr, ret, ret_len);
			return 0;
		}
	}
	return not_mapped(addr, 0, 0, err);
}

const struct kx_virt_arch kx_virt_x86_64 = {
	.isa = &kx_isa_x86_64,
	.one_order = true,
	.direct_first = UINT64_C(0xff00000000000000),
	.direct_last = UINT64_C(0xfffffdffffffffff),
	/* KASLR moves it by whole entries of the third level. */
	.direct_align = UINT64_C(1) << 30,
	.image_first = IMAGE_64,
	.setup = setup_64,
	.walk = walk_64,
};

/* ---- 32 bit --------------------------------------------------------------------------------- */

/*
 * The split between user and kernel is where the image's top bits say: 3, 2 or 1 GiB. Addresses
 * from 896 MiB on above it are not the direct map's (high memory), so the page tables are asked
 * there.
 */
static void setup_32(struct kx_virt *virt, const struct kx_vmcoreinfo *info,
		     const struct kx_virt_hints *hints)
{
	uint64_t text, offset = UINT64_C(0xc0000000);
	struct kx_span value;

	(void)hints;
	if (kx_vmcoreinfo_symbol(info, "_stext", &text) && (text & UINT64_C(0xc0000000)))
		offset = text & UINT64_C(0xc0000000);
	virt->mode = kx_vmcoreinfo_line(info, "CONFIG_X86_PAE", &value) ? PAE : TWO_LEVELS;
	virt->levels = virt->mode == PAE ? 3 : 2;
	virt->page_shift = 12;
	virt->entry_mask = virt->mode == PAE ? ENTRY_ADDRESS : UINT64_C(0xfffff000);
	kx_virt_add(virt, KX_VIRT_IMAGE, offset, offset + (UINT64_C(896) << 20) - 1, 0);
	kx_virt_root(virt, info, "swapper_pg_dir");
}

static int walk_32(const struct kx_virt *virt, uint64_t addr, uint64_t *ret, uint64_t *ret_len,
		   struct kx_err *err)
{
	bool pae = virt->mode == PAE;
	unsigned int width = pae ? 8 : 4, bits = pae ? 9 : 10;
	uint64_t table = virt->root, entry;

	if (addr > UINT32_MAX)
		return not_mapped(addr, 0, 0, err);
	for (unsigned int level = virt->levels; level > 0; level--) {
		unsigned int shift = 12 + bits * (level - 1);
		uint64_t index = addr >> shift & ((1U << bits) - 1);
		int rc = kx_virt_entry(virt, table, index, width, &entry, err);

		if (rc < 0)
			return rc;
		if (!(entry & PRESENT))
			return not_mapped(addr, entry, shift, err);
		table = entry & virt->entry_mask;
		if (level == 1 || (level == 2 && entry & LARGE)) {
			/* Bits 13 to 20 of a 4 MiB page's entry are bits 32 to 39 (PSE-36). */
			if (level == 2 && !pae)
				table = (entry & 0xffc00000) | (entry & 0x1fe000) << 19;
			kx_virt_leaf(table, shift, addr, ret, ret_len);
			return 0;
		}
	}
	return not_mapped(addr, 0, 0, err);
}

const struct kx_virt_arch kx_virt_i386 = {
	.isa = &kx_isa_i386,
	.one_order = true,
	.image_first = UINT64_MAX,
	.setup = setup_32,
	.walk = walk_32,
};
