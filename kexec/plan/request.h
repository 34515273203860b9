/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the user wants loaded: options and file bytes, without a file name being opened again. */
#ifndef KEXEC_PLAN_REQUEST_H
#define KEXEC_PLAN_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/crash.h"
#include "kx/devtree.h"
#include "kx/firmware.h"
#include "kx/machine.h"
#include "kx/purgatory_abi.h"
#include "kx/span.h"

/**
 * struct kx_request - input of a loader; all of it borrowed
 * @machine: facts of the machine that will run the kernel
 * @kernel, @kernel_path: the kernel file's bytes and its name for messages
 * @initrd: all initrds as one run of bytes; empty when there is none
 * @cmdline: never NULL
 * @mem: segments only inside [start, end)
 * @has_entry, @entry: jump there instead of the image's own entry
 * @no_checks: purgatory shall not verify
 * @halt_on_mismatch: purgatory shall stop instead of resetting the machine
 * @reset_vga, @console_vga: VGA text mode in purgatory
 * @console_kind, @console_base, @console_divisor: purgatory's serial line, see purgatory_abi.h
 * @no_efi: do not hand over EFI runtime services
 * @reuse_video_type: hand over the screen as the firmware left it, whoever drives it now
 * @crash: facts for a crash kernel's load; NULL for a normal one
 * @hotplug: the running kernel shall keep the ELF core header up to date
 * @memmap_on_cmdline: tell a crash kernel its memory by memmap= words too
 * @rng_seed, @kaslr_seed: random bytes for the next kernel; NULL hands none over
 * @firmware: what device tree and ACPI say; NULL for architectures that do not ask
 * @dtb: device tree to be used instead of the running one; empty: the running one
 * @overlay, @n_overlay: device tree overlays, applied in this order
 * @quiet_purgatory: purgatory prints only what is wrong
 * @plan_only: for looking at: what can only be run where it was built for may be missing
 */
struct kx_request {
	const struct kx_machine *machine;
	struct kx_span kernel;
	const char *kernel_path;
	struct kx_span initrd;
	const char *cmdline;
	struct kx_range mem;
	bool has_entry;
	uint64_t entry;
	bool no_checks;
	bool halt_on_mismatch;
	bool reset_vga;
	bool console_vga;
	enum kx_purg_console_kind console_kind;
	uint64_t console_base;
	uint32_t console_divisor;
	bool no_efi;
	bool reuse_video_type;
	const struct kx_crash *crash;
	bool hotplug;
	bool memmap_on_cmdline;
	const uint8_t *rng_seed, *kaslr_seed;
	const struct kx_firmware *firmware;
	struct kx_span dtb;
	const struct kx_span *overlay;
	size_t n_overlay;
	bool quiet_purgatory;
	bool plan_only;
};

#endif
