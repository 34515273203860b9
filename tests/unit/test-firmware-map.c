/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /sys/firmware/memmap: types and numbers of its entries. */
#include "kx/memmap.h"
#include "tests/unit/kxtest.h"

static int add(struct kx_ranges *map, const char *start, const char *end, const char *type,
	       struct kx_err *err)
{
	return kx_memmap_add(map, kx_span_of(start), kx_span_of(end), kx_span_of(type), err);
}

static uint32_t type_of(const char *name)
{
	struct kx_ranges map = { 0 };
	struct kx_err err = { "" };
	uint32_t type;

	assert_int_equal(add(&map, "0x0", "0xfff", name, &err), 0);
	type = map.item[0].type;
	kx_ranges_done(&map);
	return type;
}

TEST(types_are_known_by_the_kernels_names)
{
	static const struct {
		const char *name;
		uint32_t type;
	} known[] = {
		{ "System RAM", 1 }, { "Reserved", 2 }, { "reserved", 2 }, { "ACPI Tables", 3 },
		{ "ACPI Non-volatile Storage", 4 }, { "Unusable memory", 5 },
		{ "Persistent Memory", 7 }, { "Persistent Memory (legacy)", 12 },
		{ "Soft Reserved", 0xefffffffu }, { "anything new", 2 }, { "", 2 },
		{ "System RAM (kmem)", 2 }, { "system ram", 2 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_int_equal(type_of(known[i].name), known[i].type);
}

TEST(entries_become_half_open)
{
	struct kx_err err = { "" };
	struct kx_ranges map = { 0 };

	assert_int_equal(add(&map, "0x0\n", "0x9fbff\n", "System RAM\n", &err), 0);
	assert_int_equal(add(&map, "0xfffc0000", "0xffffffffffffffff", "Reserved", &err), 0);
	assert_int_equal(add(&map, "0x5000", "0x5000", "ACPI Tables", &err), 0);
	assert_int_equal(map.count, 3);
	assert_range(&map, 0, 0, 0x9fc00, 1);
	assert_range(&map, 1, 0xfffc0000, UINT64_MAX, 2);
	assert_range(&map, 2, 0x5000, 0x5001, 3);
	kx_ranges_done(&map);
}

TEST(what_is_no_range_is_refused)
{
	struct kx_err err = { "" };
	struct kx_ranges map = { 0 };

	assert_int_equal(add(&map, "", "0x1", "System RAM", &err), -EINVAL);
	assert_says(&err, "start is not a number");
	assert_int_equal(add(&map, "0x1", "0x10000000000000000", "System RAM", &err), -EINVAL);
	assert_says(&err, "end is not a number");
	assert_int_equal(add(&map, "0x2000", "0x1fff", "System RAM", &err), -EINVAL);
	assert_says(&err, "0x1fff");
	assert_says(&err, "0x2000");
	assert_int_equal(map.count, 0);
	kx_ranges_done(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_are_known_by_the_kernels_names),
		cmocka_unit_test(entries_become_half_open),
		cmocka_unit_test(what_is_no_range_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
