/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which memory a dump has, run by run, is what reading finds. */
#include <inttypes.h>

#include "tests/unit/dumping.h"

static const struct mkelf_kdump PLAIN = { .version = 6, .block_size = 4096 };

/* What an expected run looks like; the last one has no end. */
struct expected {
	uint64_t start, end;
	enum kx_run_kind kind;
};

/* Runs that continue each other are one. False: there is no more. */
static bool next_whole(struct kx_reader *reader, uint64_t addr, struct kx_run *ret)
{
	struct kx_err err = { "" };
	struct kx_run more;
	int rc = kx_reader_next(reader, addr, ret, &err);

	if (rc < 0)
		fail_msg("%s", err.text);
	if (rc == 0)
		return false;
	assert_true(ret->start >= addr && ret->end > ret->start);
	while (kx_reader_next(reader, ret->end, &more, &err) == 1 && more.start == ret->end &&
	       more.kind == ret->kind) {
		assert_true(more.end > more.start);
		ret->end = more.end;
	}
	return true;
}

static void assert_runs(struct kx_reader *reader, const struct expected *expected)
{
	struct kx_run run;
	uint64_t addr = 0;

	for (; expected->end > 0; expected++, addr = run.end) {
		if (!next_whole(reader, addr, &run))
			fail_msg("no run at 0x%" PRIx64, expected->start);
		if (run.start != expected->start || run.end != expected->end ||
		    run.kind != expected->kind)
			fail_msg("[0x%" PRIx64 ", 0x%" PRIx64 ") of kind %d instead of [0x%" PRIx64
				 ", 0x%" PRIx64 ") of kind %d",
				 run.start, run.end, run.kind, expected->start, expected->end,
				 expected->kind);
	}
	assert_false(next_whole(reader, addr, &run));
}

#define CHECK(reader, ...)                                                    \
	do {                                                                  \
		static const struct expected list[] = { __VA_ARGS__, { 0 } }; \
		assert_runs(reader, list);                                    \
	} while (0)

/* Every page below @end can be read if and only if it is in a run that says so. */
static void assert_reads_agree(struct kx_reader *reader, uint64_t end)
{
	struct kx_run run = { 0, 0, KX_RUN_ZERO };
	struct kx_err err = { "" };
	uint8_t page[4096], zeros[4096] = { 0 };

	for (uint64_t addr = 0; addr < end; addr += 4096) {
		int rc = kx_reader_phys(reader, addr, page, sizeof(page), &err);
		bool inside;

		if (addr >= run.end && kx_reader_next(reader, addr, &run, &err) != 1)
			run = (struct kx_run){ UINT64_MAX, UINT64_MAX, KX_RUN_MISSING };
		inside = addr >= run.start && addr < run.end && run.kind != KX_RUN_MISSING;
		if (inside != (rc == 0))
			fail_msg("0x%" PRIx64 ": %d", addr, rc);
		if (inside && run.kind == KX_RUN_ZERO)
			assert_memory_equal(page, zeros, sizeof(page));
	}
}

TEST(segments_in_physical_order_with_what_they_leave_out)
{
	struct kx_reader *reader;
	struct mkelf_load *load;
	struct mkelf model;

	mkelf_init(&model);
	load = mkelf_load(&model, 0, 0x10000);
	mkelf_bytes(&load->data, "x", 1);
	mkelf_bytes(&load->data, NULL, 0x1fff);
	load->memsz = 0x5000;
	/* Before it in memory, behind it in the file; the third one has the end of its zeros. */
	load = mkelf_load(&model, 0, 0x4000);
	mkelf_bytes(&load->data, "y", 0x1);
	mkelf_bytes(&load->data, NULL, 0xfff);
	load = mkelf_load(&model, 0, 0x14000);
	mkelf_bytes(&load->data, "z", 1);
	mkelf_bytes(&load->data, NULL, 0xfff);
	reader = open_written(&model);
	CHECK(reader, { 0x4000, 0x5000, KX_RUN_STORED }, { 0x10000, 0x12000, KX_RUN_STORED },
	      { 0x12000, 0x14000, KX_RUN_ZERO }, { 0x14000, 0x15000, KX_RUN_STORED });
	assert_reads_agree(reader, 0x20000);
	close_reader(reader);
	mkelf_done(&model);
}

TEST(a_run_can_be_asked_for_from_its_middle)
{
	struct kx_reader *reader;
	struct kx_err err = { "" };
	struct kx_run run;
	struct mkelf model;

	mkelf_init(&model);
	mkelf_bytes(&mkelf_load(&model, 0, 0x4000)->data, "0123456789", 10);
	reader = open_written(&model);
	CHECK(reader, { 0x4000, 0x400a, KX_RUN_STORED });
	assert_int_equal(kx_reader_next(reader, 0x4003, &run, &err), 1);
	assert_int_equal(run.start, 0x4003);
	assert_int_equal(run.end, 0x400a);
	assert_int_equal(kx_reader_next(reader, 0x400a, &run, &err), 0);
	assert_int_equal(kx_reader_next(reader, UINT64_MAX, &run, &err), 0);
	close_reader(reader);
	mkelf_done(&model);
}

