/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Struct pages of many kernels; see mkpages.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/tools/mkpages.h"

/* All of memory is in the direct map; these are physical addresses. */
#define DIRECT UINT64_C(0xffff888000000000)

enum {
	PAGE = 4096,
	STRUCT_PAGE = 64,
	POINTER = 0x100000,		/* what points to the roots, where something does */
	ROOTS = 0x101000,
	SECTIONS = 0x102000,
	NODE_DATA = 0x103000,
	NODE = 0x104000,
	EMPTY_NODE = 0x105000,
	STRUCT_PAGES = 0x110000,
	MEMORY = STRUCT_PAGES + MKPAGES_COUNT * STRUCT_PAGE,	/* zeros follow */
	SECTION_ENTRY = 32,
	SECTION_MAP = 8,		/* section_mem_map in it */
	N_SECTIONS = MKPAGES_COUNT / MKPAGES_SECTION,
	PER_ROOT = PAGE / SECTION_ENTRY,
	/* Flags of a section: present, has a map, online, early. */
	SECTION_FLAGS = 1 | 2 | 4 | 8,
	/* Members of struct page. */
	FLAGS = 0, HEAD = 8, MAPPING = 24, PRIVATE = 40, MAPCOUNT = 48, DTOR = 16, ORDER = 17,
	/* Bits of its flags. */
	LRU = 5, WAITERS = 7, HUGETLB = 8, SLAB = 9, OWNER = 10, PG_PRIVATE = 13, COMPOUND = 16,
	SWAPBACKED = 19, POISON = 22,
	HUGETLB_DTOR = 2,
	/* Of a node, its zones, and these's lists. */
	NODE_MAP = 0, NODE_START = 1576, NODE_SPANNED = 1584,
	NODE_ZONES = 16, ZONE = 768, N_ZONES = 2, NR_ZONES = 1568, NODE_SIZE = 2048,
	FREE_AREA = 128, LISTS = 3, LIST = 16, AREA = LISTS * LIST + 8,
};

static struct mkelf_buffer *memory(struct mkpages *m)
{
	return &m->dump.load[0].data;
}

static void put(struct mkpages *m, uint64_t addr, unsigned int width, uint64_t value)
{
	mkelf_set(memory(m), (size_t)addr, false, width, value);
}

void mkpages_number(struct mkpages *m, uint64_t pfn, size_t at, unsigned int width, uint64_t value)
{
	put(m, STRUCT_PAGES + pfn * STRUCT_PAGE + at, width, value);
}

void mkpages_damage(struct mkpages *m, size_t at, uint8_t mask, uint8_t value)
{
	uint8_t *byte = memory(m)->base + POINTER + at % (MEMORY - POINTER);

	*byte = (uint8_t)((*byte & ~mask) | (value & mask));
}

/* The value of _mapcount that is a type: a bit that is not set, later a byte and the owner's. */
static uint32_t type(const struct mkpages *m, unsigned int number)
{
	return m->era >= MKPAGES_6_12 ? (0xf0u + number) << 24 : ~(0x80u << number);
}

enum { BUDDY, OFFLINE, TABLE, GUARD, HUGETLB_TYPE, SLAB_TYPE, ZSMALLOC, UNACCEPTED };

struct keys {
	struct mkpages *m;
	const char *without;
};

/* A line of VMCOREINFO, but for the one that shall be missing. */
__attribute__((format(printf, 2, 3))) static void key(struct keys *k, const char *format, ...)
{
	char line[100];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (!k->without || strncmp(line, k->without, strlen(k->without)) != 0)
		mkelf_info(&k->m->dump, "%s", line);
}

static void struct_keys(struct keys *k)
{
	enum mkpages_era era = k->m->era;

	key(k, "SIZE(page)=%d", STRUCT_PAGE);
	key(k, "OFFSET(page.flags)=%d", FLAGS);
	key(k, "OFFSET(page.%s)=%d", era < MKPAGES_7_1 ? "compound_head" : "compound_info", HEAD);
	key(k, "OFFSET(page.mapping)=%d", MAPPING);
	key(k, "OFFSET(page.private)=%d", PRIVATE);
	key(k, "OFFSET(page._mapcount)=%d", MAPCOUNT);
	if (era == MKPAGES_4_18) {
		key(k, "OFFSET(page.compound_dtor)=%d", DTOR);
		key(k, "OFFSET(page.compound_order)=%d", ORDER);
	} else if (era == MKPAGES_6_3) {
		key(k, "OFFSET(folio._folio_dtor)=%d", STRUCT_PAGE + DTOR);
		key(k, "OFFSET(folio._folio_order)=%d", STRUCT_PAGE + ORDER);
	}
	key(k, "LENGTH(zone.free_area)=%d", MKPAGES_MAX_ORDER);
}

