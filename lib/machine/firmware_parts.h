/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that read firmware's facts share; nobody else includes it. */
#ifndef LIB_MACHINE_FIRMWARE_PARTS_H
#define LIB_MACHINE_FIRMWARE_PARTS_H

#include "kx/firmware.h"

/**
 * kx_devtree_facts() - fill in what a checked device tree says
 * @fdt: with KX_DEVTREE_GUARD zero bytes behind it
 */
void kx_devtree_facts(const void *fdt, struct kx_firmware *ret);

/** kx_devtree_console() - the port that /chosen's stdout-path names, if purgatory can drive it */
void kx_devtree_console(const void *fdt, struct kx_console *ret);

/**
 * kx_firmware_read_lpi() - look in the kernel's log for the tables of gicv3_lpi
 *
 * Clears gicv3_lpi when the whole log says that the kernel does not use them.
 *
 * Return: 0; a negative errno.
 */
int kx_firmware_read_lpi(struct kx_firmware *f, const char *root, struct kx_err *err);

/** kx_devtree_firmware_memory() - add kx_firmware.firmware_memory to @ret, merged; 0 or -ENOMEM */
int kx_devtree_firmware_memory(const void *fdt, struct kx_ranges *ret);

#endif
