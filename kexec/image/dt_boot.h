/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernels that are started with a device tree: the rules of placement that architectures share. */
#ifndef KEXEC_IMAGE_DT_BOOT_H
#define KEXEC_IMAGE_DT_BOOT_H

#include <stddef.h>
#include <stdint.h>

#include "kexec/plan/arch.h"

/**
 * struct kx_dt_boot - what an architecture's boot document demands; sizes in bytes
 * @align: of the address that the kernel's text_offset counts from
 * @initrd_window: kernel and initrd lie in one window of this size, whose start is a multiple of
 *                 @initrd_window_align; 0: anywhere
 * @devtree_max: a larger device tree is not mapped; 0: any
 * @cmdline_max: with its NUL; the kernel cuts what is longer
 */
struct kx_dt_boot {
	uint64_t align;
	uint64_t initrd_window, initrd_window_align;
	uint64_t devtree_max;
	size_t cmdline_max;
};

/**
 * struct dt_kernel - a kernel, ready to be placed
 * @bytes: from its first byte in memory on; what follows up to @memsz is the kernel's bss
 * @text_offset: of the first byte from an aligned address, less than the alignment
 */
struct dt_kernel {
	struct kx_span bytes;
	uint64_t text_offset, memsz;
};

/**
 * dt_boot_check() - see kx_image.check: rules that hold whoever places the segments
 *
 * Return: 0; -E2BIG command line too long; -EBUSY CPUs cannot be stopped; -ENOTSUP the system call
 * cannot do what was asked for, or hardware keeps using memory that is not known.
 */
int dt_boot_check(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err);

/** dt_boot_place() - see kx_image.place */
int dt_boot_place(const struct kx_request *req, const struct dt_kernel *kernel,
		  struct kx_plan *plan, struct kx_err *err);

/**
 * dt_boot_load() - see kx_image.load: all segments, device tree and purgatory
 *
 * Return: 0; errors of kx_plan_place(), kx_devtree_make(), kx_plan_add_elfcorehdr() and
 * kx_plan_add_purgatory(); -ENODATA without any device tree; -E2BIG for one that the kernel cannot
 * map.
 */
int dt_boot_load(const struct kx_request *req, const struct dt_kernel *kernel,
		 struct kx_plan *plan, struct kx_err *err);

#endif
