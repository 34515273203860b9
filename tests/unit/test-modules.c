/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which modules, in which order, with which options: from texts as depmod(8) writes them. */
#include "kx/modules.h"
#include "tests/unit/kxtest.h"

static const char dep[] = "kernel/lib/crc16.ko:\n"
			  "kernel/fs/mbcache.ko:\n"
			  "kernel/fs/jbd2/jbd2.ko:\n"
			  "kernel/fs/ext4/ext4.ko: kernel/lib/crc16.ko kernel/fs/mbcache.ko "
			  "kernel/fs/jbd2/jbd2.ko\n"
			  "kernel/arch/x86/crypto/crc32c-intel.ko.xz:\n"
			  "kernel/crypto/crc32c_generic.ko.zst:\n"
			  "kernel/net/a.ko.gz: kernel/net/b.ko kernel/net/c.ko\n"
			  "kernel/net/b.ko: kernel/net/c.ko\n"
			  "kernel/net/c.ko:\n";
static const char alias[] = "# Aliases extracted from modules themselves.\n"
			    "alias fs-ext4 ext4\n"
			    "alias crypto-crc32c crc32c_intel\n"
			    "alias crypto-crc32c crc32c_generic\n"
			    "alias pci:v00001AF4d*sv*sd*bc*sc*i* a\n"
			    "alias nothing gone\n";
static const char softdep[] = "softdep ext4 pre: crypto-crc32c\nsoftdep jbd2 pre: crypto-crc32c\n";

static struct kx_modules *modules_of(const struct kx_modules_texts *texts)
{
	struct kx_modules *ret = NULL;
	struct kx_err err = { "" };

	assert_int_equal(kx_modules_new(texts, &ret, &err), 0);
	return ret;
}

static struct kx_modules *usual(void)
{
	static const char builtin[] = "kernel/drivers/virtio/virtio-ring.ko\n";
	static const char info[] = "squashfs.license=GPL\0squashfs.alias=fs-squashfs\0x.aliased=y";
	const struct kx_modules_texts texts = {
		.dep = kx_span_of(dep),
		.alias = kx_span_of(alias),
		.softdep = kx_span_of(softdep),
		.builtin = kx_span_of(builtin),
		.builtin_info = { (const uint8_t *)info, sizeof(info) - 1 },
	};

	return modules_of(&texts);
}

static void assert_list(const struct kx_modules *m, const char *expected)
{
	char said[1024] = "";

	for (size_t i = 0; i < kx_modules_count(m); i++) {
		const struct kx_module *one = kx_modules_at(m, i);

		strcat(said, i ? " " : "");
		strcat(said, one->name);
		strcat(said, one->options[0] ? "=" : "");
		strcat(said, one->options);
	}
	assert_string_equal(said, expected);
}

static enum kx_modules_found add(struct kx_modules *m, const char *word)
{
	enum kx_modules_found found = KX_MODULES_NONE;
	struct kx_err err = { "" };

	if (kx_modules_add(m, kx_span_of(word), &found, &err) < 0)
		fail_msg("%s: %s", word, err.text);
	return found;
}

TEST(what_a_module_needs_is_before_it)
{
	struct kx_modules *m = usual();

	assert_int_equal(add(m, "a"), KX_MODULES_LISTED);
	assert_list(m, "c b a");
	assert_string_equal(kx_modules_at(m, 2)->path, "kernel/net/a.ko.gz");
	assert_true(kx_modules_has(m, kx_span_of("b")));
	assert_false(kx_modules_has(m, kx_span_of("ext4")));
	assert_false(kx_modules_has(m, kx_span_of("nobody")));
	kx_modules_free(m);
}

TEST(soft_dependencies_are_before_and_behind)
{
	const struct kx_modules_texts texts = {
		.dep = kx_span_of(dep),
		.softdep = kx_span_of("softdep a pre: mbcache nobody post: crc16\n"
				      "softdep a post: jbd2\n"),
	};
	struct kx_modules *m = usual();

	add(m, "ext4");
	assert_list(m, "crc16 mbcache crc32c_intel crc32c_generic jbd2 ext4");
	add(m, "ext4"), add(m, "fs-ext4"), add(m, "crc16");
	assert_int_equal(kx_modules_count(m), 6);
	kx_modules_free(m);
	m = modules_of(&texts);
	add(m, "a");
	assert_list(m, "c b mbcache a crc16 jbd2");
	kx_modules_free(m);
}

