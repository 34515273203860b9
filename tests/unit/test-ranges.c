/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Range lists: set arithmetic, compared with a plain bitmap. */
#include "tests/unit/kxtest.h"

TEST(append_takes_ranges_with_their_types)
{
	struct kx_ranges a = { 0 }, b = { 0 };

	assert_int_equal(kx_ranges_add(&a, 1, 2, 7), 0);
	assert_int_equal(kx_ranges_add(&b, 5, 9, 1), 0);
	assert_int_equal(kx_ranges_add(&b, 3, 4, 2), 0);
	assert_int_equal(kx_ranges_append(&a, &b), 0);
	assert_int_equal(a.count, 3);
	assert_range(&a, 0, 1, 2, 7);
	assert_range(&a, 1, 5, 9, 1);
	assert_range(&a, 2, 3, 4, 2);
	kx_ranges_done(&a);
	kx_ranges_done(&b);
}

TEST(add_keeps_order_and_drops_empty_ranges)
{
	struct kx_ranges r = { 0 };

	assert_int_equal(kx_ranges_add(&r, 5, 9, 2), 0);
	assert_int_equal(kx_ranges_add(&r, 7, 7, 1), 0);
	assert_int_equal(kx_ranges_add(&r, 9, 5, 1), 0);
	assert_int_equal(kx_ranges_add(&r, 0, UINT64_MAX, 1), 0);
	assert_int_equal(r.count, 2);
	assert_range(&r, 0, 5, 9, 2);
	assert_range(&r, 1, 0, UINT64_MAX, 1);
	kx_ranges_done(&r);
	assert_int_equal(r.count, 0);
	assert_null(r.item);
}

TEST(list_grows_without_a_limit)
{
	struct kx_ranges r = { 0 };

	for (uint64_t i = 0; i < 10000; i++)
		assert_int_equal(kx_ranges_add(&r, 2 * i, 2 * i + 1, 0), 0);
	assert_int_equal(r.count, 10000);
	assert_int_equal(kx_ranges_total(&r), 10000);
	kx_ranges_done(&r);
}

TEST(sort_is_by_start_end_type)
{
	struct kx_ranges r = { 0 };

	kx_ranges_add(&r, 5, 9, 1);
	kx_ranges_add(&r, 5, 6, 3);
	kx_ranges_add(&r, 5, 6, 2);
	kx_ranges_add(&r, 1, 9, 9);
	kx_ranges_sort(&r);
	assert_range(&r, 0, 1, 9, 9);
	assert_range(&r, 1, 5, 6, 2);
	assert_range(&r, 2, 5, 6, 3);
	assert_range(&r, 3, 5, 9, 1);
	kx_ranges_done(&r);
}

TEST(merge_joins_neighbours_of_one_type_only)
{
	struct kx_ranges r = { 0 };

	kx_ranges_add(&r, 4, 8, 1);
	kx_ranges_add(&r, 0, 4, 1);
	kx_ranges_add(&r, 1, 2, 1);
	kx_ranges_add(&r, 8, 9, 2);
	kx_ranges_add(&r, 10, UINT64_MAX, 2);
	kx_ranges_merge(&r);
	assert_int_equal(r.count, 3);
	assert_range(&r, 0, 0, 8, 1);
	assert_range(&r, 1, 8, 9, 2);
	assert_range(&r, 2, 10, UINT64_MAX, 2);
	kx_ranges_done(&r);
}

TEST(contain_wants_one_range_to_hold_all)
{
	static const uint64_t bound[] = { 10, 20, 30, 40 };
	struct kx_ranges r = { 0 };

	ranges_of(&r, bound, 2);
	assert_true(kx_ranges_contain(&r, 10, 20));
	assert_true(kx_ranges_contain(&r, 35, 36));
	assert_false(kx_ranges_contain(&r, 15, 35));
	assert_false(kx_ranges_contain(&r, 9, 11));
	assert_false(kx_ranges_contain(&r, 39, 41));
	kx_ranges_done(&r);
	assert_false(kx_ranges_contain(&r, 0, 1));
}

TEST(total_does_not_wrap)
{
	static const uint64_t bound[] = { 0, UINT64_MAX, 5, 10 };
	struct kx_ranges r = { 0 };

	assert_int_equal(kx_ranges_total(&r), 0);
	ranges_of(&r, bound, 2);
	assert_true(kx_ranges_total(&r) == UINT64_MAX);
	kx_ranges_done(&r);
}

enum { WORLD = 64 };

static uint64_t bits_of(const struct kx_ranges *r)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < r->count; i++) {
		for (uint64_t at = r->item[i].start; at < r->item[i].end; at++)
			bits |= UINT64_C(1) << at;
	}
	return bits;
}

