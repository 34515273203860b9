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

/**
 * struct kx_image - one kernel file format
 * @name: for --type=NAME
 * @alias: another name by which scripts know it (optional)
 * @file_syscall: does the architecture's kexec_file_load take it?
 */
struct kx_image {
	const char *name;
	const char *alias;
	bool file_syscall;

	/** @probe: is @file of this format, for @arch? Must not log, allocate or fail. */
	bool (*probe)(const struct kx_arch *arch, struct kx_span file);

	/**
	 * @check: may this file be started on this machine, by either system call?
	 *
	 * Fills in @plan->detail. Return: 0; -ENOEXEC with the field, its value and the limit.
	 */
	int (*check)(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err);

	/** @load: add all segments to @plan, after @check. On failure the caller drops @plan. */
	int (*load)(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err);
};

/**
 * struct kx_arch - all that generic code may ask of an architecture
 *
 * To add architecture foo:
 *  1. kexec/arch/foo/arch.c: define kx_arch_foo; formats of its own in their own files; all of them
 *     named in kexec/arch/foo/Makemodule.am, which kexec/Makemodule.am includes. Kernels that get a
 *     device tree need the numbers of their boot document alone: struct kx_dt_boot.
 *  2. kexec/plan/arches.def: add KX_ARCH(foo).
 *  3. purgatory/arch/foo/: entry.S, setup.c, Makemodule.am. purgatory/Makemodule.am: that include,
 *     image-foo.c, the folder to clean. configure.ac: KX_PURGATORY([foo], …) and a line of the
 *     summary. tests/check-purgatory.sh: what it must not use.
 *  4. lib/virt/, named in lib/virt/virt.c: its virtual addresses, unless they are there already.
 *  5. tests/fixtures/foo/: captured machines and the expected plans; tests/purgatory/foo.S, for
 *     purgatory alone under QEMU.
 *  6. tests/qemu/foo.conf: how to boot it. CONTRIBUTING.md says what else of tests/qemu names it.
 *  7. man/kexec.8: the table under ARCHITECTURES.
 * tests/unit/test-arch.c fails until every member not marked optional is set.
 */
struct kx_arch {
	const struct kx_isa *isa;		/* names and numbers that files know it by */
	const struct kx_image *const *images;	/* tried in order; NULL ends */
	/** @file_map_max: entries of the memory map that kexec_file_load hands over; 0: all */
	size_t file_map_max;
	/** @purgatory: flat image built for this arch; size 0 when no compiler for it was found */
	const unsigned char *purgatory;
	const size_t *purgatory_size;
	/**
	 * @usable: memory that a normal load may use, merged, into the empty list @ret
	 *
	 * Return: 0; -ENODATA when the machine tells no memory map; -ENOMEM.
	 */
	int (*usable)(const struct kx_machine *machine, struct kx_ranges *ret, struct kx_err *err);
	/** @dt_boot: (optional) for kernels that get a device tree, see kexec/image/dt_boot.h */
	const struct kx_dt_boot *dt_boot;
	/**
	 * @purgatory_room, @purgatory_fill: (optional, both or none) data behind purgatory's image
	 *
	 * The first says how many bytes, whole pages, once all other segments are placed. The
	 * second fills them in: @at is the physical address of @bytes, @image that of purgatory.
	 * Return: 0; a negative errno with @err.
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
};

/** kx_arch_by_name() - the architecture that --arch or uname -m calls @name, or NULL */
const struct kx_arch *kx_arch_by_name(const char *name);

/** kx_arches - all of them; NULL ends */
extern const struct kx_arch *const kx_arches[];

/**
 * kx_image_find() - the format of @file
 * @type: a name that it must have, or NULL for any
 *
 * Return: 0 with *@ret; -ENOEXEC when no format fits, or not the one wanted; -EINVAL when there is
 * no format called @type.
 */
int kx_image_find(const struct kx_arch *arch, const char *type, struct kx_span file,
		  const struct kx_image **ret, struct kx_err *err);

#endif
