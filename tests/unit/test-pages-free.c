/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Free pages by struct pages, and by what the zones count. */
#include <inttypes.h>

#include "kx/pages.h"
#include "kx/save.h"
#include "tests/tools/mkpages.h"
#include "tests/unit/dumping.h"

/* Of 1, 64 and 1024 pages; the last over the end of a section. */
static void set_free(struct mkpages *m)
{
	mkpages_set(m, 521, 0, MKPAGES_FREE);
	mkpages_set(m, 576, 6, MKPAGES_FREE);
	mkpages_set(m, 2048, 10, MKPAGES_FREE);
}
enum { FREE = 1 + 64 + 1024 };

/* The zones say the same of them. */
static void count_free(struct mkpages *m)
{
	mkpages_count(m, 0, 0, 1);
	mkpages_count(m, 1, 6, 1);
	mkpages_count(m, 1, 10, 1);
}

static struct kx_reader *open_pages(struct mkpages *m, struct kx_pages **ret)
{
	struct kx_reader *reader = open_written(&m->dump);
	struct kx_err err = { "" };

	if (kx_pages_open(reader, ret, &err) < 0)
		fail_msg("%s", err.text);
	return reader;
}

TEST(zones_are_found_and_counted)
{
	for (int numa = 0; numa < 2; numa++) {
		struct kx_err err = { "" };
		struct kx_reader *reader;
		struct kx_pages *pages;
		struct mkpages m;
		uint64_t count;

		mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, NULL);
		mkpages_zones(&m, numa, NULL);
		count_free(&m);
		mkpages_count(&m, 1, MKPAGES_MAX_ORDER - 1, 3);
		/* What is behind the last zone is none. */
		mkpages_count(&m, 2, 0, 1000);
		reader = open_pages(&m, &pages);
		assert_int_equal(kx_pages_zones_free(pages, reader, &count, &err), 0);
		assert_int_equal(count, 1 + 64 + 3 * 1024);
		assert_int_equal(kx_pages_block_max(pages), 1024);
		kx_pages_free(pages);
		close_reader(reader);
		mkpages_done(&m);
	}
}

TEST(a_key_that_zones_are_not_found_without_is_named)
{
	static const char *const key[] = {
		"SYMBOL(node_data)", "LENGTH(node_data)", "SIZE(pglist_data)",
		"OFFSET(pglist_data.node_zones)", "OFFSET(pglist_data.nr_zones)", "SIZE(zone)",
		"OFFSET(zone.free_area)", "SIZE(free_area)", "LENGTH(free_area.free_list)",
		"SIZE(list_head)",
	};

	for (size_t i = 0; i < sizeof(key) / sizeof(key[0]); i++) {
		struct kx_err err = { "" };
		struct kx_reader *reader;
		struct kx_pages *pages;
		uint64_t count = 77;
		struct mkpages m;

		mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, NULL);
		mkpages_zones(&m, true, key[i]);
		reader = open_pages(&m, &pages);
		assert_int_equal(kx_pages_zones_free(pages, reader, &count, &err), -ENODATA);
		assert_says(&err, key[i]);
		assert_int_equal(count, 77);
		kx_pages_free(pages);
		close_reader(reader);
		mkpages_done(&m);
	}
}

/* Sizes that contradict each other: what would be read is not what it is taken for. */
TEST(zones_that_are_not_as_they_are_known_are_not_counted)
{
	static const char *const line[] = {
		/* Something behind the count, or no room for it. */
		"SIZE(free_area)=64", "SIZE(free_area)=48", "LENGTH(free_area.free_list)=4",
		/* Lists that do not fit into a zone, zones that do not fit before their number. */
		"OFFSET(zone.free_area)=153", "SIZE(zone)=743", "SIZE(zone)=777",
		"OFFSET(pglist_data.nr_zones)=15", "OFFSET(pglist_data.nr_zones)=2049",
		"LENGTH(node_data)=1025", "OFFSET(pglist_data.node_zones)=33",
	};

	for (size_t i = 0; i < sizeof(line) / sizeof(line[0]); i++) {
		struct kx_err err = { "" };
		struct kx_reader *reader;
		struct kx_pages *pages;
		uint64_t count;
		struct mkpages m;

		mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, NULL);
		mkpages_zones(&m, true, NULL);
		mkelf_info(&m.dump, "%s", line[i]);
		reader = open_pages(&m, &pages);
		if (kx_pages_zones_free(pages, reader, &count, &err) != -ENODATA)
			fail_msg("%s", line[i]);
		assert_true(err.text[0]);
		kx_pages_free(pages);
		close_reader(reader);
		mkpages_done(&m);
	}
}

