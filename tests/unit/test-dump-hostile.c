/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump-compressed and flattened files whose numbers are chosen to hurt: an answer at once. */
#include <inttypes.h>

#include "kx/page_codec.h"
#include "tests/unit/dumping.h"

enum { ZLIB = 1, LZO = 2, SNAPPY = 4, ZSTD = 0x20 };

static const struct mkelf_kdump PLAIN = { .version = 6, .block_size = 4096 };

static int open_file(const struct memory_file *file, struct kx_reader **ret, struct kx_err *err)
{
	const char *path = file->path;

	return open_files(&path, 1, ret, err);
}

static struct memory_file kdump_file(const struct mkelf *model, const struct mkelf_kdump *how)
{
	struct memory_file file = memory_file();

	assert_true(mkelf_kdump(model, how, file.fd));
	return file;
}

/* Open and read a little; whatever comes out of it, it comes soon. */
static void check_soon(const struct memory_file *file, size_t change)
{
	double start = processor_seconds();
	struct kx_err err = { "" };
	struct kx_reader *reader;
	uint8_t bytes[64];

	if (open_file(file, &reader, &err) == 0) {
		kx_reader_phys(reader, IMAGE_PHYS, bytes, sizeof(bytes), &err);
		kx_reader_phys(reader, UINT64_C(1) << 50, bytes, sizeof(bytes), &err);
		close_reader(reader);
	}
	if (processor_seconds() - start > 1)
		fail_msg("change %zu took %g s", change, processor_seconds() - start);
}

TEST(hostile_headers_end_at_once)
{
	static const struct {
		uint64_t off;
		unsigned int width;
		uint64_t value;
	} changes[] = {
		{ 8, 4, 0 },
		{ 8, 4, UINT32_MAX },
		{ 428, 4, 0 },
		{ 428, 4, UINT32_MAX },
		{ 428, 4, 1U << 31 },
		{ 432, 4, 0 },
		{ 432, 4, UINT32_MAX },
		{ 436, 4, 0 },
		{ 436, 4, UINT32_MAX },
		{ 440, 4, UINT32_MAX },
		{ 460, 4, UINT32_MAX },
		{ 4096 + 12, 4, 1 },
		{ 4096 + 32, 8, UINT64_MAX },
		{ 4096 + 40, 8, UINT64_MAX },
		{ 4096 + 48, 8, UINT64_MAX },
		{ 4096 + 56, 8, UINT64_MAX },
		{ 4096 + 56, 8, INT64_MAX },
		{ 4096 + 96, 8, UINT64_MAX },
		{ 4096 + 96, 8, 0 },
		{ 4096 + 96, 8, UINT64_C(1) << 40 },
	};

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct mkelf_buffer number = { 0 };
		struct memory_file file;
		struct mkelf model;

		model_kernel(&model);
		file = kdump_file(&model, &PLAIN);
		mkelf_number(&number, false, changes[i].width, changes[i].value);
		mkelf_put(file.fd, number.base, number.len, changes[i].off);
		check_soon(&file, i);
		/* The same with all the room that such numbers ask for. */
		assert_int_equal(ftruncate(file.fd, (off_t)(UINT64_C(1) << 45)), 0);
		check_soon(&file, i);
		free(number.base);
		close(file.fd);
		mkelf_done(&model);
	}
}

/* Behind the sub-header of x86_64 as each version has it. */
TEST(fields_of_later_versions_are_not_read)
{
	static const size_t end[] = { 12, 32, 48, 64, 80 };
	uint8_t junk[104];

	memset(junk, 0xff, sizeof(junk));
	for (int version = 1; version <= 5; version++) {
		struct mkelf_kdump how = { .version = version, .block_size = 4096 };
		size_t first = end[version - 1];
		struct kx_err err = { "" };
		struct memory_file file;
		struct kx_reader *reader;
		struct mkelf model;
		char text[7] = "";

		model_kernel(&model);
		file = kdump_file(&model, &how);
		mkelf_put(file.fd, junk, sizeof(junk) - first, 4096 + first);
		reader = open_path(file.path);
		assert_false(kx_reader_incomplete(reader));
		assert_int_equal(kx_reader_phys(reader, 16 * MIB, text, 6, &err), 0);
		assert_string_equal(text, "direct");
		close_reader(reader);
		close(file.fd);
		mkelf_done(&model);
	}
}

