/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the running kernel's virtual addresses: by VMCOREINFO (Linux,
 * Documentation/admin-guide/kdump/vmcoreinfo.rst), /proc/kcore and /proc/kallsyms, in that order.
 */
#include "kx/crash.h"
#include "kx/virt.h"

static void take_image(struct kx_mapping *mapping, const struct kx_range *image, uint64_t virt)
{
	mapping->image = (struct kx_kcore_part){ virt, image->start, image->end - image->start };
}

/* Formulas say where an address range lies; the image's physical address chooses among them. */
static void by_formulas(const struct kx_crash *crash, const struct kx_isa *isa,
			struct kx_mapping *ret)
{
	struct kx_virt virt = { .count = 0 };
	struct kx_virt_hints hints = { .has_ram = false };

	kx_virt_init(&virt, kx_virt_arch_of(isa->elf_machine), isa->big_endian, &crash->vmcoreinfo,
		     &hints);
	for (size_t i = 0; i < virt.count; i++) {
		const struct kx_virt_linear *f = &virt.linear[i];
		uint64_t inside = crash->image.start - f->phys;

		if (f->kind == KX_VIRT_IMAGE && !ret->image.size && inside <= f->last - f->first)
			take_image(ret, &crash->image, f->first + inside);
		if (f->kind == KX_VIRT_DIRECT && !ret->has_direct) {
			ret->direct = f->first - f->phys;
			ret->has_direct = true;
		}
	}
}

/* On every architecture that comes here the direct map is below the image (its memory.rst). */
static void direct_by_kcore(const struct kx_crash *crash, struct kx_mapping *ret)
{
	const struct kx_kcore_part *lowest = NULL;

	for (size_t i = 0; i < crash->n_kcore; i++) {
		if (crash->kcore[i].physical != KX_KCORE_HIDDEN &&
		    (!lowest || crash->kcore[i].virt < lowest->virt))
			lowest = &crash->kcore[i];
	}
	if (!lowest)
		return;
	ret->direct = lowest->virt - lowest->physical;
	ret->has_direct = true;
}

void kx_crash_mapping(const struct kx_crash *crash, const struct kx_isa *isa,
		      struct kx_mapping *ret)
{
	*ret = (struct kx_mapping){ .has_direct = false };
	if (crash->vmcoreinfo.text.len)
		by_formulas(crash, isa, ret);
	if (!ret->has_direct)
		direct_by_kcore(crash, ret);
	/* "Kernel code" of /proc/iomem begins there. */
	if (!ret->image.size && crash->stext)
		take_image(ret, &crash->image, crash->stext);
}
