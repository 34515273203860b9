/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Goes over struct pages in ascending order, each block of them read once. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "lib/pages/internal.h"

/* Struct pages are read in blocks of that many, and one that may be the last one's tail. */
enum { BLOCK = 512 };

/*
 * Pages that are looked at and were not asked for: as many as were, and so many. Enough for the
 * firmware's memory, for a crash kernel's, and for what a dump of an idle GiB leaves out.
 */
enum { BETWEEN = 1 << 18 };

/**
 * struct kx_pages_walk - a pass
 * @run_end, @run_class: pages below @run_end belong to a head that was seen
 * @section, @section_map: the section that was looked up last; @has_map: it has struct pages
 * @block_first, @block_len: which pages' structs are in @block
 * @end: of the pages that were asked for; @between: how many more may be looked at between these
 * @free_blocks: pages in them, as far as they were seen
 * @each: is a memory error looked for in each page of that class?
 */
struct kx_pages_walk {
	const struct kx_pages *pages;
	struct kx_reader *reader;
	uint64_t run_end;
	enum kx_page_class run_class;
	uint64_t section, section_map;
	bool has_map;
	uint64_t block_first, block_len;
	uint64_t unreadable;
	uint64_t end, between, free_blocks;
	bool each[KX_PAGE_CLASSES];
	uint8_t block[];
};

int kx_pages_open(struct kx_reader *reader, struct kx_pages **ret, struct kx_err *err)
{
	const struct kx_dump *dump = kx_reader_dump(reader);
	const struct kx_vmcoreinfo *info = kx_dump_vmcoreinfo(dump);
	struct kx_pages *pages;
	uint64_t size;
	int rc;

	if (!kx_vmcoreinfo_page_size(info, &size))
		return kx_fail(err, -ENODATA, "VMCOREINFO lacks PAGESIZE");
	if (kx_dump_long_size(dump) != 8)
		return kx_fail(err, -ENODATA, "struct pages of 32-bit kernels are not known");
	pages = calloc(1, sizeof(*pages));
	if (!pages)
		return kx_fail(err, -ENOMEM, "no memory for the memory map");
	pages->shift = (unsigned int)__builtin_ctzll(size);
	pages->long_size = kx_dump_long_size(dump);
	pages->big_endian = kx_dump_big_endian(dump);
	rc = kx_page_keys_read(info, &pages->keys, err);
	if (rc == 0)
		rc = kx_mem_map_find(pages, reader, err);
	if (rc < 0)
		free(pages);
	else
		*ret = pages;
	return rc;
}

void kx_pages_free(struct kx_pages *pages)
{
	free(pages);
}

unsigned int kx_pages_shift(const struct kx_pages *pages)
{
	return pages->shift;
}

const char *kx_pages_missing(const struct kx_pages *pages, enum kx_page_class class)
{
	return pages->keys.missing[class];
}

int kx_pages_walk_new(const struct kx_pages *pages, struct kx_reader *reader,
		      struct kx_pages_walk **ret, struct kx_err *err)
{
	struct kx_pages_walk *walk;

	walk = calloc(1, sizeof(*walk) + (BLOCK + 1) * pages->keys.size);
	if (!walk)
		return kx_fail(err, -ENOMEM, "no memory for a pass over struct pages");
	walk->pages = pages;
	walk->reader = reader;
	walk->section = UINT64_MAX;
	walk->between = BETWEEN;
	kx_pages_walk_level(walk, 0);
	*ret = walk;
	return 0;
}

void kx_pages_walk_level(struct kx_pages_walk *walk, unsigned int level)
{
	for (enum kx_page_class class = 0; class < KX_PAGE_CLASSES; class++)
		walk->each[class] = walk->pages->keys.poison.known &&
				    !kx_page_excluded(class, level);
}

void kx_pages_walk_free(struct kx_pages_walk *walk)
{
	free(walk);
}

uint64_t kx_pages_unreadable(const struct kx_pages_walk *walk)
{
	return walk->unreadable;
}

/* The map of the section that @pfn is in; false: it has none. */
static bool enter_section(struct kx_pages_walk *walk, uint64_t pfn)
{
	const struct kx_pages *pages = walk->pages;
	uint64_t number = pfn >> pages->map.section_shift;
	struct kx_err ignored;

	if (number != walk->section) {
		walk->section = number;
		walk->block_len = 0;
		walk->has_map = kx_mem_map_section(pages, &pages->map, walk->reader, number,
						   &walk->section_map, &ignored) == 0;
	}
	return walk->has_map;
}