static void flag_keys(struct keys *k)
{
	enum mkpages_era era = k->m->era;

	key(k, "NUMBER(PG_lru)=%d", LRU);
	key(k, "NUMBER(PG_private)=%d", PG_PRIVATE);
	key(k, "NUMBER(PG_swapcache)=%d", OWNER);
	key(k, "NUMBER(PG_swapbacked)=%d", SWAPBACKED);
	key(k, "NUMBER(PG_hwpoison)=%d", POISON);
	key(k, "NUMBER(PG_head_mask)=%d", 1 << COMPOUND);
	if (era < MKPAGES_6_10)
		key(k, "NUMBER(PG_slab)=%d", SLAB);
	if (era == MKPAGES_6_6)
		key(k, "NUMBER(PG_hugetlb)=%d", HUGETLB);
	if (era < MKPAGES_6_6)
		key(k, "NUMBER(HUGETLB_PAGE_DTOR)=%d", HUGETLB_DTOR);
}

static void type_keys(struct keys *k)
{
	struct mkpages *m = k->m;

	key(k, "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=%d", (int)type(m, BUDDY));
	key(k, "NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=%d", (int)type(m, OFFLINE));
	if (m->era >= MKPAGES_6_9)
		key(k, "NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)=%d", (int)type(m, HUGETLB_TYPE));
	if (m->era >= MKPAGES_6_10)
		key(k, "NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)=%d", (int)type(m, SLAB_TYPE));
	if (m->era >= MKPAGES_7_1)
		key(k, "NUMBER(PAGE_UNACCEPTED_MAPCOUNT_VALUE)=%d", (int)type(m, UNACCEPTED));
}

static void flat_keys(struct keys *k)
{
	key(k, "SYMBOL(mem_map)=%llx", (unsigned long long)(DIRECT + POINTER));
	key(k, "SYMBOL(contig_page_data)=%llx", (unsigned long long)(DIRECT + NODE));
	key(k, "OFFSET(pglist_data.node_mem_map)=%d", NODE_MAP);
	key(k, "OFFSET(pglist_data.node_start_pfn)=%d", NODE_START);
	key(k, "OFFSET(pglist_data.node_spanned_pages)=%d", NODE_SPANNED);
}

static void section_keys(struct keys *k)
{
	static const uint64_t symbol[MKPAGES_MAPS] = {
		[MKPAGES_POINTER] = POINTER, [MKPAGES_ROOTS] = ROOTS,
		[MKPAGES_ONE_ARRAY] = SECTIONS,
	};

	key(k, "SYMBOL(mem_section)=%llx", (unsigned long long)(DIRECT + symbol[k->m->map]));
	key(k, "LENGTH(mem_section)=%d", k->m->map == MKPAGES_ONE_ARRAY ? N_SECTIONS : 8);
	key(k, "SIZE(mem_section)=%d", SECTION_ENTRY);
	key(k, "OFFSET(mem_section.section_mem_map)=%d", SECTION_MAP);
	key(k, "NUMBER(SECTION_SIZE_BITS)=20");
}

static void put_map(struct mkpages *m)
{
	if (m->map == MKPAGES_FLAT) {
		put(m, POINTER, 8, DIRECT + STRUCT_PAGES);
		mkpages_start(m, 0);
		return;
	}
	put(m, POINTER, 8, DIRECT + ROOTS);
	put(m, ROOTS, 8, DIRECT + SECTIONS);
	/* All in one row: less the number of each section's first page, every map is the same. */
	for (uint64_t i = 0; i < N_SECTIONS; i++)
		put(m, SECTIONS + i * SECTION_ENTRY + SECTION_MAP, 8,
		    (DIRECT + STRUCT_PAGES) | SECTION_FLAGS);
}

