/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages of all classes in a made dump; see the header. */
#include <string.h>

#include "tests/unit/classes.h"
#include "tests/unit/kxtest.h"

static const struct block {
	uint64_t pfn;
	unsigned int order;
	enum mkpages_use use;
	enum kx_page_class class;
	enum mkpages_era since;
} blocks[] = {
	/* No block is as large as that; others are in it. */
	{ 0, MKPAGES_MAX_ORDER, MKPAGES_FREE, KX_PAGE_KERNEL, 0 },
	{ 512, 0, MKPAGES_CACHE, KX_PAGE_CACHE, 0 },
	{ 513, 0, MKPAGES_CACHE_PRIVATE, KX_PAGE_CACHE_PRIVATE, 0 },
	{ 514, 0, MKPAGES_SWAPCACHE, KX_PAGE_CACHE, 0 },
	{ 515, 0, MKPAGES_OWNER_PRIVATE, KX_PAGE_KERNEL, 0 },
	{ 516, 0, MKPAGES_ANON, KX_PAGE_USER, 0 },
	{ 517, 0, MKPAGES_SLAB, KX_PAGE_KERNEL, 0 },
	{ 518, 0, MKPAGES_OFFLINE, KX_PAGE_OFFLINE, 0 },
	{ 519, 0, MKPAGES_POISON, KX_PAGE_POISON, 0 },
	{ 520, 0, MKPAGES_TABLE, KX_PAGE_KERNEL, 0 },
	{ 521, 0, MKPAGES_FREE, KX_PAGE_FREE, 0 },
	{ 528, 3, MKPAGES_SLAB, KX_PAGE_KERNEL, 0 },
	{ 536, 2, MKPAGES_CACHE, KX_PAGE_CACHE, 0 },
	{ 576, 6, MKPAGES_FREE, KX_PAGE_FREE, 0 },
	/* Over several sections, and over the end of a call. */
	{ 1024, 9, MKPAGES_ANON, KX_PAGE_USER, 0 },
	{ 1536, 9, MKPAGES_HUGETLB, KX_PAGE_USER, 0 },
	{ 2048, 10, MKPAGES_FREE, KX_PAGE_FREE, 0 },
	{ 3072, 10, MKPAGES_UNACCEPTED, KX_PAGE_FREE, MKPAGES_7_1 },
};
enum { BLOCKS = sizeof(blocks) / sizeof(blocks[0]) };

void set_blocks(struct mkpages *m)
{
	for (size_t i = 0; i < BLOCKS; i++) {
		if (m->era >= blocks[i].since)
			mkpages_set(m, blocks[i].pfn, blocks[i].order, blocks[i].use);
	}
}

uint64_t classify_from(struct kx_reader *reader, uint64_t first, size_t step,
			      uint8_t class[MKPAGES_COUNT])
{
	struct kx_err err = { "" };
	struct kx_pages_walk *walk;
	struct kx_pages *pages;
	uint64_t unreadable;

	if (kx_pages_open(reader, &pages, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(kx_pages_shift(pages), 12);
	assert_int_equal(kx_pages_walk_new(pages, reader, &walk, &err), 0);
	for (size_t at = 0; at < MKPAGES_COUNT; at += step)
		kx_pages_classify(walk, first + at,
				  at + step < MKPAGES_COUNT ? step : MKPAGES_COUNT - at,
				  class + at);
	unreadable = kx_pages_unreadable(walk);
	kx_pages_walk_free(walk);
	kx_pages_free(pages);
	return unreadable;
}

void classify(struct kx_reader *reader, size_t step, uint8_t class[MKPAGES_COUNT],
		     uint64_t *ret_unreadable)
{
	*ret_unreadable = classify_from(reader, 0, step, class);
}

void assert_classes(const struct mkpages *m, const uint8_t class[MKPAGES_COUNT])
{
	uint8_t expected[MKPAGES_COUNT] = { KX_PAGE_KERNEL };

	for (size_t i = 0; i < BLOCKS; i++) {
		if (m->era >= blocks[i].since)
			memset(expected + blocks[i].pfn, blocks[i].class,
			       (size_t)1 << blocks[i].order);
	}
	for (size_t pfn = 0; pfn < MKPAGES_COUNT; pfn++) {
		if (class[pfn] != expected[pfn])
			fail_msg("era %d, page %zu: %s, not %s", m->era, pfn,
				 kx_page_class_name(class[pfn]), kx_page_class_name(expected[pfn]));
	}
}
