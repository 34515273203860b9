/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Command lines: words as the kernel sees them, and reuse that a chain of kexecs can repeat. */
#include "kx/cmdline.h"
#include "tests/unit/kxtest.h"

static void assert_words(const char *line, const char *const *expected)
{
	struct kx_span rest = kx_span_of(line), word;

	for (; *expected; expected++) {
		assert_true(kx_cmdline_word(&rest, &word));
		assert_span(word, *expected);
	}
	assert_false(kx_cmdline_word(&rest, &word));
	assert_int_equal(rest.len, 0);
}

TEST(words_end_at_white_space_outside_quotes)
{
	assert_words("", (const char *const[]){ NULL });
	assert_words(" \t\n", (const char *const[]){ NULL });
	assert_words(" a  b=1\tc\n", (const char *const[]){ "a", "b=1", "c", NULL });
	assert_words("a=\"b c\" d", (const char *const[]){ "a=\"b c\"", "d", NULL });
	assert_words("\"a b\"=c d", (const char *const[]){ "\"a b\"=c", "d", NULL });
	assert_words("x=\"y z", (const char *const[]){ "x=\"y z", NULL });
}

static void assert_open(const char *line, const char *expected)
{
	struct kx_span open = kx_cmdline_open_quote(kx_span_of(line));

	if (!kx_span_equal(open, expected))
		fail_msg("%s: \"%.*s\"", line, (int)open.len, (const char *)open.base);
}

TEST(a_quote_that_is_never_closed_is_found)
{
	assert_open("", "");
	assert_open("a=\"b c\" d", "");
	assert_open("a=\"b\" c=\"d e", "c=\"d e");
	assert_open("x \"", "\"");
	assert_open("x \"\"\" -- y", "\"\"\" -- y");
}

static void assert_reuse(const char *running, const char *append, bool crash, const char *expected)
{
	const struct kx_cmdline_leave leave = { .loading = true, .crashkernel = crash };
	char *line = NULL;

	assert_int_equal(kx_cmdline_reuse(kx_span_of(running), append, &leave, &line), 0);
	assert_string_equal(line, expected);
	free(line);
}

TEST(reuse_joins_with_one_blank)
{
	assert_reuse("root=/dev/vda1  quiet\n", "single", false, "root=/dev/vda1 quiet single");
	assert_reuse("quiet\n", NULL, false, "quiet");
	assert_reuse("quiet\n", " \n", false, "quiet");
	assert_reuse("", "single", false, "single");
	assert_reuse("", "", false, "");
}

TEST(reuse_leaves_out_how_the_running_kernel_was_loaded)
{
	assert_reuse("BOOT_IMAGE=/vmlinuz root=/dev/vda1 initrd=\\initrd.img quiet", "", false,
		     "root=/dev/vda1 quiet");
	assert_reuse("elfcorehdr=0x1000 dmcryptkeys=1 kexec_jump_back_entry=0x5 quiet", "", false,
		     "quiet");
}

TEST(reuse_keeps_words_that_only_look_alike)
{
	assert_reuse("foo.BOOT_IMAGE=1 initrdmem=2 my_initrd=3", "", false,
		     "foo.BOOT_IMAGE=1 initrdmem=2 my_initrd=3");
	assert_reuse("crashkernel_x=5 foo.crashkernel=1", "", true,
		     "crashkernel_x=5 foo.crashkernel=1");
	assert_reuse("a=\"x initrd=y\" b", "", false, "a=\"x initrd=y\" b");
}

static void assert_left(const char *names, const char *expected)
{
	const struct kx_cmdline_leave leave = { .names = names };
	const char *base = "quiet root=/dev/vda1 mem-x=1 mem_x=2 initrd=y a.quiet crashkernel=1M -- quiet";
	char *line = NULL;

	assert_int_equal(kx_cmdline_reuse(kx_span_of(base), "quiet", &leave, &line), 0);
	assert_string_equal(line, expected);
	free(line);
}

TEST(parameters_are_left_out_by_name)
{
	assert_left(NULL, "root=/dev/vda1 mem-x=1 mem_x=2 initrd=y a.quiet crashkernel=1M quiet -- quiet");
	assert_left("", "root=/dev/vda1 mem-x=1 mem_x=2 initrd=y a.quiet crashkernel=1M quiet -- quiet");
	assert_left("mem_x", "root=/dev/vda1 initrd=y a.quiet crashkernel=1M quiet -- quiet");
	assert_left("mem-x,initrd,", "root=/dev/vda1 a.quiet crashkernel=1M quiet -- quiet");
	assert_left(",,root,a.quiet,crashkernel", "mem-x=1 mem_x=2 initrd=y quiet -- quiet");
	assert_left("roo,root=,root=/dev/vda1,ini",
		    "root=/dev/vda1 mem-x=1 mem_x=2 initrd=y a.quiet crashkernel=1M quiet -- quiet");
}

