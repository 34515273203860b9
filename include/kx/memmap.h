/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /sys/firmware/memmap: the memory map as the firmware gave it to the first kernel. */
#ifndef KX_MEMMAP_H
#define KX_MEMMAP_H

#include <stdint.h>

#include "kx/error.h"
#include "kx/ranges.h"
#include "kx/span.h"

/* Types of the map: ACPI 6.5, table 15.2, and Linux, arch/x86/include/asm/e820/types.h. */
enum kx_e820 {
	KX_E820_RAM = 1,
	KX_E820_RESERVED = 2,
	KX_E820_ACPI = 3,
	KX_E820_NVS = 4,
	KX_E820_UNUSABLE = 5,
	KX_E820_PMEM = 7,
	KX_E820_PRAM = 12,
};
#define KX_E820_SOFT_RESERVED 0xefffffffu

/**
 * kx_firmware_map_type() - the E820 type that the kernel calls @name
 *
 * Names of all kernels since v2.6.27 are known. An unknown one is KX_E820_RESERVED: memory of
 * which we know nothing must not be used.
 */
uint32_t kx_firmware_map_type(struct kx_span name);

/**
 * kx_firmware_map_add() - append the entry of one memmap/N directory
 * @start, @end, @type: texts of its files (Documentation/ABI/testing/sysfs-firmware-memmap: 0x
 * hexadecimal, end inclusive)
 *
 * Return: 0; -EINVAL for a start or end that is no number, or an end before the start; -ENOMEM.
 */
int kx_firmware_map_add(struct kx_ranges *map, struct kx_span start, struct kx_span end,
			struct kx_span type, struct kx_err *err);

#endif
