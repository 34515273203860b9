/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Address translation of ppc64, both byte orders: one linear map of all memory, image included.
 * Linux, arch/powerpc/include/asm/book3s/64/{hash,radix}.h.
 */
#include "kx/virt.h"

/* From 0xc008… on come vmalloc and, with hash tables, I/O. */
static void setup(struct kx_virt *virt, const struct kx_vmcoreinfo *info,
		  const struct kx_virt_hints *hints)
{
	(void)info, (void)hints;
	kx_virt_add(virt, KX_VIRT_IMAGE, UINT64_C(0xc000000000000000), UINT64_C(0xc007ffffffffffff),
		    0);
}

const struct kx_virt_arch kx_virt_ppc64 = {
	.isa = &kx_isa_ppc64,
	.image_first = UINT64_MAX,
	.setup = setup,
};
