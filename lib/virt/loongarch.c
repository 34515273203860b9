/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Address translation of loongarch64: windows that map all of physical memory, image included.
 * Linux, Documentation/arch/loongarch/introduction.rst, "Virtual Memory".
 */
#include "kx/virt.h"

/* Two bits choose XKPRANGE, up to the 48 address bits below them the kind of caching. */
static void setup(struct kx_virt *virt, const struct kx_vmcoreinfo *info,
		  const struct kx_virt_hints *hints)
{
	static const uint64_t window[] = { UINT64_C(0x9000000000000000),
					   UINT64_C(0x8000000000000000),
					   UINT64_C(0xa000000000000000) };

	(void)info, (void)hints;
	for (size_t i = 0; i < sizeof(window) / sizeof(window[0]); i++)
		kx_virt_add(virt, KX_VIRT_IMAGE, window[i], window[i] + kx_virt_below(48), 0);
}

const struct kx_virt_arch kx_virt_loongarch64 = {
	.isa = &kx_isa_loongarch64,
	.one_order = true,
	.image_first = UINT64_MAX,
	.setup = setup,
};
