/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pages were used for, by the struct pages of many kernels. */
#include <elf.h>
#include <inttypes.h>

#include "kx/pages.h"
#include "lib/pages/internal.h"
#include "tests/tools/mkpages.h"
#include "tests/unit/dumping.h"

/* A block of pages, and what it must count as. */
struct block {
	uint64_t pfn;
	unsigned int order;
	enum mkpages_use use;
	enum kx_page_class class;
	enum mkpages_era since;
};

static const struct block blocks[] = {
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

static void set_blocks(struct mkpages *m)
{
	for (size_t i = 0; i < BLOCKS; i++) {
		if (m->era >= blocks[i].since)
			mkpages_set(m, blocks[i].pfn, blocks[i].order, blocks[i].use);
	}
}

/* The class of each page from number @first on, in calls of @step; how many had no struct page. */
static uint64_t classify_from(struct kx_reader *reader, uint64_t first, size_t step,
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

static void classify(struct kx_reader *reader, size_t step, uint8_t class[MKPAGES_COUNT],
		     uint64_t *ret_unreadable)
{
	*ret_unreadable = classify_from(reader, 0, step, class);
}

/* Each page is what @blocks say, the others the kernel's. */
static void assert_classes(const struct mkpages *m, const uint8_t class[MKPAGES_COUNT])
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

TEST(pages_of_all_kernels_are_told)
{
	for (enum mkpages_era era = 0; era < MKPAGES_ERAS; era++) {
		uint8_t class[MKPAGES_COUNT];
		struct kx_reader *reader;
		uint64_t unreadable;
		struct mkpages m;

		mkpages_init(&m, era, MKPAGES_ROOTS, NULL);
		set_blocks(&m);
		reader = open_written(&m.dump);
		classify(reader, 100, class, &unreadable);
		assert_classes(&m, class);
		assert_int_equal(unreadable, 0);
		close_reader(reader);
		mkpages_done(&m);
	}
}

TEST(sections_are_found_in_every_form)
{
	for (enum mkpages_map map = 0; map < MKPAGES_MAPS; map++) {
		uint8_t class[MKPAGES_COUNT];
		struct kx_reader *reader;
		uint64_t unreadable;
		struct mkpages m;

		mkpages_init(&m, MKPAGES_6_12, map, NULL);
		set_blocks(&m);
		reader = open_written(&m.dump);
		classify(reader, MKPAGES_COUNT, class, &unreadable);
		assert_classes(&m, class);
		close_reader(reader);
		mkpages_done(&m);
	}
}

/* As many roots as riscv64 has, and x86_64 with five levels: of most nothing is in memory. */
TEST(sections_of_large_address_spaces_are_found)
{
	static const int length[] = { 131072, 2097152 };

	for (size_t i = 0; i < sizeof(length) / sizeof(length[0]); i++) {
		uint8_t class[MKPAGES_COUNT];
		struct kx_reader *reader;
		uint64_t unreadable;
		struct mkpages m;

		mkpages_init(&m, MKPAGES_6_12, MKPAGES_POINTER, "LENGTH(mem_section)");
		mkelf_info(&m.dump, "LENGTH(mem_section)=%d", length[i]);
		set_blocks(&m);
		reader = open_written(&m.dump);
		classify(reader, MKPAGES_COUNT, class, &unreadable);
		assert_classes(&m, class);
		close_reader(reader);
		mkpages_done(&m);
	}
}

TEST(a_section_without_struct_pages_is_kept)
{
	uint8_t class[MKPAGES_COUNT];
	struct kx_reader *reader;
	uint64_t unreadable;
	struct mkpages m;

	mkpages_init(&m, MKPAGES_6_12, MKPAGES_POINTER, NULL);
	mkpages_set(&m, 512, 0, MKPAGES_CACHE);
	mkpages_set(&m, 768, 0, MKPAGES_CACHE);
	mkpages_unmap(&m, 512);
	reader = open_written(&m.dump);
	classify(reader, 1000, class, &unreadable);
	assert_int_equal(unreadable, MKPAGES_SECTION);
	assert_int_equal(class[512], KX_PAGE_KERNEL);
	assert_int_equal(class[768], KX_PAGE_CACHE);
	close_reader(reader);
	mkpages_done(&m);
}

/* Kernels before v5.13 do not say how large a section is: what their architectures had is tried. */
TEST(sections_of_the_sizes_of_architectures_are_found)
{
	static const struct {
		uint16_t machine;
		unsigned int bits;
	} size[] = {
		{ EM_X86_64, 27 }, { EM_AARCH64, 30 }, { EM_AARCH64, 27 }, { EM_AARCH64, 29 },
		{ EM_RISCV, 27 },
	};
	const uint64_t base = UINT64_C(1) << 30;

	for (size_t i = 0; i < sizeof(size) / sizeof(size[0]); i++) {
		uint8_t class[MKPAGES_COUNT];
		struct kx_reader *reader;
		struct mkpages m;
		uint64_t before;

		mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, "NUMBER(SECTION_SIZE_BITS)");
		set_blocks(&m);
		mkpages_move(&m, size[i].machine, base, size[i].bits);
		reader = open_written(&m.dump);
		before = kx_reader_work(reader);
		assert_int_equal(classify_from(reader, base / 4096, MKPAGES_COUNT, class), 0);
		assert_classes(&m, class);
		/* Blocks of struct pages overlap by one, and none is read twice, or by the page. */
		assert_true(kx_reader_work(reader) - before < MKPAGES_COUNT * 64);
		close_reader(reader);
		mkpages_done(&m);
	}
}

/* Nor are there struct pages of 32 bits. */
TEST(a_section_has_a_size_that_can_be)
{
	static const struct {
		int bits;
		bool good;
		int word;
	} size[] = { { 36, true, 8 }, { 37, false, 8 }, { 64, false, 8 }, { 12, false, 8 },
		     { 11, false, 8 }, { 0, false, 8 }, { 36, false, 4 } };

	for (size_t i = 0; i < sizeof(size) / sizeof(size[0]); i++) {
		struct kx_err err = { "" };
		struct kx_pages *pages = NULL;
		struct kx_reader *reader;
		struct mkpages m;

		mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, "NUMBER(SECTION_SIZE_BITS)");
		mkelf_info(&m.dump, "NUMBER(SECTION_SIZE_BITS)=%d", size[i].bits);
		mkelf_info(&m.dump, "SIZE(atomic_long_t)=%d", size[i].word);
		reader = open_written(&m.dump);
		assert_int_equal(kx_pages_open(reader, &pages, &err), size[i].good ? 0 : -ENODATA);
		assert_int_equal(pages != NULL, size[i].good);
		if (size[i].word == 4)
			assert_says(&err, "32-bit");
		kx_pages_free(pages);
		close_reader(reader);
		mkpages_done(&m);
	}
}

