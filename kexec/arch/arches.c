/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of architectures, from kexec/plan/arches.def. */
#include "kexec/arch/arches.h"

#define KX_ARCH(name) extern const struct kx_arch kx_arch_##name;
#include "kexec/plan/arches.def"
#undef KX_ARCH

const struct kx_arch *const kx_arches[] = {
#define KX_ARCH(name) &kx_arch_##name,
#include "kexec/plan/arches.def"
#undef KX_ARCH
	NULL,
};