TEST(hostile_descriptors_are_refused)
{
	static const struct {
		uint64_t off;
		uint32_t size, flags;
		int rc;
		const char *says;
	} changes[] = {
		{ 4096, 4095, 0, -EINVAL, "4095 bytes" },
		{ 4096, 4097, 0, -EINVAL, "4097 bytes" },
		{ 4096, 4097, ZLIB, -EINVAL, "4097 bytes" },
		{ 4096, UINT32_MAX, ZLIB, -EINVAL, "4294967295 bytes" },
		{ 4096, 0, ZLIB, -EINVAL, "0 bytes" },
		{ UINT64_MAX, 4096, 0, -EFAULT, "beyond every file" },
		{ INT64_MAX, 4096, 0, -EFAULT, "beyond every file" },
		{ 4096, 100, 0x40, -ENOTSUP, "unknown way (flags 0x40)" },
		{ 4096, 100, 3, -ENOTSUP, "unknown way (flags 0x3)" },
		{ 0, 4096, 0, -EFAULT, "lost" },
	};

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct mkelf_buffer descriptor = { 0 };
		struct kx_err err = { "" };
		struct memory_file file;
		struct kx_reader *reader;
		struct mkelf model;
		uint8_t byte;

		model_kernel(&model);
		file = kdump_file(&model, &PLAIN);
		mkelf_number(&descriptor, false, 8, changes[i].off);
		mkelf_number(&descriptor, false, 4, changes[i].size);
		mkelf_number(&descriptor, false, 4, changes[i].flags);
		/* The first one, of the page at 16 MiB: behind header, sub-header, two bitmaps. */
		mkelf_put(file.fd, descriptor.base, descriptor.len, 4 * 4096);
		reader = open_path(file.path);
		assert_int_equal(kx_reader_phys(reader, 16 * MIB, &byte, 1, &err), changes[i].rc);
		assert_says(&err, changes[i].says);
		assert_says(&err, "0x1000000");
		close_reader(reader);
		free(descriptor.base);
		close(file.fd);
		mkelf_done(&model);
	}
}

TEST(damaged_pages_are_refused_by_every_codec)
{
	static const uint32_t codec[] = { ZLIB, LZO, SNAPPY, ZSTD };
	uint8_t garbage[200], page[4096];
	struct kx_err err = { "" };

	memset(garbage, 0xff, sizeof(garbage));
	for (size_t i = 0; i < 4; i++) {
		struct mkelf_buffer packed = { 0 };
		int rc = kx_page_codec_expand(codec[i], garbage, sizeof(garbage), page,
					      sizeof(page), &err);

		if (!mkelf_has_codec(codec[i])) {
			assert_int_equal(rc, -ENOTSUP);
			assert_says(&err, "this build lacks (configure --with-");
			continue;
		}
		assert_int_equal(rc, -EINVAL);
		assert_says(&err, kx_page_codec_name(codec[i]));
		/* A good one, but of another size than a page's. */
		memset(page, 7, sizeof(page));
		assert_true(mkelf_compress(codec[i], page, 2048, &packed));
		assert_int_equal(kx_page_codec_expand(codec[i], packed.base, packed.len, page,
						      sizeof(page), &err),
				 -EINVAL);
		assert_int_equal(kx_page_codec_expand(codec[i], packed.base, packed.len, page, 1024,
						      &err),
				 -EINVAL);
		free(packed.base);
	}
}