TEST(reuse_drops_the_reservation_for_crash_kernels_only)
{
	assert_reuse("crashkernel=512M quiet", "", false, "crashkernel=512M quiet");
	assert_reuse("crashkernel=512M quiet crashkernel=1G,high", "", true, "quiet");
}

TEST(reuse_does_not_repeat_appended_words)
{
	assert_reuse("quiet panic=5", "panic=5 single", false, "quiet panic=5 single");
	assert_reuse("quiet panic=50", "panic=5", false, "quiet panic=50 panic=5");
}

TEST(words_for_init_stay_last)
{
	assert_reuse("quiet -- single  x=1", "panic=5", false, "quiet panic=5 -- single  x=1");
	assert_reuse("-- a initrd=b", "c", false, "c -- a initrd=b");
	assert_reuse("quiet --", "c", false, "quiet c --");
	assert_reuse("quiet --x", "c", false, "quiet --x c");
}

/* Otherwise a chain of kexecs grows, and init gets a "--" among its arguments. */
TEST(appended_words_for_init_replace_those_of_the_running_kernel)
{
	assert_reuse("quiet", "panic=5 -- single", false, "quiet panic=5 -- single");
	assert_reuse("quiet panic=5 -- single", "panic=5 -- single", false,
		     "quiet panic=5 -- single");
	assert_reuse("quiet -- emergency", "-- single", false, "quiet -- single");
	/* What is said to init says nothing to the kernel. */
	assert_reuse("single quiet", "-- single", false, "single quiet -- single");
}

/* Otherwise --append would disappear inside the last word's quotes. */
TEST(an_open_quote_of_the_running_kernel_is_closed)
{
	assert_reuse("quiet x=\"a b", "single", false, "quiet x=\"a b\" single");
	assert_reuse("x=\"a b", "", false, "x=\"a b");
	assert_reuse("quiet -- a", "x=\"y", false, "quiet x=\"y\" -- a");
}

/* @count words of a letter and a number, for free(). */
static char *numbered(char letter, unsigned int count)
{
	char *text = malloc(count * 12 + 1), *to = text;

	for (unsigned int i = 0; i < count; i++)
		to += sprintf(to, "%c%u ", letter, i);
	return text;
}

TEST(long_lines_cost_what_their_bytes_do)
{
	enum { WORDS = 40000 };
	char *base = numbered('b', WORDS), *append = numbered('a', WORDS), *line;
	char *names = numbered('n', WORDS);
	const struct kx_cmdline_leave leave = { .names = names };
	double start = processor_seconds();

	for (char *c = names; *c; c++)
		*c = *c == ' ' ? ',' : *c;
	assert_int_equal(kx_cmdline_reuse(kx_span_of(base), append, &leave, &line), 0);
	assert_int_equal(strlen(line), strlen(base) + strlen(append) - 1);
	free(line);
	assert_int_equal(kx_cmdline_reuse(kx_span_of(base), base, &leave, &line), 0);
	assert_int_equal(strlen(line), strlen(base) - 1);
	if (processor_seconds() - start > 2)
		fail_msg("%g s", processor_seconds() - start);
	free(line), free(base), free(append), free(names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quote_that_is_never_closed_is_found),
		cmocka_unit_test(words_end_at_white_space_outside_quotes),
		cmocka_unit_test(reuse_joins_with_one_blank),
		cmocka_unit_test(reuse_leaves_out_how_the_running_kernel_was_loaded),
		cmocka_unit_test(reuse_keeps_words_that_only_look_alike),
		cmocka_unit_test(parameters_are_left_out_by_name),
		cmocka_unit_test(reuse_drops_the_reservation_for_crash_kernels_only),
		cmocka_unit_test(reuse_does_not_repeat_appended_words),
		cmocka_unit_test(words_for_init_stay_last),
		cmocka_unit_test(appended_words_for_init_replace_those_of_the_running_kernel),
		cmocka_unit_test(an_open_quote_of_the_running_kernel_is_closed),
		cmocka_unit_test(long_lines_cost_what_their_bytes_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