/* Up to five ranges in [0, 64) from a generator with a fixed seed. */
static void some_ranges(struct kx_ranges *r, uint32_t *seed)
{
	for (int i = 0; i < 5; i++) {
		uint64_t start, end;

		*seed = *seed * 1664525 + 1013904223;
		start = *seed >> 16 & (WORLD - 1);
		end = start + (*seed >> 24) % 12;
		kx_ranges_add(r, start, end < WORLD ? end : WORLD, 0);
	}
	kx_ranges_merge(r);
}

static void assert_disjoint(const struct kx_ranges *r)
{
	for (size_t i = 0; i < r->count; i++) {
		assert_true(r->item[i].start < r->item[i].end);
		assert_true(i == 0 || r->item[i - 1].end <= r->item[i].start);
	}
}

TEST(subtract_and_intersect_are_those_of_sets)
{
	uint32_t seed = 1;

	for (int round = 0; round < 2000; round++) {
		struct kx_ranges a = { 0 }, b = { 0 };
		uint64_t bits_a, bits_b;

		some_ranges(&a, &seed);
		some_ranges(&b, &seed);
		bits_a = bits_of(&a);
		bits_b = bits_of(&b);
		if (round % 2) {
			assert_int_equal(kx_ranges_subtract(&a, &b), 0);
			assert_true(bits_of(&a) == (bits_a & ~bits_b));
		} else {
			assert_int_equal(kx_ranges_intersect(&a, &b), 0);
			assert_true(bits_of(&a) == (bits_a & bits_b));
		}
		assert_disjoint(&a);
		kx_ranges_done(&a);
		kx_ranges_done(&b);
	}
}

TEST(subtract_splits_and_keeps_types)
{
	static const uint64_t holes_bound[] = { 10, 20 };
	struct kx_ranges r = { 0 }, holes = { 0 };

	ranges_of(&holes, holes_bound, 1);
	kx_ranges_add(&r, 12, 30, 8);
	kx_ranges_add(&r, 0, 30, 7);
	assert_int_equal(kx_ranges_subtract(&r, &holes), 0);
	assert_int_equal(r.count, 3);
	assert_range(&r, 0, 0, 10, 7);
	assert_range(&r, 1, 20, 30, 7);
	assert_range(&r, 2, 20, 30, 8);
	kx_ranges_done(&r);
	kx_ranges_done(&holes);
}

TEST(join_closes_the_smallest_gaps_until_few_enough_are_left)
{
	static const uint64_t bound[] = { 0, 10, 13, 20, 22, 30, 37, 40, 41, 50 };
	static const uint64_t apart_bound[] = { 11, 12, 41, 50 };
	struct kx_ranges r = { 0 }, none = { 0 }, apart = { 0 };
	uint64_t closed = 99;

	ranges_of(&r, bound, 5);
	ranges_of(&apart, apart_bound, 2);
	assert_int_equal(kx_ranges_join(&r, 5, &none, &closed), 0);
	assert_int_equal(r.count, 5);
	assert_int_equal(closed, 0);
	assert_int_equal(kx_ranges_join(&r, 3, &none, &closed), 0);
	assert_int_equal(closed, 2);
	assert_int_equal(r.count, 3);
	assert_range(&r, 0, 0, 10, 0);
	assert_range(&r, 1, 13, 30, 0);
	assert_range(&r, 2, 37, 50, 0);
	/* What must not be in it keeps the smaller gap open; what only touches a gap does not. */
	assert_int_equal(kx_ranges_join(&r, 2, &apart, &closed), 0);
	assert_int_equal(closed, 7);
	assert_range(&r, 0, 0, 10, 0);
	assert_range(&r, 1, 13, 50, 0);
	closed = 99;
	assert_int_equal(kx_ranges_join(&r, 1, &apart, &closed), -E2BIG);
	assert_int_equal(r.count, 2);
	kx_ranges_done(&r);
	kx_ranges_done(&apart);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(append_takes_ranges_with_their_types),
		cmocka_unit_test(add_keeps_order_and_drops_empty_ranges),
		cmocka_unit_test(list_grows_without_a_limit),
		cmocka_unit_test(sort_is_by_start_end_type),
		cmocka_unit_test(merge_joins_neighbours_of_one_type_only),
		cmocka_unit_test(contain_wants_one_range_to_hold_all),
		cmocka_unit_test(total_does_not_wrap),
		cmocka_unit_test(subtract_and_intersect_are_those_of_sets),
		cmocka_unit_test(subtract_splits_and_keeps_types),
		cmocka_unit_test(join_closes_the_smallest_gaps_until_few_enough_are_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
