/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Versions in the order of UAPI.10. */
#include "kx/entries.h"
#include "tests/unit/kxtest.h"

static int order_of(const char *a, const char *b)
{
	int order = kx_version_compare(kx_span_of(a), kx_span_of(b));

	return (order > 0) - (order < 0);
}

TEST(each_is_older_than_the_next)
{
	static const char *const versions[] = {
		"~1", "0", "1~", "1~rc1", "1", "1-1", "1^", "1.0", "1a", "1b", "2",
		"6.9.0", "6.10.0~rc1", "6.10.0", "6.10.0-1", "6.10.0-2", "6.10.0.1", "6.11", "10",
		"18446744073709551616", "18446744073709551617",
	};

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		for (size_t j = 0; j < sizeof(versions) / sizeof(versions[0]); j++) {
			int expected = (i > j) - (i < j);

			if (order_of(versions[i], versions[j]) != expected)
				fail_msg("%s against %s", versions[i], versions[j]);
		}
	}
}

TEST(capital_letters_are_older)
{
	assert_int_equal(order_of("A", "a"), -1);
	assert_int_equal(order_of("Z", "a"), -1);
}

TEST(what_has_no_meaning_is_passed_over)
{
	assert_int_equal(order_of("1_2", "1/2"), 0);
	assert_int_equal(order_of("007", "7"), 0);
	assert_int_equal(order_of("+", ""), 0);
	assert_int_equal(order_of("1+.2", "1.2"), 0);
}

TEST(no_number_is_older_than_any)
{
	assert_int_equal(order_of("1.a", "1.0"), -1);
	assert_int_equal(order_of("00", "a"), 1);
	/* As systemd has it: what has no meaning ends a number's place. */
	assert_int_equal(order_of("1.+2", "1.2"), -1);
}

TEST(versions_of_distributions)
{
	assert_int_equal(order_of("6.1.0-9-amd64", "6.1.0-50-amd64"), -1);
	assert_int_equal(order_of("5.14.0-427.13.1.el9_4.x86_64", "5.14.0-427.el9.x86_64"), 1);
	assert_int_equal(order_of("6.12.107+deb13-amd64", "6.12.90+deb13-amd64"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_older_than_the_next),
		cmocka_unit_test(capital_letters_are_older),
		cmocka_unit_test(what_has_no_meaning_is_passed_over),
		cmocka_unit_test(no_number_is_older_than_any),
		cmocka_unit_test(versions_of_distributions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
