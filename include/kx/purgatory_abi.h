/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What kexec tells purgatory: one struct at the first byte of purgatory's flat image. Both sides
 * include this header; it must not include anything that a freestanding compiler lacks.
 */
#ifndef KX_PURGATORY_ABI_H
#define KX_PURGATORY_ABI_H

#include <stddef.h>
#include <stdint.h>

/* "KXPURG03" read as a little-endian number: name and version of this layout. */
#define KX_PURG_MAGIC 0x333047525550584bULL

/* KEXEC_SEGMENT_MAX: there can be no more regions than segments. */
#define KX_PURG_REGIONS 16

enum kx_purg_flags {
	KX_PURG_VERIFY = 1 << 0,	/* compare the digests before going on */
	KX_PURG_HALT = 1 << 1,		/* on a mismatch stop instead of resetting the machine */
	KX_PURG_RESET_VGA = 1 << 2,	/* put the VGA back into 80x25 text mode */
	KX_PURG_CONSOLE_VGA = 1 << 3,	/* print on the VGA text screen */
	KX_PURG_QUIET = 1 << 4,		/* print only what is wrong */
};

enum kx_purg_console_kind {
	KX_PURG_CONSOLE_NONE = 0,
	KX_PURG_CONSOLE_8250_IO = 1,	/* @base is an I/O port */
	KX_PURG_CONSOLE_8250_MMIO = 2,	/* @base is a physical address, one byte a register */
	KX_PURG_CONSOLE_8250_MMIO32 = 3, /* the same, four bytes a register */
	KX_PURG_CONSOLE_PL011 = 4,	/* @base is a physical address; Arm's PrimeCell UART */
};

/* How the machine is reset on a mismatch. */
enum kx_purg_reset {
	KX_PURG_RESET_DEFAULT = 0,	/* as the architecture always does; arm64: not at all */
	KX_PURG_RESET_PSCI_SMC = 1,	/* arm64: PSCI SYSTEM_RESET by smc */
	KX_PURG_RESET_PSCI_HVC = 2,	/* the same by hvc; only for a kernel that ran at EL1 */
};

/* How the next kernel is entered. */
enum kx_purg_mode {
	/* As the architecture's 64-bit kernels are, with @arg; x86: eax, ebx and edi of @regs. */
	KX_PURG_MODE_OWN = 0,
	/*
	 * x86: 32-bit protected mode, with @regs. Interrupts and paging are off, CR4 and EFER are
	 * as after a reset, CS is 0x10 and the other segments are 0x18, flat 4 GiB descriptors in
	 * purgatory's memory (Linux, Documentation/arch/x86/boot.rst, "32-bit Boot Protocol";
	 * Multiboot Specification 0.6.96, 3.2; xen.git docs/misc/pvh.pandoc).
	 */
	KX_PURG_MODE_PROTECTED = 1,
	/*
	 * x86: real mode, as a BIOS hands over: its interrupt table, interrupts off, interrupt
	 * controllers and timer as it sets them. CS:0 is @entry, a multiple of 16 below 1 MiB; all
	 * other segments are @regs.eax, SP is @regs.esp. @arg is a page below 1 MiB that purgatory
	 * may overwrite.
	 */
	KX_PURG_MODE_REAL = 2,
};

/** struct kx_purg_regs - x86: see enum kx_purg_mode; in the order in which POPA takes them */
struct kx_purg_regs {
	uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax;
};

/**
 * struct kx_purg_region - bytes that must still be what kexec loaded
 * @start: physical address of the first byte
 * @len: number of bytes
 * @name: for messages, NUL-padded, not necessarily NUL-terminated
 * @digest: SHA-256
 */
struct kx_purg_region {
	uint64_t start;
	uint64_t len;
	char name[16];
	uint8_t digest[32];
};

/**
 * struct kx_purg_params - the parameters; purgatory's entry follows at KX_PURG_ENTRY
 * @magic: KX_PURG_MAGIC, set when purgatory is built
 * @entry: physical address to jump to
 * @arg: what the kernel's boot protocol wants in its first register (x86: boot_params;
 *       else the device tree, on RISC-V in its second one)
 * @memsz: bytes that the image needs in memory, set when purgatory is built
 * @flags: enum kx_purg_flags
 * @n_regions: used entries of @region
 * @console_kind: enum kx_purg_console_kind
 * @console_divisor: 115200 / baud rate, or 0 to leave the line as it is set up (PL011: ignored)
 * @console_base: I/O port or physical address
 * @backup_src, @backup_dst, @backup_len: copied after the check, before the jump (low memory for
 *              crash kernels, x86; ACPI's root pointer for kernels that look for it elsewhere)
 * @page_table: arm64: physical address of the top-level identity table that maps all of @region
 *              and purgatory's own memory, so that the check runs with caches on; 0: MMU off
 * @reset: enum kx_purg_reset
 * @mode: enum kx_purg_mode
 * @regs: see @mode
 * @region: what to verify
 */
struct kx_purg_params {
	uint64_t magic;
	uint64_t entry;
	uint64_t arg;
	uint64_t memsz;
	uint32_t flags;
	uint32_t n_regions;
	uint32_t console_kind;
	uint32_t console_divisor;
	uint64_t console_base;
	uint64_t backup_src;
	uint64_t backup_dst;
	uint64_t backup_len;
	uint64_t page_table;
	uint32_t reset;
	uint32_t mode;
	struct kx_purg_regs regs;
	struct kx_purg_region region[KX_PURG_REGIONS];
};

/* Offset of the first instruction in the image; entry.S places it there. */
#define KX_PURG_ENTRY 0x500

_Static_assert(offsetof(struct kx_purg_params, entry) == 8, "entry.S reads offset 8");
_Static_assert(offsetof(struct kx_purg_params, arg) == 16, "entry.S reads offset 16");
_Static_assert(offsetof(struct kx_purg_params, mode) == 92, "entry.S reads offset 92");
_Static_assert(offsetof(struct kx_purg_params, regs) == 96, "entry.S reads offset 96");
_Static_assert(sizeof(struct kx_purg_regs) == 32, "entry.S pops 8 registers");
_Static_assert(offsetof(struct kx_purg_regs, esp) == 12, "entry.S reads offset 12");
_Static_assert(offsetof(struct kx_purg_regs, ebx) == 16, "entry.S reads offset 16");
_Static_assert(offsetof(struct kx_purg_regs, eax) == 28, "entry.S reads offset 28");
_Static_assert(sizeof(struct kx_purg_region) == 64, "kexec and purgatory disagree");
_Static_assert(sizeof(struct kx_purg_params) == 128 + 64 * KX_PURG_REGIONS,
	       "kexec and purgatory disagree");
_Static_assert(sizeof(struct kx_purg_params) <= KX_PURG_ENTRY, "the entry overlaps the parameters");

#endif
