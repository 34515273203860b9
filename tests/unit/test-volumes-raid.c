/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of device-mapper's "raid", as LVM's mirrors have them: which are taken, and how they are. */
#include <errno.h>

#include "kdump/service/resolve/volumes_raid.h"
#include "tests/unit/kxtest.h"

/* What of a "raid" line is taken: how many pairs are enough, or why it is not. */
static int take_raid(const char *words, uint64_t *least, struct kx_err *err)
{
	struct kx_devices need = { .able = 0 };
	int rc = volumes_raid(kx_span_of(words), &need, "dm-4", least, err);

	if (rc == 0) {
		assert_int_equal(need.needs, 2);
		assert_string_equal(need.need[0].word, "dm_raid");
		assert_memory_equal(need.need[1].word, "md-raid", 7);
	}
	kx_devices_done(&need);
	return rc;
}

TEST(lvms_mirrors_are_taken_with_what_they_need)
{
	static const struct {
		const char *words;
		uint64_t least;
	} lines[] = {
		{ "raid1 3 0 region_size 2048 2 253:0 253:1 253:2 253:3", 1 },
		{ "raid1 1 0 3 253:0 253:1 253:2 253:3 253:4 253:5", 1 },
		{ "raid1 4 0 nosync region_size 2048 2 253:0 253:1 - -", 1 },
		{ "raid1 5 0 region_size 2048 write_mostly 1 2 253:0 253:1 253:2 253:3", 1 },
		{ "raid5_ls 3 128 region_size 2048 3 1:0 1:1 1:2 1:3 1:4 1:5", 2 },
		{ "raid6_zr 3 128 region_size 2048 5 1:0 1:1 1:2 1:3 1:4 1:5 1:6 1:7 1:8 1:9", 3 },
		{ "raid10 5 128 raid10_copies 3 region_size 64 4 1:0 1:1 1:2 1:3 1:4 1:5 1:6 1:7", 2 },
		{ "raid10 1 128 4 1:0 1:1 1:2 1:3 - - - -", 2 },
	};
	struct kx_err err = { "" };

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		uint64_t least = 0;

		if (take_raid(lines[i].words, &least, &err) < 0 || least != lines[i].least)
			fail_msg("%s: %s", lines[i].words, err.text);
	}
}

TEST(lvms_mirrors_that_change_are_refused)
{
	static const struct {
		const char *words, *says;
		int code;
	} lines[] = {
		{ "raid1 3 0 rebuild 1 2 1:0 1:1 1:2 1:3", "\"rebuild\": LVM rebuilds", -ENOTSUP },
		{ "raid1 2 0 sync 2 1:0 1:1 1:2 1:3", "\"sync\": LVM rebuilds", -ENOTSUP },
		{ "raid5_ls 3 128 delta_disks 1 3 1:0 1:1 1:2 1:3 1:4 1:5", "reshapes", -ENOTSUP },
		{ "raid0 1 128 2 - 1:1 - 1:3", "LVM's \"raid0\"", -ENOTSUP },
		{ "raid1 1 0 2 - 1:1 1:2 1:3", "without metadata", -ENOTSUP },
		{ "raid1 1 0 2 - - - -", "none of its parts", -ENODEV },
		{ "raid1 1 0 2 1:0 1:1 1:2", "ends too early", -ENOTSUP },
		{ "raid1 1 0 254 1:0 1:1", "ends too early", -ENOTSUP },
		{ "raid1 3 0 region_size", "ends too early", -ENOTSUP },
		{ "raid1 2 0 region_size 7 1:0", "ends too early", -ENOTSUP },
		{ "raid1 0 2 1:0 1:1", "not one of LVM's", -ENOTSUP },
		{ "raid1 x", "not one of LVM's", -ENOTSUP },
		{ "raid10 3 8 raid10_copies x 1 1:0 1:1", "number of copies", -ENOTSUP },
		{ "", "not one of LVM's", -ENOTSUP },
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct kx_err err = { "" };
		uint64_t least = 7;

		if (take_raid(lines[i].words, &least, &err) != lines[i].code || least != 7)
			fail_msg("%s: %s", lines[i].words, err.text);
		assert_says(&err, lines[i].says);
	}
}

TEST(how_many_parts_are_in_order_is_told)
{
	unsigned int lost = 9, all = 9;

	assert_true(volumes_raid_health(kx_span_of("raid1 2 AA 8/8 idle 0 0 -\n"), &lost, &all));
	assert_int_equal(lost, 0);
	assert_int_equal(all, 2);
	assert_true(volumes_raid_health(kx_span_of("raid5_ls 4 AaAD 8/8 idle 0 0 -"), &lost, &all));
	assert_int_equal(lost, 2);
	assert_int_equal(all, 4);
	assert_false(volumes_raid_health(kx_span_of("raid1 3 AA"), &lost, &all));
	assert_false(volumes_raid_health(kx_span_of("raid1 x AA"), &lost, &all));
	assert_false(volumes_raid_health(kx_span_of(""), &lost, &all));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lvms_mirrors_are_taken_with_what_they_need),
		cmocka_unit_test(lvms_mirrors_that_change_are_refused),
		cmocka_unit_test(how_many_parts_are_in_order_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