/* Flags of a section: there, and with struct pages. Either alone is a section being made. */
TEST(a_section_with_one_flag_is_kept)
{
	/* Of section 2's flags, from what points to the roots on. */
	enum { FLAGS_AT = 0x2000 + 2 * 32 + 8 };
	static const uint8_t flags[] = { 0, 1, 2 };

	for (size_t i = 0; i < sizeof(flags); i++) {
		uint8_t class[MKPAGES_COUNT];
		struct kx_reader *reader;
		uint64_t unreadable;
		struct mkpages m;

		mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, NULL);
		mkpages_set(&m, 512, 0, MKPAGES_CACHE);
		mkpages_set(&m, 768, 0, MKPAGES_CACHE);
		mkpages_damage(&m, FLAGS_AT, 3, flags[i]);
		reader = open_written(&m.dump);
		classify(reader, MKPAGES_COUNT, class, &unreadable);
		assert_int_equal(unreadable, MKPAGES_SECTION);
		assert_int_equal(class[512], KX_PAGE_KERNEL);
		assert_int_equal(class[768], KX_PAGE_CACHE);
		close_reader(reader);
		mkpages_done(&m);
	}
}

/* A page of struct pages that the dump has not: what it described is kept, the others are told. */
TEST(struct_pages_are_read_around_a_hole)
{
	/* Pages 576 to 639 are described there; the model has its struct pages at 0x110000. */
	enum { HOLE = 0x110000 + 576 * 64, PAGE = 4096 };
	uint8_t class[MKPAGES_COUNT];
	struct mkelf_load *behind;
	struct mkelf_buffer *data;
	struct kx_reader *reader;
	uint64_t unreadable;
	struct mkpages m;

	mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, NULL);
	for (uint64_t pfn = 512; pfn < 768; pfn++)
		mkpages_set(&m, pfn, 0, MKPAGES_CACHE);
	/* Its first tail is not to be had. */
	mkpages_set(&m, 575, 0, MKPAGES_ANON);
	behind = mkelf_load(&m.dump, DIRECT + HOLE + PAGE, HOLE + PAGE);
	data = &m.dump.load[0].data;
	mkelf_bytes(&behind->data, data->base + HOLE + PAGE, data->len - HOLE - PAGE);
	behind->hole = m.dump.load[0].hole;
	m.dump.load[0].hole = 0;
	data->len = HOLE;
	reader = open_written(&m.dump);
	classify(reader, MKPAGES_COUNT, class, &unreadable);
	assert_int_equal(unreadable, 64);
	for (size_t pfn = 512; pfn < 768; pfn++)
		assert_int_equal(class[pfn], pfn == 575 ? KX_PAGE_USER :
			pfn >= 576 && pfn < 640 ? KX_PAGE_KERNEL : KX_PAGE_CACHE);
	close_reader(reader);
	mkpages_done(&m);
}

