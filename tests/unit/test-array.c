/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arrays that grow. */
#include "kx/array.h"
#include "tests/unit/kxtest.h"

struct item {
	uint64_t number;
	char text[5];
};

TEST(items_stay_what_they_were)
{
	struct item *items = NULL;
	size_t room = 0, count = 0, moves = 0;

	while (count < 10000) {
		size_t before = room;

		assert_int_equal(kx_array_grow(&items, &room, count), 0);
		assert_true(room > count);
		moves += room != before;
		items[count] = (struct item){ .number = count };
		count++;
	}
	for (size_t i = 0; i < count; i++)
		assert_int_equal(items[i].number, i);
	assert_in_range(moves, 1, 14);
	free(items);
}

TEST(room_that_is_there_is_enough)
{
	char *items = NULL, *first;
	size_t room = 0;

	assert_int_equal(kx_array_grow(&items, &room, 0), 0);
	first = items;
	for (size_t i = 0; i < room; i++)
		assert_int_equal(kx_array_grow(&items, &room, i), 0);
	assert_ptr_equal(items, first);
	free(items);
}

TEST(what_fails_changes_nothing)
{
	struct item *items = NULL;
	size_t room = 0, huge = SIZE_MAX / 4;

	assert_int_equal(kx_array_grow(&items, &room, 0), 0);
	items[0].number = 7;
	/* More bytes than addresses: the product would wrap. */
	assert_int_equal(kx_array_grow(&items, &huge, huge), -ENOMEM);
	assert_int_equal(huge, SIZE_MAX / 4);
	assert_int_equal(items[0].number, 7);
	free(items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_stay_what_they_were),
		cmocka_unit_test(room_that_is_there_is_enough),
		cmocka_unit_test(what_fails_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
