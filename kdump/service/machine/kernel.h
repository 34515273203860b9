/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kernel image captures: the running one's own, unless the configuration names another. */
#ifndef KDUMP_SERVICE_MACHINE_KERNEL_H
#define KDUMP_SERVICE_MACHINE_KERNEL_H

#include <stdint.h>

#include "kx/error.h"
#include "kx/span.h"

/**
 * struct kernel - the image
 * @path: below the root, with a leading slash
 * @release: whose modules it takes
 */
struct kernel {
	char path[4096], release[128];
};

/**
 * kernel_find() - the image of a kernel that is installed below @root
 * @release: of the running kernel
 * @cmdline: of the running kernel, for BOOT_IMAGE=
 * @wanted: what the configuration names, a path or a release; NULL: the running one
 *
 * Looked for is, in this order: /usr/lib/modules/RELEASE/vmlinuz, /lib/modules the same,
 * /boot/vmlinuz-RELEASE and its like, what a boot loader entry with "version RELEASE" names (UAPI
 * group, "Boot Loader Specification", type 1), and BOOT_IMAGE= of the command line.
 *
 * Return: 0; -ENOENT nothing of that is there, and @err says what to do; -EINVAL @wanted is a file
 * of which it cannot be told which release it is.
 */
int kernel_find(struct kernel *ret, const char *root, const char *release, const char *cmdline,
		const char *wanted, struct kx_err *err);

/**
 * kernel_release_of() - which release an image says that it is
 * @image: its first bytes, at least 32 KiB if it has them
 *
 * Told by the header of x86's bzImage alone (Linux, Documentation/arch/x86/boot.rst,
 * kernel_version).
 *
 * Return: the text, cut to @size; empty: it does not say.
 */
void kernel_release_of(struct kx_span image, char *ret, size_t size);

/**
 * kernel_init_size() - bytes that an image takes in memory when it begins
 * @image: whole, unwrapped
 *
 * From the headers of x86's bzImage (init_size) and of the Image of arm64 and riscv64 (image_size).
 *
 * Return: 0: it does not say.
 */
uint64_t kernel_init_size(struct kx_span image);

/**
 * kernel_cmdline_max() - bytes that an image takes as its command line, without the NUL
 * @image: as for kernel_init_size(); may be empty
 * @machine: as uname(2) says it
 *
 * x86's header says it (Linux, Documentation/arch/x86/boot.rst, cmdline_size); for others it is
 * COMMAND_LINE_SIZE of UAPI asm/setup.h.
 */
size_t kernel_cmdline_max(struct kx_span image, const char *machine);

#endif
