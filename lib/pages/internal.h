/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this wing share. */
#ifndef LIB_PAGES_INTERNAL_H
#define LIB_PAGES_INTERNAL_H

#include "kx/pages.h"
#include "kx/vmcoreinfo.h"

/**
 * struct page_type - a value of _mapcount that names a use
 */
struct page_type {
	bool known;
	uint32_t value;
};

/** struct page_flag - a bit of page.flags */
struct page_flag {
	bool known;
	uint64_t mask;
};

/** enum compound_how - where the first tail page has the order of its compound page */
enum compound_how {
	COMPOUND_UNKNOWN,
	COMPOUND_BYTE,	/* in a byte of its own (v4.16 to v6.5) */
	COMPOUND_FLAGS, /* in the lowest byte of its flags (v6.6) */
};

/** enum hugetlb_how - how a page of hugetlbfs is told */
enum hugetlb_how {
	HUGETLB_UNKNOWN,
	HUGETLB_DTOR,	/* a byte of the first tail page (to v6.5) */
	HUGETLB_FLAG,	/* a flag of the first tail page (v6.6) */
	HUGETLB_TYPE,	/* the head's type (v6.9) */
};

/**
 * struct page_keys - what VMCOREINFO says of struct page
 * @size: bytes of a struct page
 * @flags, @mapping, @mapcount, @private, @head: where members are; @head is compound_head, or
 *	compound_info since v7.1
 * @order_at, @dtor_at: in the first tail page
 * @hugetlb_dtor: the value of that byte
 * @by_top_byte: a type is the highest byte of _mapcount alone (v6.12)
 * @max_order: of free blocks, one more than the largest
 */
struct page_keys {
	uint64_t size, flags, mapping, mapcount, private, head;
	bool has_private, has_mapping, has_mapcount;
	struct page_flag lru, private_flag, swapcache, swapbacked, poison, compound, slab_flag,
		hugetlb_flag;
	struct page_type buddy, offline, hugetlb_type, slab_type, unaccepted;
	enum compound_how compound_how;
	enum hugetlb_how hugetlb_how;
	uint64_t order_at, dtor_at, hugetlb_dtor;
	bool by_top_byte;
	uint64_t max_order;
	const char *missing[KX_PAGE_CLASSES];
};

/**
 * struct mem_map - where struct pages are
 * @flat: in one array, @flat_map, less what its first page's number is worth, for pages @flat_first
 *	to @flat_end - 1; a section is then no more than what is not divided by these
 * @roots: virtual address of the array of pointers to arrays of sections
 * @n_roots, @per_root: elements of that array, and of each it points to; with one array of sections
 *	@roots is it, and @n_roots 0
 * @section_size: bytes of a struct mem_section; @map_at: of its section_mem_map
 * @section_shift: log2 of the pages of a section
 */
struct mem_map {
	uint64_t roots, n_roots, per_root, section_size, map_at;
	unsigned int section_shift;
	bool flat;
	uint64_t flat_map, flat_first, flat_end;
};

struct kx_pages {
	unsigned int shift, long_size;
	bool big_endian;
	struct page_keys keys;
	struct mem_map map;
};

/**
 * kx_page_keys_read() - what VMCOREINFO says of struct page
 *
 * Return: 0; -ENODATA and the key that is missing, without which no page is told.
 */
int kx_page_keys_read(const struct kx_vmcoreinfo *info, struct page_keys *ret, struct kx_err *err);

/**
 * kx_page_classify_one() - what a page was used for, by its struct page
 * @page: its bytes; @tail: those of the next one, NULL when they cannot be had
 * @pfn: its number
 * @ret_order: log2 of how many pages it speaks for
 * @ret_listed: it is a free block in the buddy allocator's lists
 */
enum kx_page_class kx_page_classify_one(const struct kx_pages *pages, const uint8_t *page,
					const uint8_t *tail, uint64_t pfn,
					unsigned int *ret_order, bool *ret_listed);

/** kx_page_is_poisoned() - does the struct page say that its page has a memory error? */
bool kx_page_is_poisoned(const struct kx_pages *pages, const uint8_t *page);

/**
 * kx_mem_map_find() - find the sections of @pages' kernel
 *
 * Return: 0; -ENODATA; negative errno of reading.
 */
int kx_mem_map_find(struct kx_pages *pages, struct kx_reader *reader, struct kx_err *err);

/**
 * kx_mem_map_section() - virtual address of the struct page that page 0 would have by the map of
 *	section @number
 *
 * Return: 0; -ENOENT no such section, or it has no map; negative errno of reading.
 */
int kx_mem_map_section(const struct kx_pages *pages, const struct mem_map *map,
		       struct kx_reader *reader, uint64_t number, uint64_t *ret,
		       struct kx_err *err);

#endif
