/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dumps for tests, from a description in memory or as text: ELF of both classes and byte orders,
 * kdump-compressed with every codec and ABI, and the flattened form of either.
 *
 * Made for tests: running out of memory or disk aborts.
 */
#ifndef TESTS_TOOLS_MKELF_H
#define TESTS_TOOLS_MKELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/span.h"

/** struct mkelf_buffer - bytes that grow; zero-initialised is empty */
struct mkelf_buffer {
	uint8_t *base;
	size_t len, room;
};

/** mkelf_bytes() - append @len bytes; NULL for zeros */
void mkelf_bytes(struct mkelf_buffer *to, const void *from, size_t len);

/** mkelf_number() - append a number of @width bytes */
void mkelf_number(struct mkelf_buffer *to, bool big_endian, unsigned int width, uint64_t value);

/** mkelf_set() - overwrite a number of @width bytes at @off */
void mkelf_set(struct mkelf_buffer *to, size_t off, bool big_endian, unsigned int width,
	       uint64_t value);

/**
 * struct mkelf_load - a piece of memory
 * @hole: zeros behind @data that take no space in a file
 * @memsz: of the segment; 0: what the file has
 */
struct mkelf_load {
	uint64_t vaddr, paddr, hole, memsz;
	struct mkelf_buffer data;
};

/**
 * struct mkelf - a dump
 * @width: 4 or 8: class of the file
 * @flags: e_flags
 * @align: of notes and memory in an ELF file; 0: 4096
 * @phoff: where program headers are; 0: behind the header
 * @xnum: number of program headers in section header 0
 * @cpus: notes of CPUs
 * @pc: what one register of the first of them has
 * @info: VMCOREINFO's text; empty: no such note
 * @uts_machine: of kdump-compressed, as is all that follows
 * @packed: QEMU's structures, without padding
 * @time64: written by a 32-bit program whose time_t has 64 bits
 * @phys_base: of the sub-header
 */
struct mkelf {
	unsigned int width;
	bool big_endian, xnum;
	uint16_t machine;
	uint32_t flags;
	uint64_t phoff, align;
	size_t cpus;
	uint64_t pc;
	struct mkelf_buffer info;
	char uts_machine[16];
	bool packed, time64;
	uint64_t phys_base;
	struct mkelf_load *load;
	size_t count;
};

/** mkelf_init() - nothing but a little-endian 64-bit x86_64 machine */
void mkelf_init(struct mkelf *dump);

/** mkelf_done() - free what it holds */
void mkelf_done(struct mkelf *dump);

/** mkelf_info() - append a line to VMCOREINFO */
void mkelf_info(struct mkelf *dump, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** mkelf_load() - append a piece of memory; valid until the next one is appended */
struct mkelf_load *mkelf_load(struct mkelf *dump, uint64_t vaddr, uint64_t paddr);

/**
 * mkelf_text() - describe a dump by lines of text
 *
 * class 32|64; order little|big; machine NUMBER; uts NAME; packed; time64; phys_base NUMBER;
 * flags NUMBER; phoff NUMBER; xnum;
 * align NUMBER; cpus NUMBER;
 * info KEY=VALUE; load VADDR PADDR [MEMSZ], and what is in it: zero LEN; hole LEN; hex DIGITS;
 * text REST OF LINE; u16|u32|u64 NUMBER...; at OFFSET (zeros up to there). "#" begins a comment.
 *
 * Return: 0; -EINVAL, and @err names the line.
 */
int mkelf_text(struct mkelf *dump, struct kx_span text, struct kx_err *err);

/** mkelf_write() - as an ELF file at the start of @fd, which is cut to length */
void mkelf_write(const struct mkelf *dump, int fd);

/**
 * struct mkelf_kdump - what a kdump-compressed file says beyond the memory
 * @version: 1 to 6
 * @codec: flag of the codec: 0, 1 zlib, 2 LZO, 4 snappy, 0x20 zstd. Pages that do not shrink stay.
 * @block_size: page size
 * @max_pfn: at least; 0: what the memory needs
 * @split: is it a part, with pages [@start_pfn, @end_pfn)?
 * @lose: the last @lose pages' descriptors are zeros, as when space ended; sets the status
 */
struct mkelf_kdump {
	int version;
	uint32_t codec;
	uint32_t block_size;
	uint64_t max_pfn;
	bool split;
	uint64_t start_pfn, end_pfn, lose;
};

/**
 * mkelf_kdump() - as a kdump-compressed file at the start of @fd
 *
 * Return: false when this build lacks the codec.
 */
bool mkelf_kdump(const struct mkelf *dump, const struct mkelf_kdump *how, int fd);

/**
 * mkelf_flatten() - the file @from as a flattened one in @to
 * @record: bytes per record
 * @shuffle: last record first, and a wrong first one that a later one replaces
 */
void mkelf_flatten(int from, int to, size_t record, bool shuffle);

/** mkelf_compress() - one page; false: no such codec in this build, or it did not shrink */
bool mkelf_compress(uint32_t codec, const uint8_t *page, size_t len, struct mkelf_buffer *ret);

/** mkelf_has_codec() - is it in this build? */
bool mkelf_has_codec(uint32_t codec);

/** mkelf_notes() - append the notes of CPUs and VMCOREINFO */
void mkelf_notes(const struct mkelf *dump, struct mkelf_buffer *to);

/** mkelf_put() - write bytes at @off of a file */
void mkelf_put(int fd, const void *from, size_t len, uint64_t off);

#endif
