/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of modules and firmware: found below a root, unpacked, and what they say of themselves. */
#include <fcntl.h>
#include <unistd.h>

#include "kx/bytes.h"
#include "kx/modules.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"
#include "tests/unit/made.h"

static const char info[] = "license=GPL\0firmware=a/b.bin\0firmwarex=no\0firmware=\0firmware=c";

TEST(modinfo_is_read_in_every_class_and_order)
{
	for (int i = 0; i < 4; i++) {
		uint8_t file[1024];
		size_t len = made_module(file, i & 1, i & 2, info, sizeof(info));
		struct kx_span s, value;
		struct kx_err err = { "" };

		if (kx_modules_info((struct kx_span){ file, len }, &s, &err) < 0)
			fail_msg("%d: %s", i, err.text);
		assert_true(kx_modules_info_next(&s, "firmware", &value));
		assert_span(value, "a/b.bin");
		assert_true(kx_modules_info_next(&s, "firmware", &value));
		assert_span(value, "");
		assert_true(kx_modules_info_next(&s, "firmware", &value));
		assert_span(value, "c");
		assert_false(kx_modules_info_next(&s, "firmware", &value));
	}
}

TEST(a_module_that_is_cut_is_refused)
{
	uint8_t file[1024];
	size_t len = made_module(file, true, false, info, sizeof(info));
	struct kx_err err = { "" };
	struct kx_span s;

	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(kx_modules_info((struct kx_span){ file, cut }, &s, &err), -EINVAL);
	/* Beyond the end, and so far that an addition would wrap. */
	kx_put_le(file + 512 + 2 * 64 + 32, 8, 2000);
	assert_int_equal(kx_modules_info((struct kx_span){ file, len }, &s, &err), -EINVAL);
	assert_says(&err, ".modinfo");
	kx_put_le(file + 40, 8, UINT64_MAX - 63);
	assert_int_equal(kx_modules_info((struct kx_span){ file, len }, &s, &err), -EINVAL);
	/* Sections of another size than their class has. */
	made_module(file, true, false, info, sizeof(info));
	kx_put_le(file + 58, 2, 40);
	assert_int_equal(kx_modules_info((struct kx_span){ file, len }, &s, &err), -EINVAL);
	assert_int_equal(kx_modules_info(kx_span_of("#!/bin/sh\n"), &s, &err), -EINVAL);
}

TEST(without_modinfo_there_is_none)
{
	uint8_t file[1024];
	size_t len = made_module(file, true, false, info, sizeof(info));
	struct kx_span s = { file, 1 };
	struct kx_err err = { "" };

	memcpy(file + 128 + 11, ".modinfX", 8);
	assert_int_equal(kx_modules_info((struct kx_span){ file, len }, &s, &err), 0);
	assert_int_equal(s.len, 0);
}

static void write_file(const struct folder *root, const char *name, const void *bytes, size_t len)
{
	char path[256];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", root->path, name);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, len, out), len);
	assert_int_equal(fclose(out), 0);
}

static void assert_reads(const struct folder *root, const char *name, const uint8_t *bytes,
			 size_t len)
{
	struct kx_memfile file;
	struct kx_err err = { "" };

	if (kx_modules_read(root->path, name, &file, &err) < 0)
		fail_msg("%s: %s", name, err.text);
	assert_int_equal(file.len, len);
	assert_memory_equal(file.base, bytes, len);
	kx_memfile_done(&file);
}

TEST(packed_modules_are_unpacked_and_nothing_else_is_done_to_them)
{
	static const char *const packer[] = { "gzip -c", "xz --check=crc32 -c", "zstd -qc" };
	struct folder root = folder_make();
	uint8_t module[1100];
	size_t len = made_module(module, true, false, info, sizeof(info));
	struct kx_memfile file;
	struct kx_err err = { "" };
	char command[300];

	/* As a signature stands: behind all. */
	len += (size_t)sprintf((char *)module + len, "~Module signature appended~\n");
	write_file(&root, "m.ko", module, len);
	assert_reads(&root, "m.ko", module, len);
	for (int i = 0; i < 3; i++) {
		snprintf(command, sizeof(command), "cd %s && %s m.ko >m.packed", root.path, packer[i]);
		if (system(command) != 0)
			skip();
		assert_reads(&root, "m.packed", module, len);
	}
	snprintf(command, sizeof(command), "cd %s && truncate -s 100 m.packed", root.path);
	assert_int_equal(system(command), 0);
	assert_int_equal(kx_modules_read(root.path, "m.packed", &file, &err), -EBADMSG);
	assert_says(&err, "/m.packed");
	assert_int_equal(kx_modules_read(root.path, "none.ko", &file, &err), -ENOENT);
	folder_remove(&root);
}

