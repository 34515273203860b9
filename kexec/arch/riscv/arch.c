/* SPDX-License-Identifier: GPL-2.0-or-later */
/* riscv64: the architecture's table. */
#include <stdio.h>

#include "kexec/image/flat.h"
#include "kexec/plan/faults.h"
#include "kexec/plan/purgatory.h"

/* Linux, Documentation/arch/riscv/boot-image-header.rst. */
static void flags_text(uint64_t flags, char *text, size_t size)
{
	snprintf(text, size, "%s", flags & 1 ? "big-endian" : "little-endian");
}

static const struct kx_image_header image_header = {
	.magic = 0x05435352,		/* "RSC\x05" */
	.flags_text = flags_text,
};

static const struct kx_dt_boot boot = {
	.align = 2 << 20,		/* Documentation/arch/riscv/boot.rst: PMD aligned */
	.cmdline_max = 1024,		/* COMMAND_LINE_SIZE of UAPI asm/setup.h */
};

/* Linux, arch/riscv/kernel/kexec_image.c: kexec_file_load takes an Image since v6.16. */
static const struct kx_image *const images[] = { &kx_image_vmlinux_by_both, &kx_image_flat, NULL };

static const struct kx_known_fault faults[] = {
	{
		.name = "riscv64-no-relocations",
		.releases = {
			{ { 6, 4, 0 }, { 6, 18, 0 } },
		},
		.in = KX_FAULT_IN_RELOCATIONS,
		.syscall_load = true,
		.syscall_file = true,
		.effect = KX_FAULT_NEXT_DIES,
		.what = "the kernel's build has removed them, and it would die without a word",
		.advice = "use Image, or vmlinux.relocs beside it",
		.source = "made by Linux 559d1e45a16d (\"riscv: Use --emit-relocs in order to move "
			  ".rela.dyn in init\"), again by 0ce5139fd96e (\"kbuild: always create "
			  "intermediate vmlinux.unstripped\"), mended by 4b47a3aefb29 (\"kbuild: "
			  "Restore pattern to avoid stripping .rela.dyn from vmlinux\")",
	},
	{
		.name = "riscv64-empty-segment",
		.releases = {
			{ { 5, 19, 0 }, KX_NOT_MENDED },
		},
		.in = KX_FAULT_IN_EMPTY_SEGMENT,
		.syscall_file = true,
		.effect = KX_FAULT_NEXT_DIES,
		.what = "the running kernel takes the entry from there, and would jump anywhere",
		.advice = "use Image, or --kexec-syscall",
		.source = "made by Linux 6261586e0c91 (\"RISC-V: Add kexec_file support\"): "
			  "elf_find_pbase() of arch/riscv/kernel/kexec_elf.c looks at p_vaddr of "
			  "empty segments too, as of 7.2; seen with the vmlinux of a 7.2 build",
	},
	KX_FAULT_BIG_FILE("riscv64"),
	{ .name = NULL },
};

const struct kx_arch kx_arch_riscv64 = {
	.isa = &kx_isa_riscv64,
	.images = images,
	.takes_devtree = true,
	.reads_firmware = true,
	.dt_boot = &boot,
	.image_header = &image_header,
	.purgatory = kx_purgatory_riscv64,
	.purgatory_size = &kx_purgatory_riscv64_size,
	.usable = kx_plan_usable_ram,
	.faults = faults,
};
