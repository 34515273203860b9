/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Multiboot kernels of both versions: what their header asks for, what of the file is loaded, and
 * the information that they are handed. Where all of it goes is the architecture's affair.
 */
#ifndef KEXEC_IMAGE_MULTIBOOT_H
#define KEXEC_IMAGE_MULTIBOOT_H

#include <stdbool.h>
#include <stdint.h>

#include "kexec/image/elf_file.h"
#include "kexec/plan/request.h"
#include "kx/efi_map.h"

/**
 * struct multiboot - the file, taken apart
 * @version: 1 or 2
 * @by_address: the header says what to load; else the file is ELF, in @file and @layout
 * @file_part: what of the file is loaded, with @by_address
 * @start, @memsz: where it was linked for, and the bytes of memory that it takes
 * @entry: physical address, if it is loaded at @start
 * @relocatable: may be loaded elsewhere: all of it inside @where, at a multiple of @align
 * @lowest: the lowest such address is wanted, instead of the highest
 * @wants_screen: it cannot do without a framebuffer, or prefers one
 * @needs_screen: it must not be started without one, framebuffer or text (Multiboot2)
 * @wants_efi, @wants_rsdp: its header asks for what EFI or ACPI has (Multiboot2)
 */
struct multiboot {
	unsigned int version;
	bool by_address;
	struct kx_span file_part;
	struct elf_file file;
	struct elf_layout layout;
	uint64_t start, memsz;
	uint64_t entry;
	bool relocatable, lowest, wants_screen, needs_screen, wants_efi, wants_rsdp;
	struct kx_range where;
	uint64_t align;
};

/** multiboot_is() - has @file a header of this version? Must not fail. */
bool multiboot_is(struct kx_span file, unsigned int version);

/**
 * multiboot_open() - take a file apart
 *
 * Return: 0, and @ret borrows @file; -ENOEXEC a header that asks for what no kexec can give, or
 * whose addresses are not those of a kernel below 4 GiB in this file.
 */
int multiboot_open(struct kx_span file, unsigned int version, struct multiboot *ret,
		   struct kx_err *err);

/**
 * multiboot_bytes() - what is loaded, as one run of bytes
 * @pad: so many zeros before it
 *
 * Return: 0, and @ret belongs to @plan or is part of the file; -ENOEXEC the file is cut; -ENOMEM.
 */
int multiboot_bytes(const struct multiboot *kernel, uint64_t pad, struct kx_plan *plan,
		    struct kx_span *ret, struct kx_err *err);

/**
 * struct multiboot_screen - a linear framebuffer or a text screen
 * @address: physical; 0: there is none
 * @text: of @width columns and @height rows
 * @colour: position and bits of red, green, blue
 */
struct multiboot_screen {
	uint64_t address;
	uint32_t pitch, width, height;
	uint8_t depth;
	bool text;
	uint8_t colour[6];
};

/**
 * struct multiboot_facts - what a kernel is told; all of it borrowed
 * @version: 1 or 2; what is marked with Multiboot2 is left out of 1
 * @name: of the kernel's file, put before @cmdline, as loaders before GRUB 2 do: Xen takes the
 *	first word off, here and of modules' texts, unless the loader's name says that it is a
 *	GRUB of that kind (xen.git xen/arch/x86/setup.c, cmdline_cook())
 * @cmdline, @loader: never NULL, as @name
 * @modules: physical address where @files->modules begins
 * @memory: types are E820 types; sorted
 * @rsdp: its bytes; empty: unknown; NULL: somebody else puts them there later (Multiboot2)
 * @rsdp_at: set to the physical address where @rsdp belongs, if that is NULL and not empty
 * @efi_table: physical address of the EFI system table; 0: none (Multiboot2)
 * @efi32: that is one of 32-bit firmware
 * @efi_map: with @efi_table: the memory map; NULL: none
 * @relocated, @base: the kernel was relocatable and lies there (Multiboot2)
 */
struct multiboot_facts {
	unsigned int version;
	const char *name, *cmdline, *loader;
	const struct kx_files *files;
	uint64_t modules;
	const struct kx_ranges *memory;
	struct multiboot_screen screen;
	struct kx_span rsdp;
	uint64_t *rsdp_at;
	uint64_t efi_table;
	bool efi32;
	const struct kx_efi_map *efi_map;
	bool relocated;
	uint64_t base;
};

/**
 * multiboot_info() - write the information
 * @at: its physical address
 * @to: that many bytes as this returned for the same facts, or NULL to learn how many
 *
 * Addresses and sizes of modules must be below 4 GiB, and all of the information too.
 *
 * Return: its bytes, which do not depend on any address.
 */
size_t multiboot_info(const struct multiboot_facts *facts, uint64_t at, uint8_t *to);

#endif
