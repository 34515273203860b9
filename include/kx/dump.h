/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dump of a machine's memory, whatever its format, and what it says of itself. Nothing in it is
 * trusted. kx/reader.h reads the memory.
 */
#ifndef KX_DUMP_H
#define KX_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/vmcoreinfo.h"

struct kx_dump;
struct kx_reader;

/*
 * Of kdump-compressed dumps, in those that are read and so in those that are written: one more than
 * the last page's number, which 52 address bits can name, and blocks of sub-header and notes.
 */
#define KX_DUMP_PFN_MAX (UINT64_C(1) << 40)
enum { KX_DUMP_SUB_BLOCKS_MAX = 1 << 20 };

/*
 * Program headers of ELF files, likewise. makedumpfile -E makes one for each gap of a mebibyte:
 * enough for a tebibyte of gaps.
 */
enum { KX_DUMP_SEGMENTS_MAX = 1 << 20 };

/**
 * kx_dump_open() - open a dump by content
 * @path: one path, or several for a split set of kdump-compressed files; "-" is standard input
 *
 * ELF (32 and 64 bit, both byte orders; /proc/vmcore, /proc/kcore, QEMU, makedumpfile -E),
 * kdump-compressed (zlib, LZO, snappy, zstd; split sets; incomplete ones), flattened.
 *
 * Opening reads headers, notes and the kernel's release: time and memory depend on the number of
 * program headers or flattened records, not on the dump's size. What is not a file or block device,
 * as a pipe, is kept in a nameless file in /var/tmp, /tmp or memory, as far as it is read; a
 * flattened one wholly.
 *
 * An open dump does not change: any number of threads may ask it and read it, each with a reader of
 * its own.
 *
 * Return: 0 with *@ret for kx_dump_close(); -ENOEXEC not a dump; -EINVAL malformed; -ENOTSUP a
 * format or codec this build lacks; -ENOMEM; errno of open or read. @err names file and reason.
 */
int kx_dump_open(struct kx_dump **ret, const char *const *path, size_t count, struct kx_err *err);

/** kx_dump_close() - free everything, after its readers are gone; NULL is fine */
void kx_dump_close(struct kx_dump *dump);

/** kx_dump_vmcoreinfo() - the dump's VMCOREINFO; empty when it has none. Owned by @dump. */
const struct kx_vmcoreinfo *kx_dump_vmcoreinfo(const struct kx_dump *dump);

/**
 * kx_dump_judge - how good is the log that the dump's VMCOREINFO names?
 * @reader: of a dump that has such a VMCOREINFO while this is asked; gone afterwards
 *
 * Return: 0: there is none; more is better.
 */
typedef unsigned int kx_dump_judge(struct kx_reader *reader, void *data);

/**
 * kx_dump_search() - find VMCOREINFO in the dumped memory, for dumps without a note of it
 * @judge: asked about at most 32 texts, which are all different
 * @data: for @judge
 *
 * Before the dump is shared and read: it changes, and is the found text's afterwards.
 *
 * All stored memory is read once, in physical order; 328 KiB hold what is looked at. A text counts
 * when its lines are VMCOREINFO's, the kernel's release is where they say or that cannot be told,
 * and @judge likes its log. Of several the first of these decides: its release was seen; processors
 * ran in its kernel, as the registers in the notes show; the better log; CRASHTIME; length.
 *
 * Return: 1 found; 0 not found, and all is as before; -ENOMEM; -ENOTSUP pages need a codec that
 * this build lacks; the negative errno of reading a bitmap.
 */
int kx_dump_search(struct kx_dump *dump, kx_dump_judge *judge, void *data, struct kx_err *err);

/**
 * struct kx_dump_place - where VMCOREINFO is from
 * @in_memory: kx_dump_search() found it at physical address @addr
 * @given: by kx_dump_give_vmcoreinfo(); when neither is set it was in a note or header
 * @others: other texts that counted, too, so that the choice may be wrong
 */
struct kx_dump_place {
	bool in_memory, given;
	uint64_t addr;
	size_t others;
};

/** kx_dump_place() - all zeros unless it was searched for and found, or given; owned by @dump */
const struct kx_dump_place *kx_dump_place(const struct kx_dump *dump);