TEST(what_a_cut_file_lacks_is_missing)
{
	struct memory_file file = memory_file();
	struct kx_reader *reader;
	struct mkelf model;

	model_kernel(&model);
	mkelf_write(&model, file.fd);
	/* The last segment is 0x3006 bytes at 16 MiB, in a file that ends where a page does. */
	assert_int_equal(ftruncate(file.fd, lseek(file.fd, 0, SEEK_END) - 0x1800), 0);
	reader = open_path(file.path);
	CHECK(reader, { 0x1000000, 0x1002800, KX_RUN_STORED },
	      { 0x1002800, 0x1003006, KX_RUN_MISSING }, { 0x2000000, 0x2008000, KX_RUN_STORED });
	close_reader(reader);
	close(file.fd);
	mkelf_done(&model);
}

TEST(holes_of_a_sparse_file_are_zeros)
{
	struct memory_file file = memory_file();
	static const uint8_t page[0x3000] = { 1 };
	struct kx_reader *reader;
	struct mkelf model;

	mkelf_init(&model);
	mkelf_load(&model, 0, GIB)->hole = 64 * (uint64_t)GIB;
	mkelf_write(&model, file.fd);
	mkelf_put(file.fd, page, sizeof(page), (uint64_t)lseek(file.fd, 0, SEEK_END) - GIB);
	reader = open_path(file.path);
	CHECK(reader, { GIB, 64 * (uint64_t)GIB, KX_RUN_ZERO },
	      { 64 * (uint64_t)GIB, 64 * (uint64_t)GIB + 0x3000, KX_RUN_STORED },
	      { 64 * (uint64_t)GIB + 0x3000, 65 * (uint64_t)GIB, KX_RUN_ZERO });
	close_reader(reader);
	close(file.fd);
	mkelf_done(&model);
}

TEST(no_page_of_an_unaligned_segment_is_of_two_kinds)
{
	static const enum kx_run_kind kind[] = { KX_RUN_STORED, KX_RUN_ZERO, KX_RUN_STORED,
						 KX_RUN_ZERO };
	struct memory_file file = memory_file();
	static const uint8_t page[0x3000] = { 1 };
	struct kx_run run = { 0, GIB, KX_RUN_ZERO };
	struct kx_reader *reader;
	struct mkelf model;

	/* It begins behind the notes, in a page of the file that is not a hole. */
	mkelf_init(&model);
	model.align = 256;
	mkelf_info(&model, "OSRELEASE=x");
	mkelf_load(&model, 0, GIB)->hole = 64 * (uint64_t)GIB;
	mkelf_write(&model, file.fd);
	mkelf_put(file.fd, page, sizeof(page), 32 * (uint64_t)GIB);
	reader = open_path(file.path);
	for (size_t i = 0; i < 4; i++) {
		uint64_t end = run.end;

		assert_true(next_whole(reader, end, &run));
		assert_int_equal(run.start, end);
		assert_int_equal(run.start % 4096, 0);
		assert_int_equal(run.kind, kind[i]);
		/* Three pages of the file are in four of memory. */
		if (i == 2)
			assert_int_equal(run.end - run.start, 0x4000);
	}
	assert_int_equal(run.end, 65 * (uint64_t)GIB);
	assert_false(next_whole(reader, run.end, &run));
	close_reader(reader);
	close(file.fd);
	mkelf_done(&model);
}

static struct memory_file kdump_file(const struct mkelf *model, const struct mkelf_kdump *how)
{
	struct memory_file file = memory_file();

	assert_true(mkelf_kdump(model, how, file.fd));
	return file;
}

