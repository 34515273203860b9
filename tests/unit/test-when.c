/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Points in time: what each text means, and what is no time, or none that fits. */
#include <time.h>

#include "tests/unit/kxtest.h"
#include "vmcore-dmesg/when.h"

#define SECOND INT64_C(1000000000)
/* Sunday, 2026-11-22 18:30:04 UTC. */
#define NOW (INT64_C(1795372204) * SECOND)
#define MIDNIGHT (INT64_C(1795305600) * SECOND)

static void assert_when(const char *text, int64_t expected, bool absolute)
{
	bool found_absolute = !absolute;
	struct kx_err err = { "" };
	int64_t found = 0;

	if (when_parse(text, NOW, &found, &found_absolute, &err) < 0)
		fail_msg("%s", err.text);
	if (found != expected)
		fail_msg("\"%s\" is %lld, not %lld", text, (long long)found, (long long)expected);
	assert_int_equal(found_absolute, absolute);
}

static void assert_never(const char *text)
{
	struct kx_err err = { "" };
	bool absolute;
	int64_t found;

	if (when_parse(text, NOW, &found, &absolute, &err) == 0)
		fail_msg("\"%s\" is %lld", text, (long long)found);
	assert_says(&err, text);
	assert_says(&err, "is not a time");
}

TEST(spans_of_time_count_from_now)
{
	static const struct {
		const char *unit;
		int64_t seconds;
	} units[] = {
		{ "seconds", 1 }, { "second", 1 }, { "sec", 1 }, { "s", 1 }, { "", 1 },
		{ "minutes", 60 }, { "minute", 60 }, { "min", 60 }, { "m", 60 },
		{ "hours", 3600 }, { "hour", 3600 }, { "hr", 3600 }, { "h", 3600 },
		{ "days", 86400 }, { "day", 86400 }, { "d", 86400 },
		{ "weeks", 604800 }, { "week", 604800 }, { "w", 604800 },
	};
	char text[32];

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		snprintf(text, sizeof(text), "-3%s", units[i].unit);
		assert_when(text, NOW - 3 * units[i].seconds * SECOND, false);
		snprintf(text, sizeof(text), "+2.25 %s", units[i].unit);
		assert_when(text, NOW + units[i].seconds * SECOND * 9 / 4, false);
	}
	assert_when("1h 30min 2.5 s ago", NOW - 5402 * SECOND - SECOND / 2, false);
	assert_when("  now ", NOW, false);
}

TEST(the_largest_numbers_do_not_wrap)
{
	/* 2^63 nanoseconds are 9223372036 seconds. */
	assert_when("@9223372035", INT64_C(9223372035) * SECOND, true);
	assert_never("@9223372036");
	assert_never("@9999999999");
	assert_when("-999999999s", NOW - 999999999 * SECOND, false);
	assert_when("-38430716m", NOW - INT64_C(38430716) * 60 * SECOND, false);
	assert_never("-38430717m");
	assert_never("-999999999w");
	assert_never("999999999 weeks ago");
	assert_never("+1w 999999999w");
	/* Each fits, all of them do not. */
	assert_never("-900000000s 900000000s 900000000s");
	assert_when("-900000000s 900000000s", NOW - 1800000000 * SECOND, false);
	assert_never("-1234567890s");
}

TEST(dates_and_times_of_the_day)
{
	assert_when("today", MIDNIGHT, true);
	assert_when("yesterday", MIDNIGHT - 86400 * SECOND, true);
	assert_when("tomorrow", MIDNIGHT + 86400 * SECOND, true);
	assert_when("18:30", MIDNIGHT + 66600 * SECOND, true);
	assert_when("23:59:59.75", MIDNIGHT + 86399 * SECOND + SECOND * 3 / 4, true);
	assert_when("2026-11-22", MIDNIGHT, true);
	assert_when("2026-11-22 18:30:04,000000001", NOW + 1, true);
	assert_when("2026-11-22T18:30:04Z", NOW, true);
	assert_when("2026-11-22 18:30:04 UTC", NOW, true);
	assert_when("2026-11-22T20:30:04+02:00", NOW, true);
	assert_when("2026-11-22T15:00:04-0330", NOW, true);
	assert_when("1970-01-01", 0, true);
	assert_when("2200-12-31", INT64_C(7289568000) * SECOND, true);
}

TEST(what_is_no_time_is_refused)
{
	static const char *const text[] = {
		"x", "5", "5 min", "-", "+", "-x", "-5 parsecs", "-5min ago", "now or never", "1:2:3:4",
		"24:00", "00:60", "00:00:61", "12:", "12", "1969-12-31", "2201-01-01", "2026-00-01",
		"2026-13-01", "2026-01-00", "2026-01-32", "2026-11", "2026/11/22", "2026-11-22T25:00",
		"2026-11-22 18:30 +1", "2026-11-22 18:30 +xx", "@", "@x", "@1 2", "todays", "ago",
	};

	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		assert_never(text[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans_of_time_count_from_now),
		cmocka_unit_test(the_largest_numbers_do_not_wrap),
		cmocka_unit_test(dates_and_times_of_the_day),
		cmocka_unit_test(what_is_no_time_is_refused),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
