/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump-compressed and flattened dumps: every version, codec and ABI, parts, pipes. */
#include <elf.h>
#include <fcntl.h>

#include "kx/page_codec.h"
#include "tests/unit/dumping.h"

enum { ZLIB = 1, LZO = 2, SNAPPY = 4, ZSTD = 0x20 };

static const struct mkelf_kdump PLAIN = { .version = 6, .block_size = 4096 };

/* What a test opened, and the reason when it could not. */
static int open_set(const struct memory_file *file, size_t count, struct kx_reader **ret,
		    struct kx_err *err)
{
	const char *path[4];

	for (size_t i = 0; i < count; i++)
		path[i] = file[i].path;
	return open_files(path, count, ret, err);
}

static struct kx_reader *open_good(const struct memory_file *file, size_t count)
{
	struct kx_err err = { "" };
	struct kx_reader *reader;

	if (open_set(file, count, &reader, &err) < 0)
		fail_msg("%s", err.text);
	return reader;
}

static struct memory_file kdump_file(const struct mkelf *model, const struct mkelf_kdump *how)
{
	struct memory_file file = memory_file();

	assert_true(mkelf_kdump(model, how, file.fd));
	return file;
}

/* All memory of the model, byte for byte. */
static void assert_same(struct kx_reader *reader, const struct mkelf *model)
{
	for (size_t i = 0; i < model->count; i++) {
		const struct mkelf_load *load = &model->load[i];
		struct kx_err err = { "" };
		uint8_t *bytes = malloc(load->data.len);

		if (kx_reader_phys(reader, load->paddr, bytes, load->data.len, &err) < 0)
			fail_msg("%s", err.text);
		assert_memory_equal(bytes, load->data.base, load->data.len);
		free(bytes);
	}
}

/* A page that shrinks under no codec, so that files mix ways. */
static void add_noise(struct mkelf *model)
{
	struct mkelf_load *load = mkelf_load(model, 0, 64 * MIB);
	uint32_t state = 1;

	for (int i = 0; i < 3 * 4096; i++) {
		state = state * 1664525 + 1013904223;
		mkelf_number(&load->data, false, 1, i < 4096 ? state >> 24 : (uint32_t)i / 100);
	}
}

/* A build may lack a codec, but not where all of them are to be tested. */
static void need_codec(uint32_t codec)
{
	const char *ci = getenv("CI");

	if (mkelf_has_codec(codec))
		return;
	if (ci && strcmp(ci, "true") == 0)
		fail_msg("this build lacks %s", kx_page_codec_name(codec));
	skip();
}

static void check_codec(uint32_t codec, const char *format)
{
	struct mkelf_kdump how = PLAIN;
	struct memory_file file;
	struct kx_reader *reader;
	struct mkelf model;

	need_codec(codec);
	model_kernel(&model);
	add_noise(&model);
	how.codec = codec;
	file = kdump_file(&model, &how);
	reader = open_good(&file, 1);
	assert_string_equal(kx_dump_format(reader->dump), format);
	assert_int_equal(kx_dump_machine(reader->dump), EM_X86_64);
	assert_int_equal(kx_dump_cpus(reader->dump), 2);
	assert_false(kx_reader_incomplete(reader));
	assert_same(reader, &model);
	assert_release(reader);
	close_reader(reader);
	close(file.fd);
	mkelf_done(&model);
}

TEST(pages_as_they_are)
{
	check_codec(0, "kdump-compressed (uncompressed)");
}

TEST(pages_of_zlib)
{
	check_codec(ZLIB, "kdump-compressed (zlib)");
}

TEST(pages_of_lzo)
{
	check_codec(LZO, "kdump-compressed (LZO)");
}

TEST(pages_of_snappy)
{
	check_codec(SNAPPY, "kdump-compressed (snappy)");
}

TEST(pages_of_zstd)
{
	check_codec(ZSTD, "kdump-compressed (zstd)");
}