void mkpages_start(struct mkpages *m, uint64_t pfn)
{
	put(m, NODE + NODE_MAP, 8, DIRECT + STRUCT_PAGES + pfn * STRUCT_PAGE);
	put(m, NODE + NODE_START, 8, pfn);
	put(m, NODE + NODE_SPANNED, 8, MKPAGES_COUNT - pfn);
}

void mkpages_unmap(struct mkpages *m, uint64_t pfn)
{
	put(m, SECTIONS + pfn / MKPAGES_SECTION * SECTION_ENTRY + SECTION_MAP, 8, 0);
}

void mkpages_move(struct mkpages *m, uint16_t machine, uint64_t base, unsigned int bits)
{
	m->dump.machine = machine;
	m->dump.load[0].paddr = base;
	for (uint64_t i = 0; i < N_SECTIONS; i++)
		mkpages_unmap(m, i * MKPAGES_SECTION);
	/* Less what its first page's number is worth. */
	put(m, SECTIONS + (base >> bits) * SECTION_ENTRY + SECTION_MAP, 8,
	    (DIRECT + STRUCT_PAGES - base / PAGE * STRUCT_PAGE) | SECTION_FLAGS);
}

static void put_keys(struct mkpages *m, enum mkpages_era era, enum mkpages_map map,
		     const char *without)
{
	struct keys k = { m, without };

	*m = (struct mkpages){ .era = era, .map = map };
	mkelf_init(&m->dump);
	m->dump.cpus = 1;
	key(&k, "OSRELEASE=%s", "0.0-model");
	key(&k, "PAGESIZE=%d", PAGE);
	struct_keys(&k);
	flag_keys(&k);
	type_keys(&k);
	if (map == MKPAGES_FLAT)
		flat_keys(&k);
	else
		section_keys(&k);
}

void mkpages_keys(struct mkpages *m, enum mkpages_era era)
{
	put_keys(m, era, MKPAGES_ROOTS, NULL);
}

void mkpages_init(struct mkpages *m, enum mkpages_era era, enum mkpages_map map,
		  const char *without)
{
	put_keys(m, era, map, without);
	mkelf_load(&m->dump, DIRECT, 0)->hole = (uint64_t)MKPAGES_COUNT * PAGE - MEMORY;
	mkelf_bytes(memory(m), NULL, MEMORY);
	put_map(m);
	for (uint64_t pfn = 0; pfn < MKPAGES_COUNT; pfn++)
		mkpages_set(m, pfn, 0, MKPAGES_KERNEL);
}

void mkpages_fill(struct mkpages *m, uint64_t end, void (*fill)(uint8_t *page, uint64_t pfn))
{
	enum { SIZE = 4096 };
	struct mkelf_load *load = &m->dump.load[0];
	uint8_t page[SIZE];

	load->hole = 0;
	for (uint64_t pfn = load->data.len / SIZE; pfn < end; pfn++) {
		fill(page, pfn);
		mkelf_bytes(&load->data, page, SIZE);
	}
}

void mkpages_done(struct mkpages *m)
{
	mkelf_done(&m->dump);
}

/* Not mapped, or a type where the era has one for this use. */
static uint32_t mapcount_of(const struct mkpages *m, enum mkpages_use use)
{
	if (use == MKPAGES_SLAB && m->era >= MKPAGES_6_10)
		return type(m, SLAB_TYPE);
	if (use == MKPAGES_HUGETLB && m->era >= MKPAGES_6_9)
		return type(m, HUGETLB_TYPE);
	if (use == MKPAGES_FREE)
		return type(m, BUDDY);
	if (use == MKPAGES_OFFLINE)
		return type(m, OFFLINE);
	if (use == MKPAGES_TABLE)
		return type(m, TABLE);
	if (use == MKPAGES_UNACCEPTED)
		return type(m, UNACCEPTED);
	return UINT32_MAX;
}

