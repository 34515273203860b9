/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the memory that is in a dump. A dump is shared, a reader belongs to one thread: it holds
 * what was read last, room to decompress, and what came to light on the way.
 */
#ifndef KX_READER_H
#define KX_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/dump.h"
#include "kx/error.h"

struct kx_reader;

/** enum kx_run_kind - what a dump has of memory */
enum kx_run_kind {
	KX_RUN_STORED,	/* its bytes */
	KX_RUN_ZERO,	/* no bytes, since it reads as zeros */
	KX_RUN_MISSING, /* nothing: it was left out, cut off, or is in a part that was not given */
};

/** struct kx_run - physical addresses [@start, @end) of one kind */
struct kx_run {
	uint64_t start, end;
	enum kx_run_kind kind;
};

/**
 * kx_reader_new() - a reader of @dump, one for each thread
 * @ret: for kx_reader_free(), before the dump is closed
 *
 * Its memory is some pages of the dumped machine and less than 100 KiB, whatever the dump's size.
 *
 * Return: 0 or -ENOMEM.
 */
int kx_reader_new(struct kx_dump *dump, struct kx_reader **ret, struct kx_err *err);

/** kx_reader_free() - free everything but the dump; NULL is fine */
void kx_reader_free(struct kx_reader *reader);

/** kx_reader_dump() - what it reads */
const struct kx_dump *kx_reader_dump(const struct kx_reader *reader);

/**
 * kx_reader_incomplete() - did the dump say or show so far that its writer did not finish?
 *
 * Of several readers of a dump, one that says yes is right.
 */
bool kx_reader_incomplete(const struct kx_reader *reader);

/** kx_reader_lacks_codec() - did a page need a codec that this build lacks? */
bool kx_reader_lacks_codec(const struct kx_reader *reader);

/**
 * kx_reader_work() - what reading cost so far, in bytes
 *
 * Counts bytes that were read or expanded, and KX_READER_STEP for each look-up and each piece of
 * the file that was needed for them: numbers in a dump can let a byte cost far more than itself.
 */
uint64_t kx_reader_work(const struct kx_reader *reader);

/* What a look-up costs, or one more piece: about as much as to copy so many bytes. */
enum { KX_READER_STEP = 256 };

/**
 * kx_reader_phys() - copy @len bytes of physical memory at @addr to @to
 *
 * What an ELF segment has in memory beyond its bytes in the file reads as zeros, since
 * makedumpfile -E leaves out excluded pages in this way.
 *
 * Return: 0 all read; -EFAULT some byte is not in the dump (@err names the address), -EIO, -EINVAL
 * (compressed page is damaged), -ENOTSUP (page of a codec that this build lacks), -ENOMEM. @to is
 * undefined after a failure.
 */
int kx_reader_phys(struct kx_reader *reader, uint64_t addr, void *to, size_t len,
		   struct kx_err *err);

/**
 * kx_reader_next() - the next run of memory that is at or behind @addr
 * @ret: starts at @addr or behind it
 *
 * To see all memory in physical order start at 0 and go on at each run's end. Runs of a
 * kdump-compressed dump are whole pages; those of an ELF file are what its segments say, so that a
 * page may have some of each kind, or be memory only in part. A run may go on in the next one.
 *
 * Only maps are looked at: a page of a stored run may still turn out to be damaged or lost. All
 * runs together take time by the number of segments, or of bitmap bytes, that the file really has:
 * its holes are skipped, and are runs of zeros where they are memory. Where a call begins does not
 * matter: a segment is found in O(log n) steps, a bit at once.
 *
 * Return: 1, and *@ret is the run; 0 there is no more; negative errno of reading a bitmap.
 */
int kx_reader_next(struct kx_reader *reader, uint64_t addr, struct kx_run *ret, struct kx_err *err);

/**
 * struct kx_reader_place - where a page is stored
 * @file: number of the dump's file, as they were given to kx_dump_open()
 * @off, @len: its bytes there, as they are stored; as a file that is flattened will have them
 * @map, @map_len: what says so, if that is another place: a page descriptor; else @map_len is 0
 */
struct kx_reader_place {
	size_t file;
	uint64_t off, len;
	uint64_t map, map_len;
};

/**
 * kx_reader_place() - where the page at @addr, or what there is of it from there on, is stored
 *
 * It is what maps say, and nothing is read but these: no byte need be there.
 *
 * Return: 0; -EFAULT it is not in the dump, or is stored nowhere, as zeros are; negative errno of
 * reading a map.
 */
int kx_reader_place(struct kx_reader *reader, uint64_t addr, struct kx_reader_place *ret,
		    struct kx_err *err);

/**
 * kx_reader_virt() - copy @len bytes of the dumped kernel's virtual memory at @addr
 *
 * Ways: the ELF segment whose p_vaddr covers it, the page tables, the architecture's formula. Each
 * was tried on the kernel's release when the dump was opened: for the image those that read
 * OSRELEASE there come first and those that read something else are not used; for other addresses
 * page tables that proved right come before p_vaddr, which nothing can check there. A range may
 * cross pages that are not physically adjacent. Tags and pointer authentication codes are ignored.
 *
 * Return: as kx_reader_phys().
 */
int kx_reader_virt(struct kx_reader *reader, uint64_t addr, void *to, size_t len,
		   struct kx_err *err);

/**
 * kx_reader_uint() - a number of @width bytes (1, 2, 4, 8) at virtual address @addr in the dump's
 * byte order
 *
 * Return: as kx_reader_phys(); -EINVAL also for another @width.
 */
int kx_reader_uint(struct kx_reader *reader, uint64_t addr, unsigned int width, uint64_t *ret,
		   struct kx_err *err);

#endif