TEST(every_version_and_abi)
{
	static const struct {
		const char *uts_machine;
		uint16_t machine;
		unsigned int width;
		bool big_endian;
	} abi[] = {
		{ "x86_64", EM_X86_64, 8, false },   { "i686", EM_386, 4, false },
		{ "armv7l", EM_ARM, 4, false },	     { "s390x", EM_S390, 8, true },
		{ "ppc64le", EM_PPC64, 8, false },   { "unheard-of", EM_NONE, 8, false },
		{ "aarch64", EM_AARCH64, 8, false }, { "also-new", EM_NONE, 4, true },
		{ "mips64", EM_MIPS, 8, true },	     { "ppc", EM_PPC, 4, true },
	};

	for (size_t i = 0; i < sizeof(abi) / sizeof(abi[0]); i++) {
		for (int version = 1; version <= 6; version++) {
			struct mkelf_kdump how = { .version = version, .block_size = 4096 };
			struct memory_file file;
			struct kx_reader *reader;
			struct mkelf model;

			mkelf_init(&model);
			snprintf(model.uts_machine, sizeof(model.uts_machine), "%s",
				 abi[i].uts_machine);
			model.width = abi[i].width;
			model.big_endian = abi[i].big_endian;
			mkelf_info(&model, "OSRELEASE=x");
			mkelf_bytes(&mkelf_load(&model, 0, 0x5000)->data, "hello", 5);
			file = kdump_file(&model, &how);
			reader = open_good(&file, 1);
			assert_int_equal(kx_dump_machine(reader->dump), abi[i].machine);
			assert_int_equal(kx_dump_long_size(reader->dump), abi[i].width);
			assert_same(reader, &model);
			/* Before version 3 there was no place for it. */
			assert_int_equal(kx_dump_vmcoreinfo(reader->dump)->text.len,
					 version >= 3 ? model.info.len : 0);
			close_reader(reader);
			close(file.fd);
			mkelf_done(&model);
		}
	}
}

TEST(pages_of_64_kib)
{
	struct mkelf_kdump how = { .version = 6, .block_size = 65536, .codec = ZLIB };
	struct memory_file file;
	struct kx_reader *reader;
	struct mkelf model;

	need_codec(ZLIB);
	model_kernel(&model);
	file = kdump_file(&model, &how);
	reader = open_good(&file, 1);
	assert_same(reader, &model);
	assert_release(reader);
	close_reader(reader);
	close(file.fd);
	mkelf_done(&model);
}

static const uint64_t far_apart[] = {
	0x1000, 128 * MIB - 4096, 200 * MIB, 512 * MIB - 4096, 600 * MIB, GIB, UINT64_C(5) * GIB,
};
enum { PIECES = sizeof(far_apart) / sizeof(far_apart[0]) };

/* Both ways, and from each piece on: what was counted for one page is used for the next. */
static void assert_pieces(const struct memory_file *file)
{
	for (size_t i = 0; i < 2 * PIECES; i++) {
		struct kx_reader *reader = open_good(file, 1);
		struct kx_err err = { "" };
		uint8_t byte;

		for (size_t k = 0; k < PIECES; k++) {
			size_t n = (i < PIECES ? i + k : i - k) % PIECES;

			if (kx_reader_phys(reader, far_apart[n] + 4096, &byte, 1, &err) < 0)
				fail_msg("%s", err.text);
			assert_int_equal(byte, n + 1);
		}
		assert_int_equal(kx_reader_phys(reader, 300 * MIB, &byte, 1, &err), -EFAULT);
		assert_says(&err, "is not memory");
		close_reader(reader);
	}
}

/* As programs that seek over zeros leave them. */
static void punch_holes(const struct memory_file *file)
{
	static const uint8_t zeros[4096];
	uint8_t block[4096];

	for (off_t at = 0; pread(file->fd, block, 4096, at) == 4096; at += 4096) {
		if (memcmp(block, zeros, 4096) == 0)
			fallocate(file->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, 4096);
	}
}

/* A window of a bitmap is 128 MiB of memory. */
TEST(memory_of_several_gib)
{
	struct mkelf_kdump how = PLAIN;
	struct memory_file file;
	struct mkelf model;

	mkelf_init(&model);
	for (size_t i = 0; i < PIECES; i++) {
		struct mkelf_load *load = mkelf_load(&model, 0, far_apart[i]);

		mkelf_bytes(&load->data, NULL, 8192);
		memset(load->data.base, (int)i + 1, 8192);
	}
	file = kdump_file(&model, &how);
	assert_pieces(&file);
	punch_holes(&file);
	assert_pieces(&file);
	close(file.fd);
	mkelf_done(&model);
}

TEST(absent_pages_say_why)
{
	struct mkelf_kdump how = PLAIN;
	struct kx_err err = { "" };
	struct memory_file file;
	struct kx_reader *reader;
	struct mkelf model;
	uint8_t byte, zero = 0;

	model_kernel(&model);
	file = kdump_file(&model, &how);
	reader = open_good(&file, 1);
	assert_int_equal(kx_reader_phys(reader, 0x1000, &byte, 1, &err), -EFAULT);
	assert_says(&err, "0x1000 is not memory");
	assert_int_equal(kx_reader_phys(reader, GIB, &byte, 1, &err), -EFAULT);
	assert_says(&err, "beyond");
	close_reader(reader);
	/* Block 3 is the second bitmap: header, sub-header with notes, first bitmap. */
	mkelf_put(file.fd, &zero, 1, 3 * 4096 + 16 * MIB / 4096 / 8);
	reader = open_good(&file, 1);
	assert_int_equal(kx_reader_phys(reader, 16 * MIB, &byte, 1, &err), -EFAULT);
	assert_says(&err, "left out");
	close_reader(reader);
	close(file.fd);
	mkelf_done(&model);
}

