/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Spans: nothing outside the bytes is ever read, and numbers are whole numbers. */
#include "kx/bytes.h"
#include "tests/unit/kxtest.h"

static const uint8_t bytes[] = { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99 };
static const struct kx_span span = { bytes, sizeof(bytes) };

TEST(slice_gives_the_part)
{
	struct kx_span part;

	assert_true(kx_span_slice(span, 2, 3, &part));
	assert_ptr_equal(part.base, bytes + 2);
	assert_int_equal(part.len, 3);
	assert_true(kx_span_slice(span, sizeof(bytes), 0, &part));
	assert_int_equal(part.len, 0);
	assert_true(kx_span_slice((struct kx_span){ NULL, 0 }, 0, 0, &part));
	assert_null(part.base);
}

TEST(slice_refuses_what_lies_outside)
{
	static const uint64_t outside[][2] = {
		{ 0, 10 }, { 9, 1 }, { 10, 0 }, { 1, UINT64_MAX }, { UINT64_MAX, 1 },
		{ UINT64_MAX, UINT64_MAX }, { UINT64_MAX - 3, 5 },
	};

	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
		struct kx_span part = { bytes, 77 };

		assert_false(kx_span_slice(span, outside[i][0], outside[i][1], &part));
		assert_int_equal(part.len, 77);
	}
}

TEST(le_reads_every_width)
{
	uint64_t value;

	assert_true(kx_span_le(span, 0, 1, &value));
	assert_int_equal(value, 0x11);
	assert_true(kx_span_le(span, 7, 2, &value));
	assert_int_equal(value, 0x9988);
	assert_true(kx_span_le(span, 1, 8, &value));
	assert_true(value == UINT64_C(0x9988776655443322));
}

TEST(be_reads_every_width)
{
	uint64_t value;

	assert_true(kx_span_be(span, 0, 1, &value));
	assert_int_equal(value, 0x11);
	assert_true(kx_span_be(span, 7, 2, &value));
	assert_int_equal(value, 0x8899);
	assert_true(kx_span_be(span, 1, 8, &value));
	assert_true(value == UINT64_C(0x2233445566778899));
	assert_false(kx_span_be(span, 2, 8, &value));
}

TEST(put_is_the_reverse_of_get_in_both_orders)
{
	uint8_t to[9];

	for (unsigned int width = 1; width <= 8; width++) {
		for (int big = 0; big < 2; big++) {
			memset(to, 0xee, sizeof(to));
			kx_put(to, width, kx_get(bytes, width, big), big);
			assert_memory_equal(to, bytes, width);
			assert_int_equal(to[width], 0xee);
		}
	}
}

TEST(le_refuses_bad_width_and_what_lies_outside)
{
	uint64_t value = 5;

	assert_false(kx_span_le(span, 0, 0, &value));
	assert_false(kx_span_le(span, 0, 9, &value));
	assert_false(kx_span_le(span, 2, 8, &value));
	assert_false(kx_span_le(span, UINT64_MAX, 1, &value));
	assert_int_equal(value, 5);
}

TEST(equal_and_starts_compare_bytes)
{
	assert_true(kx_span_equal(kx_span_of("quiet"), "quiet"));
	assert_false(kx_span_equal(kx_span_of("quiet"), "quie"));
	assert_false(kx_span_equal(kx_span_of("quie"), "quiet"));
	assert_true(kx_span_equal((struct kx_span){ NULL, 0 }, ""));
	assert_true(kx_span_starts(kx_span_of("crashkernel=1G"), "crashkernel="));
	assert_false(kx_span_starts(kx_span_of("crash"), "crashkernel="));
	assert_true(kx_span_starts((struct kx_span){ NULL, 0 }, ""));
}

TEST(ends_compares_bytes)
{
	assert_true(kx_span_ends(kx_span_of("a.conf"), ".conf"));
	assert_true(kx_span_ends(kx_span_of(".conf"), ".conf"));
	assert_false(kx_span_ends(kx_span_of("conf"), ".conf"));
	assert_false(kx_span_ends(kx_span_of("a.conf~"), ".conf"));
	assert_true(kx_span_ends((struct kx_span){ NULL, 0 }, ""));
	assert_false(kx_span_ends((struct kx_span){ NULL, 0 }, "~"));
}

TEST(lines_come_one_by_one)
{
	struct kx_span rest = kx_span_of("one\n\nthree"), line;

	assert_true(kx_span_line(&rest, &line));
	assert_span(line, "one");
	assert_true(kx_span_line(&rest, &line));
	assert_span(line, "");
	assert_true(kx_span_line(&rest, &line));
	assert_span(line, "three");
	assert_false(kx_span_line(&rest, &line));
}