/* What a head or a page of its own says. */
static void put_use(struct mkpages *m, uint64_t pfn, unsigned int order, enum mkpages_use use)
{
	static const uint64_t bits[] = {
		[MKPAGES_CACHE] = 1 << LRU,
		[MKPAGES_CACHE_PRIVATE] = 1 << LRU | 1 << PG_PRIVATE,
		[MKPAGES_SWAPCACHE] = 1 << OWNER | 1 << SWAPBACKED,
		[MKPAGES_OWNER_PRIVATE] = 1 << OWNER,
		/* With somebody who waits for it. */
		[MKPAGES_ANON] = 1 << LRU | 1 << SWAPBACKED | 1 << WAITERS,
		[MKPAGES_POISON] = 1 << POISON | 1 << LRU,
		[MKPAGES_TABLE] = 0,
	};
	/* An inode's pages; anonymous ones have bit 0 set; slab keeps a list there. */
	uint64_t mapping = use == MKPAGES_ANON ? DIRECT | 0x2001 :
			   use == MKPAGES_SLAB ? DIRECT | 0x3001 : DIRECT | 0x2000;
	uint64_t flags = bits[use] | (uint64_t)(order > 0) << COMPOUND;

	if (use == MKPAGES_SLAB && m->era < MKPAGES_6_10)
		flags |= 1 << SLAB;
	mkpages_number(m, pfn, FLAGS, 8, flags);
	mkpages_number(m, pfn, MAPPING, 8, use == MKPAGES_KERNEL ? 0 : mapping);
	mkpages_number(m, pfn, MAPCOUNT, 4, mapcount_of(m, use));
}

/* The first tail says how large the block is, and all point to the head. */
static void put_tails(struct mkpages *m, uint64_t pfn, unsigned int order, enum mkpages_use use)
{
	uint64_t flags = m->era >= MKPAGES_6_6 ? order : 0;

	if (use == MKPAGES_HUGETLB && m->era == MKPAGES_6_6)
		flags |= 1 << HUGETLB;
	for (uint64_t i = 1; i < UINT64_C(1) << order; i++) {
		put_use(m, pfn + i, 0, MKPAGES_KERNEL);
		mkpages_number(m, pfn + i, HEAD, 8,
			       (DIRECT + STRUCT_PAGES + pfn * STRUCT_PAGE) | 1);
	}
	mkpages_number(m, pfn + 1, FLAGS, 8, flags);
	if (m->era < MKPAGES_6_6) {
		mkpages_number(m, pfn + 1, DTOR, 1, use == MKPAGES_HUGETLB ? HUGETLB_DTOR : 1);
		mkpages_number(m, pfn + 1, ORDER, 1, order);
	}
}

void mkpages_set(struct mkpages *m, uint64_t pfn, unsigned int order, enum mkpages_use use)
{
	/* Free blocks have no tails, and their first page says how large they are. */
	bool compound = order > 0 && use != MKPAGES_FREE && use != MKPAGES_UNACCEPTED;

	put_use(m, pfn, compound ? order : 0, use);
	if (compound)
		put_tails(m, pfn, order, use);
	if (use == MKPAGES_FREE)
		mkpages_number(m, pfn, PRIVATE, 8, order);
}

void mkpages_zones(struct mkpages *m, bool numa, const char *without)
{
	struct keys k = { m, without };

	if (numa) {
		key(&k, "SYMBOL(node_data)=%llx", (unsigned long long)(DIRECT + NODE_DATA));
		key(&k, "LENGTH(node_data)=%d", 4);
	} else {
		key(&k, "SYMBOL(contig_page_data)=%llx", (unsigned long long)(DIRECT + NODE));
	}
	key(&k, "SIZE(pglist_data)=%d", NODE_SIZE);
	key(&k, "SIZE(zone)=%d", ZONE);
	key(&k, "SIZE(free_area)=%d", AREA);
	key(&k, "SIZE(list_head)=%d", LIST);
	key(&k, "OFFSET(pglist_data.node_zones)=%d", NODE_ZONES);
	key(&k, "OFFSET(pglist_data.nr_zones)=%d", NR_ZONES);
	key(&k, "OFFSET(zone.free_area)=%d", FREE_AREA);
	key(&k, "OFFSET(free_area.free_list)=%d", 0);
	key(&k, "LENGTH(free_area.free_list)=%d", LISTS);
	put(m, NODE_DATA + 3 * sizeof(uint64_t), 8, DIRECT + NODE);
	put(m, NODE_DATA + sizeof(uint64_t), 8, DIRECT + EMPTY_NODE);
	put(m, NODE + NR_ZONES, 4, N_ZONES);
}

void mkpages_count(struct mkpages *m, unsigned int zone, unsigned int order, uint64_t blocks)
{
	put(m, NODE + NODE_ZONES + zone * ZONE + FREE_AREA + order * AREA + LISTS * LIST, 8,
	    blocks);
}
