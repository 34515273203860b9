/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What generic code may ask of an architecture and of a kernel file format. */
#ifndef KEXEC_PLAN_ARCH_H
#define KEXEC_PLAN_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kexec/plan/plan.h"
#include "kexec/plan/request.h"
#include "kx/error.h"
#include "kx/isa.h"
#include "kx/span.h"

struct kx_arch;
struct kx_dt_boot;
struct kx_image_header;
struct kx_known_fault;

/**
 * struct kx_image - one kernel file format
 * @name: for --type=NAME
 * @alias: another name by which scripts know it (optional)
 * @file_syscall: does the architecture's kexec_file_load take it?
 * @modules: does it take files by --module?
 */
struct kx_image {
	const char *name;
	const char *alias;
	bool file_syscall;
	bool modules;

	/** @rsdp: (optional) its kernels are handed ACPI's root pointer: where is it? 0: unknown */
	uint64_t (*rsdp)(const struct kx_machine *machine);

	/** @probe: is @file of this format, for @arch? Must not log, allocate or fail. */
	bool (*probe)(const struct kx_arch *arch, struct kx_span file);

	/**
	 * @check: may this file be started on this machine, by either system call?
	 *
	 * Fills in @plan->detail. Return: 0; -ENOEXEC with the field, its value and the limit.
	 */
	int (*check)(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err);

	/**
	 * @place: (optional without @file_syscall) find room for the kernel, the initrd and about
	 * as much as the rest would need
	 *
	 * For a trial plan before kexec_file_load, see kx_plan_try(); only with @file_syscall.
	 * Return: errors of
	 * kx_plan_place() and of @check.
	 */
	int (*place)(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err);

	/** @load: add all segments to @plan, after @check. On failure the caller drops @plan. */
	int (*load)(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err);
};

/**
 * struct kx_uart_port - a serial line of a known I/O port
 * @name: of the tty
 */
struct kx_uart_port {
	const char *name;
	uint16_t port;
};

/** enum kx_arch_options - options that only some architectures have a meaning for */
enum kx_arch_options {
	KX_OPTION_NOEFI = 1 << 0,
	KX_OPTION_PASS_MEMMAP = 1 << 1,
	KX_OPTION_CONSOLE_VGA = 1 << 2,
	KX_OPTION_RESET_VGA = 1 << 3,
	KX_OPTION_REUSE_VIDEO_TYPE = 1 << 4,
	KX_OPTION_ENTRY_32BIT = 1 << 5,
	KX_OPTION_ARGS = 1 << 6,	/* --args-elf, --args-none */
	KX_OPTION_REAL_MODE = 1 << 7,
};

/**
 * struct kx_arch - all that generic code may ask of an architecture
 *
 * To add architecture foo:
 *  1. kexec/arch/foo/arch.c: define kx_arch_foo; formats of its own in their own files; all of them
 *     named in kexec/arch/foo/Makemodule.am, which kexec/Makemodule.am includes. Kernels that get a
 *     device tree need the numbers of their boot document alone: struct kx_dt_boot.
 *  2. include/kx/isa.def: its line, unless it is there already; kexec/plan/arches.def:
 *     KX_ARCH(foo).
 *  3. purgatory/arch/foo/: entry.S, setup.c, and a Makemodule.am that purgatory/Makemodule.am
 *     includes. configure.ac: KX_PURGATORY([foo], …). tests/purgatory/foo.conf: what it must not
 *     use.
 *  4. include/kx/virt.def and lib/virt/foo.c: its virtual addresses, unless they are there already.
 *  5. tests/fixtures/foo/: captured machines and the expected plans, and a row for them in
 *     tests/unit/boards.c; tests/purgatory/foo.S and foo.sh, for purgatory alone under QEMU.
 *  6. tests/qemu/foo.conf: how to boot it, and which scenarios it has; see tests/qemu/conf.sh.
 *  7. man/kexec.8: the table under ARCHITECTURES.
 * tests/unit/test-arch.c fails until every member not marked optional is set.
 */
struct kx_arch {
	const struct kx_isa *isa;		/* names and numbers that files know it by */
	const struct kx_image *const *images;	/* tried in order; NULL ends */
	/** @file_map_max: entries of the memory map that kexec_file_load hands over; 0: all */
	size_t file_map_max;
	/** @protected_mode: its purgatory knows KX_PURG_MODE_PROTECTED */
	bool protected_mode;
	/** @purgatory: flat image built for this arch; size 0 when no compiler for it was found */
	const unsigned char *purgatory;
	const size_t *purgatory_size;
	/**
	 * @usable: memory that a normal load may use, merged, into the empty list @ret
	 *
	 * Return: 0; -ENODATA when the machine tells no memory map; -ENOMEM.
	 */
	int (*usable)(const struct kx_machine *machine, struct kx_ranges *ret, struct kx_err *err);
	/** @takes_devtree: its kernels get a device tree: --dtb, --dtbo, a UKI's .dtb */
	bool takes_devtree;
	/** @reads_firmware: loads need kx_machine_read_firmware(); purgatory uses its console */
	bool reads_firmware;
	/** @ports: (optional) serial lines of known ports, a NULL name ends; NULL: no I/O ports */
	const struct kx_uart_port *ports;
	/** @console_by_option: purgatory prints only if --console-serial says so */
	bool console_by_option;
	/** @options: enum kx_arch_options */
	uint32_t options;
	/** @dt_boot: (optional) rules for kernels with a device tree, see kexec/image/dt_boot.h */
	const struct kx_dt_boot *dt_boot;
	/** @image_header: (optional) of its Image, see kexec/image/flat.h */
	const struct kx_image_header *image_header;
	/**
	 * @purgatory_room, @purgatory_fill: (optional, both or none) data behind purgatory's image
	 *
	 * The first says how many bytes, whole pages, once all other segments are placed; 0: no
	 * memory to find that out. The second fills them in: @at is the physical address of
	 * @bytes, @image that of purgatory. Return: 0; a negative errno with @err.
	 */
	size_t (*purgatory_room)(const struct kx_plan *plan, uint64_t image_size);
	int (*purgatory_fill)(const struct kx_plan *plan, struct kx_range image, uint64_t at,
			      uint8_t *bytes, size_t size, struct kx_purg_params *params,
			      struct kx_err *err);
	/**
	 * @mapping: (optional: kx_crash_mapping()) where the running kernel has itself and memory
	 *
	 * Return: 0; -ENODATA when that is unknown and a dump would be of no use.
	 */
	int (*mapping)(const struct kx_crash *facts, struct kx_mapping *ret, struct kx_err *err);
	/** @faults: (optional) known ones of its kernels, see kexec/plan/faults.h */
	const struct kx_known_fault *faults;
};

#endif
