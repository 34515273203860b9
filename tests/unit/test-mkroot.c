/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machine files: both ways, and never outside the folder. */
#include "tests/tools/mkroot.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"

static const char all_kinds[] = "== empty\n"
				"== folder/2 = two -> = 2\n"
				"== folder/10 = ten\n"
				"== folder/none/\n"
				"== lines\n"
				"one\n"
				"\n"
				"  three\n"
				"== link -> ../folder = x\n"
				"== no-newline hex 3\n"
				"0x000: 61 62 63\n"
				"== page hex 4096\n"
				"0x1f0: 00 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n"
				"0xff0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 aa\n";

TEST(unpacking_and_packing_give_the_same_text)
{
	struct folder folder = folder_of(all_kinds);
	struct kx_err err = { "" };
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(mkroot_pack(folder.path, out, &err), 0);
	fclose(out);
	assert_string_equal(text, all_kinds);
	free(text);
	folder_remove(&folder);
}

TEST(nothing_is_written_outside_the_folder)
{
	static const char *const bad[] = {
		"== ../x = 1\n", "== /x = 1\n", "== a/../../x = 1\n", "== ./x = 1\n",
		"== up -> ..\n== up/x = 1\n", "== up -> ../x\n== up = 1\n",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct folder folder = folder_make();
		struct kx_err err = { "" };

		assert_true(mkroot_unpack(kx_span_of(bad[i]), folder.path, &err) < 0);
		assert_says(&err, i < 4 ? "line 1: " : "line 2: ");
		folder_remove(&folder);
	}
}

TEST(wrong_bytes_are_refused)
{
	static const char *const bad[] = {
		"== a hex 2\n0x2: 00\n", "== a hex 2\n0x0: 100\n", "== a hex 2\n00 01\n",
		"== a hex\nx\n", "== a hex 2\n0x0: 0g\n", "== a hex 99999999\n",
		"== a = 1\nloose line\n", "== a = 1\n== a = 2\n",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct folder folder = folder_make();
		struct kx_err err = { "" };

		/* "hex" without a size is a part of the name. */
		assert_int_equal(mkroot_unpack(kx_span_of(bad[i]), folder.path, &err) < 0, i != 3);
		folder_remove(&folder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unpacking_and_packing_give_the_same_text),
		cmocka_unit_test(nothing_is_written_outside_the_folder),
		cmocka_unit_test(wrong_bytes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
