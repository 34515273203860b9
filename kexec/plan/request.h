/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the user wants loaded: options and file bytes, without a file name being opened again. */
#ifndef KEXEC_PLAN_REQUEST_H
#define KEXEC_PLAN_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/devtree.h"
#include "kx/machine.h"
#include "kx/purgatory_abi.h"
#include "kx/span.h"

/**
 * struct kx_module - a file that a Multiboot kernel gets
 * @at, @len: its bytes in the run of all modules; it begins on a page
 * @text: name and arguments, as the user wrote them
 */
struct kx_module {
	size_t at, len;
	const char *text;
};

/**
 * struct kx_files - bytes that the next kernel gets as they are
 * @kernel: without wrappers; @name: the file that they came from
 * @initrd: all initrds as one run; empty when there is none
 * @modules: all modules as one run, @module, @n_module: its parts; only for formats that take them
 * @cmdline: never NULL
 */
struct kx_files {
	struct kx_span kernel, initrd;
	const char *cmdline;
	const char *name;
	struct kx_span modules;
	const struct kx_module *module;
	size_t n_module;
};

/**
 * struct kx_where - limits of placement
 * @mem: segments only inside [start, end)
 * @has_entry, @entry: jump there instead of the image's own entry
 */
struct kx_where {
	struct kx_range mem;
	bool has_entry;
	uint64_t entry;
};

/**
 * struct kx_purg_wishes - what purgatory shall do
 * @no_checks: not verify
 * @halt_on_mismatch: stop instead of resetting the machine
 * @quiet: print only what is wrong
 * @reset_vga, @console_vga: VGA text mode
 * @console_kind, @console_base, @console_divisor: its serial line, see kx/purgatory_abi.h
 */
struct kx_purg_wishes {
	bool no_checks, halt_on_mismatch, quiet;
	bool reset_vga, console_vga;
	enum kx_purg_console_kind console_kind;
	uint64_t console_base;
	uint32_t console_divisor;
};

/**
 * struct kx_tree_wishes - what the next kernel's device tree is made from
 * @dtb: to be used instead of the running one; empty: the running one
 * @overlay, @n_overlay: applied in this order
 */
struct kx_tree_wishes {
	struct kx_span dtb;
	const struct kx_span *overlay;
	size_t n_overlay;
};

/** struct kx_seeds - random bytes for the next kernel; NULL hands none over */
struct kx_seeds {
	const uint8_t *rng;	/* KX_RNG_SEED_SIZE */
	const uint8_t *kaslr;	/* KX_KASLR_SEED_SIZE */
};

/** enum kx_args - what an ELF file is handed */
enum kx_args {
	KX_ARGS_LINUX,	/* boot_params, the default */
	KX_ARGS_ELF,	/* ELF boot notes */
	KX_ARGS_NONE,
};

/**
 * struct kx_pc_wishes - what only a PC has
 * @no_efi: do not hand over EFI runtime services
 * @reuse_video_type: hand over the screen as the firmware left it, whoever drives it now
 * @memmap_on_cmdline: tell a crash kernel its memory by memmap= words too
 * @entry_32bit: enter the kernel by its 32-bit entry, though it may have a 64-bit one
 * @real_mode: let the kernel's setup code ask the BIOS
 * @args: of ELF files
 */
struct kx_pc_wishes {
	bool no_efi, reuse_video_type, memmap_on_cmdline, entry_32bit, real_mode;
	enum kx_args args;
};

/**
 * struct kx_request - input of a loader; all of it borrowed
 * @machine: facts of the machine that will run the kernel
 * @crash: for a crash kernel, whose facts are in @machine too
 * @hotplug: the running kernel shall keep the ELF core header up to date
 * @ignore_faults: load in spite of what is known to be wrong with the kernels
 * @plan_only: for looking at: what can only be run where it was built for may be missing
 */
struct kx_request {
	const struct kx_machine *machine;
	struct kx_files files;
	struct kx_where where;
	struct kx_purg_wishes purgatory;
	struct kx_tree_wishes tree;
	struct kx_seeds seeds;
	struct kx_pc_wishes pc;
	bool crash, hotplug, ignore_faults, plan_only;
};

#endif
