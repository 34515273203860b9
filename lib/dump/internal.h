/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the dump reader share: open dumps, readers, formats, ways of translation. */
#ifndef LIB_DUMP_INTERNAL_H
#define LIB_DUMP_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/dump.h"
#include "kx/error.h"
#include "kx/reader.h"
#include "kx/virt.h"
#include "kx/vmcoreinfo.h"
#include "lib/dump/extents.h"
#include "lib/dump/source.h"

/*
 * The largest VMCOREINFO that is read. Kernels write one page of at most 64 KiB; it is gone through
 * some hundred times.
 */
enum { KX_DUMP_INFO_MAX = 128 << 10 };

/* ---- formats -------------------------------------------------------------------------------- */

/**
 * struct kx_dump_format - what a format can do
 * @name: for people
 * @probe: is it this format? Reads only.
 * @open: fill in the dump from its sources
 * @close: free dump->priv
 * @reader_open: what a reader needs of its own, in reader->priv (optional)
 * @reader_close: free reader->priv (optional)
 * @read: @len bytes at physical @addr; never crosses a page of dump->page_size with @whole_pages
 * @next: as kx_reader_next()
 * @place: as kx_reader_place()
 * @whole_pages: reading a part of a page costs as much as all of it
 *
 * After @open the dump does not change but for what readers share under a lock.
 */
struct kx_dump_format {
	const char *name;
	bool (*probe)(struct kx_source *source);
	int (*open)(struct kx_dump *dump, struct kx_err *err);
	void (*close)(struct kx_dump *dump);
	int (*reader_open)(struct kx_reader *reader, struct kx_err *err);
	void (*reader_close)(struct kx_reader *reader);
	int (*read)(struct kx_reader *reader, uint64_t addr, void *to, size_t len,
		    struct kx_err *err);
	int (*next)(struct kx_reader *reader, uint64_t addr, struct kx_run *ret,
		    struct kx_err *err);
	int (*place)(struct kx_reader *reader, uint64_t addr, struct kx_reader_place *ret,
		     struct kx_err *err);
	bool whole_pages;
};

extern const struct kx_dump_format kx_dump_format_elf, kx_dump_format_kdump;

enum { KX_CACHE_PAGES = 16 };

/** enum kx_space - what an address is in */
enum kx_space {
	KX_SPACE_PHYS, /* physical memory */
	KX_SPACE_FILE, /* the ELF file: a segment found by virtual address */
};

/**
 * struct kx_cached - one page
 * @number: address / page size
 * @used: time of last use, 0: never
 * @bytes: of dump->page_size; NULL until needed
 */
struct kx_cached {
	enum kx_space space;
	uint64_t number, used;
	uint8_t *bytes;
};

/** enum kx_way - of address translation */
enum kx_way {
	KX_WAY_SEGMENT, /* p_vaddr of an ELF segment */
	KX_WAY_WALK,	/* page tables */
	KX_WAY_FORMULA, /* the architecture's linear maps */
	KX_WAYS,
};

/** enum kx_proof - what reading the kernel's release by a way showed */
enum kx_proof {
	KX_PROOF_NONE, /* it could not be read */
	KX_PROOF_GOOD, /* it is OSRELEASE */
	KX_PROOF_BAD,  /* it is something else */
};

/** struct kx_dump_regs - a CPU's registers: NT_PRSTATUS of @len bytes at @off of the first file */
struct kx_dump_regs {
	uint64_t off, len;
};

/** struct kx_note_area - where notes are: bytes of the first file */
struct kx_note_area {
	uint64_t off, len;
};

/**
 * struct kx_dump - an open dump
 * @sources: @count files
 * @priv: the format's own
 * @info_text: VMCOREINFO's text, owned
 * @place: where it is from
 * @file_machine, @file_word: machine and width of long as the file says, before VMCOREINFO is asked
 * @regs: of the first CPUs, @n_regs of them; room for @regs_room
 * @incomplete: opening showed that something is missing; @marked: the head says so
 * @page_size: unit of reading; a power of two
 * @block_size: page size as the file says it; 0: it does not
 * @level: what was left out, as the file says it
 * @format_text: its name with all that belongs to it; @codec: of its pages, or NULL
 * @uts_machine: what the file calls the machine, where it has a name; not trusted
 * @long_size: 4 or 8
 * @note_steps: notes looked at so far
 * @notes: where they are, @n_notes pieces; @info_off: file offset of VMCOREINFO's text
 * @vaddr: virtual addresses to file offsets, from ELF segments with plausible p_vaddr
 * @virt: how addresses are translated; page tables are read through a reader's copy of it
 * @proof: per way
 * @map: what the file says about virtual addresses, @n_maps of them
 */