/* Its bitmaps are there, and empty. */
TEST(a_dump_without_memory_has_no_struct_pages)
{
	const struct mkelf_kdump how = { .version = 6, .block_size = 4096, .max_pfn = 64 };
	struct memory_file file = memory_file();
	struct kx_pages *pages = NULL;
	struct kx_err err = { "" };
	struct kx_reader *reader;
	struct mkpages m;
	size_t count;

	mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, NULL);
	count = m.dump.count;
	m.dump.count = 0;
	assert_true(mkelf_kdump(&m.dump, &how, file.fd));
	m.dump.count = count;
	reader = open_path(file.path);
	assert_int_equal(kx_pages_open(reader, &pages, &err), -ENODATA);
	assert_says(&err, "no memory");
	assert_null(pages);
	close_reader(reader);
	close(file.fd);
	mkpages_done(&m);
}

/* ROM behind RAM, and a page of a device before it, in a dump that the host made. */
TEST(memory_that_is_no_ram_does_not_hide_the_map)
{
	uint8_t class[MKPAGES_COUNT];
	struct kx_reader *reader;
	struct mkelf_load *rom;
	uint64_t unreadable;
	struct mkpages m;

	mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, NULL);
	mkpages_set(&m, 768, 0, MKPAGES_CACHE);
	mkpages_unmap(&m, 0);
	m.dump.load[0].vaddr += 0x80000;
	m.dump.load[0].paddr += 0x80000;
	memmove(m.dump.load[0].data.base, m.dump.load[0].data.base + 0x80000,
		m.dump.load[0].data.len -= 0x80000);
	rom = mkelf_load(&m.dump, 0, 0x1000);
	mkelf_bytes(&rom->data, NULL, 4096);
	rom = mkelf_load(&m.dump, 0, 0xfffc0000);
	mkelf_bytes(&rom->data, NULL, 0x40000);
	reader = open_written(&m.dump);
	classify(reader, 1000, class, &unreadable);
	assert_int_equal(class[768], KX_PAGE_CACHE);
	assert_int_equal(unreadable, MKPAGES_SECTION);
	close_reader(reader);
	mkpages_done(&m);
}