TEST(both_bitmaps_tell_what_was_left_out)
{
	struct memory_file file, flat = memory_file();
	struct kx_reader *reader;
	struct mkelf model;
	uint8_t bits = 0x0a;

	model_kernel(&model);
	file = kdump_file(&model, &PLAIN);
	reader = open_path(file.path);
	CHECK(reader, { 0x1000000, 0x1004000, KX_RUN_STORED },
	      { 0x2000000, 0x2008000, KX_RUN_STORED });
	assert_reads_agree(reader, 0x2010000);
	close_reader(reader);
	/* Block 3 is the second bitmap: every other page at 16 MiB leaves the dump. */
	mkelf_put(file.fd, &bits, 1, 3 * 4096 + 16 * MIB / 4096 / 8);
	reader = open_path(file.path);
	CHECK(reader, { 0x1000000, 0x1001000, KX_RUN_MISSING },
	      { 0x1001000, 0x1002000, KX_RUN_STORED }, { 0x1002000, 0x1003000, KX_RUN_MISSING },
	      { 0x1003000, 0x1004000, KX_RUN_STORED }, { 0x2000000, 0x2008000, KX_RUN_STORED });
	close_reader(reader);
	mkelf_flatten(file.fd, flat.fd, 1000, false);
	reader = open_path(flat.path);
	CHECK(reader, { 0x1000000, 0x1001000, KX_RUN_MISSING },
	      { 0x1001000, 0x1002000, KX_RUN_STORED }, { 0x1002000, 0x1003000, KX_RUN_MISSING },
	      { 0x1003000, 0x1004000, KX_RUN_STORED }, { 0x2000000, 0x2008000, KX_RUN_STORED });
	close_reader(reader);
	close(file.fd);
	close(flat.fd);
	mkelf_done(&model);
}

TEST(pages_of_a_part_that_was_not_given_are_missing)
{
	const uint64_t bound[] = { 0, 0x1002, 0x2003, 0x2008 };
	struct memory_file file[3];
	struct kx_reader *reader;
	struct kx_err err = { "" };
	struct mkelf model;
	const char *path[3];

	model_kernel(&model);
	for (size_t i = 0; i < 3; i++) {
		struct mkelf_kdump how = PLAIN;

		how.split = true;
		how.start_pfn = bound[i];
		how.end_pfn = bound[i + 1];
		file[i] = kdump_file(&model, &how);
		path[2 - i] = file[i].path;
	}
	assert_int_equal(open_files(path, 3, &reader, &err), 0);
	CHECK(reader, { 0x1000000, 0x1004000, KX_RUN_STORED },
	      { 0x2000000, 0x2008000, KX_RUN_STORED });
	assert_reads_agree(reader, 0x2010000);
	close_reader(reader);
	/* Only the part in the middle, and only the others. */
	assert_int_equal(open_files(path + 1, 1, &reader, &err), 0);
	CHECK(reader, { 0x1000000, 0x1002000, KX_RUN_MISSING },
	      { 0x1002000, 0x1004000, KX_RUN_STORED }, { 0x2000000, 0x2003000, KX_RUN_STORED },
	      { 0x2003000, 0x2008000, KX_RUN_MISSING });
	close_reader(reader);
	path[1] = path[0];
	assert_int_equal(open_files(path + 1, 2, &reader, &err), 0);
	CHECK(reader, { 0x1000000, 0x1002000, KX_RUN_STORED },
	      { 0x1002000, 0x1004000, KX_RUN_MISSING }, { 0x2000000, 0x2003000, KX_RUN_MISSING },
	      { 0x2003000, 0x2008000, KX_RUN_STORED });
	close_reader(reader);
	for (size_t i = 0; i < 3; i++)
		close(file[i].fd);
	mkelf_done(&model);
}

TEST(random_bitmaps_are_what_reading_finds)
{
	uint64_t z = 1;

	for (int round = 0; round < 20; round++) {
		struct memory_file file;
		struct kx_reader *reader;
		struct mkelf model;
		uint64_t end = 0;

		mkelf_init(&model);
		for (int i = 0; i < 30; i++) {
			struct mkelf_load *load;

			z = z * 6364136223846793005 + 1442695040888963407;
			end += (z >> 60) * 4096 * (i == 20 ? 30000 : 1);
			load = mkelf_load(&model, 0, end);
			mkelf_bytes(&load->data, NULL, ((z >> 40 & 15) + 1) * 4096);
			end += load->data.len;
		}
		file = kdump_file(&model, &PLAIN);
		for (int i = 0; i < 10; i++) {
			uint8_t byte = (uint8_t)(z >> (8 + i));

			/* Pages that are in one bitmap only. */
			mkelf_put(file.fd, &byte, 1, 2 * 4096 + (uint64_t)i * 3);
		}
		reader = open_path(file.path);
		assert_reads_agree(reader, end + 0x4000);
		close_reader(reader);
		close(file.fd);
		mkelf_done(&model);
	}
}

/* Run after run to the end, however much the dump claims to have. */
static uint64_t count_runs(const char *path)
{
	struct kx_reader *reader = open_path(path);
	double start = processor_seconds();
	struct kx_err err = { "" };
	uint64_t count = 0, addr = 0;
	struct kx_run run;

	while (kx_reader_next(reader, addr, &run, &err) == 1) {
		addr = run.end;
		count++;
	}
	if (processor_seconds() - start > 1)
		fail_msg("%" PRIu64 " runs took %g s", count, processor_seconds() - start);
	close_reader(reader);
	return count;
}

