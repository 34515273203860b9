/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Archives for a crash kernel: what is in them, in which order, and that they are reproducible. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kx/codec.h"
#include "kx/initramfs.h"
#include "kx/sha256.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"
#include "tests/unit/made.h"

static struct kx_initramfs *new_initramfs(void)
{
	struct kx_initramfs *ret = NULL;
	struct kx_err err = { "" };

	assert_int_equal(kx_initramfs_new(&ret, &err), 0);
	return ret;
}

static void add(struct kx_initramfs *to, const char *path, mode_t mode, const char *text)
{
	struct kx_err err = { "" };

	if (kx_initramfs_add(to, path, mode, kx_span_of(text), &err) < 0)
		fail_msg("%s: %s", path, err.text);
}

static void write_as(struct kx_initramfs *from, enum kx_pack how, struct kx_memfile *ret)
{
	struct kx_err err = { "" };

	if (kx_initramfs_write(from, how, ret, NULL, &err) < 0)
		fail_msg("%s", err.text);
}

TEST(names_are_in_order_and_have_their_folders_before_them)
{
	struct kx_initramfs *i = new_initramfs();
	struct kx_memfile file;
	char said[512] = "";

	add(i, "init", S_IFREG | 0755, "program");
	add(i, "a/b/d", S_IFREG | 0600, "");
	add(i, "a-b", S_IFREG | 0644, "minus");
	add(i, "a/b/c", S_IFREG | 0600, "x");
	add(i, "a/e", S_IFLNK | 0777, "../init");
	add(i, "kdump/secrets", S_IFDIR | 0700, "");
	add(i, "kdump/secrets/key", S_IFREG | 0600, "key");
	write_as(i, KX_PACK_NONE, &file);
	made_list(&file, said, sizeof(said));
	assert_string_equal(said, "a 40755 1 ;a-b 100644 2 minus;a/b 40755 3 ;a/b/c 100600 4 x;"
				  "a/b/d 100600 5 ;a/e 120777 6 ../init;init 100755 7 program;"
				  "kdump 40755 8 ;kdump/secrets 40700 9 ;"
				  "kdump/secrets/key 100600 10 key;");
	kx_memfile_done(&file);
	kx_initramfs_free(i);
}

TEST(nothing_in_it_is_an_archive_too)
{
	struct kx_initramfs *i = new_initramfs();
	struct kx_initramfs_size size;
	struct kx_memfile file;
	struct kx_err err = { "" };
	char said[8] = "";

	assert_int_equal(kx_initramfs_write(i, KX_PACK_NONE, &file, &size, &err), 0);
	made_list(&file, said, sizeof(said));
	assert_string_equal(said, "");
	assert_int_equal(size.names, 0);
	assert_int_equal(size.plain, 512);
	assert_int_equal(size.packed, 512);
	kx_memfile_done(&file);
	kx_initramfs_free(i);
}

TEST(the_order_of_adding_does_not_matter)
{
	static const char *const path[] = { "lib/one.ko", "init", "lib/modules/two.ko" };

	for (enum kx_pack how = KX_PACK_NONE; how <= KX_PACK_ZSTD; how++) {
		struct kx_memfile file[2];

		if (!kx_pack_usable(how))
			continue;
		for (int turn = 0; turn < 2; turn++) {
			struct kx_initramfs *i = new_initramfs();

			for (int n = 0; n < 3; n++)
				add(i, path[turn ? 2 - n : n], S_IFREG | 0644,
				    path[turn ? 2 - n : n]);
			write_as(i, how, &file[turn]);
			kx_initramfs_free(i);
		}
		assert_int_equal(file[0].len, file[1].len);
		assert_memory_equal(file[0].base, file[1].base, file[0].len);
		kx_memfile_done(&file[0]);
		kx_memfile_done(&file[1]);
	}
}

/* Enough that a window counts, and not the same all over. */
static struct kx_initramfs *large(void)
{
	enum { LEN = 3 * MIB };
	struct kx_initramfs *i = new_initramfs();
	uint8_t *bytes = malloc(LEN);
	struct kx_err err = { "" };
	uint32_t state = 1;

	assert_non_null(bytes);
	for (size_t n = 0; n < LEN; n++) {
		state = state * 1103515245 + 12345;
		bytes[n] = (uint8_t)(state >> 24 & 15);
	}
	assert_int_equal(kx_initramfs_add(i, "large", S_IFREG | 0644,
					  (struct kx_span){ bytes, LEN }, &err), 0);
	free(bytes);
	return i;
}

