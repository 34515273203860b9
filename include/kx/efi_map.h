/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /sys/firmware/efi/runtime-map: EFI memory that runtime services need, for the next kernel. */
#ifndef KX_EFI_MAP_H
#define KX_EFI_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/ranges.h"
#include "kx/span.h"

/**
 * struct kx_efi_desc - EFI_MEMORY_DESCRIPTOR, UEFI 2.10 section 7.2.3
 *
 * The ABI layout is 40 bytes; kernels ask the firmware for its own size, which may be larger.
 */
struct kx_efi_desc {
	uint32_t type;
	uint32_t pad;
	uint64_t phys_addr;
	uint64_t virt_addr;
	uint64_t num_pages;	/* of 4 KiB */
	uint64_t attribute;
};
_Static_assert(sizeof(struct kx_efi_desc) == 40, "EFI_MEMORY_DESCRIPTOR");

/** struct kx_efi_map - descriptors; zero-initialised is empty */
struct kx_efi_map {
	struct kx_efi_desc *desc;
	size_t count, room;
};

/**
 * kx_efi_map_add() - append the descriptor of one runtime-map/N directory
 * @field: the texts of its files type, phys_addr, virt_addr, num_pages and attribute, in that order
 *         (Documentation/ABI/testing/sysfs-firmware-efi-runtime-map: all 0x-prefixed hexadecimal)
 *
 * Return: 0; -EINVAL for a text that is not a number or a type beyond 32 bits; -ENOMEM.
 */
int kx_efi_map_add(struct kx_efi_map *map, const struct kx_span field[5], struct kx_err *err);

/** kx_efi_map_done() - free the descriptors */
void kx_efi_map_done(struct kx_efi_map *map);

/**
 * kx_efi_map_check() - sort by physical address and refuse a map that would mislead the next kernel
 * @ram: memory that the next kernel will use as RAM, merged
 *
 * Runtime code and data must lie outside @ram. Other types may lie inside: the kernel marks boot
 * services memory that it keeps (ESRT, BGRT, …) as runtime memory too (Linux,
 * arch/x86/platform/efi/quirks.c, efi_arch_mem_reserve()).
 *
 * Return: 0; -EINVAL naming the descriptor and what is wrong: not page-aligned, empty, wrapping,
 * overlapping its neighbour physically, or runtime code or data in @ram.
 */
int kx_efi_map_check(struct kx_efi_map *map, const struct kx_ranges *ram, struct kx_err *err);

#endif
