/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The start of a PVH guest: an ELF note with the entry, and what %ebx points at there (xen.git,
 * docs/misc/pvh.pandoc and xen/include/public/arch-x86/hvm/start_info.h). All numbers are
 * little-endian. Offsets instead of structs, as in bootparam_x86.h.
 */
#ifndef UAPI_PVH_X86_H
#define UAPI_PVH_X86_H

/* XEN_ELFNOTE_PHYS32_ENTRY (xen/include/public/elfnote.h): u32, or u64 in 64-bit files. */
#define PVH_NOTE_NAME "Xen"
/*
 * XEN_ELFNOTE_PHYS32_RELOC: the kernel may be loaded elsewhere; up to three u32: a multiple of
 * what, the lowest address of its start, and that of its last byte. Linux has it since v6.12.
 */
enum { PVH_NOTE_ENTRY = 18, PVH_NOTE_RELOC = 19 };
enum { PVH_RELOC_ALIGN = 2 << 20 };	/* if neither the note nor a program header says it */

enum kx_hvm_start_info {
	HVM_MAGIC = 0,			/* u32 */
	HVM_VERSION = 4,		/* u32 */
	HVM_FLAGS = 8,			/* u32, SIF_*: nothing a guest without Xen has */
	HVM_NR_MODULES = 12,		/* u32 */
	HVM_MODLIST = 16,		/* u64, physical address, as all of these */
	HVM_CMDLINE = 24,		/* u64, ends with a NUL */
	HVM_RSDP = 32,			/* u64 */
	HVM_MEMMAP = 40,		/* u64; this and what follows since version 1 */
	HVM_MEMMAP_ENTRIES = 48,	/* u32 */
	HVM_SIZE = 56,
};

enum {
	HVM_MAGIC_VALUE = 0x336ec578,
	HVM_VERSION_MEMMAP = 1,
	HVM_MODULE_SIZE = 32,		/* u64 address, size, command line, reserved */
	HVM_MEMMAP_SIZE = 24,		/* u64 address, u64 size, u32 type as in E820, u32 0 */
};

#endif