/* Sizes that a crash left half written, or that somebody wrote on purpose. */
TEST(numbers_in_struct_pages_do_not_carry_over_what_is_behind)
{
	enum { PRIVATE = 40 };
	uint8_t class[MKPAGES_COUNT];
	struct kx_reader *reader;
	uint64_t unreadable;
	struct mkpages m;

	mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, NULL);
	/* Free: as large as no block is; larger than its place allows. */
	mkpages_set(&m, 512, 0, MKPAGES_FREE);
	mkpages_number(&m, 512, PRIVATE, 8, MKPAGES_MAX_ORDER);
	mkpages_set(&m, 514, 0, MKPAGES_FREE);
	mkpages_number(&m, 514, PRIVATE, 8, 2);
	mkpages_set(&m, 516, 0, MKPAGES_FREE);
	mkpages_number(&m, 516, PRIVATE, 8, UINT64_C(1) << 32);
	/* Huge pages likewise: the head stays what it is, the others are tails of nothing. */
	mkpages_set(&m, 768, 3, MKPAGES_ANON);
	mkpages_number(&m, 769, 0, 8, KX_PAGES_ORDER_MAX + 1);
	mkpages_set(&m, 776, 3, MKPAGES_ANON);
	mkpages_number(&m, 777, 0, 8, 4);
	reader = open_written(&m.dump);
	classify(reader, 64, class, &unreadable);
	for (size_t pfn = 512; pfn < 1024; pfn++)
		assert_int_equal(class[pfn], pfn == 768 || pfn == 776 ? KX_PAGE_USER :
									KX_PAGE_KERNEL);
	close_reader(reader);
	mkpages_done(&m);
}

/* A missing key makes pages the kernel's that are of its class; the others are told as before. */
TEST(what_a_missing_key_hides_is_kept)
{
	static const struct {
		const char *key;
		unsigned int classes;
	} lacking[] = {
		{ "NUMBER(PG_lru)", 1 << KX_PAGE_CACHE | 1 << KX_PAGE_CACHE_PRIVATE },
		{ "NUMBER(PG_private)", 1 << KX_PAGE_CACHE | 1 << KX_PAGE_CACHE_PRIVATE },
		{ "NUMBER(PG_swapbacked)", 1 << KX_PAGE_CACHE | 1 << KX_PAGE_CACHE_PRIVATE },
		{ "NUMBER(PG_swapcache)", 1 << KX_PAGE_CACHE | 1 << KX_PAGE_CACHE_PRIVATE },
		{ "NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)", 1 << KX_PAGE_USER },
		{ "NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)", 1 << KX_PAGE_USER },
		{ "NUMBER(PG_head_mask)", 1 << KX_PAGE_USER },
		{ "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)", 1 << KX_PAGE_FREE },
		{ "OFFSET(page.private)", 1 << KX_PAGE_FREE },
		{ "LENGTH(zone.free_area)", 1 << KX_PAGE_FREE },
		{ "NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)", 1 << KX_PAGE_OFFLINE },
		{ "NUMBER(PG_hwpoison)", 1 << KX_PAGE_POISON },
	};

	for (size_t i = 0; i < sizeof(lacking) / sizeof(lacking[0]); i++) {
		uint8_t class[MKPAGES_COUNT];
		struct kx_err err = { "" };
		struct kx_reader *reader;
		struct kx_pages *pages;
		uint64_t unreadable;
		struct mkpages m;

		mkpages_init(&m, MKPAGES_6_10, MKPAGES_ROOTS, lacking[i].key);
		set_blocks(&m);
		reader = open_written(&m.dump);
		classify(reader, MKPAGES_COUNT, class, &unreadable);
		assert_int_equal(kx_pages_open(reader, &pages, &err), 0);
		for (enum kx_page_class c = KX_PAGE_CACHE; c < KX_PAGE_CLASSES; c++) {
			bool lacks = lacking[i].classes & 1 << c;

			assert_int_equal(kx_pages_missing(pages, c) != NULL, lacks);
			if (lacks)
				assert_string_equal(kx_pages_missing(pages, c), lacking[i].key);
			if (lacks)
				assert_null(memchr(class, (int)c, MKPAGES_COUNT));
			else
				assert_non_null(memchr(class, (int)c, MKPAGES_COUNT));
		}
		kx_pages_free(pages);
		close_reader(reader);
		mkpages_done(&m);
	}
}