TEST(an_alias_is_all_that_match)
{
	struct kx_modules *m = usual();

	assert_int_equal(add(m, "crypto_crc32c"), KX_MODULES_LISTED);
	assert_list(m, "crc32c_intel crc32c_generic");
	assert_int_equal(add(m, "pci:v00001AF4d00001001sv00001AF4sd00000002bc01sc00i00"),
			 KX_MODULES_LISTED);
	assert_true(kx_modules_has(m, kx_span_of("a")));
	assert_int_equal(add(m, "pci:v00001AF5d00001001sv00001AF4sd00000002bc01sc00i00"),
			 KX_MODULES_NONE);
	assert_int_equal(add(m, "nothing"), KX_MODULES_NONE);
	kx_modules_free(m);
}

TEST(what_is_built_in_is_no_file)
{
	struct kx_modules *m = usual();

	assert_int_equal(add(m, "virtio_ring"), KX_MODULES_BUILTIN);
	assert_int_equal(add(m, "fs-squashfs"), KX_MODULES_BUILTIN);
	assert_int_equal(add(m, "y"), KX_MODULES_NONE);
	assert_int_equal(add(m, ""), KX_MODULES_NONE);
	assert_int_equal(kx_modules_count(m), 0);
	kx_modules_free(m);
}

TEST(an_alias_counts_before_the_same_name_built_in)
{
	const struct kx_modules_texts texts = {
		.dep = kx_span_of("k/crc32_generic.ko:\nk/f2fs.ko:\n"),
		.alias = kx_span_of("alias crc32 crc32_generic\n"),
		.softdep = kx_span_of("softdep f2fs pre: crc32\n"),
		.builtin = kx_span_of("lib/crc32.ko\n"),
	};
	struct kx_modules *m = modules_of(&texts);

	assert_int_equal(add(m, "f2fs"), KX_MODULES_LISTED);
	assert_list(m, "crc32_generic f2fs");
	kx_modules_free(m);
}

TEST(options_come_from_modprobe_d_and_from_the_command_line)
{
	const struct kx_modules_texts texts = {
		.dep = kx_span_of(dep),
		.config = kx_span_of("options crc32c_intel x=1\n#options mbcache no=1\n"
				     "options crc32c-intel y=\"2 3\"  z\nblacklist mbcache\n"),
		.cmdline = kx_span_of("root=/dev/a crc32c-intel.q=4 mbcache.b mbcache.= mbcachex.y "
				      "c.o=\"a b\" -- mbcache.late=1"),
	};
	struct kx_modules *m = modules_of(&texts);

	add(m, "crc32c-intel"), add(m, "mbcache"), add(m, "c");
	assert_list(m, "crc32c_intel=x=1 y=\"2 3\"  z q=4 mbcache=b c=o=\"a b\"");
	kx_modules_free(m);
}

static void assert_refused(const char *lines, const char *soft, int code, const char *says)
{
	const struct kx_modules_texts texts = { .dep = kx_span_of(lines),
						.softdep = kx_span_of(soft) };
	struct kx_modules *m = modules_of(&texts);
	struct kx_err err = { "" };

	assert_int_equal(kx_modules_add(m, kx_span_of("a"), NULL, &err), code);
	assert_says(&err, says);
	kx_modules_free(m);
}

TEST(circles_end)
{
	const struct kx_modules_texts texts = {
		.dep = kx_span_of("a.ko: c.ko\nb.ko: a.ko c.ko\nc.ko:\nd.ko:\n"),
		.softdep = kx_span_of("softdep a pre: b a d\nsoftdep d pre: a\nsoftdep c pre: d\n"),
	};
	struct kx_modules *m = modules_of(&texts);

	add(m, "a");
	assert_list(m, "d c a b");
	kx_modules_free(m);
	assert_refused("a.ko: b.ko\nb.ko: a.ko\n", "", -ELOOP, "a.ko needs itself");
	assert_refused("a.ko: b.ko\n", "", -ENOENT, "a.ko needs what has no line");
}

