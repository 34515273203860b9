/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors: the text grows on both sides, and never beyond its buffer. */
#include "tests/unit/kxtest.h"

TEST(fail_context_and_advice_make_one_line)
{
	struct kx_err err = { "" };

	assert_int_equal(kx_fail(&err, -ENOEXEC, "init_size is %d", 7), -ENOEXEC);
	assert_int_equal(kx_context(&err, -EINVAL, "%s (%s)", "vmlinuz", "bzImage64"), -EINVAL);
	kx_advise(&err, "use %s", "another");
	assert_string_equal(err.text, "vmlinuz (bzImage64): init_size is 7; use another");
}

TEST(a_second_failure_replaces_the_first)
{
	struct kx_err err = { "" };

	kx_fail(&err, -EINVAL, "first, and longer");
	kx_fail(&err, -EINVAL, "second");
	assert_string_equal(err.text, "second");
}

/* Paths are as long as Linux has them; what is wrong with them is what people want to read. */
TEST(a_long_path_loses_its_middle_and_no_reason_its_words)
{
	struct kx_err err = { "" };
	char path[4096], text[sizeof(err.text)];

	memset(path, 'p', sizeof(path) - 1);
	memcpy(path, "/begin", 6);
	memcpy(path + sizeof(path) - 5, "/end", 5);
	kx_fail(&err, -ENOENT, "%s: there is no such file", path);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_int_equal(strncmp(err.text, "/beginppp", 9), 0);
	assert_says(&err, "p[...]p");
	assert_says(&err, "ppp/end: there is no such file");
	/* Two of them. */
	kx_fail(&err, -ENOENT, "%s and %s: too much", path, path);
	assert_int_equal(strncmp(err.text, "/beginppp", 9), 0);
	assert_says(&err, "ppp/end: too much");

	kx_fail(&err, -EINVAL, "init_size is %d", 7);
	kx_context(&err, -EINVAL, "%s (image)", path);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_int_equal(strncmp(err.text, "/beginppp", 9), 0);
	assert_says(&err, "p[...]p");
	assert_says(&err, "ppp/end (image): init_size is 7");

	/* What just fits is not touched; a byte more is. */
	memset(text, 't', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	kx_fail(&err, -EINVAL, "%s", text);
	assert_string_equal(err.text, text);
	kx_fail(&err, -EINVAL, "%sx", text);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_says(&err, "t[...]t");
	assert_int_equal(err.text[sizeof(err.text) - 2], 'x');
}

/* However much is put before it: an end of the reason stays, and a part of each "where". */
TEST(context_and_reason_share_the_room)
{
	struct kx_err err = { "" };
	char path[2 * sizeof(err.text)], *at;

	memset(path, 'p', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	kx_fail(&err, -EINVAL, "%s: end of the reason", path);
	kx_context(&err, -EINVAL, "short");
	assert_int_equal(strncmp(err.text, "short: pppp", 11), 0);
	assert_says(&err, ": end of the reason");
	kx_context(&err, -EINVAL, "%s", path);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	at = strstr(err.text, ": short");
	assert_non_null(at);
	assert_int_equal(at - err.text, 160);
	assert_says(&err, ": end of the reason");
	kx_advise(&err, "%s", path);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fail_context_and_advice_make_one_line),
		cmocka_unit_test(a_second_failure_replaces_the_first),
		cmocka_unit_test(a_long_path_loses_its_middle_and_no_reason_its_words),
		cmocka_unit_test(context_and_reason_share_the_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