TEST(what_no_struct_page_is_found_without_is_named)
{
	static const char *const key[] = {
		"PAGESIZE", "SIZE(page)", "OFFSET(page.flags)", "OFFSET(page.compound_head)",
		"SYMBOL(mem_section)", "LENGTH(mem_section)", "SIZE(mem_section)",
		"OFFSET(mem_section.section_mem_map)",
	};

	for (size_t i = 0; i < sizeof(key) / sizeof(key[0]); i++) {
		struct kx_err err = { "" };
		struct kx_reader *reader;
		struct kx_pages *pages = NULL;
		struct mkpages m;

		mkpages_init(&m, MKPAGES_6_10, MKPAGES_ROOTS, key[i]);
		reader = open_written(&m.dump);
		assert_int_equal(kx_pages_open(reader, &pages, &err), -ENODATA);
		assert_null(pages);
		assert_says(&err, key[i]);
		close_reader(reader);
		mkpages_done(&m);
	}
}

/* ---- keys ------------------------------------------------------------------------------------ */

static int read_keys(const char *text, struct page_keys *ret)
{
	const struct kx_vmcoreinfo info = { kx_span_of(text) };
	struct kx_err err = { "" };

	return kx_page_keys_read(&info, ret, &err);
}

#define KEYS "OFFSET(page.flags)=0\nOFFSET(page.compound_head)=8\n"

TEST(a_struct_page_has_a_size_that_can_be)
{
	struct page_keys k;

	assert_int_equal(read_keys(KEYS "SIZE(page)=31\n", &k), -ENODATA);
	assert_int_equal(read_keys(KEYS "SIZE(page)=32\n", &k), 0);
	assert_int_equal(read_keys(KEYS "SIZE(page)=512\n", &k), 0);
	assert_int_equal(read_keys(KEYS "SIZE(page)=513\n", &k), -ENODATA);
}

TEST(members_lie_in_their_struct_page)
{
	static const char page[] = "SIZE(page)=64\nOFFSET(page.compound_head)=8\n";
	struct page_keys k;
	char text[200];

	for (unsigned int at = 55; at < 70; at++) {
		snprintf(text, sizeof(text), "%sOFFSET(page.flags)=%u\n", page, at);
		assert_int_equal(read_keys(text, &k), at <= 56 ? 0 : -ENODATA);
		snprintf(text, sizeof(text),
			 KEYS "SIZE(page)=64\nOFFSET(page.mapping)=%u\nOFFSET(page._mapcount)=%u\n"
			 "OFFSET(page.private)=%u\nOFFSET(page.compound_order)=%u\n", at, at, at, at);
		assert_int_equal(read_keys(text, &k), 0);
		assert_int_equal(k.has_mapping, at <= 56);
		assert_int_equal(k.has_private, at <= 56);
		assert_int_equal(k.has_mapcount, at <= 60);
		assert_int_equal(k.compound_how, at <= 63 ? COMPOUND_BYTE : COMPOUND_UNKNOWN);
	}
}

/* Those of struct folio go on in the first tail, and nowhere else. */
TEST(members_of_folios_lie_in_the_first_tail)
{
	for (unsigned int at = 62; at < 131; at++) {
		bool good = at >= 64 && at < 128;
		struct page_keys k;
		char text[200];

		snprintf(text, sizeof(text),
			 KEYS "SIZE(page)=64\nOFFSET(folio._folio_order)=%u\n"
			 "OFFSET(folio._folio_dtor)=%u\nNUMBER(HUGETLB_PAGE_DTOR)=2\n", at, at);
		assert_int_equal(read_keys(text, &k), 0);
		assert_int_equal(k.compound_how, good ? COMPOUND_BYTE : COMPOUND_UNKNOWN);
		assert_int_equal(k.hugetlb_how, good ? HUGETLB_DTOR : HUGETLB_UNKNOWN);
		if (good)
			assert_true(k.order_at == at - 64 && k.dtor_at == at - 64);
	}
}

