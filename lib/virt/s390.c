/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Address translation of s390x: where image and memory are mapped is in VMCOREINFO; before v6.10
 * virtual equals physical. Linux, Documentation/arch/s390/mm.rst and
 * admin-guide/kdump/vmcoreinfo.rst.
 */
#include "kx/virt.h"

/* The lowest 8 KiB are mapped to themselves, wherever all else is. */
enum { LOWCORE = 0x2000 };

static void setup(struct kx_virt *virt, const struct kx_vmcoreinfo *info,
		  const struct kx_virt_hints *hints)
{
	uint64_t start, end, phys, image = UINT64_MAX, identity = 0;

	(void)hints;
	if (kx_vmcoreinfo_hex(info, "SAMODE31", &start) &&
	    kx_vmcoreinfo_hex(info, "EAMODE31", &end) && end > start)
		kx_virt_add(virt, KX_VIRT_DIRECT, start, end - 1, start);
	if (kx_vmcoreinfo_hex(info, "KERNELOFFSET", &start) &&
	    kx_vmcoreinfo_hex(info, "KERNELOFFPHYS", &phys)) {
		kx_virt_add(virt, KX_VIRT_IMAGE, start, UINT64_MAX, phys);
		image = start;
	}
	kx_vmcoreinfo_hex(info, "IDENTITYBASE", &identity);
	if (identity > 0)
		kx_virt_add(virt, KX_VIRT_DIRECT, 0, LOWCORE - 1, 0);
	kx_virt_add(virt, image == UINT64_MAX ? KX_VIRT_IMAGE : KX_VIRT_DIRECT, identity, image - 1,
		    0);
}

const struct kx_virt_arch kx_virt_s390x = {
	.isa = &kx_isa_s390x,
	.one_order = true,
	.image_first = UINT64_MAX,
	.setup = setup,
};