static struct kx_modules *open_modules(const struct folder *root, const char *release)
{
	struct kx_modules *m = NULL;
	struct kx_err err = { "" };

	if (kx_modules_open(root->path, release, kx_span_of("a.late=1"), &m, &err) < 0)
		fail_msg("%s", err.text);
	return m;
}

TEST(files_are_found_below_a_root)
{
	struct folder root = folder_of("== usr/lib/modules/6.1/modules.dep\nk/a.ko:\nk/b.ko: k/a.ko\n"
				       "== usr/lib/modules/6.1/modules.alias = alias fs-b b\n"
				       "== usr/lib/modules/6.1/modules.builtin = k/c.ko\n"
				       "== usr/lib/modprobe.d/a.conf = options a hidden=1\n"
				       "== usr/lib/modprobe.d/b.conf\noptions a \\\n seen=1\n"
				       "== usr/lib/modprobe.d/c.conf~ = options a old=1\n"
				       "== etc/modprobe.d/a.conf = options a mine=1\n"
				       "== lib -> usr/lib\n");
	struct kx_modules *m = open_modules(&root, "6.1");
	enum kx_modules_found found;
	struct kx_err err = { "" };

	assert_string_equal(kx_modules_folder(m), "lib/modules/6.1");
	assert_int_equal(kx_modules_add(m, kx_span_of("fs-b"), &found, &err), 0);
	assert_int_equal(kx_modules_count(m), 2);
	/* Once, though /lib is /usr/lib. */
	assert_string_equal(kx_modules_at(m, 0)->options, "mine=1 seen=1 late=1");
	assert_int_equal(kx_modules_add(m, kx_span_of("c"), &found, &err), 0);
	assert_int_equal(found, KX_MODULES_BUILTIN);
	kx_modules_free(m);
	assert_int_equal(kx_modules_open(root.path, "6.2", kx_span_of(""), &m, &err), -ENOENT);
	assert_says(&err, "/lib/modules/6.2/modules.dep");
	assert_int_equal(kx_modules_open(root.path, "../6.1", kx_span_of(""), &m, &err), -EINVAL);
	assert_int_equal(kx_modules_open(root.path, "", kx_span_of(""), &m, &err), -EINVAL);
	folder_remove(&root);
}

static void assert_firmware(const struct folder *root, const char *name, const char *expected)
{
	char *path = NULL;

	assert_int_equal(kx_modules_firmware(root->path, "6.1", kx_span_of(name), &path), 0);
	assert_string_equal(path, expected);
	free(path);
}

TEST(firmware_is_where_the_kernel_looks)
{
	struct folder root = folder_of("== lib/firmware/a/b.bin = 1\n"
				       "== lib/firmware/updates/c.bin = 2\n"
				       "== lib/firmware/6.1/c.bin = 3\n"
				       "== lib/firmware/6.1/d.bin.xz = 4\n"
				       "== lib/firmware/d.bin = 4\n"
				       "== lib/secret = 5\n");
	char *path;

	assert_firmware(&root, "a/b.bin", "lib/firmware/a/b.bin");
	assert_firmware(&root, "c.bin", "lib/firmware/updates/c.bin");
	assert_firmware(&root, "d.bin", "lib/firmware/6.1/d.bin.xz");
	assert_int_equal(kx_modules_firmware(root.path, "6.1", kx_span_of("e"), &path), -ENOENT);
	assert_int_equal(kx_modules_firmware(root.path, "6.1", kx_span_of("../secret"), &path),
			 -EINVAL);
	assert_int_equal(kx_modules_firmware(root.path, "6.1", kx_span_of("a/../../secret"), &path),
			 -EINVAL);
	assert_int_equal(kx_modules_firmware(root.path, "6.1", kx_span_of("/a"), &path), -EINVAL);
	assert_int_equal(kx_modules_firmware(root.path, "6.1", kx_span_of(""), &path), -EINVAL);
	folder_remove(&root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modinfo_is_read_in_every_class_and_order),
		cmocka_unit_test(a_module_that_is_cut_is_refused),
		cmocka_unit_test(without_modinfo_there_is_none),
		cmocka_unit_test(packed_modules_are_unpacked_and_nothing_else_is_done_to_them),
		cmocka_unit_test(files_are_found_below_a_root),
		cmocka_unit_test(firmware_is_where_the_kernel_looks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