TEST(a_node_that_is_not_in_the_dump_is_an_error)
{
	struct kx_err err = { "" };
	struct kx_reader *reader;
	struct kx_pages *pages;
	struct mkpages m;
	uint64_t count;

	mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, NULL);
	mkpages_zones(&m, false, NULL);
	mkelf_info(&m.dump, "SYMBOL(contig_page_data)=ffffc00000000000");
	reader = open_pages(&m, &pages);
	assert_true(kx_pages_zones_free(pages, reader, &count, &err) < 0);
	assert_true(err.text[0]);
	kx_pages_free(pages);
	close_reader(reader);
	mkpages_done(&m);
}

/* ---- a walk ---------------------------------------------------------------------------------- */

/* Free blocks of a walk over [@from, @to) and [@again, MKPAGES_COUNT). */
static bool walk_free(struct kx_reader *reader, const struct kx_pages *pages, uint64_t from,
		      uint64_t to, uint64_t again, uint64_t *ret)
{
	static uint8_t class[MKPAGES_COUNT];
	struct kx_err err = { "" };
	struct kx_pages_walk *walk;
	bool whole;

	assert_int_equal(kx_pages_walk_new(pages, reader, &walk, &err), 0);
	if (to > from)
		kx_pages_classify(walk, from, to - from, class);
	if (again < MKPAGES_COUNT)
		kx_pages_classify(walk, again, MKPAGES_COUNT - again, class);
	whole = kx_pages_walk_free_blocks(walk, ret);
	kx_pages_walk_free(walk);
	return whole;
}

/* A dump need not have the memory that is free, or below what it begins with. */
TEST(free_blocks_are_seen_wherever_they_are)
{
	static const struct {
		uint64_t from, to, again;
	} asked[] = {
		{ 0, 4096, 4096 }, { 0, 1, 4095 }, { 0, 2050, 2051 }, { 521, 522, 3000 },
		{ 700, 701, 3071 }, { 0, 0, 3000 }, { 0, 512, 2048 }, { 0, 577, 578 },
		{ 0, 2050, 2200 },
	};
	struct kx_reader *reader;
	struct kx_pages *pages;
	struct mkpages m;

	mkpages_init(&m, MKPAGES_7_1, MKPAGES_ROOTS, NULL);
	set_free(&m);
	/* What it was before it became a part of that block. */
	mkpages_set(&m, 2100, 0, MKPAGES_FREE);
	/* Not in the lists, whatever is done with them. */
	mkpages_set(&m, 3072, 10, MKPAGES_UNACCEPTED);
	reader = open_pages(&m, &pages);
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		uint64_t free = 0;

		assert_true(walk_free(reader, pages, asked[i].from, asked[i].to, asked[i].again,
				      &free));
		assert_int_equal(free, FREE);
	}
	kx_pages_free(pages);
	close_reader(reader);
	mkpages_done(&m);
}

/* Of a section without a map, and of one whose struct pages are not there, nothing is read. */
TEST(free_blocks_are_looked_for_around_holes)
{
	struct kx_reader *reader;
	struct kx_pages *pages;
	struct mkpages m;
	uint64_t free;

	mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, NULL);
	set_free(&m);
	mkpages_unmap(&m, 1024);
	mkpages_unmap(&m, 1280);
	reader = open_pages(&m, &pages);
	assert_true(walk_free(reader, pages, 0, 1, 4095, &free));
	assert_int_equal(free, FREE);
	kx_pages_free(pages);
	close_reader(reader);
	mkpages_done(&m);
}

/* What is asked for may be far behind: that costs no more than what there is. */
TEST(what_is_looked_at_unasked_has_a_limit)
{
	struct kx_err err = { "" };
	struct kx_pages_walk *walk;
	struct kx_reader *reader;
	struct kx_pages *pages;
	struct mkpages m;
	uint64_t free, before;
	uint8_t class;

	mkpages_init(&m, MKPAGES_6_12, MKPAGES_ONE_ARRAY, NULL);
	set_free(&m);
	reader = open_pages(&m, &pages);
	assert_int_equal(kx_pages_walk_new(pages, reader, &walk, &err), 0);
	/* Sections without a map are passed over as a whole. */
	kx_pages_classify(walk, UINT64_C(1) << 25, 1, &class);
	assert_true(kx_pages_walk_free_blocks(walk, &free));
	assert_int_equal(free, FREE);
	before = kx_reader_work(reader);
	kx_pages_classify(walk, UINT64_C(1) << 40, 1, &class);
	assert_false(kx_pages_walk_free_blocks(walk, &free));
	/* A step or two for each section that is passed over. */
	assert_true(kx_reader_work(reader) - before < (UINT64_C(1) << 18) * KX_READER_STEP * 4);
	kx_pages_walk_free(walk);
	kx_pages_free(pages);
	close_reader(reader);
	mkpages_done(&m);
}

