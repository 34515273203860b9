/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ELF files of either class and byte order (System V ABI, gABI 4.1): headers and notes out of bytes
 * that the caller has, wherever they come from, and the core header that a crash kernel shows.
 */
#ifndef KX_ELF_H
#define KX_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/isa.h"
#include "kx/span.h"

enum {
	KX_ELF_HEADER_MIN = 52,	 /* bytes of the file header of 32-bit files */
	KX_ELF_HEADER_MAX = 64,	 /* and of 64-bit files */
	KX_ELF_SECTION_MAX = 64, /* bytes of a section header, at most */
};

/**
 * struct kx_elf - the header of an ELF file
 * @wide: class: 64 bits, else 32
 * @header_size, @segment_size, @section_size: bytes of the file's header, of a program header and
 *					       of a section header in this class
 * @type: ET_*
 * @machine: EM_*
 * @flags: e_flags
 * @entry: virtual address
 * @phoff, @shoff: file offsets of program headers and section headers
 * @phnum: number of program headers
 * @phentsize: bytes of each, as the file says: anything but @segment_size is wrong
 */
struct kx_elf {
	bool wide, big_endian;
	uint8_t header_size, segment_size, section_size;
	uint16_t type, machine, phentsize;
	uint32_t flags;
	uint64_t entry, phoff, shoff, phnum;
};

/**
 * struct kx_elf_segment - a program header, whatever the class; members as in Elf64_Phdr
 */
struct kx_elf_segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

/**
 * struct kx_elf_note - a note
 * @name: with its NUL, if it has one
 */
struct kx_elf_note {
	uint32_t type;
	struct kx_span name, desc;
};

/**
 * kx_elf_ident() - what is the same in both classes: class, order, sizes, type and machine
 * @head: at least the first 20 bytes of the file
 *
 * Return: 0, and the other members of @ret are 0; -EINVAL no ELF file, or of a class or byte order
 * that is not known.
 */
int kx_elf_ident(struct kx_span head, struct kx_elf *ret, struct kx_err *err);

/**
 * kx_elf_header() - the whole header
 * @head: the beginning of the file; KX_ELF_HEADER_MAX bytes are enough
 *
 * Nothing is said about whether the tables that it names are in the file.
 *
 * Return: 0; -EINVAL as kx_elf_ident(), or @head ends inside the header.
 */
int kx_elf_header(struct kx_span head, struct kx_elf *ret, struct kx_err *err);

/**
 * kx_elf_is_extended() - has section header 0 (at @elf->shoff) the number of program headers?
 *
 * So it is with more of them than e_phnum can say (PN_XNUM). Without section headers e_phnum is
 * taken at its word.
 */
bool kx_elf_is_extended(const struct kx_elf *elf);

/**
 * kx_elf_extend() - take @elf->phnum from section header 0
 * @section: its @elf->section_size bytes
 *
 * Return: true; false when @section is shorter.
 */
bool kx_elf_extend(struct kx_elf *elf, struct kx_span section);

/**
 * kx_elf_open() - header and program headers of a file that is in memory
 * @ret_table: the program headers
 *
 * Return: 0; -EINVAL as kx_elf_header(), or the program headers are not in @file.
 */
int kx_elf_open(struct kx_span file, struct kx_elf *ret, struct kx_span *ret_table,
		struct kx_err *err);

/**
 * kx_elf_segment() - program header number @i of @table
 * @table: any number of program headers; the last one may be cut off
 *
 * Return: true; false when @table has no such header as a whole.
 */
bool kx_elf_segment(const struct kx_elf *elf, struct kx_span table, uint64_t i,
		    struct kx_elf_segment *ret);

/**
 * kx_elf_strip() - a program without what nobody loads: section headers, symbols, debug information
 * @file: all of it
 * @ret: as many of its first bytes as its segments and their headers take; for free()
 *
 * A program that runs is described by its program headers alone (gABI 4.1, chapter 5).
 *
 * Return: 0; -EINVAL as kx_elf_open(), or a segment is not in @file, as where a file was cut off,
 * or no program has such program headers; -ENOMEM.
 */
int kx_elf_strip(struct kx_span file, uint8_t **ret, size_t *ret_len, struct kx_err *err);

/**
 * kx_elf_dynamic() - the value of the last entry @tag (DT_*) of a dynamic section
 * @section: its bytes; what follows DT_NULL does not count
 *
 * Return: true; false when there is none (*@ret is untouched).
 */
bool kx_elf_dynamic(const struct kx_elf *elf, struct kx_span section, int64_t tag, uint64_t *ret);

/**
 * kx_elf_note() - cut the next note off @rest
 * @rest: notes, each padded to 4 bytes, as Linux has them in 64-bit files too
 *
 * Return: true; false when what is left is not a whole note (*@rest and *@ret are untouched).
 */
bool kx_elf_note(struct kx_span *rest, bool big_endian, struct kx_elf_note *ret);

/** kx_elf_class() - 64 or 32 bits: sets @elf->wide and the sizes that follow from it */
void kx_elf_class(struct kx_elf *elf, bool wide);

/**
 * kx_elf_put_header() - write the header of a file that has no sections
 * @elf: all members are used but @phentsize; @shoff only where PN_XNUM or more program headers are
 *	counted in section header 0
 * @to: its @header_size bytes; numbers that the class has no room for are cut
 */
void kx_elf_put_header(const struct kx_elf *elf, uint8_t *to);

/** kx_elf_put_segment() - write a program header to its @elf->segment_size bytes, as above */
void kx_elf_put_segment(const struct kx_elf *elf, const struct kx_elf_segment *segment,
			uint8_t *to);

/** kx_elf_put_count() - @elf->phnum to section header 0, @elf->section_size zeroed bytes at @to */
void kx_elf_put_count(const struct kx_elf *elf, uint8_t *to);

/**
 * struct kx_elfcore_part - one program header of a core header
 * @type: PT_NOTE or PT_LOAD
 * @flags: PF_*
 * @physical: address that the dump shall show
 * @source: physical address where the crash kernel finds the bytes; differs from @physical for
 *          memory that purgatory moves away
 * @virt: kernel virtual address; 0 for notes
 * @size: bytes
 */
struct kx_elfcore_part {
	uint32_t type, flags;
	uint64_t physical, source, virt, size;
};

/** kx_elfcore_size() - bytes of a header with @count program headers for machines of @isa */
size_t kx_elfcore_size(const struct kx_isa *isa, size_t count);

/**
 * kx_elfcore_write() - write the core header that a crash kernel shows as /proc/vmcore
 * (Linux, Documentation/admin-guide/kdump/kdump.rst): what memory of the crashed kernel lies where
 * @to: kx_elfcore_size(@isa, @count) zeroed bytes
 * @isa: of the crash kernel: its word is the class, its byte order the file's
 *
 * More than 65534 program headers are counted in section header 0.
 *
 * Return: 0; -ERANGE when a part does not fit the class (@to is half written).
 */
int kx_elfcore_write(uint8_t *to, const struct kx_isa *isa, const struct kx_elfcore_part *part,
		     size_t count, struct kx_err *err);

#endif
