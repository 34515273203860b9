/* SPDX-License-Identifier: GPL-2.0-or-later */
/* x86_64: the architecture's table. */

#include "kexec/arch/x86/bzimage.h"
#include "kexec/arch/x86/crash.h"
#include "kexec/plan/purgatory.h"
#include "uapi/bootparam_x86.h"

static const struct kx_image *const images[] = { &x86_bzimage, NULL };

const struct kx_arch kx_arch_x86_64 = {
	.isa = &kx_isa_x86_64,
	.images = images,
	.file_map_max = BP_E820_MAX,
	.purgatory = kx_purgatory_x86_64,
	.purgatory_size = &kx_purgatory_x86_64_size,
	.usable = x86_usable,
	.mapping = x86_mapping,
};
