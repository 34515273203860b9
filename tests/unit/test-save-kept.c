/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of kept pages: which are worth most is never forgotten, whatever room there is. */
#include "lib/save/kept.h"
#include "lib/save/select.h"
#include "tests/unit/dumping.h"

enum { PAGES = 60000, PAGE = 4096 };

/* What was put in, page by page. */
enum use { NONE, PLAIN, VALUABLE };

/* Runs of 1 to @longest pages of each use in turn, by @seed. */
static void add_runs(struct kept *kept, uint8_t *use, uint64_t longest, uint32_t seed)
{
	struct kx_err err = { "" };
	uint64_t at = 0;

	memset(use, NONE, PAGES);
	while (at < PAGES) {
		uint64_t len;

		seed = seed * 1664525 + 1013904223;
		len = 1 + (seed >> 16) % longest;
		if (len > PAGES - at)
			len = PAGES - at;
		memset(use + at, (int)((seed >> 8) % 3), (size_t)len);
		if (use[at] != NONE)
			assert_int_equal(kept_add(kept, at, at + len, use[at] == VALUABLE, &err),
					 0);
		at += len;
	}
	assert_int_equal(kept_close(kept, &err), 0);
}

/* Nothing that was put in is missing, or has lost its mark; how many pages have one in vain. */
static uint64_t check_runs(const struct kept *kept, const uint8_t *use)
{
	struct kept_at at = { .off = 0 };
	uint64_t pages = 0, in_vain = 0, next = 0, before = 0;

	while (kept_next(kept, &at)) {
		assert_true(at.first >= before && at.end > at.first && at.end <= PAGES);
		for (; next < at.first; next++)
			assert_int_equal(use[next], NONE);
		for (; next < at.end; next++) {
			if (use[next] == VALUABLE)
				assert_true(at.valuable);
			else
				in_vain += at.valuable;
		}
		pages += at.end - at.first;
		before = at.end;
	}
	for (; next < PAGES; next++)
		assert_int_equal(use[next], NONE);
	assert_int_equal(pages, kept->pages);
	return in_vain;
}

TEST(with_room_each_page_has_its_own_mark)
{
	uint8_t *use = malloc(PAGES);

	for (uint32_t seed = 1; seed <= 20; seed++) {
		struct kept kept;

		kept_init(&kept, 1 << 20, true, 0);
		add_runs(&kept, use, 1 + 3 * seed, seed);
		assert_int_equal(check_runs(&kept, use), 0);
		assert_int_equal(kept.joined, 0);
		kept_done(&kept);
	}
	free(use);
}

TEST(without_room_marks_become_coarser_before_pages_are_added)
{
	uint8_t *use = malloc(PAGES);
	bool coarser = false, joined = false;

	for (size_t limit = 0; limit < 200000; limit = 2 * limit + 40) {
		struct kept kept;
		uint64_t in_vain;

		kept_init(&kept, limit, true, 0);
		add_runs(&kept, use, 4, 7);
		assert_true(kept.room <= (limit < 40 ? 40 : limit));
		in_vain = check_runs(&kept, use);
		assert_true(kept.joined == 0 || in_vain > 0);
		coarser |= in_vain > 0 && kept.joined == 0;
		joined |= kept.joined > 0;
		kept_done(&kept);
	}
	assert_true(coarser && joined);
	free(use);
}

TEST(marks_of_a_size_that_is_asked_for)
{
	struct kept_at at = { .off = 0 };
	struct kx_err err = { "" };
	struct kept kept;

	kept_init(&kept, 4096, true, 8);
	kept_add(&kept, 0, 100, true, &err);
	/* Too short to be a run of its own; then one that is not; what is valuable may be short. */
	kept_add(&kept, 100, 107, false, &err);
	kept_add(&kept, 107, 108, true, &err);
	kept_add(&kept, 108, 116, false, &err);
	kept_add(&kept, 116, 117, true, &err);
	assert_int_equal(kept_close(&kept, &err), 0);
	assert_true(kept_next(&kept, &at) && at.first == 0 && at.end == 108 && at.valuable);
	assert_true(kept_next(&kept, &at) && at.first == 108 && at.end == 116 && !at.valuable);
	assert_true(kept_next(&kept, &at) && at.first == 116 && at.end == 117 && at.valuable);
	assert_false(kept_next(&kept, &at));
	kept_done(&kept);
}

