/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the pages of a crashed kernel were used for, by its struct pages. All that is known of these
 * comes from VMCOREINFO: which keys are there decides, never the kernel's release.
 */
#ifndef KX_PAGES_H
#define KX_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/reader.h"

/** enum kx_page_class - what a page was used for */
enum kx_page_class {
	KX_PAGE_KERNEL,		/* none of the others, or not known */
	KX_PAGE_CACHE,		/* page cache, with what is in the swap cache */
	KX_PAGE_CACHE_PRIVATE,	/* the same with private data, as buffer heads */
	KX_PAGE_USER,		/* anonymous memory, huge pages of hugetlbfs */
	KX_PAGE_FREE,		/* the buddy allocator's, or not yet accepted by a guest */
	KX_PAGE_OFFLINE,	/* given back to the host: nobody may read it */
	KX_PAGE_POISON,		/* with a memory error: reading it may end the machine */
	KX_PAGE_CLASSES,
};

/** kx_page_class_name() - "kernel", "cache", "private cache", … */
const char *kx_page_class_name(enum kx_page_class class);

/**
 * enum kx_page_level - bits of a dump level: what is left out
 *
 * The numbers that makedumpfile(8) has and users know.
 */
enum kx_page_level {
	KX_LEVEL_ZERO = 1,
	KX_LEVEL_CACHE = 2,
	KX_LEVEL_CACHE_PRIVATE = 4,	/* and all other cache */
	KX_LEVEL_USER = 8,
	KX_LEVEL_FREE = 16,
	KX_LEVEL_MAX = 31,
};

/**
 * kx_page_excluded() - is a page of this class left out at @level?
 *
 * What nobody may read is left out at every level. Zero pages are a matter of content, not class.
 */
bool kx_page_excluded(enum kx_page_class class, unsigned int level);

/** struct kx_pages - how a kernel's struct pages are found and read; constant, for any thread */
struct kx_pages;

/**
 * kx_pages_open() - find the memory map of the kernel that @reader's dump is of
 * @ret: for kx_pages_free()
 *
 * Sparse memory (Linux, include/linux/mmzone.h), with and without a virtual memory map, and flat
 * memory.
 *
 * Return: 0; -ENODATA VMCOREINFO lacks a key without which no struct page is found, or the map is
 * not where it says: @err names it, and a dump is to be taken as it is; -ENOMEM.
 */
int kx_pages_open(struct kx_reader *reader, struct kx_pages **ret, struct kx_err *err);

/** kx_pages_free() - free everything; NULL is fine */
void kx_pages_free(struct kx_pages *pages);

/** kx_pages_shift() - log2 of the page size */
unsigned int kx_pages_shift(const struct kx_pages *pages);

/**
 * kx_pages_missing() - the first key that VMCOREINFO lacks to tell @class
 *
 * Return: its name, as "NUMBER(PG_lru)"; NULL when the class is told. Pages of a class that is not
 * told count as the kernel's.
 */
const char *kx_pages_missing(const struct kx_pages *pages, enum kx_page_class class);

/** struct kx_pages_walk - a pass over struct pages, in ascending order, by one thread */
struct kx_pages_walk;

/**
 * kx_pages_walk_new() - begin a pass
 * @reader: of the same dump; used until the walk is freed
 *
 * It takes less than 100 KiB and a page of the dumped machine, whatever the dump's size.
 *
 * Return: 0 or -ENOMEM.
 */
int kx_pages_walk_new(const struct kx_pages *pages, struct kx_reader *reader,
		      struct kx_pages_walk **ret, struct kx_err *err);

/**
 * kx_pages_walk_level() - pages that @level leaves out are not going to be read
 *
 * Whether one of many pages that a head speaks for has a memory error is then not looked for in
 * these. Before this is called it is in all.
 */
void kx_pages_walk_level(struct kx_pages_walk *walk, unsigned int level);

/** kx_pages_walk_free() - end it; NULL is fine */
void kx_pages_walk_free(struct kx_pages_walk *walk);

/**
 * kx_pages_classify() - what pages @first to @first + @count - 1 were used for
 * @first: not below the end of the last call's pages
 * @ret: @count of enum kx_page_class
 *
 * A head decides for all pages of its compound page or free block, also for those of later calls,
 * but for those with a memory error. No number in a struct page makes that more than
 * 2^KX_PAGES_ORDER_MAX pages, and none of them is more than @count steps.
 *
 * What cannot be read counts as the kernel's; kx_pages_unreadable() tells how much that was.
 */
void kx_pages_classify(struct kx_pages_walk *walk, uint64_t first, size_t count, uint8_t *ret);

/** kx_pages_unreadable() - how many pages had no struct page that could be read */
uint64_t kx_pages_unreadable(const struct kx_pages_walk *walk);

/**
 * kx_pages_walk_free_blocks() - how many pages are in the free blocks that were seen
 *
 * After the last page. Of memory between the pages that were asked for struct pages are looked at,
 * too, for this alone: a dump need not have all memory. Memory that was not yet accepted is not
 * counted.
 *
 * Return: false: that was too much, and some were not looked at.
 */
bool kx_pages_walk_free_blocks(struct kx_pages_walk *walk, uint64_t *ret);

/**
 * kx_pages_zones_free() - how many pages the zones' lists of free blocks have by their own count
 *
 * It is the lists' length, which changes with them under a lock, so that it differs from what
 * struct pages say by no more than one block for each processor.
 *
 * Return: 0; -ENODATA VMCOREINFO lacks a key, or the structures are not as they are known: @err
 * says which; negative errno of reading.
 */
int kx_pages_zones_free(const struct kx_pages *pages, struct kx_reader *reader, uint64_t *ret,
			struct kx_err *err);

/** kx_pages_block_max() - how many pages the largest free block has; 0: not known */
uint64_t kx_pages_block_max(const struct kx_pages *pages);

/* 16 GiB in pages of 4 KiB: the largest huge page there is (ppc64, with pages of 64 KiB: 2^18). */
enum { KX_PAGES_ORDER_MAX = 22 };

#endif