TEST(what_is_packed_unpacks_to_the_same)
{
	for (enum kx_pack how = KX_PACK_GZIP; how <= KX_PACK_ZSTD; how++) {
		struct kx_initramfs *i = large();
		struct kx_memfile plain, packed, back;
		struct kx_initramfs_size size;
		struct kx_span in, behind;
		struct kx_err err = { "" };

		if (!kx_pack_usable(how))
			skip();
		write_as(i, KX_PACK_NONE, &plain);
		assert_int_equal(kx_initramfs_write(i, how, &packed, &size, &err), 0);
		assert_int_equal(size.plain, plain.len);
		assert_int_equal(size.packed, packed.len);
		assert_true(packed.len < plain.len * 3 / 4);
		in = (struct kx_span){ packed.base, packed.len };
		assert_string_equal(kx_codec_of(in)->name, kx_pack_name(how));
		assert_int_equal(kx_memfile_init(&back, "back", plain.len, plain.len, &err), 0);
		assert_int_equal(kx_decompress(kx_codec_of(in), in, &back, &behind, &err), 0);
		assert_int_equal(back.len, plain.len);
		assert_memory_equal(back.base, plain.base, plain.len);
		kx_memfile_done(&back);
		kx_memfile_done(&packed);
		kx_memfile_done(&plain);
		kx_initramfs_free(i);
	}
}

/* RFC 8878, 3.1.1.1: descriptor, then the window: exponent in the upper 5 bits, mantissa below. */
TEST(zstd_asks_for_half_a_mebibyte_of_window)
{
	struct kx_initramfs *i = large();
	struct kx_memfile file;

	if (!kx_pack_usable(KX_PACK_ZSTD))
		skip();
	write_as(i, KX_PACK_ZSTD, &file);
	assert_memory_equal(file.base, "\x28\xb5\x2f\xfd", 4);
	assert_int_equal(file.base[4] & 0x20, 0);
	assert_int_equal(file.base[5], (KX_PACK_WINDOW_LOG - 10) << 3);
	kx_memfile_done(&file);
	kx_initramfs_free(i);
}

TEST(what_is_no_path_is_refused)
{
	static const char *const wrong[] = { "", "/", "/init", "a/", "a//b", ".", "..", "./a",
					     "a/../b", "a/..", "TRAILER!!!" };
	struct kx_initramfs *i = new_initramfs();
	struct kx_err err = { "" };
	char long_path[5000];

	for (size_t n = 0; n < sizeof(wrong) / sizeof(wrong[0]); n++)
		assert_int_equal(kx_initramfs_add(i, wrong[n], S_IFREG | 0644, kx_span_of(""), &err),
				 -EINVAL);
	memset(long_path, 'a', sizeof(long_path));
	long_path[4096] = '\0';
	assert_int_equal(kx_initramfs_add(i, long_path, S_IFREG, kx_span_of(""), &err), -EINVAL);
	add(i, "..a/...", S_IFREG | 0644, "");
	assert_int_equal(kx_initramfs_add(i, "fifo", S_IFIFO | 0644, kx_span_of(""), &err), -EINVAL);
	assert_int_equal(kx_initramfs_add(i, "f", S_IFDIR | 0755, kx_span_of("x"), &err), -EINVAL);
	kx_initramfs_free(i);
}

static void assert_refused(struct kx_initramfs *i, int code, const char *says)
{
	struct kx_memfile file;
	struct kx_err err = { "" };

	assert_int_equal(kx_initramfs_write(i, KX_PACK_NONE, &file, NULL, &err), code);
	assert_says(&err, says);
	kx_initramfs_free(i);
}

TEST(a_path_is_one_thing)
{
	struct kx_initramfs *i = new_initramfs();

	add(i, "a/b", S_IFREG | 0644, "");
	add(i, "a/b", S_IFREG | 0644, "");
	assert_refused(i, -EEXIST, "a/b");
	i = new_initramfs();
	add(i, "a", S_IFREG | 0644, "");
	add(i, "a-b", S_IFREG | 0644, "");
	add(i, "a/b", S_IFREG | 0644, "");
	assert_refused(i, -ENOTDIR, "a/b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_in_order_and_have_their_folders_before_them),
		cmocka_unit_test(nothing_in_it_is_an_archive_too),
		cmocka_unit_test(the_order_of_adding_does_not_matter),
		cmocka_unit_test(what_is_packed_unpacks_to_the_same),
		cmocka_unit_test(zstd_asks_for_half_a_mebibyte_of_window),
		cmocka_unit_test(what_is_no_path_is_refused),
		cmocka_unit_test(a_path_is_one_thing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