TEST(without_marks_all_are_the_same)
{
	struct kept_at at = { .off = 0 };
	struct kx_err err = { "" };
	struct kept kept;

	kept_init(&kept, 4096, false, 0);
	kept_add(&kept, 0, 1, true, &err);
	kept_add(&kept, 1, 2, false, &err);
	kept_add(&kept, 2, 3, true, &err);
	assert_int_equal(kept_close(&kept, &err), 0);
	assert_true(kept_next(&kept, &at) && at.end == 3 && !at.valuable);
	assert_false(kept_next(&kept, &at));
	kept_done(&kept);
}

/* ---- those of them that a dump has ----------------------------------------------------------- */

/* Told apart, each has the number that it has when all are told. */
TEST(the_valuable_and_the_rest_are_all)
{
	static const uint64_t load[][2] = { { 0, 5 }, { 7, 9 }, { 12, 40 } };
	uint64_t number[64], told = 0, all = 0;
	struct kx_err err = { "" };
	struct kx_reader *reader;
	struct mkelf model;
	struct kept kept;

	mkelf_init(&model);
	for (size_t i = 0; i < 3; i++)
		mkelf_bytes(&mkelf_load(&model, 0, load[i][0] * PAGE)->data, NULL,
			    (size_t)(load[i][1] - load[i][0]) * PAGE);
	reader = open_written(&model);
	kept_init(&kept, 4096, true, 0);
	for (uint64_t pfn = 0; pfn < 40; pfn += 3)
		assert_int_equal(kept_add(&kept, pfn, pfn + 2, pfn % 2, &err), 0);
	assert_int_equal(kept_close(&kept, &err), 0);
	for (enum saved_only only = SAVED_ALL; only <= SAVED_REST; only++) {
		struct saved_runs saved = { .kept = &kept, .only = only,
					    .runs = { .reader = reader, .shift = 12 } };

		while (saved_runs_next(&saved, &err) > 0) {
			for (uint64_t pfn = saved.first; pfn < saved.end; pfn++) {
				uint64_t n = saved.number + (pfn - saved.first);

				if (only == SAVED_ALL) {
					assert_int_equal(n, all++);
					number[pfn] = n;
					continue;
				}
				assert_int_equal(pfn / 3 % 2, only == SAVED_VALUABLE);
				assert_int_equal(n, number[pfn]);
				told++;
			}
		}
	}
	/* 0, 1, 3, 4, 7, and of 12 and above two of three. */
	assert_int_equal(all, 5 + 19);
	assert_int_equal(told, all);
	kept_done(&kept);
	close_reader(reader);
	mkelf_done(&model);
}

/* Every second page, and nobody may read page 5001: however little room there is, no run has it. */
TEST(what_is_barred_is_in_no_run)
{
	for (size_t limit = 60; limit < 4096; limit *= 2) {
		struct kx_err err = { "" };
		struct kept_at at = { .off = 0 };
		struct kept kept;
		uint64_t bad = 5001, seen = 0;

		kept_init(&kept, limit, true, 16);
		for (uint64_t pfn = 0; pfn < 10000; pfn += 2) {
			if (pfn == bad + 1)
				kept_bar(&kept);
			assert_int_equal(kept_add(&kept, pfn, pfn + 1, pfn % 8 == 0, &err), 0);
		}
		assert_int_equal(kept_close(&kept, &err), 0);
		while (kept_next(&kept, &at)) {
			assert_true(at.end <= bad || at.first > bad);
			seen += at.end - at.first;
		}
		assert_true(seen >= 5000);
		assert_int_equal(seen, kept.pages);
		assert_true(kept.len <= limit);
		kept_done(&kept);
	}
}

TEST(more_bars_than_there_is_room_for)
{
	struct kx_err err = { "" };
	struct kept kept;
	int rc = 0;

	kept_init(&kept, 200, false, 0);
	for (uint64_t pfn = 0; pfn < 1000 && rc == 0; pfn += 2) {
		kept_bar(&kept);
		rc = kept_add(&kept, pfn, pfn + 1, false, &err);
	}
	assert_int_equal(rc, -ENOMEM);
	assert_non_null(strstr(err.text, "--memory"));
	kept_done(&kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_room_each_page_has_its_own_mark),
		cmocka_unit_test(without_room_marks_become_coarser_before_pages_are_added),
		cmocka_unit_test(marks_of_a_size_that_is_asked_for),
		cmocka_unit_test(without_marks_all_are_the_same),
		cmocka_unit_test(the_valuable_and_the_rest_are_all),
		cmocka_unit_test(what_is_barred_is_in_no_run),
		cmocka_unit_test(more_bars_than_there_is_room_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