/**
 * kx_dump_give_vmcoreinfo() - the dump's VMCOREINFO is @text from now on, which is copied
 *
 * For dumps without one, from whoever knows better. Before the dump is shared and read, as
 * kx_dump_search(). Numbers in it are trusted no more than those of a dump.
 *
 * Return: 0; -EINVAL it is empty or longer than KX_VMCOREINFO_MAX; -ENOMEM.
 */
int kx_dump_give_vmcoreinfo(struct kx_dump *dump, struct kx_span text, struct kx_err *err);

/**
 * kx_dump_notes_size() - bytes of all its ELF notes, one behind the other
 *
 * VMCOREINFO is among them wherever it was found.
 */
uint64_t kx_dump_notes_size(const struct kx_dump *dump);

/** kx_dump_notes_info() - where VMCOREINFO's text lies in these; false: there is none */
bool kx_dump_notes_info(const struct kx_dump *dump, uint64_t *ret_at, uint64_t *ret_size);

/**
 * kx_dump_notes_read() - copy @len bytes at @at of these; all within kx_dump_notes_size()
 *
 * Return: 0; negative errno of reading.
 */
int kx_dump_notes_read(const struct kx_dump *dump, uint64_t at, void *to, size_t len,
		       struct kx_err *err);

/** struct kx_dump_map - physical memory from @phys on is at virtual address @virt; @size bytes */
struct kx_dump_map {
	uint64_t phys, virt, size;
};

enum { KX_DUMP_MAPS_MAX = 8 };

/**
 * kx_dump_maps() - where the dumped kernel has its memory, for whoever writes a file that says it
 * @reader: of the dump
 *
 * Of an ELF file what its segments say: the first KX_DUMP_MAPS_MAX distances between virtual and
 * physical addresses, each with all the memory that has it. Of other files the direct map and the
 * image as the architecture's formulas and the page tables have them, where reading the kernel's
 * release proved these; where the direct map lies at random, page tables are searched for it, in
 * 65,536 steps at most.
 *
 * Return: how many; maps may overlap.
 */
size_t kx_dump_maps(struct kx_reader *reader, struct kx_dump_map ret[KX_DUMP_MAPS_MAX]);

/** kx_dump_machine() - ELF machine number (EM_*) of the dumped machine */
uint16_t kx_dump_machine(const struct kx_dump *dump);

/**
 * kx_dump_machine_name() - that machine's name as kx/isa.def has it, else what the file calls it,
 * which is not trusted, else NULL
 */
const char *kx_dump_machine_name(const struct kx_dump *dump);

/** kx_dump_big_endian() - byte order of the dumped machine */
bool kx_dump_big_endian(const struct kx_dump *dump);

/** kx_dump_long_size() - 4 or 8: width of the dumped kernel's long and pointers */
unsigned int kx_dump_long_size(const struct kx_dump *dump);

/** kx_dump_page_size() - of the dumped kernel; a power of two; 0: nothing tells it */
uint64_t kx_dump_page_size(const struct kx_dump *dump);

/**
 * kx_dump_level() - what was left out when the dump was written, as the file says
 *
 * Bits of enum kx_page_level, and whatever else a file may say. 0 where a format does not tell it.
 */
uint32_t kx_dump_level(const struct kx_dump *dump);

/** kx_dump_format() - the format's name for people: "ELF", "kdump-compressed (zstd)", … */
const char *kx_dump_format(const struct kx_dump *dump);

/** kx_dump_codec() - what its pages are compressed with, "zlib", "LZO", …; NULL: nothing */
const char *kx_dump_codec(const struct kx_dump *dump);

/** kx_dump_cpus() - NT_PRSTATUS notes that have content: CPUs that saved their registers */
size_t kx_dump_cpus(const struct kx_dump *dump);

/**
 * kx_dump_stored() - bytes that the dump's files have: sizes of files, what came through a pipe
 *
 * Never what a number in them says.
 */
uint64_t kx_dump_stored(const struct kx_dump *dump);

/**
 * kx_dump_incomplete() - did opening show that the dump's writer did not finish?
 *
 * kx_reader_incomplete() also knows what only reading shows.
 */
bool kx_dump_incomplete(const struct kx_dump *dump);

/** kx_dump_marked() - does its head say so? One that was cut afterwards does not. */
bool kx_dump_marked(const struct kx_dump *dump);

#endif