/* Read @count struct pages from @pfn on into the block; true when all are there. */
static bool read_block(struct kx_pages_walk *walk, uint64_t pfn, uint64_t count)
{
	uint64_t size = walk->pages->keys.size;
	struct kx_err ignored;

	walk->block_first = pfn;
	walk->block_len = 0;
	if (kx_reader_virt(walk->reader, walk->section_map + pfn * size, walk->block, count * size,
			   &ignored) < 0)
		return false;
	walk->block_len = count;
	return true;
}

/*
 * The struct page of @pfn, and of the next one or NULL, of the section that was entered. What the
 * block has is not read again; where a block cannot be read whole, this page may still be.
 */
static const uint8_t *struct_page(struct kx_pages_walk *walk, uint64_t pfn,
				  const uint8_t **ret_tail)
{
	uint64_t size = walk->pages->keys.size, mask, left;
	uint64_t at = pfn - walk->block_first;

	mask = (UINT64_C(1) << walk->pages->map.section_shift) - 1;
	left = mask + 1 - (pfn & mask);
	if (at >= walk->block_len || (at + 1 == walk->block_len && left > 1)) {
		at = 0;
		if (!read_block(walk, pfn, left < BLOCK + 1 ? left : BLOCK + 1) &&
		    !read_block(walk, pfn, left < 2 ? left : 2) && !read_block(walk, pfn, 1))
			return NULL;
	}
	*ret_tail = at + 1 < walk->block_len ? walk->block + (at + 1) * size : NULL;
	return walk->block + at * size;
}

/* What @pfn was used for, where no head spoke for it: a run begins. False: it cannot be read. */
static bool look(struct kx_pages_walk *walk, uint64_t pfn)
{
	const uint8_t *page = NULL, *tail = NULL;
	unsigned int order;
	bool listed;

	if (enter_section(walk, pfn))
		page = struct_page(walk, pfn, &tail);
	if (!page)
		return false;
	walk->run_class = kx_page_classify_one(walk->pages, page, tail, pfn, &order, &listed);
	walk->run_end = pfn + (UINT64_C(1) << order);
	if (listed)
		walk->free_blocks += UINT64_C(1) << order;
	return true;
}

static enum kx_page_class class_of(struct kx_pages_walk *walk, uint64_t pfn)
{
	if (look(walk, pfn))
		return walk->run_class;
	walk->unreadable++;
	return KX_PAGE_KERNEL;
}

/* Where a page follows that may have a struct page, when @pfn has none that could be read. */
static uint64_t behind_hole(const struct kx_pages_walk *walk, uint64_t pfn)
{
	const struct kx_pages *pages = walk->pages;
	unsigned int shift = pages->map.section_shift;
	uint64_t page = (UINT64_C(1) << pages->shift) / pages->keys.size;

	if (!walk->has_map)
		return ((pfn >> shift) + 1) << shift;
	return pfn + page - pfn % page;
}

/* Look at pages up to @end that are not asked for. */
static void pass(struct kx_pages_walk *walk, uint64_t end)
{
	uint64_t pfn = walk->end;

	while (pfn < end && walk->between > 0) {
		walk->between--;
		if (pfn < walk->run_end)
			pfn = walk->run_end;
		else
			pfn = look(walk, pfn) ? walk->run_end : behind_hole(walk, pfn);
	}
}

bool kx_pages_walk_free_blocks(struct kx_pages_walk *walk, uint64_t *ret)
{
	unsigned int shift = walk->pages->map.section_shift;

	pass(walk, ((walk->end >> shift) + 1) << shift);
	*ret = walk->free_blocks;
	return walk->between > 0;
}

/* Of pages that a head spoke for each may have a memory error of its own. */
static void find_poison(struct kx_pages_walk *walk, uint64_t first, size_t count, uint8_t *ret)
{
	const uint8_t *page, *tail;
	uint64_t pfn = first;

	while (pfn < first + count) {
		page = enter_section(walk, pfn) ? struct_page(walk, pfn, &tail) : NULL;
		if (page && kx_page_is_poisoned(walk->pages, page))
			ret[pfn - first] = KX_PAGE_POISON;
		pfn = page ? pfn + 1 : behind_hole(walk, pfn);
	}
}

void kx_pages_classify(struct kx_pages_walk *walk, uint64_t first, size_t count, uint8_t *ret)
{
	size_t i = 0;

	pass(walk, first);
	walk->end = first + count;
	walk->between += walk->between > 0 ? count : 0;
	while (i < count) {
		uint64_t pfn = first + i;
		size_t len;

		if (pfn >= walk->run_end) {
			ret[i++] = (uint8_t)class_of(walk, pfn);
			continue;
		}
		len = walk->run_end - pfn < count - i ? (size_t)(walk->run_end - pfn) : count - i;
		memset(ret + i, walk->run_class, len);
		if (walk->each[walk->run_class])
			find_poison(walk, pfn, len, ret + i);
		i += len;
	}
}
