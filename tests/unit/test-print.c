/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The formats of a log as any program prints them; vmcore-dmesg's tests have the finer points. */
#include <sys/mman.h>
#include <unistd.h>

#include "kx/clock.h"
#include "kx/names.h"
#include "kx/print.h"
#include "tests/unit/kxtest.h"

static const struct kx_printk_record hello = {
	.seq = 7,
	.ts_nsec = 1234567890,
	.level = 6,
	.raw_flags = 2,
	.flags = KX_PRINTK_NEWLINE,
	.text = { (const uint8_t *)"hello\nworld\033", 12 },
};

/* Print @hello twice with a gap and a summary between, and compare. */
static void assert_prints(struct kx_print_style style, const char *expected)
{
	struct kx_print *print = calloc(1, sizeof(*print));
	char found[1024] = "";
	int fd = memfd_create("log", MFD_CLOEXEC);

	assert_non_null(print);
	assert_true(fd >= 0);
	print->style = style;
	print->out.fd = fd;
	print->out.escape = true;
	kx_print_begin(print);
	kx_print_record(print, &hello);
	kx_print_gap(print, 2, 10, false);
	kx_print_summary(print, kx_span_of("why"));
	kx_print_record(print, &hello);
	kx_print_end(print);
	assert_int_equal(kx_out_flush(&print->out), 0);
	assert_true(pread(fd, found, sizeof(found) - 1, 0) >= 0);
	assert_string_equal(found, expected);
	close(fd);
	free(print);
}

TEST(a_style_of_zeros_is_lines_for_people)
{
	assert_prints((struct kx_print_style){ .format = KX_PRINT_TEXT },
		      "[    1.234567] hello\n               world\\x1b\n"
		      "-- 2 records lost --\n-- why --\n"
		      "[    1.234567] hello\n               world\\x1b\n");
}

TEST(text_decodes_numbers_and_repeats_its_prefix)
{
	assert_prints((struct kx_print_style){ .time = KX_PRINT_TIME_NONE,
					       .decode = true,
					       .seq = true,
					       .force_prefix = true },
		      "     7 kern  :info  : hello\n     7 kern  :info  : world\\x1b\n"
		      "-- 2 records lost --\n-- why --\n"
		      "     7 kern  :info  : hello\n     7 kern  :info  : world\\x1b\n");
}

TEST(raw_lines_have_no_place_for_gaps)
{
	assert_prints((struct kx_print_style){ .format = KX_PRINT_RAW },
		      "<6>[    1.234567] hello\nworld\\x1b\n<6>[    1.234567] hello\nworld\\x1b\n");
}

TEST(kmsg_escapes_all_that_is_not_printable)
{
	assert_prints((struct kx_print_style){ .format = KX_PRINT_KMSG },
		      "6,7,1234567,-;hello\\x0aworld\\x1b\n6,7,1234567,-;hello\\x0aworld\\x1b\n");
}

TEST(json_is_one_object)
{
	assert_prints((struct kx_print_style){ .format = KX_PRINT_JSON },
		      "{\n   \"dmesg\": [\n"
		      "      {\n         \"pri\": 6,\n         \"time\":     1.234567,\n"
		      "         \"msg\": \"hello\\nworld\\u001b\"\n      },{\n"
		      "         \"pri\": 6,\n         \"time\":     1.234567,\n"
		      "         \"msg\": \"hello\\nworld\\u001b\"\n      }\n   ]\n}\n");
}

TEST(jsonl_tells_all)
{
	assert_prints((struct kx_print_style){ .format = KX_PRINT_JSONL },
		      "{\"seq\":7,\"time\":1.234567890,\"facility\":\"kern\",\"level\":\"info\","
		      "\"flags\":2,\"msg\":\"hello\\nworld\\u001b\"}\n"
		      "{\"lost\":2,\"before\":10}\n{\"panic\":\"why\"}\n"
		      "{\"seq\":7,\"time\":1.234567890,\"facility\":\"kern\",\"level\":\"info\","
		      "\"flags\":2,\"msg\":\"hello\\nworld\\u001b\"}\n");
}

TEST(an_empty_log_is_still_whole)
{
	struct kx_print *print = calloc(1, sizeof(*print));
	char found[64] = "";
	int fd = memfd_create("log", MFD_CLOEXEC);

	assert_non_null(print);
	print->style.format = KX_PRINT_JSON;
	print->out.fd = fd;
	kx_print_begin(print);
	kx_print_end(print);
	assert_int_equal(kx_out_flush(&print->out), 0);
	assert_true(pread(fd, found, sizeof(found) - 1, 0) >= 0);
	assert_string_equal(found, "{\n   \"dmesg\": [\n   ]\n}\n");
	close(fd);
	free(print);
}

TEST(dates_before_1970_and_beyond_all_years)
{
	char text[64];
	int64_t fraction;
	struct tm tm;

	assert_true(kx_clock_split(-1, &tm, &fraction));
	assert_int_equal(fraction, 999999999);
	assert_int_equal(tm.tm_year, 69);
	assert_int_equal(tm.tm_sec, 59);
	assert_true(kx_clock_split(-1000000000, &tm, &fraction));
	assert_int_equal(fraction, 0);
	kx_clock_iso(-1500000000, text, sizeof(text));
	assert_string_equal(text, "1969-12-31T23:59:58,500000+00:00");
	kx_clock_format(0, "%Y", text, sizeof(text));
	assert_string_equal(text, "1970");
	kx_clock_format(0, "%Y-%m-%d", text, 4);
	assert_string_equal(text, "?");
}

TEST(the_clock_comes_from_the_time_of_the_crash)
{
	struct kx_vmcoreinfo info = { kx_span_of("CRASHTIME=1795372204\n") };
	struct kx_clock clock;

	kx_clock_init(&clock, &info, UINT64_C(4000000000));
	assert_true(clock.known);
	assert_int_equal(clock.now, INT64_C(1795372204000000000));
	assert_int_equal(kx_clock_wall(&clock, UINT64_C(1000000000)), INT64_C(1795372201000000000));
	info.text = kx_span_of("CRASHTIME=99999999999999999999\n");
	kx_clock_init(&clock, &info, UINT64_C(4000000000));
	assert_false(clock.known);
	assert_int_equal(clock.now, INT64_C(4000000000));
}

TEST(numbers_have_names)
{
	assert_string_equal(kx_level_name(0), "emerg");
	assert_string_equal(kx_level_name(KX_LEVELS - 1), "debug");
	assert_null(kx_level_name(KX_LEVELS));
	assert_string_equal(kx_facility_name(KX_FACILITIES - 1), "local7");
	assert_null(kx_facility_name(12));
	assert_null(kx_facility_name(KX_FACILITIES));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_style_of_zeros_is_lines_for_people),
		cmocka_unit_test(text_decodes_numbers_and_repeats_its_prefix),
		cmocka_unit_test(raw_lines_have_no_place_for_gaps),
		cmocka_unit_test(kmsg_escapes_all_that_is_not_printable),
		cmocka_unit_test(json_is_one_object),
		cmocka_unit_test(jsonl_tells_all),
		cmocka_unit_test(an_empty_log_is_still_whole),
		cmocka_unit_test(dates_before_1970_and_beyond_all_years),
		cmocka_unit_test(the_clock_comes_from_the_time_of_the_crash),
		cmocka_unit_test(numbers_have_names),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
