/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two initramfs of a test in a virtual machine. */
#ifndef KDUMP_SERVICE_TEST_IMAGE_H
#define KDUMP_SERVICE_TEST_IMAGE_H

#include "kdump/service/arm/options.h"
#include "kdump/service/arm/prepare.h"

/**
 * vm_image_crash() - what is armed, but for the targets: that of the crash kernel
 * @prepared: all of it is prepared; its plan becomes that of the test
 * @ret: for kx_memfile_done()
 *
 * It has the drivers of this machine's targets too, which find no device there, but take memory.
 * The dump goes to the virtual machine's disk, and is not encrypted: nobody here could read it.
 *
 * Return: as image_build().
 */
int vm_image_crash(struct prepared *prepared, const struct arm_options *options,
		   struct kx_memfile *ret, struct kx_err *err);

/**
 * vm_image_first() - that of the kernel that panics: see KX_CAPTURE_VM
 * @crash: what vm_image_crash() has made; @words: the crash kernel's command line
 * @ret: for kx_memfile_done()
 *
 * The program that loads the crash kernel there is the one that arming runs here.
 *
 * Return: as kx_initramfs_*() and vm_program_add().
 */
int vm_image_first(const struct prepared *prepared, const struct arm_options *options,
		   const struct kx_memfile *crash, const char *words, struct kx_memfile *ret,
		   struct kx_err *err);

#endif
