/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The EFI runtime map: what may be handed on, and what would mislead the next kernel. */
#include <time.h>

#include "kx/efi_map.h"
#include "tests/unit/kxtest.h"

enum { BOOT_DATA = 4, RUNTIME_CODE = 5, RUNTIME_DATA = 6 };

static int add(struct kx_efi_map *map, const char *type, const char *phys, const char *virt,
	       const char *pages, struct kx_err *err)
{
	const struct kx_span field[5] = {
		kx_span_of(type), kx_span_of(phys), kx_span_of(virt), kx_span_of(pages),
		kx_span_of("0x800000000000000f\n"),
	};

	return kx_efi_map_add(map, field, err);
}

TEST(fields_are_taken_over)
{
	struct kx_err err = { "" };
	struct kx_efi_map map = { 0 };

	assert_int_equal(add(&map, "0x6\n", "0x3feec000\n", "0xfffffffeffaec000\n", "0x84\n", &err),
			 0);
	assert_int_equal(map.count, 1);
	assert_int_equal(map.desc[0].type, 6);
	assert_int_equal(map.desc[0].pad, 0);
	assert_int_equal(map.desc[0].phys_addr, 0x3feec000);
	assert_true(map.desc[0].virt_addr == UINT64_C(0xfffffffeffaec000));
	assert_int_equal(map.desc[0].num_pages, 0x84);
	assert_true(map.desc[0].attribute == UINT64_C(0x800000000000000f));
	kx_efi_map_done(&map);
	assert_int_equal(map.count, 0);
}

TEST(what_is_no_number_is_named)
{
	struct kx_err err = { "" };
	struct kx_efi_map map = { 0 };

	assert_int_equal(add(&map, "data", "0x0", "0x0", "0x1", &err), -EINVAL);
	assert_says(&err, "type is not");
	assert_int_equal(add(&map, "0x6", "", "0x0", "0x1", &err), -EINVAL);
	assert_says(&err, "phys_addr is not");
	assert_int_equal(add(&map, "0x6", "0x0", "0xg", "0x1", &err), -EINVAL);
	assert_says(&err, "virt_addr is not");
	assert_int_equal(add(&map, "0x6", "0x0", "0x0", "-1", &err), -EINVAL);
	assert_says(&err, "num_pages is not");
	assert_int_equal(add(&map, "0x100000006", "0x0", "0x0", "0x1", &err), -EINVAL);
	assert_says(&err, "0x100000006");
	assert_int_equal(map.count, 0);
	kx_efi_map_done(&map);
}

/* Descriptors as phys, virt, pages; checked beside RAM at [1 MiB, 2 MiB). */
static int check(uint32_t type, const uint64_t desc[][3], size_t count, struct kx_err *err)
{
	static const uint64_t bound[] = { MIB, 2 * MIB };
	struct kx_efi_map map = { .desc = calloc(count, sizeof(*map.desc)), .count = count };
	struct kx_ranges ram = { 0 };
	int rc;

	ranges_of(&ram, bound, 1);
	for (size_t i = 0; i < count; i++) {
		map.desc[i].type = type;
		map.desc[i].phys_addr = desc[i][0];
		map.desc[i].virt_addr = desc[i][1];
		map.desc[i].num_pages = desc[i][2];
	}
	rc = kx_efi_map_check(&map, &ram, err);
	for (size_t i = 1; i < count && rc == 0; i++)
		assert_true(map.desc[i - 1].phys_addr < map.desc[i].phys_addr);
	kx_efi_map_done(&map);
	kx_ranges_done(&ram);
	return rc;
}

TEST(good_maps_are_sorted)
{
	struct kx_err err = { "" };

	assert_int_equal(check(RUNTIME_DATA,
			       (const uint64_t[][3]){ { 4 * MIB, 0, 1 }, { 2 * MIB, 0, 256 },
						      { 0, 0, 256 } },
			       3, &err),
			 0);
	assert_int_equal(check(RUNTIME_DATA, NULL, 0, &err), 0);
}

TEST(runtime_services_in_ram_are_refused)
{
	struct kx_err err = { "" };

	assert_int_equal(check(RUNTIME_CODE, (const uint64_t[][3]){ { 0, 0, 257 } }, 1, &err),
			 -EINVAL);
	assert_says(&err, "[0x0, 0x101000)");
	assert_int_equal(check(RUNTIME_DATA, (const uint64_t[][3]){ { 0x1ff000, 0, 1 } }, 1, &err),
			 -EINVAL);
	/* The kernel keeps some boot services memory, which the firmware map calls RAM. */
	assert_int_equal(check(BOOT_DATA, (const uint64_t[][3]){ { 0x1ff000, 0, 1 } }, 1, &err), 0);
}

TEST(impossible_ranges_are_refused_with_their_numbers)
{
	static const uint64_t bad[][1][3] = {
		{ { 0x4000800, 0, 1 } }, { { 0x4000000, 1, 1 } }, { { 0x4000000, 0, 0 } },
		{ { 0x4000000, 0, UINT64_MAX } }, { { 0x4000000, 0, UINT64_C(1) << 52 } },
		{ { UINT64_MAX - 0xfff, 0, 1 } },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct kx_err err = { "" };

		assert_int_equal(check(RUNTIME_DATA, bad[i], 1, &err), -EINVAL);
		assert_says(&err, i == 5 ? "0xfffffffffffff000" : "0x4000");
	}
}

TEST(overlaps_are_refused)
{
	struct kx_err err = { "" };

	assert_int_equal(check(BOOT_DATA,
			       (const uint64_t[][3]){ { 0x401000, 0, 1 }, { 0x400000, 0, 2 } }, 2,
			       &err),
			 -EINVAL);
	assert_says(&err, "0x401000");
	assert_says(&err, "0x402000");
}

/* Processor time, since nothing else shows it: a look at each pair would take some seconds. */
TEST(a_large_map_is_compared_with_large_memory_in_one_go)
{
	enum { COUNT = 100000 };
	struct kx_ranges ram = { .item = calloc(COUNT, sizeof(*ram.item)), .count = COUNT };
	struct kx_efi_map map = { .desc = calloc(COUNT, sizeof(*map.desc)), .count = COUNT };
	clock_t start = clock();
	struct kx_err err = { "" };

	assert_true(ram.item && map.desc);
	for (uint64_t i = 0; i < COUNT; i++) {
		ram.item[i] = (struct kx_range){ i * 0x2000, i * 0x2000 + 0x1000, 0 };
		map.desc[i] = (struct kx_efi_desc){ .type = 5, .num_pages = 1,
						    .phys_addr = i * 0x2000 + 0x1000 };
	}
	if (kx_efi_map_check(&map, &ram, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(clock() - start < 2 * CLOCKS_PER_SEC);
	map.desc[COUNT / 2].phys_addr -= 0x1000;
	assert_int_equal(kx_efi_map_check(&map, &ram, &err), -EINVAL);
	free(ram.item);
	kx_efi_map_done(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_taken_over),
		cmocka_unit_test(what_is_no_number_is_named),
		cmocka_unit_test(good_maps_are_sorted),
		cmocka_unit_test(runtime_services_in_ram_are_refused),
		cmocka_unit_test(impossible_ranges_are_refused_with_their_numbers),
		cmocka_unit_test(overlaps_are_refused),
		cmocka_unit_test(a_large_map_is_compared_with_large_memory_in_one_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