/* What is kept of records that follow each other is one run, not each of them. */
TEST(records_in_order_are_one_run)
{
	struct memory_file plain = memory_file(), flat = memory_file();
	struct kx_err err = { "" };
	struct kx_reader *reader;
	struct mkelf model;

	model_kernel(&model);
	mkelf_write(&model, plain.fd);
	mkelf_flatten(plain.fd, flat.fd, 64, false);
	if (open_file(&flat, &reader, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(reader->dump->sources[0].flat.size / 64 > 100);
	assert_int_equal(reader->dump->sources[0].flat.records.count, 1);
	assert_release(reader);
	close_reader(reader);
	close(plain.fd);
	close(flat.fd);
	mkelf_done(&model);
}

TEST(hostile_records_of_flattened_files)
{
	static const struct {
		uint64_t off, size;
		const char *says;
	} changes[] = {
		{ 0, 0, "size 0x0" },
		{ UINT64_MAX - 1, 10, "offset 0xfffffffffffffffe" },
		{ 0, UINT64_MAX, "size 0xffffffffffffffff" },
		{ INT64_MAX, 10, "0x7fffffffffffffff" },
		{ 10, INT64_MAX, "size 0x7fffffffffffffff" },
	};

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct memory_file plain = memory_file(), flat = memory_file();
		struct mkelf_buffer record = { 0 };
		struct kx_err err = { "" };
		struct kx_reader *reader;
		struct mkelf model;

		model_kernel(&model);
		mkelf_write(&model, plain.fd);
		mkelf_flatten(plain.fd, flat.fd, 65536, false);
		mkelf_number(&record, true, 8, changes[i].off);
		mkelf_number(&record, true, 8, changes[i].size);
		mkelf_put(flat.fd, record.base, record.len, 4096);
		assert_int_equal(open_file(&flat, &reader, &err), -EINVAL);
		assert_says(&err, changes[i].says);
		free(record.base);
		close(plain.fd);
		close(flat.fd);
		mkelf_done(&model);
	}
}

static void put_number(int fd, uint64_t off, unsigned int width, uint64_t value)
{
	struct mkelf_buffer number = { 0 };

	mkelf_number(&number, false, width, value);
	mkelf_put(fd, number.base, number.len, off);
	free(number.base);
}

/* A part whose pages are not among the machine's; no other layout makes sense of it either. */
TEST(a_part_of_pages_that_cannot_be_is_refused)
{
	enum { SUB_HEADER = 4096, SPLIT = 12, START = 80, END = 88 };
	static const struct {
		uint64_t start, end;
		const char *says;
	} some[] = {
		{ 9, 5, "pages 9 to 5 of 8200" },
		{ UINT64_MAX, 0, "pages 18446744073709551615 to 0 of 8200" },
		{ 0, 8201, "pages 0 to 8201 of 8200" },
		{ 9, UINT64_MAX, "pages 9 to 18446744073709551615 of 8200" },
	};

	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		struct kx_reader *reader = NULL;
		struct memory_file file;
		struct kx_err err = { "" };
		struct mkelf model;

		model_kernel(&model);
		file = kdump_file(&model, &PLAIN);
		put_number(file.fd, SUB_HEADER + SPLIT, 4, 1);
		put_number(file.fd, SUB_HEADER + START, 8, some[i].start);
		put_number(file.fd, SUB_HEADER + END, 8, some[i].end);
		if (open_file(&file, &reader, &err) != -EINVAL)
			fail_msg("%s: %s", some[i].says, err.text);
		assert_says(&err, some[i].says);
		close(file.fd);
		mkelf_done(&model);
	}
}