TEST(trim_takes_white_space_from_both_ends_only)
{
	assert_span(kx_span_trim(kx_span_of(" \t a b\r\n")), "a b");
	assert_span(kx_span_trim(kx_span_of(" \n ")), "");
	assert_span(kx_span_trim((struct kx_span){ NULL, 0 }), "");
}

TEST(numbers_in_all_bases)
{
	static const struct {
		const char *text;
		int base;
		uint64_t value;
	} good[] = {
		{ "0", 0, 0 }, { "010", 0, 10 }, { "0x10", 0, 16 }, { "0X1f", 16, 31 },
		{ "1F", 16, 31 }, { "18446744073709551615", 10, UINT64_MAX },
		{ "ffffffffffffffff", 16, UINT64_MAX }, { "00000000000000000001", 16, 1 },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		uint64_t value;

		assert_true(kx_span_number(kx_span_of(good[i].text), good[i].base, &value));
		assert_true(value == good[i].value);
	}
}

TEST(what_is_no_number_is_refused)
{
	static const struct {
		const char *text;
		int base;
	} bad[] = {
		{ "", 0 }, { "0x", 0 }, { "0x", 16 }, { "-1", 10 }, { "+1", 10 }, { " 1", 10 },
		{ "1 ", 10 }, { "12a", 10 }, { "0x12g", 0 }, { "0x10", 10 },
		{ "18446744073709551616", 10 }, { "10000000000000000", 16 }, { "1\n", 10 },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint64_t value = 7;

		assert_false(kx_span_number(kx_span_of(bad[i].text), bad[i].base, &value));
		assert_int_equal(value, 7);
	}
}

TEST(a_line_is_found_whole_or_not_at_all)
{
	const struct kx_span text = kx_span_of("CONFIG_KEXEC_SIG=y\n\n # CONFIG_X is not set\nlast");

	assert_true(kx_span_has_line(text, "CONFIG_KEXEC_SIG=y"));
	assert_true(kx_span_has_line(text, "last"));
	assert_true(kx_span_has_line(text, ""));
	assert_false(kx_span_has_line(text, "CONFIG_KEXEC_SIG="));
	assert_false(kx_span_has_line(text, "# CONFIG_X is not set"));
	assert_false(kx_span_has_line((struct kx_span){ NULL, 0 }, ""));
}

TEST(quotes_around_a_value_are_not_part_of_it)
{
	const struct kx_span text = kx_span_of("A=\"two words\"\nB='x'\nC=\"x'\nD=\"\nE=\"\"\nF= y \n");
	static const struct {
		const char *key, *value;
	} good[] = { { "A=", "two words" }, { "B=", "x" }, { "C=", "\"x'" },
		     { "D=", "\"" },	    { "E=", "" },  { "F=", "y" } };
	struct kx_span value = { NULL, 7 };

	assert_false(kx_span_find_quoted(text, "G=", &value));
	assert_int_equal(value.len, 7);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(kx_span_find_quoted(text, good[i].key, &value));
		assert_true(kx_span_equal(value, good[i].value));
	}
}

TEST(words_stand_between_blanks)
{
	struct kx_span rest = kx_span_of("  one two   three "), word;

	assert_true(kx_span_word(&rest, &word));
	assert_span(word, "one");
	assert_true(kx_span_word(&rest, &word));
	assert_span(word, "two");
	assert_span(rest, "   three ");
	assert_true(kx_span_word(&rest, &word));
	assert_span(word, "three");
	assert_false(kx_span_word(&rest, &word));
	assert_int_equal(word.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_stand_between_blanks),
		cmocka_unit_test(slice_gives_the_part),
		cmocka_unit_test(slice_refuses_what_lies_outside),
		cmocka_unit_test(le_reads_every_width),
		cmocka_unit_test(be_reads_every_width),
		cmocka_unit_test(put_is_the_reverse_of_get_in_both_orders),
		cmocka_unit_test(le_refuses_bad_width_and_what_lies_outside),
		cmocka_unit_test(equal_and_starts_compare_bytes),
		cmocka_unit_test(ends_compares_bytes),
		cmocka_unit_test(lines_come_one_by_one),
		cmocka_unit_test(trim_takes_white_space_from_both_ends_only),
		cmocka_unit_test(numbers_in_all_bases),
		cmocka_unit_test(what_is_no_number_is_refused),
		cmocka_unit_test(a_line_is_found_whole_or_not_at_all),
		cmocka_unit_test(quotes_around_a_value_are_not_part_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
