/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Address translation of ppc, the 32-bit one: a linear map of low memory holds image and log.
 * Linux, arch/powerpc/include/asm/page.h.
 */
#include "kx/virt.h"

/* Low memory is 768 MiB by default; vmalloc and what is mapped by pages comes above it. */
#define LOWMEM_SIZE (UINT64_C(768) << 20)

/* The split between user and kernel shows in the image's address; memory starts where RAM does. */
static void setup(struct kx_virt *virt, const struct kx_vmcoreinfo *info,
		  const struct kx_virt_hints *hints)
{
	uint64_t text, offset = UINT64_C(0xc0000000);

	if (kx_vmcoreinfo_symbol(info, "_stext", &text) && (text & UINT64_C(0xc0000000)))
		offset = text & UINT64_C(0xc0000000);
	kx_virt_add(virt, KX_VIRT_IMAGE, offset, offset + LOWMEM_SIZE - 1,
		    hints->has_ram ? hints->ram_start : 0);
}

const struct kx_virt_arch kx_virt_ppc = {
	.isa = &kx_isa_ppc,
	.one_order = true,
	.by_ram_start = true,
	.image_first = UINT64_MAX,
	.setup = setup,
};