struct kx_dump {
	const struct kx_dump_format *format;
	struct kx_source *sources;
	size_t count;
	void *priv;
	struct kx_vmcoreinfo info;
	uint8_t *info_text;
	struct kx_dump_place place;
	uint16_t file_machine, machine;
	unsigned int file_word;
	struct kx_dump_regs *regs;
	size_t n_regs, regs_room;
	bool big_endian, incomplete, marked;
	char uts_machine[66];
	unsigned int long_size;
	size_t cpus;
	uint32_t page_size, block_size, level;
	char format_text[64];
	const char *codec;
	uint32_t note_steps;
	struct kx_note_area *notes;
	size_t n_notes, notes_room;
	uint64_t info_off;
	struct kx_extents vaddr;
	struct kx_virt virt;
	struct kx_virt_hints hints;
	enum kx_proof proof[KX_WAYS];
	struct kx_dump_map map[KX_DUMP_MAPS_MAX];
	size_t n_maps;
};

/**
 * struct kx_reader - one thread's way into a dump
 * @priv: the format's own
 * @virt: the dump's, with page tables read by this reader
 * @incomplete: reading showed that the dump's writer did not finish
 * @lacks_codec: a page needed a codec that this build lacks
 * @leaf: the page that the last walk found; empty when @leaf_len is 0
 * @cache: what was read last, so that rings of small structures cost few system calls
 * @clock: counts uses of the cache
 * @work: see kx_reader_work()
 */
struct kx_reader {
	struct kx_dump *dump;
	void *priv;
	struct kx_virt virt;
	bool incomplete, lacks_codec;
	uint64_t leaf, leaf_phys, leaf_len;
	struct kx_cached cache[KX_CACHE_PAGES];
	uint64_t clock, work;
};

/**
 * kx_dump_notes() - take VMCOREINFO and the number of CPUs from ELF notes at [@off, @off + @len)
 *
 * Stops without an error where notes end early or contradict themselves: what was found stays.
 *
 * Return: 0 or -ENOMEM.
 */
int kx_dump_notes(struct kx_dump *dump, uint64_t off, uint64_t len, struct kx_err *err);

/** kx_dump_note_area() - notes are at [@off, @off + @len); 0 or -ENOMEM */
int kx_dump_note_area(struct kx_dump *dump, uint64_t off, uint64_t len, struct kx_err *err);

/**
 * kx_dump_add_map() - the file says that physical memory is at this virtual address
 *
 * It is joined with what has the same distance, and forgotten where there is no room.
 */
void kx_dump_add_map(struct kx_dump *dump, uint64_t virt, uint64_t phys, uint64_t size);

/** kx_dump_take_info() - read VMCOREINFO of @len bytes at @off unless there is one already */
int kx_dump_take_info(struct kx_dump *dump, uint64_t off, uint64_t len, struct kx_err *err);

/**
 * kx_dump_learn() - what VMCOREINFO tells: the width of long, how addresses are translated, and
 * where the file does not say it the machine
 *
 * Return: 0; -ENOMEM; -ENOTSUP as kx_dump_prove().
 */
int kx_dump_learn(struct kx_dump *dump, struct kx_err *err);

/**
 * kx_reader_cached() - copy bytes of @space through the cache; @len up to the end of their page
 *
 * Return: as kx_reader_phys().
 */
int kx_reader_cached(struct kx_reader *reader, enum kx_space space, uint64_t addr, void *to,
		     size_t len, struct kx_err *err);

/**
 * kx_reader_read() - kx_source_read(), and what that costs is counted
 *
 * Return: as kx_source_read().
 */
int kx_reader_read(struct kx_reader *reader, struct kx_source *source, uint64_t off, void *to,
		   size_t len, struct kx_err *err);

/**
 * kx_dump_prove() - find out which ways of translation can be trusted, while the dump is opened
 * @reader: the only one so far
 *
 * Return: 0, also when no way is known; -ENOTSUP: pages need a codec that this build lacks.
 */
int kx_dump_prove(struct kx_dump *dump, struct kx_reader *reader, struct kx_err *err);

#endif
