/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pages were used for, by the struct pages of many kernels. */
#include <inttypes.h>

#include "kx/pages.h"
#include "lib/pages/internal.h"
#include "tests/tools/mkpages.h"
#include "tests/unit/classes.h"
#include "tests/unit/dumping.h"

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

/* Of pages that belong together one can have a memory error: reading that one ends the machine. */
TEST(a_page_with_a_memory_error_is_told_among_others)
{
	enum { FLAGS = 0, POISON = 22 };
	/* In huge pages, a free block and slab; the first and the last, over the end of a call. */
	static const uint64_t poisoned[] = { 528 + 7, 576 + 63, 1024 + 1, 1024 + 100, 1536 + 511,
					     2048 + 500, 2048 + 1023 };

	for (enum mkpages_era era = 0; era < MKPAGES_ERAS; era++) {
		uint8_t class[MKPAGES_COUNT], sound[MKPAGES_COUNT];
		struct kx_reader *reader;
		uint64_t unreadable;
		struct mkpages m;

		mkpages_init(&m, era, MKPAGES_ROOTS, NULL);
		set_blocks(&m);
		reader = open_written(&m.dump);
		classify(reader, 100, sound, &unreadable);
		close_reader(reader);
		/* The order of a huge page may be in the same word. */
		for (size_t i = 0; i < sizeof(poisoned) / sizeof(poisoned[0]); i++)
			mkpages_number(&m, poisoned[i], FLAGS + POISON / 8, 1, 1 << POISON % 8);
		reader = open_written(&m.dump);
		classify(reader, 100, class, &unreadable);
		assert_int_equal(unreadable, 0);
		for (size_t i = 0; i < sizeof(poisoned) / sizeof(poisoned[0]); i++) {
			assert_int_equal(class[poisoned[i]], KX_PAGE_POISON);
			class[poisoned[i]] = sound[poisoned[i]];
		}
		assert_memory_equal(class, sound, MKPAGES_COUNT);
		close_reader(reader);
		mkpages_done(&m);
	}
}

/* Types that nothing here knows: the rest of such a struct page means whatever its owner likes. */
TEST(pages_with_another_type_are_the_kernels)
{
	enum { FLAGS = 0, LRU = 5, MAPPING = 24 };

	for (enum mkpages_era era = 0; era < MKPAGES_ERAS; era++) {
		uint8_t class[MKPAGES_COUNT];
		struct kx_reader *reader;
		uint64_t unreadable;
		struct mkpages m;

		mkpages_init(&m, era, MKPAGES_ROOTS, NULL);
		mkpages_set(&m, 520, 0, MKPAGES_TABLE);
		mkpages_number(&m, 520, FLAGS, 8, 1 << LRU);
		mkpages_set(&m, 521, 0, MKPAGES_TABLE);
		mkpages_number(&m, 521, MAPPING, 8, 0x2001);
		mkpages_set(&m, 522, 0, MKPAGES_ANON);
		reader = open_written(&m.dump);
		classify(reader, MKPAGES_COUNT, class, &unreadable);
		assert_int_equal(class[520], KX_PAGE_KERNEL);
		assert_int_equal(class[521], KX_PAGE_KERNEL);
		assert_int_equal(class[522], KX_PAGE_USER);
		close_reader(reader);
		mkpages_done(&m);
	}
}

/* What is not going to be read is not looked at either. */
TEST(memory_errors_are_looked_for_where_pages_are_read)
{
	enum { FLAGS = 0, POISON = 22 };
	static const struct {
		unsigned int level;
		uint64_t pfn;
		enum kx_page_class class;
	} looked[] = {
		{ 0, 1124, KX_PAGE_POISON }, { KX_LEVEL_USER, 1124, KX_PAGE_USER },
		{ KX_LEVEL_FREE, 1124, KX_PAGE_POISON }, { KX_LEVEL_FREE, 2548, KX_PAGE_FREE },
		{ KX_LEVEL_USER, 2548, KX_PAGE_POISON }, { 31, 535, KX_PAGE_POISON },
	};

	for (size_t i = 0; i < sizeof(looked) / sizeof(looked[0]); i++) {
		uint8_t class[MKPAGES_COUNT];
		struct kx_err err = { "" };
		struct kx_pages_walk *walk;
		struct kx_reader *reader;
		struct kx_pages *pages;
		struct mkpages m;

		mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, NULL);
		set_blocks(&m);
		mkpages_number(&m, looked[i].pfn, FLAGS + POISON / 8, 1, 1 << POISON % 8);
		reader = open_written(&m.dump);
		assert_int_equal(kx_pages_open(reader, &pages, &err), 0);
		assert_int_equal(kx_pages_walk_new(pages, reader, &walk, &err), 0);
		kx_pages_walk_level(walk, looked[i].level);
		kx_pages_classify(walk, 0, MKPAGES_COUNT, class);
		assert_int_equal(class[looked[i].pfn], looked[i].class);
		kx_pages_walk_free(walk);
		kx_pages_free(pages);
		close_reader(reader);
		mkpages_done(&m);
	}
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
		{ "NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)",
		  1 << KX_PAGE_USER | 1 << KX_PAGE_CACHE | 1 << KX_PAGE_CACHE_PRIVATE |
		  1 << KX_PAGE_FREE | 1 << KX_PAGE_OFFLINE },
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
		cmocka_unit_test(numbers_in_struct_pages_do_not_carry_over_what_is_behind),
		cmocka_unit_test(a_page_with_a_memory_error_is_told_among_others),
		cmocka_unit_test(pages_with_another_type_are_the_kernels),
		cmocka_unit_test(memory_errors_are_looked_for_where_pages_are_read),
		cmocka_unit_test(what_a_missing_key_hides_is_kept),
		cmocka_unit_test(what_no_struct_page_is_found_without_is_named),
		cmocka_unit_test(a_struct_page_has_a_size_that_can_be),
		cmocka_unit_test(members_lie_in_their_struct_page),
		cmocka_unit_test(members_of_folios_lie_in_the_first_tail),
		cmocka_unit_test(numbers_of_bits_and_orders_are_those_that_can_be),
		cmocka_unit_test(levels_leave_out_what_their_bits_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
