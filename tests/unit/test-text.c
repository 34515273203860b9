/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Escaping: nothing that a terminal acts upon gets through, and nothing else changes. */
#include <stdlib.h>

#include "kx/text.h"
#include "tests/unit/kxtest.h"

static void assert_printed(const char *text, size_t len, const char *expected)
{
	char *found = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&found, &size);

	assert_non_null(out);
	kx_text_print(out, (struct kx_span){ (const uint8_t *)text, len });
	assert_int_equal(fclose(out), 0);
	assert_string_equal(found, expected);
	free(found);
}
#define PRINTED(text, expected) assert_printed(text, sizeof(text) - 1, expected)

TEST(texts_of_people_stay_as_they_are)
{
	PRINTED("", "");
	PRINTED("ro quiet\tdyndbg=\"x y\" \\", "ro quiet\tdyndbg=\"x y\" \\");
	PRINTED("Z\303\274rich \346\227\245 \360\237\220\247",
		"Z\303\274rich \346\227\245 \360\237\220\247");
}

TEST(controls_and_lines_are_escaped)
{
	PRINTED("a\033]0;x\007", "a\\x1b]0;x\\x07");
	PRINTED("a\nentry 0x0\r", "a\\x0aentry 0x0\\x0d");
	PRINTED("\177\0", "\\x7f\\x00");
	/* CSI as one character of C1. */
	PRINTED("\302\2332J", "\\xc2\\x9b2J");
	PRINTED("\302\240", "\302\240");
}

TEST(what_is_not_utf8_is_escaped_byte_by_byte)
{
	PRINTED("\233", "\\x9b");
	PRINTED("\300\212", "\\xc0\\x8a");		/* overlong newline */
	PRINTED("\340\200\212", "\\xe0\\x80\\x8a");
	PRINTED("\355\240\200", "\\xed\\xa0\\x80");	/* surrogate */
	PRINTED("\364\220\200\200", "\\xf4\\x90\\x80\\x80");
	PRINTED("\303", "\\xc3");
	PRINTED("\303a", "\\xc3a");
	PRINTED("\370\210\200\200\200", "\\xf8\\x88\\x80\\x80\\x80");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_of_people_stay_as_they_are),
		cmocka_unit_test(controls_and_lines_are_escaped),
		cmocka_unit_test(what_is_not_utf8_is_escaped_byte_by_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