/* Segments of notes that are all the same bytes: zeros, each word of which is a step. */
TEST(notes_are_gone_through_once)
{
	enum { SEGMENTS = 1000, NOTES = 64 << 10, TABLE = 64 };
	const uint64_t notes = TABLE + SEGMENTS * 56, size = notes + NOTES;
	struct memory_file file = memory_file();
	struct kx_err err = { "" };
	struct kx_reader *reader;

	mkelf_put(file.fd, "\177ELF\2\1\1", 7, 0);
	put_number(file.fd, 16, 2, 4);		/* e_type: core */
	put_number(file.fd, 18, 2, 62);
	put_number(file.fd, 20, 4, 1);
	put_number(file.fd, 32, 8, TABLE);
	put_number(file.fd, 54, 2, 56);
	put_number(file.fd, 56, 2, SEGMENTS);
	for (uint64_t i = 0; i < SEGMENTS; i++) {
		bool memory = i == SEGMENTS - 1;

		put_number(file.fd, TABLE + 56 * i, 4, memory ? 1 : 4);
		put_number(file.fd, TABLE + 56 * i + 8, 8, memory ? 0 : notes);
		put_number(file.fd, TABLE + 56 * i + 32, 8, memory ? TABLE : NOTES);
		put_number(file.fd, TABLE + 56 * i + 40, 8, memory ? TABLE : NOTES);
	}
	put_number(file.fd, size - 1, 1, 0);
	if (open_file(&file, &reader, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(reader->dump->note_steps >= NOTES / 4);
	assert_true(reader->dump->note_steps <= size / 4 + SEGMENTS + 1);
	close_reader(reader);
	close(file.fd);
}

/* Every question goes through all of VMCOREINFO: what no kernel writes is not one. */
TEST(vmcoreinfo_is_not_larger_than_kernels_write_it)
{
	for (unsigned int lines = 1000; lines <= 3000; lines += 2000) {
		struct kx_reader *reader;
		struct mkelf model;

		model_kernel(&model);
		for (unsigned int i = 0; i < lines; i++)
			mkelf_info(&model, "NUMBER(%040u)=1", i);
		reader = open_written(&model);
		assert_int_equal(reader->dump->info.text.len > 0, model.info.len <= 128 << 10);
		assert_int_equal(model.info.len <= 128 << 10, lines == 1000);
		close_reader(reader);
		mkelf_done(&model);
	}
}

/* ---- what a look-up costs ------------------------------------------------------------------- */

enum { BLOCK = 4096, WINDOWS = 500, WINDOW_PAGES = 8 * 4096 };

/*
 * 2^40 pages, of which each 32768th is stored, WINDOWS in all: bitmaps of 2^38 bytes that are holes
 * but for these. Each page has its number in it.
 */
static void put_sparse_dump(int fd)
{
	const uint64_t pages = UINT64_C(1) << 40, bitmap = 2 * BLOCK + pages / 8;
	const uint64_t descriptors = bitmap + pages / 8, data = descriptors + (1 << 20);

	mkelf_put(fd, "KDUMP   ", 8, 0);
	put_number(fd, 8, 4, 6);
	mkelf_put(fd, "x86_64", 6, 12 + 4 * 65);
	put_number(fd, 428, 4, BLOCK);
	put_number(fd, 432, 4, 1);
	put_number(fd, 436, 4, 2 * (pages / 8 / BLOCK));
	put_number(fd, 440, 4, UINT32_MAX);
	put_number(fd, BLOCK + 88, 8, pages);
	put_number(fd, BLOCK + 96, 8, pages);
	for (uint64_t i = 0; i < WINDOWS; i++) {
		put_number(fd, bitmap + i * WINDOW_PAGES / 8, 1, 1);
		put_number(fd, descriptors + 24 * i, 8, data + i * BLOCK);
		put_number(fd, descriptors + 24 * i + 8, 4, BLOCK);
		put_number(fd, data + i * BLOCK, 8, i);
	}
	put_number(fd, data + WINDOWS * BLOCK - 1, 1, 0);
}

/* Whatever the bitmap claims, and wherever the page before was. */
TEST(a_page_costs_some_windows_of_the_bitmap)
{
	struct memory_file file = memory_file();
	struct kx_err err = { "" };
	struct kx_reader *reader;
	uint64_t before, worst = 0;

	put_sparse_dump(file.fd);
	reader = open_path(file.path);
	for (uint64_t i = 0; i < WINDOWS; i++) {
		uint64_t number = i * 377 % WINDOWS, got = 0;

		before = kx_reader_work(reader);
		if (kx_reader_phys(reader, number * WINDOW_PAGES * BLOCK, &got, 8, &err) < 0)
			fail_msg("%s", err.text);
		assert_int_equal(got, number);
		before = kx_reader_work(reader) - before;
		worst = before > worst ? before : worst;
	}
	/* The page, the bitmap where it is, its descriptor. */
	if (worst > 4 * BLOCK)
		fail_msg("a page cost %" PRIu64, worst);
	close_reader(reader);
	close(file.fd);
}

/* The same in pieces of some bytes each: what they take is counted. */
TEST(a_page_in_pieces_costs_more)
{
	struct memory_file whole = memory_file(), pieces = memory_file();
	struct kx_err err = { "" };
	struct kx_reader *reader;
	struct mkelf model;
	uint8_t bytes[4096];
	uint64_t before;

	model_kernel(&model);
	mkelf_write(&model, whole.fd);
	mkelf_flatten(whole.fd, pieces.fd, 7, true);
	reader = open_path(pieces.path);
	before = kx_reader_work(reader);
	assert_int_equal(kx_reader_phys(reader, IMAGE_PHYS, bytes, sizeof(bytes), &err), 0);
	assert_true(kx_reader_work(reader) - before > sizeof(bytes) / 7 * KX_READER_STEP);
	close_reader(reader);
	close(whole.fd);
	close(pieces.fd);
	mkelf_done(&model);
}

/* An address costs its look-up, though the page is in memory: a log can have any number of them. */
TEST(an_address_costs_a_step)
{
	struct memory_file file = memory_file();
	struct kx_err err = { "" };
	struct kx_reader *reader;
	struct mkelf model;
	uint64_t before, word;

	model_kernel(&model);
	mkelf_write(&model, file.fd);
	reader = open_path(file.path);
	for (int i = 0; i < 3; i++) {
		before = kx_reader_work(reader);
		assert_int_equal(kx_reader_virt(reader, IMAGE_VIRT, &word, sizeof(word), &err), 0);
		assert_true(kx_reader_work(reader) - before >= KX_READER_STEP);
	}
	close_reader(reader);
	close(file.fd);
	mkelf_done(&model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_headers_end_at_once),
		cmocka_unit_test(fields_of_later_versions_are_not_read),
		cmocka_unit_test(hostile_descriptors_are_refused),
		cmocka_unit_test(damaged_pages_are_refused_by_every_codec),
		cmocka_unit_test(a_part_of_pages_that_cannot_be_is_refused),
		cmocka_unit_test(records_in_order_are_one_run),
		cmocka_unit_test(hostile_records_of_flattened_files),
		cmocka_unit_test(notes_are_gone_through_once),
		cmocka_unit_test(vmcoreinfo_is_not_larger_than_kernels_write_it),
		cmocka_unit_test(a_page_costs_some_windows_of_the_bitmap),
		cmocka_unit_test(a_page_in_pieces_costs_more),
		cmocka_unit_test(an_address_costs_a_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
