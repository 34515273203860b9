/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kernel image captures: the running one's own, unless the configuration names another. */
#ifndef KDUMP_SERVICE_MACHINE_KERNEL_H
#define KDUMP_SERVICE_MACHINE_KERNEL_H

#include "kx/error.h"

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
 * group, "Boot Loader Specification", type 1), BOOT_IMAGE= of the command line; then UKIs that hold
 * a kernel of that release: in /usr/lib/modules/RELEASE, in /lib/modules/RELEASE, in EFI/Linux on
 * the boot loader's partitions, and what a type 1 entry with "version RELEASE" and "uki" names.
 *
 * Return: 0; -ENOENT nothing of that is there, and @err says what to do; -EINVAL @wanted is a file
 * of which it cannot be told which release it is.
 */
int kernel_find(struct kernel *ret, const char *root, const char *release, const char *cmdline,
		const char *wanted, struct kx_err *err);

#endif