TEST(holes_of_bitmaps_cost_nothing)
{
	struct memory_file file, flat = memory_file();
	struct mkelf_buffer number = { 0 }, record = { 0 };
	struct mkelf model;

	model_kernel(&model);
	file = kdump_file(&model, &PLAIN);
	/* 2^40 pages, whose bitmaps are a hole behind the end of the file. */
	mkelf_number(&number, false, 4, UINT32_MAX);
	mkelf_put(file.fd, number.base, 4, 436);
	number.len = 0;
	mkelf_number(&number, false, 8, UINT64_C(1) << 40);
	mkelf_put(file.fd, number.base, 8, 4096 + 96);
	assert_int_equal(ftruncate(file.fd, (off_t)(UINT64_C(1) << 45)), 0);
	assert_in_range(count_runs(file.path), 1, 1000);
	/* The same as a flattened file, where the hole is between records. */
	mkelf_bytes(&record, "makedumpfile\0\0\0\0", 16);
	mkelf_number(&record, true, 8, 1);
	mkelf_number(&record, true, 8, 1);
	mkelf_bytes(&record, NULL, 4096 - record.len);
	mkelf_number(&record, true, 8, 0);
	mkelf_number(&record, true, 8, 16384);
	mkelf_bytes(&record, NULL, 16384);
	assert_int_equal(pread(file.fd, record.base + record.len - 16384, 16384, 0), 16384);
	mkelf_number(&record, true, 8, UINT64_C(1) << 45);
	mkelf_number(&record, true, 8, 1);
	mkelf_bytes(&record, NULL, 1);
	mkelf_number(&record, true, 8, UINT64_MAX);
	mkelf_number(&record, true, 8, UINT64_MAX);
	mkelf_put(flat.fd, record.base, record.len, 0);
	assert_in_range(count_runs(flat.path), 1, 1000);
	free(number.base);
	free(record.base);
	close(file.fd);
	close(flat.fd);
	mkelf_done(&model);
}

/* Pages of memory at 1 MiB and, beyond a gap, 2 MiB: their numbers in each of their bytes. */
static struct kx_reader *pages_with_a_gap(size_t pages)
{
	struct kx_reader *reader;
	struct mkelf model;
	uint8_t page[4096];

	mkelf_init(&model);
	for (uint64_t at = MIB; at <= 2 * MIB; at += MIB) {
		struct mkelf_buffer *to = &mkelf_load(&model, 0xffff888000000000 + at, at)->data;

		for (size_t i = 0; i < pages; i++) {
			memset(page, (int)(at / MIB * 100 + i), sizeof(page));
			mkelf_bytes(to, page, sizeof(page));
		}
	}
	reader = open_written(&model);
	mkelf_done(&model);
	return reader;
}

/* 64 pages by one call of the system: what it costs says how many there were. */
TEST(pages_that_follow_each_other_are_read_at_once)
{
	enum { PAGES = 64, SIZE = PAGES * 4096 };
	struct kx_reader *reader = pages_with_a_gap(PAGES);
	uint8_t *bytes = malloc(SIZE + 4096);
	struct kx_err err = { "" };
	uint64_t before;

	for (size_t shift = 0; shift < 4096; shift += 1000) {
		before = kx_reader_work(reader);
		assert_int_equal(kx_reader_phys(reader, MIB + shift, bytes, SIZE - shift, &err), 0);
		/* The ends of a range that begins within a page go through the cache. */
		assert_in_range(kx_reader_work(reader) - before, SIZE - shift,
				SIZE + 4096 + 6 * KX_READER_STEP);
		for (size_t i = 0; i < SIZE - shift; i++)
			assert_int_equal(bytes[i], 100 + (i + shift) / 4096);
	}
	/* The page behind is not there: that is said, and those before it are still read. */
	assert_int_equal(kx_reader_phys(reader, MIB, bytes, SIZE + 4096, &err), -EFAULT);
	assert_says(&err, "0x140000 is not in the dump");
	assert_int_equal(kx_reader_phys(reader, MIB + SIZE - 4096, bytes, 4096, &err), 0);
	assert_int_equal(bytes[4095], 100 + PAGES - 1);
	free(bytes);
	close_reader(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_that_follow_each_other_are_read_at_once),
		cmocka_unit_test(segments_in_physical_order_with_what_they_leave_out),
		cmocka_unit_test(a_run_can_be_asked_for_from_its_middle),
		cmocka_unit_test(what_a_cut_file_lacks_is_missing),
		cmocka_unit_test(holes_of_a_sparse_file_are_zeros),
		cmocka_unit_test(no_page_of_an_unaligned_segment_is_of_two_kinds),
		cmocka_unit_test(both_bitmaps_tell_what_was_left_out),
		cmocka_unit_test(pages_of_a_part_that_was_not_given_are_missing),
		cmocka_unit_test(random_bitmaps_are_what_reading_finds),
		cmocka_unit_test(holes_of_bitmaps_cost_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
