/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Struct pages as kernels since v4.18 have them, in a dump of a small machine: sparse memory with
 * sections of 256 pages. It shares no code with the readers.
 *
 * Made for tests: running out of memory aborts.
 */
#ifndef TESTS_TOOLS_MKPAGES_H
#define TESTS_TOOLS_MKPAGES_H

#include "tests/tools/mkelf.h"

/** enum mkpages_era - releases between which struct page or its keys changed */
enum mkpages_era {
	MKPAGES_4_18,
	MKPAGES_6_3,	/* order and destructor in struct folio */
	MKPAGES_6_6,	/* order in flags of the first tail, PG_hugetlb there */
	MKPAGES_6_9,	/* hugetlb is a type */
	MKPAGES_6_10,	/* slab is a type */
	MKPAGES_6_12,	/* types are the highest byte */
	MKPAGES_7_1,	/* compound_info */
	MKPAGES_ERAS,
};

/** enum mkpages_map - how sections are found */
enum mkpages_map {
	MKPAGES_POINTER, MKPAGES_ROOTS, MKPAGES_ONE_ARRAY,	/* sections */
	MKPAGES_FLAT,						/* there are none */
	MKPAGES_MAPS,
};

enum mkpages_use {
	MKPAGES_KERNEL,
	MKPAGES_SLAB,
	MKPAGES_CACHE,
	MKPAGES_CACHE_PRIVATE,
	MKPAGES_SWAPCACHE,
	MKPAGES_OWNER_PRIVATE,	/* the bit of the swap cache, with another meaning */
	MKPAGES_ANON,
	MKPAGES_HUGETLB,
	MKPAGES_FREE,
	MKPAGES_UNACCEPTED,
	MKPAGES_OFFLINE,
	MKPAGES_POISON,
	MKPAGES_TABLE,		/* another type: page tables */
};

enum {
	MKPAGES_COUNT = 4096,		/* pages: 16 MiB */
	MKPAGES_SECTION = 256,		/* pages of a section */
	MKPAGES_MAX_ORDER = 11,		/* LENGTH(zone.free_area) */
};

/** struct mkpages - the machine; @dump is to be written when all pages are set */
struct mkpages {
	enum mkpages_era era;
	enum mkpages_map map;
	struct mkelf dump;
};

/** mkpages_init() - all pages the kernel's; @without: a key that VMCOREINFO shall lack, or NULL */
void mkpages_init(struct mkpages *m, enum mkpages_era era, enum mkpages_map map,
		  const char *without);

/** mkpages_keys() - nothing but VMCOREINFO, for kx_page_keys_read() */
void mkpages_keys(struct mkpages *m, enum mkpages_era era);

/**
 * mkpages_fill() - all memory up to page @end, but for what describes it, gets content
 * @fill: that of page number @pfn, 4096 bytes
 */
void mkpages_fill(struct mkpages *m, uint64_t end, void (*fill)(uint8_t *page, uint64_t pfn));

/** mkpages_done() - free what it holds */
void mkpages_done(struct mkpages *m);

/** mkpages_set() - pages @pfn to @pfn + 2^@order - 1 have this use, as one block */
void mkpages_set(struct mkpages *m, uint64_t pfn, unsigned int order, enum mkpages_use use);

/** mkpages_number() - overwrite @width bytes at @at of the struct page of @pfn */
void mkpages_number(struct mkpages *m, uint64_t pfn, size_t at, unsigned int width, uint64_t value);

/** mkpages_damage() - of a byte of what describes pages: set the bits of @mask to @value */
void mkpages_damage(struct mkpages *m, size_t at, uint8_t mask, uint8_t value);

/**
 * mkpages_move() - memory begins at @base, a multiple of 2^@bits, which is the size of a section
 *
 * Of sections only that one has struct pages, which are those of all memory. VMCOREINFO says no
 * such size: mkpages_init() has to be told to leave it out.
 */
void mkpages_move(struct mkpages *m, uint16_t machine, uint64_t base, unsigned int bits);

/**
 * mkpages_zones() - there is a node with two zones, and VMCOREINFO says where
 * @numa: among nodes, the last of four, of which one more is empty; else it is the only one
 * @without: a key that VMCOREINFO shall lack, or NULL
 */
void mkpages_zones(struct mkpages *m, bool numa, const char *without);

/** mkpages_count() - that zone's list of an order has @blocks free blocks */
void mkpages_count(struct mkpages *m, unsigned int zone, unsigned int order, uint64_t blocks);

/** mkpages_start() - flat memory, and its array, begin with page @pfn; memory in the dump at 0 */
void mkpages_start(struct mkpages *m, uint64_t pfn);

/** mkpages_unmap() - take away the map of the section that @pfn is in */
void mkpages_unmap(struct mkpages *m, uint64_t pfn);

#endif
