/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Address translation of arm: one linear map holds image and low memory, and always the log.
 * Linux, Documentation/arch/arm/memory.rst and admin-guide/kdump/vmcoreinfo.rst.
 */
#include "kx/virt.h"

/* The split between user and kernel shows in the image's address; memory starts where RAM does. */
static void setup(struct kx_virt *virt, const struct kx_vmcoreinfo *info,
		  const struct kx_virt_hints *hints)
{
	uint64_t text, offset = UINT64_C(0xc0000000), phys = hints->ram_start;

	if (kx_vmcoreinfo_symbol(info, "_stext", &text) && (text & UINT64_C(0xc0000000)))
		offset = text & UINT64_C(0xc0000000);
	if (!kx_vmcoreinfo_number(info, "PHYS_OFFSET", &phys) && !hints->has_ram) {
		virt->lacks = "NUMBER(PHYS_OFFSET)";
		return;
	}
	kx_virt_add(virt, KX_VIRT_IMAGE, offset, UINT32_MAX, phys);
}

const struct kx_virt_arch kx_virt_arm = {
	.isa = &kx_isa_arm,
	.by_ram_start = true,
	.image_first = UINT64_MAX,
	.setup = setup,
};
