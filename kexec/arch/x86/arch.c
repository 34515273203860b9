/* SPDX-License-Identifier: GPL-2.0-or-later */
/* x86_64: the architecture's table. */
#include <elf.h>

#include "kexec/arch/x86/bzimage.h"
#include "kexec/arch/x86/crash.h"
#include "kexec/plan/purgatory.h"
#include "uapi/bootparam_x86.h"

static const struct kx_image *const images[] = { &x86_bzimage, NULL };

const struct kx_arch kx_arch_x86_64 = {
	.name = "x86_64",
	.uname = "x86_64",
	.elf_machine = EM_X86_64,
	.kexec_id = EM_X86_64,	/* UAPI linux/kexec.h: KEXEC_ARCH_X86_64 is (62 << 16) */
	.images = images,
	.pe_machine = 0x8664,	/* PE format: IMAGE_FILE_MACHINE_AMD64 */
	.uimage_arch = 24,	/* U-Boot, include/image.h: IH_ARCH_X86_64 */
	.file_map_max = BP_E820_MAX,
	.purgatory = kx_purgatory_x86_64,
	.purgatory_size = &kx_purgatory_x86_64_size,
	.usable = x86_usable,
	.mapping = x86_mapping,
};
