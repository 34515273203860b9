/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wrappers come off in any order; damage, bombs and wrong machines are refused with the reason. */
#include <sys/stat.h>
#include <unistd.h>

#include "kx/unwrap.h"
#include "lib/unwrap/internal.h"
#include "tests/tools/mkwrap.h"
#include "tests/unit/kxtest.h"

#define PROFILE(name) (&(struct kx_unwrap_choice){ .profile = (name) })
#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static const char image[] = "text=Image Image Image Image Image Image Image Image Image Image";
static const char *const content = image + 5;

static struct mkelf_buffer wrapped(const char *const *word)
{
	struct mkelf_buffer file = { 0 };
	size_t count = 0;
	int wrong;

	while (word[count])
		count++;
	wrong = mkwrap(&file, word, count);
	if (wrong)
		fail_msg("no word %s", word[wrong - 1]);
	return file;
}

static int unwrap(const struct mkelf_buffer *file, uint64_t limit, struct kx_unwrapped *u,
		  struct kx_err *err)
{
	return kx_unwrap((struct kx_span){ file->base, file->len }, &kx_isa_arm64, limit, u, err);
}

static void assert_file(const struct kx_unwrapped *u)
{
	uint8_t bytes[4096];
	struct stat stat;

	assert_true(u->kernel_fd >= 0 && u->kernel.len <= sizeof(bytes));
	assert_int_equal(fstat(u->kernel_fd, &stat), 0);
	assert_int_equal(stat.st_size, u->kernel.len);
	assert_int_equal(read(u->kernel_fd, bytes, sizeof(bytes)), u->kernel.len);
	assert_memory_equal(bytes, u->kernel.base, u->kernel.len);
}

static void assert_unwraps(const char *const *word, const char *how, const char *kernel)
{
	struct mkelf_buffer file = wrapped(word);
	struct kx_unwrapped u;
	struct kx_err err = { "" };

	if (unwrap(&file, MIB, &u, &err) < 0)
		fail_msg("%s: %s", how, err.text);
	assert_string_equal(u.how, how);
	assert_span(u.kernel, kernel);
	assert_file(&u);
	kx_unwrapped_done(&u);
	free(file.base);
}

static void assert_refused(const char *const *word, int code, const char *why)
{
	struct mkelf_buffer file = wrapped(word);
	struct kx_unwrapped u = { .kernel_fd = 77 };
	struct kx_err err = { "" };

	assert_int_equal(unwrap(&file, MIB, &u, &err), code);
	assert_says(&err, why);
	assert_int_equal(u.kernel_fd, 77);
	free(file.base);
}

TEST(what_has_no_wrapper_stays_where_it_is)
{
	struct mkelf_buffer file = wrapped(WORDS(image));
	struct kx_unwrapped u;
	struct kx_err err = { "" };

	assert_int_equal(unwrap(&file, MIB, &u, &err), 0);
	assert_ptr_equal(u.kernel.base, file.base);
	assert_int_equal(u.kernel.len, file.len);
	assert_int_equal(u.kernel_fd, -1);
	assert_string_equal(u.how, "");
	kx_unwrapped_done(&u);
	kx_unwrapped_done(&u);
	free(file.base);
}

static const struct {
	const char *word, *how, *zboot;
} codecs[] = {
#ifdef HAVE_ZLIB
	{ "gzip", "gzip", "gzip" },
#endif
#ifdef HAVE_BZIP2
	{ "bzip2", "bzip2", NULL },
#endif
#ifdef HAVE_LZMA
	{ "xz", "xz", "xzkern" },
	{ "lzma", "lzma", "lzma" },
#endif
#ifdef HAVE_ZSTD
	{ "zstd", "zstd", "zstd22" },
	{ "zstd", "zstd", "zstd" },
#endif
#ifdef HAVE_LZ4
	{ "lz4", "lz4", NULL },
	{ "lz4-linked", "lz4", NULL },
	{ "lz4-legacy", "lz4 (legacy)", "lz4" },
#endif
#ifdef HAVE_LZO
	{ "lzop", "lzop", "lzo" },
	{ "lzop-crc", "lzop", NULL },
#endif
	{ NULL, NULL, NULL },
};

