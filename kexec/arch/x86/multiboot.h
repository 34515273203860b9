/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the Multiboot loader share. */
#ifndef KEXEC_ARCH_X86_MULTIBOOT_H
#define KEXEC_ARCH_X86_MULTIBOOT_H

#include "kexec/image/multiboot.h"

/**
 * multiboot_efi_map() - memory as EFI would describe it now
 * @memory: the map that the next kernel gets besides, types are E820 types
 * @ret: empty; kx_efi_map_done() by the caller
 *
 * The running kernel shows what the firmware goes on using (/sys/firmware/efi/runtime-map), with
 * the virtual addresses that it gave it, and not the rest, which follows from @memory: who takes
 * the map for a whole one would else find no RAM.
 *
 * Return: 0; -EINVAL a map that would mislead the next kernel; -ENOMEM.
 */
int multiboot_efi_map(const struct kx_efi_map *runtime, const struct kx_ranges *memory,
		      struct kx_efi_map *ret, struct kx_err *err);

/**
 * multiboot_bios_area() - put ACPI's root pointer where a BIOS would have left it
 * @rsdp: the pointer; NULL: room for so many bytes
 * @map: what the kernel will be told of memory; the pages that are used become reserved in it
 * @ret: the physical address where @rsdp belongs
 *
 * For kernels that are not told of it: a first page with a BIOS's data, interrupt vectors that
 * lead to code which says that there is no BIOS, and the extended BIOS data area with the pointer.
 *
 * Return: 0; -ENOTSUP the first page is the firmware's; errors of kx_plan_place(); -ENOMEM.
 */
int multiboot_bios_area(const struct kx_request *req, struct kx_span rsdp, struct kx_ranges *map,
			struct kx_plan *plan, uint64_t *ret, struct kx_err *err);

/** multiboot_screen() - what of the screen is handed over; notes the choice in @plan */
struct multiboot_screen multiboot_screen(const struct kx_request *req, struct kx_plan *plan);

#endif
