/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Address translation of mips, of both widths and byte orders: windows that the architecture maps
 * to physical memory, where image and log are. MIPS32 and MIPS64 Architecture for Programmers,
 * volume III, "Virtual Memory"; Linux, arch/mips/include/asm/addrspace.h.
 */
#include "kx/virt.h"

/* The lowest 512 MiB, cached and then uncached. */
enum { UNMAPPED_BITS = 29 };

/* Physical addresses in a window of xkphys, below the bits that choose it. */
enum { XKPHYS_BITS = 59 };

static void add_unmapped(struct kx_virt *virt, uint64_t first)
{
	uint64_t size = UINT64_C(1) << UNMAPPED_BITS;

	kx_virt_add(virt, KX_VIRT_IMAGE, first, first + size - 1, 0);
	kx_virt_add(virt, KX_VIRT_IMAGE, first + size, first + 2 * size - 1, 0);
}

/* Kernels print addresses in their own width, so a 32-bit one's are not sign-extended. */
static void setup(struct kx_virt *virt, const struct kx_vmcoreinfo *info,
		  const struct kx_virt_hints *hints)
{
	/* The ways of caching that kernels use: coherent, and coherent exclusive on write. */
	static const uint64_t xkphys[] = { UINT64_C(0x9800000000000000),
					   UINT64_C(0xa800000000000000) };

	(void)info, (void)hints;
	add_unmapped(virt, UINT64_C(0x80000000));
	add_unmapped(virt, UINT64_C(0xffffffff80000000));
	for (size_t i = 0; i < sizeof(xkphys) / sizeof(xkphys[0]); i++)
		kx_virt_add(virt, KX_VIRT_IMAGE, xkphys[i], xkphys[i] + kx_virt_below(XKPHYS_BITS),
			    0);
}

const struct kx_virt_arch kx_virt_mips = {
	.isa = &kx_isa_mips,
	.image_first = UINT64_MAX,
	.setup = setup,
};

const struct kx_virt_arch kx_virt_mips64 = {
	.isa = &kx_isa_mips64,
	.image_first = UINT64_MAX,
	.setup = setup,
};