TEST(a_chain_has_an_end)
{
	char lines[4096] = "a.ko: m0.ko\n", *to = lines + strlen(lines);

	for (int i = 0; i < 100; i++)
		to += sprintf(to, "m%d.ko: m%d.ko\n", i, i + 1);
	assert_refused(lines, "", -ELOOP, "m63.ko stands under too many others");
}

TEST(of_two_lines_of_a_name_the_first_counts)
{
	const struct kx_modules_texts texts = {
		.dep = kx_span_of("updates/a-b.ko:\nkernel/a_b.ko: c.ko\n: x\nno colon\n/:\n") };
	struct kx_modules *m = modules_of(&texts);

	assert_int_equal(add(m, "a_b"), KX_MODULES_LISTED);
	assert_string_equal(kx_modules_at(m, 0)->path, "updates/a-b.ko");
	kx_modules_free(m);
}

static bool matches(const char *pattern, const char *text)
{
	uint64_t steps = 1000;

	return kx_modules_match(kx_span_of(pattern), kx_span_of(text), &steps);
}

TEST(patterns_match_as_fnmatch_has_it)
{
	assert_true(matches("", "") && matches("*", "") && matches("*", "abc"));
	assert_true(matches("a?c", "abc") && matches("a*c*", "abbcd") && matches("*b*b", "abab"));
	assert_true(matches("a[0-9b]c", "a5c") && matches("a[0-9b]c", "abc"));
	assert_true(matches("a[!x]c", "abc") && matches("[]]", "]") && matches("\\*", "*"));
	assert_true(matches("fs-ext4", "fs_ext4") && matches("a[-]", "a-"));
	assert_false(matches("", "a") || matches("a", "") || matches("a?c", "ac"));
	assert_false(matches("a[0-9]c", "abc") || matches("a[!b]c", "abc") || matches("\\*", "x"));
	assert_false(matches("a[-]", "a_") || matches("a[", "ab") || matches("*b", "abc"));
	assert_true(matches("a[", "a[") && matches("a\\", "a\\"));
}

TEST(work_on_patterns_has_an_end)
{
	char text[2001], pattern[1002];
	uint64_t steps = 100000;

	memset(text, 'a', sizeof(text) - 1);
	text[2000] = '\0';
	memset(pattern, 'a', sizeof(pattern) - 1);
	pattern[0] = '*', pattern[1000] = 'b', pattern[1001] = '\0';
	assert_false(kx_modules_match(kx_span_of(pattern), kx_span_of(text), &steps));
	assert_int_equal(steps, 0);
}

TEST(too_many_patterns_are_an_error)
{
	enum { PATTERNS = 400, LEN = 1500 };
	char *text = malloc(PATTERNS * (LEN + 16)), *to = text, word[2 * LEN + 1];
	struct kx_modules_texts texts = { .dep = kx_span_of("a.ko:\n") };
	struct kx_err err = { "" };
	struct kx_modules *m;

	assert_non_null(text);
	for (int i = 0; i < PATTERNS; i++) {
		to += sprintf(to, "alias *");
		memset(to, 'x', LEN);
		to += LEN + sprintf(to + LEN, "y a\n");
	}
	memset(word, 'x', 2 * LEN);
	word[2 * LEN] = '\0';
	texts.alias = kx_span_of(text);
	m = modules_of(&texts);
	assert_int_equal(kx_modules_add(m, kx_span_of(word), NULL, &err), -E2BIG);
	assert_says(&err, "too many patterns");
	kx_modules_free(m);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_module_needs_is_before_it),
		cmocka_unit_test(soft_dependencies_are_before_and_behind),
		cmocka_unit_test(an_alias_is_all_that_match),
		cmocka_unit_test(what_is_built_in_is_no_file),
		cmocka_unit_test(an_alias_counts_before_the_same_name_built_in),
		cmocka_unit_test(options_come_from_modprobe_d_and_from_the_command_line),
		cmocka_unit_test(circles_end),
		cmocka_unit_test(a_chain_has_an_end),
		cmocka_unit_test(of_two_lines_of_a_name_the_first_counts),
		cmocka_unit_test(patterns_match_as_fnmatch_has_it),
		cmocka_unit_test(work_on_patterns_has_an_end),
		cmocka_unit_test(too_many_patterns_are_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