TEST(every_codec_comes_off)
{
	char twice[256];

	snprintf(twice, sizeof(twice), "%s%s", content, content);
	for (size_t i = 0; codecs[i].word; i++) {
		const char *word = codecs[i].word, *how = codecs[i].how;

		assert_unwraps(WORDS(image, word), how, content);
		assert_unwraps(WORDS(image, word, "tail"), how, content);
		assert_unwraps(WORDS(image, word, "zeros=512"), how, content);
		assert_unwraps(WORDS(image, word, "tail", "zeros=3"), how, content);
		/* A format without magic number and checksum has no members. */
		if (strcmp(word, "lzma") != 0)
			assert_unwraps(WORDS(image, word, "twice", "tail"), how, twice);
	}
}

/* Of many blocks, whatever size a format gives them. */
TEST(large_kernels_come_off)
{
	enum { SIZE = 700000, HEAD = 5 };
	char *text = malloc(HEAD + SIZE + 1);
	uint32_t random = 1;

	assert_non_null(text);
	memcpy(text, "text=", HEAD);
	for (size_t i = 0; i < SIZE; i++) {
		random = random * 1664525 + 1013904223;
		text[HEAD + i] = (char)('A' + (random >> 24) % 50);
	}
	text[HEAD + SIZE] = '\0';
	for (size_t i = 0; codecs[i].word; i++) {
		struct mkelf_buffer file = wrapped(WORDS(text, codecs[i].word));
		struct kx_unwrapped u;
		struct kx_err err = { "" };

		if (unwrap(&file, MIB, &u, &err) < 0)
			fail_msg("%s: %s", codecs[i].how, err.text);
		assert_int_equal(u.kernel.len, SIZE);
		assert_memory_equal(u.kernel.base, text + HEAD, SIZE);
		kx_unwrapped_done(&u);
		assert_int_equal(unwrap(&file, SIZE - 1, &u, &err), -EFBIG);
		assert_int_equal(unwrap(&file, SIZE, &u, &err), 0);
		kx_unwrapped_done(&u);
		free(file.base);
	}
	free(text);
}

TEST(every_codec_names_what_is_wrong)
{
	for (size_t i = 0; codecs[i].word; i++) {
		const char *word = codecs[i].word;

		assert_refused(WORDS(image, word, "cut=5"), -EBADMSG, codecs[i].how);
		assert_refused(WORDS("text=", word), -ENODATA, "unpacks to nothing");
	}
}

TEST(what_follows_the_data_must_be_a_right_size_or_zeros)
{
	for (size_t i = 0; codecs[i].word; i++) {
		/* Something else than the size. */
		assert_refused(WORDS(image, codecs[i].word, "tail", "flip=-1"), -EBADMSG,
			       "but 4 other bytes follow");
	}
}

/* @tail behind a compressed kernel; *@ret is for the caller to release when it is taken. */
static int unwrap_with(const char *tail, size_t len, struct kx_unwrapped *ret, struct kx_err *err)
{
	struct mkelf_buffer file = wrapped(WORDS(image, codecs[0].word));
	uint8_t *all = malloc(file.len + len);
	int rc;

	assert_non_null(all);
	memcpy(all, file.base, file.len);
	memcpy(all + file.len, tail, len);
	rc = kx_unwrap((struct kx_span){ all, file.len + len }, NULL, 1 << 20, ret, err);
	free(file.base);
	free(all);
	return rc;
}

