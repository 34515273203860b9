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

TEST(what_does_not_fit_is_cut_at_the_end)
{
	struct kx_err err = { "" };
	char path[2 * sizeof(err.text)];

	memset(path, 'p', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	kx_fail(&err, -EINVAL, "%s", path);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	kx_context(&err, -EINVAL, "short");
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_int_equal(strncmp(err.text, "short: pppp", 11), 0);
	kx_context(&err, -EINVAL, "%s", path);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	kx_advise(&err, "%s", path);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fail_context_and_advice_make_one_line),
		cmocka_unit_test(a_second_failure_replaces_the_first),
		cmocka_unit_test(what_does_not_fit_is_cut_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