TEST(lost_pages_make_a_dump_incomplete)
{
	struct mkelf_kdump how = PLAIN;
	struct kx_err err = { "" };
	struct memory_file file;
	struct kx_reader *reader;
	struct mkelf model;
	uint8_t byte;

	model_kernel(&model);
	how.lose = 8;
	file = kdump_file(&model, &how);
	reader = open_good(&file, 1);
	assert_true(kx_reader_incomplete(reader));
	assert_int_equal(kx_reader_phys(reader, 16 * MIB, &byte, 1, &err), 0);
	assert_int_equal(byte, 'd');
	assert_int_equal(kx_reader_phys(reader, IMAGE_PHYS, &byte, 1, &err), -EFAULT);
	assert_says(&err, "lost");
	close_reader(reader);
	/* A file that was cut says nothing, but shows it. */
	how.lose = 0;
	assert_true(mkelf_kdump(&model, &how, file.fd));
	assert_int_equal(ftruncate(file.fd, lseek(file.fd, 0, SEEK_END) - 5), 0);
	reader = open_good(&file, 1);
	assert_int_equal(kx_reader_phys(reader, IMAGE_PHYS + 0x7000, &byte, 1, &err), -EFAULT);
	assert_true(kx_reader_incomplete(reader));
	close_reader(reader);
	close(file.fd);
	mkelf_done(&model);
}

/* ---- parts ---------------------------------------------------------------------------------- */

static void make_parts(const struct mkelf *model, struct memory_file *file)
{
	uint64_t pages = (IMAGE_PHYS + 0x8000) / 4096;
	const uint64_t bound[] = { 0, 0x1002, 0x2003, pages };

	for (size_t i = 0; i < 3; i++) {
		struct mkelf_kdump how = PLAIN;

		how.split = true;
		how.start_pfn = bound[i];
		how.end_pfn = bound[i + 1];
		file[i] = kdump_file(model, &how);
	}
}

TEST(parts_make_a_whole_in_any_order)
{
	struct memory_file file[4], swap;
	struct kx_err err = { "" };
	struct kx_reader *reader;
	struct mkelf model;
	uint8_t byte;

	model_kernel(&model);
	make_parts(&model, file);
	swap = file[0];
	file[0] = file[2];
	file[2] = swap;
	reader = open_good(file, 3);
	assert_same(reader, &model);
	assert_release(reader);
	assert_false(kx_reader_incomplete(reader));
	close_reader(reader);
	/* Without the one with the low pages, which is now the third. */
	reader = open_good(file, 2);
	assert_true(kx_reader_incomplete(reader));
	assert_int_equal(kx_reader_phys(reader, 16 * MIB, &byte, 1, &err), -EFAULT);
	assert_says(&err, "not given");
	close_reader(reader);
	file[3] = file[1];
	assert_int_equal(open_set(file, 4, &reader, &err), -EINVAL);
	assert_says(&err, "two files have page");
	for (size_t i = 0; i < 3; i++)
		close(file[i].fd);
	mkelf_done(&model);
}

TEST(each_part_that_is_missing_makes_a_dump_incomplete)
{
	for (size_t missing = 0; missing < 3; missing++) {
		struct memory_file file[3], given[2];
		struct kx_reader *reader;
		struct mkelf model;

		model_kernel(&model);
		make_parts(&model, file);
		for (size_t i = 0; i < 2; i++)
			given[i] = file[i < missing ? i : i + 1];
		reader = open_good(given, 2);
		assert_true(kx_reader_incomplete(reader));
		close_reader(reader);
		for (size_t i = 0; i < 3; i++)
			close(file[i].fd);
		mkelf_done(&model);
	}
}

TEST(parts_of_different_dumps_are_refused)
{
	struct memory_file file[3];
	struct kx_err err = { "" };
	struct kx_reader *reader;
	struct mkelf model;

	model_kernel(&model);
	make_parts(&model, file);
	/* The host's name in the header. */
	mkelf_put(file[1].fd, "other", 5, 12 + 65);
	assert_int_equal(open_set(file, 2, &reader, &err), -EINVAL);
	assert_says(&err, "file 2 of 2: a part of another dump");
	mkelf_write(&model, file[1].fd);
	assert_int_equal(open_set(file, 2, &reader, &err), -EINVAL);
	assert_says(&err, "not kdump-compressed");
	/* ELF first: it has no parts at all. */
	assert_int_equal(open_set(file + 1, 2, &reader, &err), -EINVAL);
	assert_says(&err, "2 files");
	for (size_t i = 0; i < 3; i++)
		close(file[i].fd);
	mkelf_done(&model);
}

