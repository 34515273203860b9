/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /proc/iomem: its lines, and which of its memory the next kernel may have. */
#include "kx/iomem.h"
#include "tests/unit/kxtest.h"

static void parse(struct kx_iomem *ret, const char *text)
{
	struct kx_err err = { "" };

	if (kx_iomem_parse(kx_span_of(text), ret, &err) < 0)
		fail_msg("%s", err.text);
}

TEST(lines_have_depth_half_open_ends_and_labels)
{
	struct kx_iomem iomem;

	parse(&iomem, "00001000-0009fbff : System RAM\n"
		      "\n"
		      "  00002000-00002fff : a : b - c\n"
		      "    100000000-ffffffffffffffff : \n"
		      "00000000-00000000 : one byte");
	assert_int_equal(iomem.count, 4);
	assert_int_equal(iomem.entry[0].start, 0x1000);
	assert_int_equal(iomem.entry[0].end, 0x9fc00);
	assert_int_equal(iomem.entry[0].depth, 0);
	assert_span(iomem.entry[0].label, "System RAM");
	assert_int_equal(iomem.entry[1].depth, 1);
	assert_span(iomem.entry[1].label, "a : b - c");
	assert_int_equal(iomem.entry[2].depth, 2);
	assert_true(iomem.entry[2].end == UINT64_MAX);
	assert_span(iomem.entry[2].label, "");
	assert_int_equal(iomem.entry[3].end, 1);
	kx_iomem_done(&iomem);
	assert_int_equal(iomem.count, 0);
}

TEST(no_text_is_no_lines)
{
	struct kx_iomem iomem;

	parse(&iomem, "");
	assert_int_equal(iomem.count, 0);
	assert_true(kx_iomem_hidden(&iomem));
	kx_iomem_done(&iomem);
}

TEST(malformed_lines_are_refused_by_number)
{
	static const char *const bad[] = {
		"System RAM", "1000 : System RAM", "1000-2000", "1000-2000: x", "-2000 : x",
		"1000- : x", "2000-1fff : x", "1000-xyz : x", "1000-10000000000000000 : x",
		"1000 : x-2000", "\t1000-2000 : x", " : -",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct kx_err err = { "" };
		struct kx_iomem iomem = { .count = 99 };
		char text[128];

		snprintf(text, sizeof(text), "0-fff : x\n\n%s\n", bad[i]);
		assert_int_equal(kx_iomem_parse(kx_span_of(text), &iomem, &err), -EINVAL);
		assert_says(&err, "line 3 ");
		assert_int_equal(iomem.count, 99);
	}
}

TEST(zeros_mean_hidden)
{
	struct kx_iomem iomem;

	parse(&iomem, "00000000-00000000 : System RAM\n  00000000-00000000 : Kernel code\n");
	assert_true(kx_iomem_hidden(&iomem));
	kx_iomem_done(&iomem);
	parse(&iomem, "00000000-00000000 : Reserved\n00001000-00001fff : System RAM\n");
	assert_false(kx_iomem_hidden(&iomem));
	kx_iomem_done(&iomem);
}

static void assert_ram(const char *text, const uint64_t *bound, size_t count)
{
	struct kx_ranges ram = { 0 };
	struct kx_iomem iomem;

	parse(&iomem, text);
	assert_int_equal(kx_iomem_ram(&iomem, &ram), 0);
	assert_int_equal(ram.count, count);
	for (size_t i = 0; i < count; i++)
		assert_range(&ram, i, bound[2 * i], bound[2 * i + 1], 0);
	kx_ranges_done(&ram);
	kx_iomem_done(&iomem);
}

TEST(the_running_kernel_does_not_stand_in_the_way)
{
	assert_ram("00001000-00ffffff : System RAM\n"
		   "  00200000-002fffff : Kernel code\n"
		   "  00300000-003fffff : Kernel rodata\n"
		   "  00400000-004fffff : Kernel data\n"
		   "  00500000-005fffff : Kernel bss\n",
		   (const uint64_t[]){ 0x1000, 0x1000000 }, 1);
}

TEST(other_children_of_ram_are_reserved)
{
	assert_ram("00000000-00000fff : Reserved\n"
		   "  00000000-0000000f : inside reserved\n"
		   "00001000-00ffffff : System RAM\n"
		   "  00200000-002fffff : Kernel code\n"
		   "    00280000-0028ffff : Crash kernel\n"
		   "  00800000-008fffff : Crash kernel\n"
		   "01000000-01ffffff : PCI Bus 0000:00\n"
		   "  01000000-0100ffff : device\n",
		   (const uint64_t[]){ 0x1000, 0x280000, 0x290000, 0x800000, 0x900000, 0x1000000 },
		   3);
}

TEST(memory_that_a_driver_manages_is_left_out)
{
	assert_ram("100000000-13fffffff : System RAM (kmem)\n"
		   "140000000-17fffffff : System RAM (virtio_mem)\n"
		   "180000000-1bfffffff : System RAM\n",
		   (const uint64_t[]){ UINT64_C(0x180000000), UINT64_C(0x1c0000000) }, 1);
}

TEST(ram_below_another_resource_counts)
{
	assert_ram("00000000-0fffffff : PCI Bus\n"
		   "  00100000-001fffff : System RAM\n"
		   "    00110000-0011ffff : reserved by somebody\n"
		   "  00200000-002fffff : device\n",
		   (const uint64_t[]){ 0x100000, 0x110000, 0x120000, 0x200000 }, 2);
}

TEST(adjacent_ram_is_merged)
{
	/* As kernels show it that split RAM for setup_data. */
	assert_ram("00900000-3cedc017 : System RAM\n"
		   "3cedc018-3cee3057 : System RAM\n"
		   "3cee3058-3ea89fff : System RAM\n",
		   (const uint64_t[]){ 0x900000, 0x3ea8a000 }, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_have_depth_half_open_ends_and_labels),
		cmocka_unit_test(no_text_is_no_lines),
		cmocka_unit_test(malformed_lines_are_refused_by_number),
		cmocka_unit_test(zeros_mean_hidden),
		cmocka_unit_test(the_running_kernel_does_not_stand_in_the_way),
		cmocka_unit_test(other_children_of_ram_are_reserved),
		cmocka_unit_test(memory_that_a_driver_manages_is_left_out),
		cmocka_unit_test(ram_below_another_resource_counts),
		cmocka_unit_test(adjacent_ram_is_merged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
