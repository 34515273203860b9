/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of architectures, from kexec/plan/arches.def. */
#include <string.h>

#include "kexec/plan/arch.h"

#define KX_ARCH(name) extern const struct kx_arch kx_arch_##name;
#include "kexec/plan/arches.def"
#undef KX_ARCH

const struct kx_arch *const kx_arches[] = {
#define KX_ARCH(name) &kx_arch_##name,
#include "kexec/plan/arches.def"
#undef KX_ARCH
	NULL,
};

const struct kx_arch *kx_arch_by_name(const char *name)
{
	for (const struct kx_arch *const *a = kx_arches; *a; a++) {
		if (strcmp((*a)->isa->name, name) == 0 || strcmp((*a)->isa->uname, name) == 0)
			return *a;
	}
	return NULL;
}