TEST(what_the_field_puts_behind_a_kernel_is_taken_and_told)
{
	static const struct {
		const char *tail;
		size_t len;
		const char *says;
	} known[] = {
		{ "\xd0\x0d\xfe\xed tree", 9, "9 bytes behind the kernel are a device tree" },
		{ "\0\0\xd0\x0d\xfe\xed", 6, "4 bytes behind the kernel are a device tree" },
		{ "\xff\xff\xff\xff\xff", 5, "5 bytes behind the kernel are padding" },
		{ "\x30\x82\1\2sig", 7, "7 bytes behind the kernel are a signature" },
		{ "sig~Module signature appended~\n", 31, "a signature" },
		{ "\0\0\0", 3, "" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct kx_unwrapped u;
		struct kx_err err = { "" };

		if (unwrap_with(known[i].tail, known[i].len, &u, &err) < 0)
			fail_msg("%s: %s", known[i].says, err.text);
		if (!strstr(u.behind, known[i].says) || !*known[i].says != !*u.behind)
			fail_msg("\"%s\" instead of \"%s\"", u.behind, known[i].says);
		kx_unwrapped_done(&u);
	}
}

TEST(what_nobody_knows_behind_a_kernel_is_refused)
{
	struct kx_unwrapped u;
	struct kx_err err = { "" };

	assert_int_equal(unwrap_with("\xff\xff.", 3, &u, &err), -EBADMSG);
	assert_says(&err, "but 3 other bytes follow");
	assert_int_equal(unwrap_with("\xd0\x0d", 2, &u, &err), -EBADMSG);
	assert_says(&err, "but 2 other bytes follow");
}

TEST(images_that_hold_no_kernel_say_where_it_is)
{
	assert_refused(WORDS("text=", ".kernelp=\\EFI\\k.efi", "uki=0xaa64"), -ENOTSUP,
		       "give \\EFI\\k.efi on the EFI system partition");
	assert_refused(WORDS("text=\\EFI\\k.efi", "uki=0xaa64"), -ENOTSUP,
		       "give \\EFI\\k.efi on the EFI system partition");
}

TEST(no_codec_unpacks_beyond_the_limit)
{
	for (size_t i = 0; codecs[i].word; i++) {
		struct mkelf_buffer file = wrapped(WORDS("text=", "zeros=300000", codecs[i].word));
		struct kx_unwrapped u;
		struct kx_err err = { "" };

		assert_int_equal(unwrap(&file, 299999, &u, &err), -EFBIG);
		assert_says(&err, "more than the limit of 299999 bytes");
		assert_int_equal(unwrap(&file, 300000, &u, &err), 0);
		assert_int_equal(u.kernel.len, 300000);
		kx_unwrapped_done(&u);
		free(file.base);
	}
}

TEST(zboots_of_all_codecs_come_off)
{
	char how[64];

	for (size_t i = 0; codecs[i].word; i++) {
		char word[64];

		if (!codecs[i].zboot)
			continue;
		snprintf(word, sizeof(word), "zboot=%s", codecs[i].zboot);
		snprintf(how, sizeof(how), "EFI zboot (%s)", codecs[i].zboot);
		assert_unwraps(WORDS(image, codecs[i].word, word), how, content);
	}
}

TEST(zboots_are_refused_by_name)
{
	assert_refused(WORDS(image, "zboot=brotli"), -ENOTSUP, "\"brotli\"");
	/* Nothing but what a terminal shows as it is. */
	assert_refused(WORDS(image, "zboot=a\033b"), -ENOTSUP, "\"a?b\"");
	assert_refused(WORDS(image, "zboot=gzip"), -ENOTSUP, "does not start like");
	assert_refused(WORDS(image, "zboot=gzip", "cut=512"), -ENOEXEC,
		       "bytes at 512 do not lie in the 512 bytes");
#ifdef HAVE_ZLIB
	assert_refused(WORDS(image, "gzip", "zboot=gzip,0x8664"), -ENOEXEC,
		       "EFI zboot: is for PE machine 0x8664, arm64 is 0xaa64");
	assert_refused(WORDS(image, "gzip", "cut=5", "zboot=gzip"), -EBADMSG,
		       "EFI zboot: the data ends in the middle");
#endif
}

TEST(padding_behind_a_signature_is_cut_off_zboots_only)
{
#ifdef HAVE_ZLIB
	static const char *const signed_words[] = { image, "pe=0xaa64", NULL };
	struct mkelf_buffer signed_file = wrapped(signed_words);
	struct mkelf_buffer zboot = wrapped(WORDS(image, "pe=0xaa64,1000", "gzip", "zboot=gzip"));
	struct mkelf_buffer gzip = wrapped(WORDS(image, "pe=0xaa64,1000", "gzip"));
	struct kx_unwrapped u;
	struct kx_err err = { "" };

	assert_int_equal(unwrap(&zboot, MIB, &u, &err), 0);
	assert_int_equal(u.kernel.len, signed_file.len);
	assert_true(kx_pe_has_signature(u.kernel));
	assert_memory_equal(u.kernel.base, signed_file.base, signed_file.len);
	assert_file(&u);
	kx_unwrapped_done(&u);
	assert_int_equal(unwrap(&gzip, MIB, &u, &err), 0);
	assert_int_equal(u.kernel.len, signed_file.len + 1000);
	kx_unwrapped_done(&u);
	free(signed_file.base);
	free(zboot.base);
	free(gzip.base);
#endif
}

TEST(ukis_come_apart)
{
	struct mkelf_buffer file;
	struct kx_unwrapped u;
	struct kx_err err = { "" };

	file = wrapped(WORDS(image, ".cmdline= root=a quiet\n", ".initrd=070701", ".ucode=early",
			     ".dtb=tree", ".uname=6.1.0", "uki=0xaa64"));
	assert_int_equal(unwrap(&file, MIB, &u, &err), 0);
	assert_string_equal(u.how, "UKI");
	assert_span(u.kernel, content);
	assert_span(u.cmdline, "root=a quiet");
	assert_span(u.initrd, "070701");
	assert_span(u.ucode, "early");
	assert_span(u.dtb, "tree");
	assert_span(u.uname, "6.1.0");
	assert_true(u.initrd.base > file.base && u.initrd.base < file.base + file.len);
	assert_file(&u);
	kx_unwrapped_done(&u);
	free(file.base);
}

static struct mkelf_buffer uki_of_profiles(void)
{
	return wrapped(WORDS(image, ".cmdline=base", ".initrd=1", ".profile=ID=main\nTITLE=Main\n",
			     ".profile=ID=\"rescue\"\n", ".cmdline=rescue me", ".ucode=u",
			     ".profile=TITLE=No id", ".linux=other kernel", "uki-first=0xaa64"));
}

static void assert_profile(const char *profile, const char *kernel, const char *cmdline,
			   const char *ucode)
{
	struct mkelf_buffer file = uki_of_profiles();
	struct kx_unwrapped u;
	struct kx_err err = { "" };

	assert_int_equal(kx_unwrap_chosen((struct kx_span){ file.base, file.len }, &kx_isa_arm64,
					  MIB, PROFILE(profile), &u, &err), 0);
	assert_span(u.kernel, kernel);
	assert_span(u.cmdline, cmdline);
	assert_span(u.ucode, ucode);
	assert_span(u.initrd, "1");
	kx_unwrapped_done(&u);
	free(file.base);
}

/* UAPI.5: its sections take the place of the base's; the first is meant if none is named. */
TEST(a_profile_of_a_uki_overrides_its_base)
{
	assert_profile(NULL, content, "base", "");
	assert_profile("0", content, "base", "");
	assert_profile("main", content, "base", "");
	assert_profile("1", content, "rescue me", "u");
	assert_profile("rescue", content, "rescue me", "u");
	assert_profile("2", "other kernel", "base", "");
}

TEST(a_profile_that_is_not_there_is_refused)
{
	struct mkelf_buffer file = uki_of_profiles(), plain = wrapped(WORDS(image, "uki=0xaa64"));
	struct kx_span span = { file.base, file.len }, id, title;
	struct kx_unwrapped u;
	struct kx_err err = { "" };

	assert_int_equal(kx_unwrap_chosen(span, NULL, MIB, PROFILE("nobody"), &u, &err), -ENOENT);
	assert_says(&err, "it has no profile \"nobody\"; 0 is \"main\"; 1 is \"rescue\"; 2 is \"\"");
	assert_int_equal(kx_unwrap_chosen(span, NULL, MIB, PROFILE("3"), &u, &err), -ENOENT);
	assert_true(kx_uki_profile(span, 0, &id, &title));
	assert_span(id, "main");
	assert_span(title, "Main");
	assert_true(kx_uki_profile(span, 2, &id, &title));
	assert_span(title, "No id");
	assert_false(kx_uki_profile(span, 3, &id, &title));
	assert_true(kx_uki_section(span, 0, ".cmdline", &id));
	assert_span(id, "base");
	assert_true(kx_uki_section(span, 1, ".cmdline", &id));
	assert_span(id, "rescue me");
	assert_false(kx_uki_section(span, 3, ".cmdline", &id));
	assert_false(kx_uki_section(span, SIZE_MAX, ".cmdline", &id));
	span = (struct kx_span){ plain.base, plain.len };
	assert_int_equal(kx_unwrap_chosen(span, NULL, MIB, PROFILE("0"), &u, &err), -ENOENT);
	assert_says(&err, "none at all");
	assert_false(kx_uki_profile(span, 0, &id, &title));
	assert_true(kx_uki_section(span, 0, ".linux", &id));
	assert_false(kx_uki_section(span, 1, ".linux", &id));
	free(file.base);
	free(plain.base);
}

TEST(addons_of_ukis_come_apart)
{
	struct mkelf_buffer file = wrapped(WORDS(image, ".cmdline= more words\n", ".initrd=i",
						 ".ucode=u", ".dtb=d", "addon=0xaa64"));
	struct mkelf_buffer uki = wrapped(WORDS(image, "uki=0xaa64"));
	struct kx_span span = { file.base, file.len };
	struct kx_uki_addon addon;
	struct kx_err err = { "" };

	assert_false(kx_pe_has_signature(span));
	assert_int_equal(kx_uki_addon(span, &kx_isa_arm64, &addon, &err), 0);
	assert_span(addon.cmdline, "more words");
	assert_span(addon.initrd, "i");
	assert_span(addon.ucode, "u");
	assert_span(addon.dtb, "d");
	assert_int_equal(kx_uki_addon(span, &kx_isa_x86_64, &addon, &err), -ENOEXEC);
	assert_int_equal(kx_uki_addon((struct kx_span){ uki.base, uki.len }, NULL, &addon, &err),
			 -ENOEXEC);
	assert_says(&err, "is a UKI");
	assert_int_equal(kx_uki_addon(kx_span_of("MZ"), NULL, &addon, &err), -ENOEXEC);
	free(file.base);
	free(uki.base);
}

/* Microsoft's PE format, "Section table": Windows loads no more than 96. */
TEST(a_pe_file_has_96_sections_at_most)
{
	static const uint8_t table[97 * 40];
	struct kx_pe pe = { .n_sections = 96, .sections = { table, 96 * 40 } };
	struct kx_span ret = { table, 1 };
	struct kx_err err = { "" };

	assert_int_equal(kx_pe_section(&pe, pe.sections, ".linux", &ret, &err), 0);
	assert_int_equal(ret.len, 0);
	pe = (struct kx_pe){ .n_sections = 97, .sections = { table, 97 * 40 } };
	assert_int_equal(kx_pe_section(&pe, pe.sections, ".linux", &ret, &err), -ENOEXEC);
	assert_says(&err, "97 sections");
}

TEST(ukis_that_make_no_sense_are_refused)
{
	assert_refused(WORDS(image, "uki=0x8664"), -ENOEXEC,
		       "UKI: is for PE machine 0x8664, arm64 is 0xaa64");
	assert_refused(WORDS(image, ".initrd=1", ".initrd=2", "uki=0xaa64"), -ENOEXEC,
		       "section .initrd is there twice");
	assert_refused(WORDS(image, "uki=0xaa64", "cut=512"), -ENOEXEC, "section .linux: 59 bytes");
	assert_refused(WORDS(image, "uki=0xaa64", "uki=0xaa64"), -ENOEXEC,
		       "in UKI: UKI: inside a UKI");
}

TEST(a_pe_file_without_linux_is_a_kernel)
{
	struct mkelf_buffer file = wrapped(WORDS(image, "pe=0xaa64"));
	struct kx_unwrapped u;
	struct kx_err err = { "" };

	assert_int_equal(unwrap(&file, MIB, &u, &err), 0);
	assert_string_equal(u.how, "");
	free(file.base);
}

#ifdef HAVE_ZLIB
TEST(uimages_come_off)
{
	assert_unwraps(WORDS(image, "uimage=22,0"), "uImage", content);
	assert_unwraps(WORDS(image, "uimage=22,0,14"), "uImage", content);
	assert_unwraps(WORDS(image, "uimage=22,0", "zeros=100"), "uImage", content);
	assert_unwraps(WORDS(image, "gzip", "uimage=22,1"), "uImage (gzip)", content);
	/* Compressed, though the header says no. */
	assert_unwraps(WORDS(image, "gzip", "uimage=22,0"), "uImage, gzip", content);
}

TEST(uimages_for_others_are_refused)
{
	assert_refused(WORDS(image, "uimage=26,0"), -ENOEXEC, "architecture is 26, arm64 is 22");
	assert_refused(WORDS(image, "uimage=22,0,3"), -ENOEXEC, "type is 3");
	assert_refused(WORDS(image, "uimage=22,0,4"), -ENOTSUP, "multi-file");
	assert_refused(WORDS(image, "uimage=22,0,2,4"), -ENOEXEC, "operating system is 4");
	assert_refused(WORDS(image, "uimage=22,1"), -ENOEXEC, "compression is 1 (gzip)");
	assert_refused(WORDS(image, "uimage=22,9"), -ENOTSUP, "compression is 9");
	assert_refused(WORDS(image, "uimage=22,0", "flip=-1"), -EBADMSG, "data checksum is");
	assert_refused(WORDS(image, "uimage=22,0", "flip=40"), -EBADMSG, "header checksum is");
	assert_refused(WORDS(image, "uimage=22,0", "cut=1"), -EBADMSG,
		       "the header says 59 bytes, the file has 58");
	assert_refused(WORDS("text=", "uimage=22,0"), -ENODATA, "uImage: the header says");
}

TEST(wrappers_nest)
{
	assert_unwraps(WORDS(image, "gzip", "zboot=gzip", "gzip"), "gzip, EFI zboot (gzip)",
		       content);
	assert_unwraps(WORDS(image, "gzip", "zboot=gzip", ".cmdline=x", "uki=0xaa64", "gzip"),
		       "gzip, UKI, EFI zboot (gzip)", content);
	assert_unwraps(WORDS(image, "gzip", "gzip", "gzip", "gzip"), "gzip, gzip, gzip, gzip",
		       content);
	assert_refused(WORDS(image, "gzip", "gzip", "gzip", "gzip", "gzip"), -ELOOP,
		       "more than 4 wrappers");
}

TEST(parts_outlive_the_wrappers_around_them)
{
	struct mkelf_buffer file = wrapped(WORDS(image, "gzip", "zboot=gzip", ".cmdline=quiet",
						 ".initrd=070701", "uki=0xaa64", "gzip"));
	struct kx_unwrapped u;
	struct kx_err err = { "" };

	assert_int_equal(unwrap(&file, MIB, &u, &err), 0);
	assert_span(u.cmdline, "quiet");
	assert_span(u.initrd, "070701");
	assert_int_equal(u.n_held, 2);
	kx_unwrapped_done(&u);
	free(file.base);
	/* Of a wrapper around a kernel alone nothing is kept. */
	file = wrapped(WORDS(image, "gzip", "gzip"));
	assert_int_equal(unwrap(&file, MIB, &u, &err), 0);
	assert_int_equal(u.n_held, 1);
	kx_unwrapped_done(&u);
	free(file.base);
}

TEST(the_limit_is_for_all_wrappers_together)
{
	struct mkelf_buffer file = wrapped(WORDS("text=", "zeros=100000", "gzip", "gzip"));
	struct kx_unwrapped u;
	struct kx_err err = { "" };

	/* The inner gzip takes some of it. */
	assert_int_equal(unwrap(&file, 100010, &u, &err), -EFBIG);
	assert_says(&err, "in gzip: gzip: unpacks to more than the limit of 100010 bytes");
	assert_int_equal(unwrap(&file, 101000, &u, &err), 0);
	kx_unwrapped_done(&u);
	assert_int_equal(unwrap(&file, 0, &u, &err), -EFBIG);
	free(file.base);
}

TEST(a_damaged_byte_is_noticed)
{
	assert_refused(WORDS(image, "gzip", "flip=-5"), -EBADMSG, "incorrect data check");
	assert_refused(WORDS(image, "gzip", "flip=12"), -EBADMSG, "damaged");
}
#endif

TEST(what_is_cut_off_a_fit_image_is_refused_by_name)
{
	struct mkelf_buffer file = wrapped(WORDS("text=\xd0\x0d\xfe\xed"));
	struct kx_unwrapped u;
	struct kx_err err = { "" };

	assert_int_equal(unwrap(&file, MIB, &u, &err), -ENOEXEC);
	assert_says(&err, "FIT image");
	free(file.base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_no_wrapper_stays_where_it_is),
		cmocka_unit_test(every_codec_comes_off),
		cmocka_unit_test(large_kernels_come_off),
		cmocka_unit_test(every_codec_names_what_is_wrong),
		cmocka_unit_test(what_follows_the_data_must_be_a_right_size_or_zeros),
		cmocka_unit_test(what_the_field_puts_behind_a_kernel_is_taken_and_told),
		cmocka_unit_test(what_nobody_knows_behind_a_kernel_is_refused),
		cmocka_unit_test(images_that_hold_no_kernel_say_where_it_is),
		cmocka_unit_test(no_codec_unpacks_beyond_the_limit),
		cmocka_unit_test(zboots_of_all_codecs_come_off),
		cmocka_unit_test(zboots_are_refused_by_name),
		cmocka_unit_test(padding_behind_a_signature_is_cut_off_zboots_only),
		cmocka_unit_test(ukis_come_apart),
		cmocka_unit_test(a_profile_of_a_uki_overrides_its_base),
		cmocka_unit_test(a_profile_that_is_not_there_is_refused),
		cmocka_unit_test(addons_of_ukis_come_apart),
		cmocka_unit_test(a_pe_file_has_96_sections_at_most),
		cmocka_unit_test(ukis_that_make_no_sense_are_refused),
		cmocka_unit_test(a_pe_file_without_linux_is_a_kernel),
#ifdef HAVE_ZLIB
		cmocka_unit_test(uimages_come_off),
		cmocka_unit_test(uimages_for_others_are_refused),
		cmocka_unit_test(wrappers_nest),
		cmocka_unit_test(parts_outlive_the_wrappers_around_them),
		cmocka_unit_test(the_limit_is_for_all_wrappers_together),
		cmocka_unit_test(a_damaged_byte_is_noticed),
#endif
		cmocka_unit_test(what_is_cut_off_a_fit_image_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
