/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel's banner, and what only looks like one. */
#include "kx/banner.h"
#include "tests/unit/kxtest.h"

/* On the heap and exact: a sanitizer sees each byte too far. */
static void assert_release(const char *text, const char *expected)
{
	size_t len = strlen(text);
	uint8_t *copy = malloc(len + 1);
	struct kx_span release = { NULL, 0 };

	assert_non_null(copy);
	copy = realloc(copy, len ? len : 1);
	assert_non_null(copy);
	memcpy(copy, text, len);
	assert_int_equal(kx_banner_release((struct kx_span){ copy, len }, &release),
			 *expected != 0);
	assert_span(release, expected);
	free(copy);
}

TEST(a_release_is_found_wherever_it_is)
{
	assert_release("Linux version 6.1.0-50-amd64 (debian-kernel@x) #1", "6.1.0-50-amd64");
	assert_release("\177ELF and more Linux version 7.2 (x", "7.2");
	assert_release("Linux version %s (x Linux version 5.10.0 (y", "5.10.0");
	assert_release("Linux version Linux version 4.19 (y", "4.19");
}

TEST(what_is_none)
{
	assert_release("", "");
	assert_release("Linux version ", "");
	assert_release("Linux version 6", "");
	assert_release("Linux version 6.1.0", "");
	assert_release("Linux version six (x", "");
	assert_release("Linux version 6.1\n (x", "");
	assert_release("Linux version 6.1\x7f (x", "");
	assert_release("linux version 6.1 (x", "");
}

TEST(a_release_has_64_bytes_at_most)
{
#define RELEASE_OF_64 "0123456789012345678901234567890123456789012345678901234567890123"
	assert_release("Linux version " RELEASE_OF_64 " (x", RELEASE_OF_64);
	assert_release("Linux version " RELEASE_OF_64 "4 (x", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_release_is_found_wherever_it_is),
		cmocka_unit_test(what_is_none),
		cmocka_unit_test(a_release_has_64_bytes_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
