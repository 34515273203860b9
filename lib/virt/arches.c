/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Address translation: the architectures that have it. */
#include "kx/virt.h"

static const struct kx_virt_arch *const arches[] = {
#define KX_VIRT(name) &kx_virt_##name,
#include "kx/virt.def"
#undef KX_VIRT
};

enum { ARCHES = sizeof(arches) / sizeof(arches[0]) };

const struct kx_virt_arch *kx_virt_arch_of(uint16_t machine)
{
	for (size_t i = 0; i < ARCHES; i++) {
		if (arches[i]->isa->elf_machine == machine)
			return arches[i];
	}
	return NULL;
}

const struct kx_virt_arch *kx_virt_arch_at(size_t index)
{
	return index < ARCHES ? arches[index] : NULL;
}

const struct kx_virt_arch *kx_virt_arch_named(const char *name)
{
	const struct kx_isa *isa = kx_isa_of_uname(name);

	/* By number: the two byte orders of a machine have the same formulas. */
	return isa ? kx_virt_arch_of(isa->elf_machine) : NULL;
}
