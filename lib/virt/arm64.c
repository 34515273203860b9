/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Address translation of arm64: pages of 4, 16 and 64 KiB, 36 to 52 address bits, the direct map
 * below the middle (v5.4 and later) or above it. Linux, Documentation/arch/arm64/memory.rst and
 * admin-guide/kdump/vmcoreinfo.rst; descriptors as in the Arm ARM, chapter D8.
 */
#include <errno.h>
#include <inttypes.h>

#include "kx/virt.h"

/* virt->mode: where a descriptor has the address bits beyond 47. */
enum { ADDRESS_48, ADDRESS_52_64K, ADDRESS_LPA2 };

/* Descriptor types, bits 1:0. */
enum { TYPE_BLOCK = 1, TYPE_TABLE = 3 };

/* No kernel is larger; where the image ends is not told. */
#define IMAGE_MAX (UINT64_C(128) << 20)

struct layout {
	unsigned int config_bits; /* VA_BITS of the configuration */
	unsigned int actual_bits; /* what the processor was given */
	bool flipped;		  /* v5.4 and later */
};

static bool find_layout(const struct kx_vmcoreinfo *info, struct layout *ret)
{
	uint64_t config, t1sz, text;
	struct layout layout;

	if (!kx_vmcoreinfo_number(info, "VA_BITS", &config) || config < 36 || config > 52)
		return false;
	layout.config_bits = layout.actual_bits = (unsigned int)config;
	if (kx_vmcoreinfo_number(info, "TCR_EL1_T1SZ", &t1sz) && t1sz >= 12 && t1sz <= 28)
		layout.actual_bits = 64 - (unsigned int)t1sz;
	/* Images are always in the upper half now, and were in the lower one before. */
	layout.flipped = true;
	if (kx_vmcoreinfo_symbol(info, "_stext", &text)) {
		unsigned int bits = config < 48 ? (unsigned int)config : 48;

		layout.flipped = text > ~kx_virt_below(bits - 1);
	}
	*ret = layout;
	return true;
}

static void add_direct(struct kx_virt *virt, const struct kx_vmcoreinfo *info,
		       const struct layout *layout)
{
	unsigned int bits = layout->actual_bits;
	uint64_t phys, start;

	if (!kx_vmcoreinfo_number(info, "PHYS_OFFSET", &phys))
		return;
	if (!layout->flipped) {
		start = ~kx_virt_below(bits - 1);
		kx_virt_add(virt, KX_VIRT_DIRECT, start, UINT64_MAX, phys);
		return;
	}
	start = ~kx_virt_below(bits);
	/*
	 * A kernel for 52 bits that runs with 48 keeps PHYS_OFFSET relative to the start for 52,
	 * and thereby negative.
	 */
	if ((int64_t)phys < 0)
		phys += start - ~kx_virt_below(layout->config_bits);
	kx_virt_add(virt, KX_VIRT_DIRECT, start, start + kx_virt_below(bits - 1), phys);
}

static void setup(struct kx_virt *virt, const struct kx_vmcoreinfo *info,
		  const struct kx_virt_hints *hints)
{
	uint64_t offset, text, pac = 0;
	struct layout layout;
	unsigned int index_bits;

	(void)hints;
	kx_vmcoreinfo_number(info, "KERNELPACMASK", &pac);
	virt->strip = ~kx_virt_below(56) | (pac & ~kx_virt_below(36));
	if (kx_vmcoreinfo_number(info, "kimage_voffset", &offset) &&
	    kx_vmcoreinfo_symbol(info, "_stext", &text)) {
		/* The image's header and early code come before _stext. */
		uint64_t first = (text & ~UINT64_C(0x1fffff)) - 0x200000;

		kx_virt_add(virt, KX_VIRT_IMAGE, first, first + IMAGE_MAX - 1, first - offset);
	} else {
		virt->lacks = "NUMBER(kimage_voffset) or SYMBOL(_stext)";
	}
	if (!find_layout(info, &layout))
		return;
	/* A top table for 52 bits serves 48 with 64 KiB pages: its last entries are used. */
	virt->va_bits = virt->page_shift == 16 ? layout.config_bits : layout.actual_bits;
	index_bits = virt->page_shift - 3;
	virt->levels = (virt->va_bits - virt->page_shift + index_bits - 1) / index_bits;
	virt->mode = ADDRESS_48;
	if (virt->page_shift == 16)
		virt->mode = ADDRESS_52_64K;
	else if (virt->va_bits == 52)
		virt->mode = ADDRESS_LPA2;
	kx_virt_root(virt, info, "swapper_pg_dir");
	add_direct(virt, info, &layout);
}

static uint64_t entry_address(const struct kx_virt *virt, uint64_t entry)
{
	uint64_t page = ~kx_virt_below(virt->page_shift);

	if (virt->mode == ADDRESS_LPA2)
		return (entry & kx_virt_below(50) & page) | (entry >> 8 & 3) << 50;
	if (virt->mode == ADDRESS_52_64K)
		return (entry & kx_virt_below(48) & page) | (entry >> 12 & 15) << 48;
	return entry & kx_virt_below(48) & page;
}

static int walk(const struct kx_virt *virt, uint64_t addr, uint64_t *ret, uint64_t *ret_len,
		struct kx_err *err)
{
	unsigned int index_bits = virt->page_shift - 3;
	uint64_t table = virt->root, entry = 0;

	/* Only the upper half is the kernel's. */
	if (addr < ~kx_virt_below(virt->va_bits))
		return kx_fail(err, -EFAULT, "address 0x%" PRIx64 " is not a kernel address", addr);
	for (unsigned int level = virt->levels; level > 0; level--) {
		unsigned int shift = virt->page_shift + index_bits * (level - 1);
		uint64_t inside = addr & kx_virt_below(virt->va_bits);
		uint64_t index = inside >> shift & kx_virt_below(index_bits);
		int rc = kx_virt_entry(virt, table, index, 8, &entry, err);

		if (rc < 0)
			return rc;
		table = entry_address(virt, entry);
		if ((level == 1 && (entry & 3) == TYPE_TABLE) ||
		    (level > 1 && (entry & 3) == TYPE_BLOCK)) {
			kx_virt_leaf(table, shift, addr, ret, ret_len);
			return 0;
		}
		if (level == 1 || (entry & 3) != TYPE_TABLE)
			break;
	}
	return kx_fail(err, -EFAULT,
		       "address 0x%" PRIx64 " is not mapped (descriptor 0x%" PRIx64 ")", addr,
		       entry);
}

const struct kx_virt_arch kx_virt_arm64 = {
	.isa = &kx_isa_arm64,
	.image_first = UINT64_MAX,
	.setup = setup,
	.walk = walk,
};