TEST(numbers_of_bits_and_orders_are_those_that_can_be)
{
	struct page_keys k;

	assert_int_equal(read_keys(KEYS "SIZE(page)=64\nNUMBER(PG_lru)=63\nNUMBER(PG_slab)=64\n"
				   "NUMBER(PG_head_mask)=0\nLENGTH(zone.free_area)=22\n", &k), 0);
	assert_true(k.lru.known && k.lru.mask == UINT64_C(1) << 63);
	assert_false(k.slab_flag.known);
	assert_false(k.compound.known);
	assert_int_equal(k.max_order, 22);
	assert_int_equal(read_keys(KEYS "SIZE(page)=64\nLENGTH(zone.free_area)=23\n", &k), 0);
	assert_int_equal(k.max_order, 0);
	assert_string_equal(k.missing[KX_PAGE_FREE], "OFFSET(page._mapcount)");
}

TEST(a_map_that_is_not_there_is_refused)
{
	struct kx_err err = { "" };
	struct kx_reader *reader;
	struct kx_pages *pages = NULL;
	struct mkpages m;

	mkpages_init(&m, MKPAGES_6_10, MKPAGES_ROOTS, NULL);
	mkpages_unmap(&m, MKPAGES_COUNT - 1);
	reader = open_written(&m.dump);
	assert_int_equal(kx_pages_open(reader, &pages, &err), -ENODATA);
	assert_says(&err, "mem_section");
	assert_null(pages);
	close_reader(reader);
	mkpages_done(&m);
}

TEST(levels_leave_out_what_their_bits_say)
{
	static const unsigned int excluding[KX_PAGE_CLASSES] = {
		[KX_PAGE_CACHE] = KX_LEVEL_CACHE | KX_LEVEL_CACHE_PRIVATE,
		[KX_PAGE_CACHE_PRIVATE] = KX_LEVEL_CACHE_PRIVATE,
		[KX_PAGE_USER] = KX_LEVEL_USER,
		[KX_PAGE_FREE] = KX_LEVEL_FREE,
	};

	for (enum kx_page_class class = 0; class < KX_PAGE_CLASSES; class++) {
		bool always = class == KX_PAGE_OFFLINE || class == KX_PAGE_POISON;

		for (unsigned int level = 0; level <= KX_LEVEL_MAX; level++)
			assert_int_equal(kx_page_excluded(class, level),
					 always || (level & excluding[class]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_of_all_kernels_are_told),
		cmocka_unit_test(sections_are_found_in_every_form),
		cmocka_unit_test(sections_of_large_address_spaces_are_found),
		cmocka_unit_test(a_section_without_struct_pages_is_kept),
		cmocka_unit_test(sections_of_the_sizes_of_architectures_are_found),
		cmocka_unit_test(a_section_has_a_size_that_can_be),
		cmocka_unit_test(a_section_with_one_flag_is_kept),
		cmocka_unit_test(struct_pages_are_read_around_a_hole),
		cmocka_unit_test(a_dump_without_memory_has_no_struct_pages),
		cmocka_unit_test(memory_that_is_no_ram_does_not_hide_the_map),
		cmocka_unit_test(numbers_in_struct_pages_do_not_carry_over_what_is_behind),
		cmocka_unit_test(what_a_missing_key_hides_is_kept),
		cmocka_unit_test(what_no_struct_page_is_found_without_is_named),
		cmocka_unit_test(a_struct_page_has_a_size_that_can_be),
		cmocka_unit_test(members_lie_in_their_struct_page),
		cmocka_unit_test(members_of_folios_lie_in_the_first_tail),
		cmocka_unit_test(numbers_of_bits_and_orders_are_those_that_can_be),
		cmocka_unit_test(a_map_that_is_not_there_is_refused),
		cmocka_unit_test(levels_leave_out_what_their_bits_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