/* ---- saving ---------------------------------------------------------------------------------- */

static int take(struct kx_save_target *target, const void *from, size_t len, uint64_t off)
{
	(void)target;
	(void)from;
	(void)len;
	(void)off;
	return 0;
}

static int sync_nothing(struct kx_save_target *target)
{
	(void)target;
	return 0;
}

static void save_to_nowhere(struct mkpages *m, unsigned int level, struct kx_save_result *ret)
{
	const struct kx_save_options options = { .level = level, .list_limit = 1 << 16 };
	struct kx_save_target target = { .write = take, .sync = sync_nothing };
	struct memory_file file = memory_file();
	const char *path = file.path;
	struct kx_err err = { "" };
	struct kx_dump *dump;

	mkelf_write(&m->dump, file.fd);
	assert_int_equal(kx_dump_open(&dump, &path, 1, &err), 0);
	if (kx_save(dump, &target, &options, ret, &err) != 0)
		fail_msg("%s%s", err.text, ret->incomplete);
	kx_dump_close(dump);
	close(file.fd);
}

/* One block for each processor that was stopped may be in neither. */
TEST(what_saving_found_is_compared_with_what_the_zones_count)
{
	static const struct {
		size_t cpus;
		uint64_t more;
		bool doubt;
	} counted[] = {
		{ 1, 0, false }, { 1, 1024, false }, { 1, 1025, true }, { 2, 2048, false },
		{ 2, 2049, true }, { 0, 1024, false }, { 0, 1025, true },
	};

	for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++) {
		struct kx_save_result result;
		struct mkpages m;

		mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, NULL);
		m.dump.cpus = counted[i].cpus;
		set_free(&m);
		mkpages_zones(&m, true, NULL);
		count_free(&m);
		mkpages_count(&m, 0, 0, 1 + counted[i].more);
		save_to_nowhere(&m, 31, &result);
		assert_int_equal(result.free_found, FREE);
		assert_int_equal(result.free_counted, FREE + counted[i].more);
		assert_string_equal(result.unchecked, "");
		assert_int_equal(result.doubt[0] != '\0', counted[i].doubt);
		if (counted[i].doubt)
			assert_non_null(strstr(result.doubt, "1089 free pages"));
		mkpages_done(&m);
	}
}

/* Too many are as bad as too few. */
TEST(free_pages_that_the_zones_do_not_know_are_told)
{
	struct kx_save_result result;
	struct mkpages m;

	mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, NULL);
	set_free(&m);
	mkpages_zones(&m, true, NULL);
	mkpages_count(&m, 0, 0, FREE - 1025);
	save_to_nowhere(&m, 2, &result);
	assert_non_null(strstr(result.doubt, "1089 free pages by their struct pages, 64 by"));
	mkpages_done(&m);
}

TEST(why_nothing_was_compared_is_told)
{
	struct kx_save_result result;
	struct mkpages m;

	mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, NULL);
	save_to_nowhere(&m, 31, &result);
	assert_string_equal(result.unchecked, "VMCOREINFO lacks SYMBOL(node_data)");
	mkpages_done(&m);

	mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)");
	mkpages_zones(&m, true, NULL);
	save_to_nowhere(&m, 31, &result);
	assert_string_equal(result.unchecked,
			    "VMCOREINFO lacks NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)");
	mkpages_done(&m);

	mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, NULL);
	mkpages_zones(&m, true, NULL);
	mkpages_unmap(&m, 512);
	save_to_nowhere(&m, 31, &result);
	assert_string_equal(result.unchecked, "256 pages have no readable struct page");
	assert_string_equal(result.doubt, "");
	mkpages_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zones_are_found_and_counted),
		cmocka_unit_test(a_key_that_zones_are_not_found_without_is_named),
		cmocka_unit_test(zones_that_are_not_as_they_are_known_are_not_counted),
		cmocka_unit_test(a_node_that_is_not_in_the_dump_is_an_error),
		cmocka_unit_test(free_blocks_are_seen_wherever_they_are),
		cmocka_unit_test(free_blocks_are_looked_for_around_holes),
		cmocka_unit_test(what_is_looked_at_unasked_has_a_limit),
		cmocka_unit_test(what_saving_found_is_compared_with_what_the_zones_count),
		cmocka_unit_test(free_pages_that_the_zones_do_not_know_are_told),
		cmocka_unit_test(why_nothing_was_compared_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
