/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel as an ELF file of either class and byte order: what it loads, wherever it is to go. */
#ifndef KEXEC_IMAGE_ELF_FILE_H
#define KEXEC_IMAGE_ELF_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "kexec/plan/plan.h"
#include "kx/elf.h"

/**
 * struct elf_file - the file, taken apart
 * @table: its program headers
 */
struct elf_file {
	struct kx_span bytes, table;
	struct kx_elf head;
};

/** elf_file_is_for() - is it an ELF file of this machine's number, class and byte order? */
bool elf_file_is_for(struct kx_span file, const struct kx_isa *isa);

/**
 * elf_file_open() - find the program headers
 *
 * Return: 0, and @ret borrows @bytes; -ENOEXEC with what is wrong with the header.
 */
int elf_file_open(struct kx_span bytes, struct elf_file *ret, struct kx_err *err);

/**
 * elf_file_next_load() - the next segment that takes memory (PT_LOAD)
 * @i: number of the program header to begin with; moves on
 *
 * Return: true; false at the end.
 */
bool elf_file_next_load(const struct elf_file *file, uint64_t *i, struct kx_elf_segment *ret);

/** elf_file_segment_bytes() - what the file has of a segment; false when it is cut off */
bool elf_file_segment_bytes(const struct elf_file *file, const struct kx_elf_segment *segment,
			    struct kx_span *ret);

/**
 * struct elf_layout - what the loaded segments span, by physical address
 * @len: bytes that the file has of it; @memsz: bytes of memory
 */
struct elf_layout {
	uint64_t start, len, memsz;
};

/**
 * elf_file_measure() - find that
 *
 * Return: 0; -ENOEXEC segments that wrap, overlap, or span more than any kernel.
 */
int elf_file_measure(const struct elf_file *file, struct elf_layout *ret, struct kx_err *err);

/**
 * elf_file_flatten() - lay the segments out by their addresses, as objcopy -O binary would
 * @ret: @layout->len bytes that belong to @plan
 *
 * Return: 0; -ENOEXEC the file is cut or its segments share bytes; -ENOMEM.
 */
int elf_file_flatten(const struct elf_file *file, const struct elf_layout *layout,
		     struct kx_plan *plan, struct kx_span *ret, struct kx_err *err);

/**
 * elf_file_note() - the first note of that name and type in the segments that hold notes (PT_NOTE)
 * @name: without the NUL that it ends with in the file
 * @ret: its bytes, borrowed
 *
 * Return: true; false when there is none.
 */
bool elf_file_note(const struct elf_file *file, const char *name, uint32_t type,
		   struct kx_span *ret);

/**
 * elf_file_empty_below() - is an empty segment (PT_LOAD without memory) below all others?
 * @ret: its virtual address
 */
bool elf_file_empty_below(const struct elf_file *file, uint64_t *ret);

/**
 * elf_file_relocations() - what the kernel relocates itself by (DT_RELA of its dynamic section)
 *
 * Return: true; false when it has none, or they are not in the file.
 */
bool elf_file_relocations(const struct elf_file *file, struct kx_span *ret);

#endif