/* ---- flattened, pipes ----------------------------------------------------------------------- */

static void check_flattened(const struct memory_file *plain, const struct mkelf *model,
			    const char *format)
{
	static const size_t record[] = { 65536, 4096, 1000, 7 };

	for (size_t i = 0; i < 8; i++) {
		struct memory_file flat = memory_file();
		struct kx_reader *reader;

		mkelf_flatten(plain->fd, flat.fd, record[i % 4], i >= 4);
		reader = open_good(&flat, 1);
		assert_string_equal(kx_dump_format(reader->dump), format);
		assert_same(reader, model);
		assert_release(reader);
		assert_false(kx_reader_incomplete(reader));
		close_reader(reader);
		close(flat.fd);
	}
}

TEST(flattened_files_in_any_order_of_records)
{
	struct mkelf_kdump how = PLAIN;
	struct memory_file plain;
	struct mkelf model;

	model_kernel(&model);
	plain = kdump_file(&model, &how);
	check_flattened(&plain, &model, "flattened kdump-compressed (uncompressed)");
	mkelf_write(&model, plain.fd);
	check_flattened(&plain, &model, "flattened ELF");
	close(plain.fd);
	mkelf_done(&model);
}

TEST(a_cut_flattened_file_is_incomplete)
{
	struct memory_file plain = memory_file(), flat = memory_file();
	struct kx_reader *reader;
	struct mkelf model;

	model_kernel(&model);
	mkelf_write(&model, plain.fd);
	mkelf_flatten(plain.fd, flat.fd, 4096, false);
	assert_int_equal(ftruncate(flat.fd, lseek(flat.fd, 0, SEEK_END) - 16), 0);
	reader = open_good(&flat, 1);
	assert_true(kx_reader_incomplete(reader));
	assert_same(reader, &model);
	close_reader(reader);
	close(plain.fd);
	close(flat.fd);
	mkelf_done(&model);
}

static size_t open_descriptors(void)
{
	size_t count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* As from a pipe on standard input; @fd's bytes are fed by another process. */
static void check_piped(int fd, const struct mkelf *model)
{
	size_t before = open_descriptors();
	int end[2], saved = dup(STDIN_FILENO);
	const char *path = "-";
	struct kx_reader *reader;
	char bytes[4096];
	pid_t child;

	assert_int_equal(pipe(end), 0);
	child = fork();
	if (child == 0) {
		off_t off = 0;
		ssize_t got;

		close(end[0]);
		while ((got = pread(fd, bytes, sizeof(bytes), off)) > 0 &&
		       write(end[1], bytes, (size_t)got) == got)
			off += got;
		_exit(0);
	}
	close(end[1]);
	dup2(end[0], STDIN_FILENO);
	close(end[0]);
	reader = open_path(path);
	assert_same(reader, model);
	assert_release(reader);
	close_reader(reader);
	dup2(saved, STDIN_FILENO);
	close(saved);
	assert_int_equal(open_descriptors(), before);
}

TEST(every_format_comes_through_a_pipe)
{
	struct memory_file plain = memory_file(), flat = memory_file();
	struct mkelf_kdump how = PLAIN;
	struct mkelf model;

	model_kernel(&model);
	mkelf_write(&model, plain.fd);
	check_piped(plain.fd, &model);
	assert_true(mkelf_kdump(&model, &how, plain.fd));
	check_piped(plain.fd, &model);
	mkelf_flatten(plain.fd, flat.fd, 1000, true);
	check_piped(flat.fd, &model);
	close(plain.fd);
	close(flat.fd);
	mkelf_done(&model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_as_they_are),
		cmocka_unit_test(pages_of_zlib),
		cmocka_unit_test(pages_of_lzo),
		cmocka_unit_test(pages_of_snappy),
		cmocka_unit_test(pages_of_zstd),
		cmocka_unit_test(every_version_and_abi),
		cmocka_unit_test(pages_of_64_kib),
		cmocka_unit_test(memory_of_several_gib),
		cmocka_unit_test(absent_pages_say_why),
		cmocka_unit_test(lost_pages_make_a_dump_incomplete),
		cmocka_unit_test(parts_make_a_whole_in_any_order),
		cmocka_unit_test(each_part_that_is_missing_makes_a_dump_incomplete),
		cmocka_unit_test(parts_of_different_dumps_are_refused),
		cmocka_unit_test(flattened_files_in_any_order_of_records),
		cmocka_unit_test(a_cut_flattened_file_is_incomplete),
		cmocka_unit_test(every_format_comes_through_a_pipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
