/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /sys/firmware/memmap: the memory map as the firmware gave it to the first kernel. */
#ifndef KX_MEMMAP_H
#define KX_MEMMAP_H

#include <stdint.h>

#include "kx/error.h"
#include "kx/label.h"
#include "kx/ranges.h"
#include "kx/span.h"

/**
 * kx_memmap_add() - append the entry of one memmap/N directory
 * @start, @end, @type: texts of its files (Documentation/ABI/testing/sysfs-firmware-memmap: 0x
 * hexadecimal, end inclusive). An unknown type is KX_E820_RESERVED: memory of which we know nothing
 * must not be used.
 *
 * Return: 0; -EINVAL for a start or end that is not a number, or an end before the start; -ENOMEM.
 */
int kx_memmap_add(struct kx_ranges *map, struct kx_span start, struct kx_span end,
		  struct kx_span type, struct kx_err *err);

#endif
