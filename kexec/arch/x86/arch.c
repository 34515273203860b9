/* SPDX-License-Identifier: GPL-2.0-or-later */
/* x86_64: the architecture's table. */

#include "kexec/arch/x86/crash.h"
#include "kexec/arch/x86/faults.h"
#include "kexec/arch/x86/kernel.h"
#include "kexec/plan/purgatory.h"
#include "uapi/bootparam_x86.h"

static const struct kx_image *const images[] = { &x86_bzimage, &x86_bzimage32,
						 &x86_multiboot2, &x86_multiboot,
						 &x86_vmlinux, &x86_pvh,
						 &x86_elf, NULL };

/* Where a PC has its serial lines since 1981. */
static const struct kx_uart_port ports[] = { { "ttyS0", 0x3f8 }, { "ttyS1", 0x2f8 }, { NULL, 0 } };

const struct kx_arch kx_arch_x86_64 = {
	.isa = &kx_isa_x86_64,
	.images = images,
	.file_map_max = BP_E820_MAX,
	.ports = ports,
	.console_by_option = true,
	.protected_mode = true,
	.options = KX_OPTION_NOEFI | KX_OPTION_PASS_MEMMAP | KX_OPTION_CONSOLE_VGA |
		   KX_OPTION_RESET_VGA | KX_OPTION_REUSE_VIDEO_TYPE | KX_OPTION_ENTRY_32BIT |
		   KX_OPTION_ARGS | KX_OPTION_REAL_MODE,
	.purgatory = kx_purgatory_x86_64,
	.purgatory_size = &kx_purgatory_x86_64_size,
	.usable = x86_usable,
	.mapping = x86_mapping,
	.faults = x86_64_faults,
};
