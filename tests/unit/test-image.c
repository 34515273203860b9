/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding a kernel's format, and naming files that are not kernels. */
#include "kexec/arch/arches.h"
#include "kexec/image/flat.h"
#include "tests/tools/mkbzimage.h"
#include "tests/unit/kxtest.h"

static int find(const char *type, struct kx_span file, const struct kx_image **ret,
		struct kx_err *err)
{
	return kx_image_find(kx_arch_by_name("x86_64"), type, file, ret, err);
}

TEST(a_bzimage_is_found_by_itself_by_name_and_by_alias)
{
	static const char *const type[] = { NULL, "bzImage64", "bzImage" };
	struct kx_err err = { "" };
	struct kx_span file;
	uint8_t *bytes;

	assert_int_equal(mkbzimage(NULL, 0, &bytes, &file.len), 0);
	file.base = bytes;
	for (size_t i = 0; i < 3; i++) {
		const struct kx_image *image = NULL;

		assert_int_equal(find(type[i], file, &image, &err), 0);
		assert_string_equal(image->name, "bzImage64");
	}
	free(bytes);
}

TEST(an_unknown_type_is_a_usage_error)
{
	const struct kx_image *image = NULL;
	struct kx_err err = { "" };

	assert_int_equal(find("zImage", kx_span_of("x"), &image, &err), -EINVAL);
	assert_says(&err, "--type=zImage");
	assert_says(&err, "x86_64");
	assert_says(&err, "--help");
	assert_null(image);
}

TEST(known_wrong_files_are_named)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *says;
	} some[] = {
		{ "\177ELF....", 8, "an ELF file" }, { "MZ\x90", 3, "a PE program" },
		{ "070701000", 9, "initrd?" }, { "\xd0\x0d\xfe\xed", 4, "device tree" },
		{ "", 0, "0 bytes without a signature" }, { "#!/bin/sh\n", 10, "a script" },
		{ "VNDRBOOT", 8, "Android vendor boot" }, { "hsqs", 4, "squashfs" },
		{ "KDUMP   x", 9, "dump of a crashed kernel" }, { "KDUMP", 5, "5 bytes without" },
		{ "\x1f", 1, "1 bytes without" },
	};

	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		struct kx_span file = { (const uint8_t *)some[i].bytes, some[i].len };
		const struct kx_image *image = NULL;
		struct kx_err err = { "" };

		assert_int_equal(find(NULL, file, &image, &err), -ENOEXEC);
		assert_says(&err, some[i].says);
		assert_int_equal(find("bzImage", file, &image, &err), -ENOEXEC);
		assert_null(image);
	}
}

TEST(kernels_of_other_architectures_are_named)
{
	uint8_t bytes[64] = "MZ";
	const struct kx_image *image = NULL;
	struct kx_err err = { "" };

	memcpy(bytes + 56, "ARM\x64", 4);
	assert_int_equal(find(NULL, (struct kx_span){ bytes, 64 }, &image, &err), -ENOEXEC);
	assert_says(&err, "not a kernel for x86_64: the file is an arm64 kernel Image");
	memcpy(bytes + 56, "RSC\x05", 4);
	assert_int_equal(find(NULL, (struct kx_span){ bytes, 64 }, &image, &err), -ENOEXEC);
	assert_says(&err, "riscv");
	/* One byte less, and the signature is not there. */
	assert_int_equal(find(NULL, (struct kx_span){ bytes, 59 }, &image, &err), -ENOEXEC);
	assert_says(&err, "PE program");
}

TEST(what_the_flags_of_an_image_say)
{
	static const struct {
		const char *arch;
		uint64_t flags;
		const char *text;
	} some[] = {
		{ "arm64", 0, "pages of any size" },
		{ "arm64", 2, "4 KiB pages" },
		{ "arm64", 4, "16 KiB pages" },
		{ "arm64", 6, "64 KiB pages" },
		{ "arm64", 10, "4 KiB pages" },
		{ "arm64", 3, "4 KiB pages, big-endian" },
		{ "riscv64", 0, "little-endian" },
		{ "riscv64", 1, "big-endian" },
		{ "riscv64", 2, "little-endian" },
	};

	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		char text[64];

		kx_arch_by_name(some[i].arch)->image_header->flags_text(some[i].flags, text,
									sizeof(text));
		assert_string_equal(text, some[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bzimage_is_found_by_itself_by_name_and_by_alias),
		cmocka_unit_test(an_unknown_type_is_a_usage_error),
		cmocka_unit_test(known_wrong_files_are_named),
		cmocka_unit_test(kernels_of_other_architectures_are_named),
		cmocka_unit_test(what_the_flags_of_an_image_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
