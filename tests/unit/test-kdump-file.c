/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a saved dump has around its pages, in its bytes (the format's version 6) and as the reader
 * sees it: headers, notes, bitmaps, and how large all that can be.
 */
#include <elf.h>
#include <inttypes.h>

#include "kx/bytes.h"
#include "kx/save.h"
#include "tests/unit/dumping.h"

/* struct disk_dump_header of 64-bit machines, and the sub-header in the next block. */
enum {
	HEADER_VERSION = 8, UTSNAME = 12, UTS = 65, RELEASE_AT = UTSNAME + 2 * UTS,
	MACHINE_AT = UTSNAME + 4 * UTS, TIMESTAMP = 408, STATUS = 424, BLOCK_SIZE = 428,
	SUB_BLOCKS = 432, BITMAP_BLOCKS = 436, MAX_MAPNR = 440, NR_CPUS = 460,
	PHYS_BASE = 0, LEVEL = 8, INFO_OFFSET = 32, INFO_SIZE = 40, NOTE_OFFSET = 48,
	NOTE_SIZE = 56, MAX_PFN = 96, SUB_HEADER = 104,
};

enum { PAGE = 4096 };

static void *read_file(int fd, void *to, size_t len, uint64_t off)
{
	assert_int_equal(pread(fd, to, len, (off_t)off), (ssize_t)len);
	return to;
}

static uint64_t number(int fd, uint64_t off, unsigned int width, bool big_endian)
{
	uint8_t bytes[8];

	return kx_get(read_file(fd, bytes, width, off), width, big_endian);
}

/* Save @model; the file is the caller's. */
static struct memory_file saved(const struct mkelf *model, unsigned int level,
				struct kx_save_result *result)
{
	const struct kx_save_options options = { .level = level, .list_limit = 1 << 20 };
	struct kx_reader *from = open_written(model);
	struct memory_file file = memory_file();
	struct kx_err err = { "" };
	struct kx_save_file target;

	kx_save_file_init(&target, file.fd);
	if (kx_save(from->dump, &target.target, &options, result, &err) != 0)
		fail_msg("%s %s", err.text, result->incomplete);
	close_reader(from);
	return file;
}

/* Append @count pages at @addr, each with its number in it. */
static void add_pages(struct mkelf *model, uint64_t addr, size_t count, size_t page)
{
	struct mkelf_load *load = mkelf_load(model, 0, addr);

	for (size_t i = 0; i < count; i++) {
		mkelf_number(&load->data, false, 8, addr + i * page + 1);
		mkelf_bytes(&load->data, NULL, page - 8);
	}
}

TEST(headers_say_what_is_known_of_the_machine)
{
	for (int big = 0; big < 2; big++) {
		struct kx_save_result result;
		struct memory_file file;
		struct mkelf model;
		char text[UTS];

		mkelf_init(&model);
		model.big_endian = big;
		if (big)
			model.machine = EM_PPC64;
		model.cpus = 3;
		mkelf_info(&model, "OSRELEASE=6.1.0-test");
		mkelf_info(&model, "PAGESIZE=%d", PAGE);
		mkelf_info(&model, "CRASHTIME=1700000000");
		mkelf_info(&model, "NUMBER(phys_base)=-4096");
		add_pages(&model, 16 * PAGE, 9, PAGE);
		file = saved(&model, KX_LEVEL_FREE, &result);

		assert_memory_equal(read_file(file.fd, text, 8, 0), "KDUMP   ", 8);
		assert_int_equal(number(file.fd, HEADER_VERSION, 4, big), 6);
		assert_string_equal(read_file(file.fd, text, UTS, UTSNAME), "Linux");
		assert_string_equal(read_file(file.fd, text, UTS, RELEASE_AT), "6.1.0-test");
		assert_string_equal(read_file(file.fd, text, UTS, MACHINE_AT),
				    big ? "ppc64" : "x86_64");
		assert_int_equal(number(file.fd, TIMESTAMP, 8, big), 1700000000);
		assert_int_equal(number(file.fd, STATUS, 4, big), 0);
		assert_int_equal(number(file.fd, BLOCK_SIZE, 4, big), PAGE);
		assert_int_equal(number(file.fd, SUB_BLOCKS, 4, big), 1);
		assert_int_equal(number(file.fd, BITMAP_BLOCKS, 4, big), 2);
		assert_int_equal(number(file.fd, MAX_MAPNR, 4, big), 25);
		assert_int_equal(number(file.fd, NR_CPUS, 4, big), 3);
		assert_true(number(file.fd, PAGE + PHYS_BASE, 8, big) == (uint64_t)-4096);
		assert_int_equal(number(file.fd, PAGE + LEVEL, 4, big), KX_LEVEL_FREE);
		assert_int_equal(number(file.fd, PAGE + MAX_PFN, 8, big), 25);
		close(file.fd);
		mkelf_done(&model);
	}
}

/*
 * No block more than the pages need: makedumpfile expects the second bitmap where it would have put
 * it (seen with 1.7.2, which then failed to filter).
 */
TEST(bitmaps_have_the_blocks_that_their_pages_need)
{
	enum { BITS = 8 * PAGE };
	static const uint64_t count[] = { 1, 8, BITS - 1, BITS, BITS + 1, 7 * BITS, 7 * BITS + 1 };

	for (size_t i = 0; i < sizeof(count) / sizeof(count[0]); i++) {
		uint64_t blocks = (count[i] + BITS - 1) / BITS;
		struct kx_save_result result;
		struct kx_reader *again;
		struct memory_file file;
		struct kx_err err = { "" };
		struct mkelf model;
		uint8_t page[PAGE];

		mkelf_init(&model);
		mkelf_info(&model, "PAGESIZE=%d", PAGE);
		add_pages(&model, (count[i] - 1) * PAGE, 1, PAGE);
		file = saved(&model, 0, &result);
		assert_int_equal(number(file.fd, BITMAP_BLOCKS, 4, false), 2 * blocks);
		again = open_path(file.path);
		assert_int_equal(kx_reader_phys(again, (count[i] - 1) * PAGE, page, PAGE, &err), 0);
		assert_int_equal(kx_get(page, 8, false), (count[i] - 1) * PAGE + 1);
		close_reader(again);
		close(file.fd);
		mkelf_done(&model);
	}
}

/* utsname as it was in the kernel's memory, whoever filled it; its last byte is always a zero. */
TEST(names_of_the_machine_are_the_kernels_own)
{
	enum { NAMES = 6 * UTS, AT = 4 };
	struct kx_save_result result;
	struct memory_file file;
	struct mkelf model;
	uint8_t names[NAMES], found[NAMES];
	struct mkelf_load *load;

	mkelf_init(&model);
	mkelf_info(&model, "OSRELEASE=other");
	mkelf_info(&model, "PAGESIZE=%d", PAGE);
	mkelf_info(&model, "SYMBOL(init_uts_ns)=%" PRIx64, DIRECT);
	mkelf_info(&model, "OFFSET(uts_namespace.name)=%d", AT);
	load = mkelf_load(&model, DIRECT, 0);
	memset(names, 'n', sizeof(names));
	mkelf_number(&load->data, false, AT, 1);
	mkelf_bytes(&load->data, names, sizeof(names));
	mkelf_bytes(&load->data, NULL, PAGE - AT - NAMES);
	file = saved(&model, 0, &result);
	for (size_t i = UTS - 1; i < NAMES; i += UTS)
		names[i] = 0;
	assert_memory_equal(read_file(file.fd, found, NAMES, UTSNAME), names, NAMES);
	/* No processor saved its registers, and there was one. */
	assert_int_equal(number(file.fd, NR_CPUS, 4, false), 1);
	close(file.fd);
	mkelf_done(&model);
}

/* A release that is too long for its field is not cut to another one. */
TEST(a_release_that_has_no_room_is_left_out)
{
	for (int len = UTS - 1; len <= UTS; len++) {
		struct kx_save_result result;
		struct memory_file file;
		struct mkelf model;
		char text[UTS];

		mkelf_init(&model);
		mkelf_info(&model, "OSRELEASE=%0*d", len, 1);
		mkelf_info(&model, "PAGESIZE=%d", PAGE);
		add_pages(&model, 0, 1, PAGE);
		file = saved(&model, 0, &result);
		read_file(file.fd, text, UTS, RELEASE_AT);
		assert_int_equal(strnlen(text, UTS), len < UTS ? len : 0);
		close(file.fd);
		mkelf_done(&model);
	}
}

/* More than is read at a time; where VMCOREINFO is in them is said. */
TEST(notes_of_many_processors_are_all_there)
{
	enum { CPUS = 400 };
	struct mkelf_buffer notes = { .len = 0 };
	struct kx_save_result result;
	struct memory_file file;
	struct mkelf model;
	uint64_t info_at, info_size;
	uint8_t *found;

	mkelf_init(&model);
	model.cpus = CPUS;
	model.pc = 0x1234;
	mkelf_info(&model, "PAGESIZE=%d", PAGE);
	add_pages(&model, 0, 3, PAGE);
	mkelf_notes(&model, &notes);
	assert_true(notes.len > 65536);
	file = saved(&model, 0, &result);
	assert_int_equal(number(file.fd, PAGE + NOTE_OFFSET, 8, false), PAGE + SUB_HEADER);
	assert_int_equal(number(file.fd, PAGE + NOTE_SIZE, 8, false), notes.len);
	assert_int_equal(number(file.fd, SUB_BLOCKS, 4, false),
			 (SUB_HEADER + notes.len + PAGE - 1) / PAGE);
	found = malloc(notes.len);
	read_file(file.fd, found, notes.len, PAGE + SUB_HEADER);
	assert_memory_equal(found, notes.base, notes.len);
	info_at = number(file.fd, PAGE + INFO_OFFSET, 8, false);
	info_size = number(file.fd, PAGE + INFO_SIZE, 8, false);
	assert_int_equal(info_size, model.info.len);
	assert_memory_equal(read_file(file.fd, found, info_size, info_at), model.info.base,
			    info_size);
	assert_int_equal(number(file.fd, NR_CPUS, 4, false), CPUS);
	free(found);
	free(notes.base);
	close(file.fd);
	mkelf_done(&model);
}

static unsigned int judge(struct kx_reader *reader, void *data)
{
	(void)reader, (void)data;
	return 1;
}

/* VMCOREINFO that was found in memory gets a note of its own, and the others stay. */
TEST(what_was_found_in_memory_becomes_a_note)
{
	static const char text[] = "OSRELEASE=6.1.0-test\nPAGESIZE=4096\n"
				   "SYMBOL(init_uts_ns)=0\nSYMBOL(prb)=ffff888000000000\n"
				   "KERNELOFFSET=0\n";
	const struct kx_save_options options = { .list_limit = 1 << 20 };

	/* Lengths that leave 0 to 3 bytes to pad, in both byte orders. */
	for (size_t i = 0; i < 8; i++) {
		const size_t cut = i % 4;
		struct memory_file file = memory_file();
		struct kx_reader *from, *again;
		struct kx_save_result result;
		struct kx_err err = { "" };
		struct kx_save_file target;
		struct mkelf_load *load;
		struct mkelf model;
		struct mkelf_buffer notes = { .len = 0 };
		struct kx_span info;
		uint8_t *found;

		mkelf_init(&model);
		model.cpus = 2;
		model.big_endian = i >= 4;
		model.machine = model.big_endian ? EM_S390 : EM_X86_64;
		load = mkelf_load(&model, DIRECT, 0);
		mkelf_bytes(&load->data, NULL, 8 * PAGE);
		memcpy(load->data.base + 4 * PAGE, text, sizeof(text) - 1);
		for (size_t j = 0; j < cut; j++)
			mkelf_set(&load->data, 4 * PAGE + sizeof(text) - 2 + j, false, 2,
				  j + 1 < cut ? 0x3030 : 0x0a30);
		from = open_written(&model);
		assert_int_equal(kx_dump_search(from->dump, judge, NULL, &err), 1);
		assert_true(kx_dump_place(from->dump)->in_memory);
		kx_save_file_init(&target, file.fd);
		if (kx_save(from->dump, &target.target, &options, &result, &err) != 0)
			fail_msg("%s", err.text);
		again = open_path(file.path);
		info = kx_dump_vmcoreinfo(from->dump)->text;
		assert_false(kx_dump_place(again->dump)->in_memory);
		assert_int_equal(kx_dump_vmcoreinfo(again->dump)->text.len, info.len);
		assert_memory_equal(kx_dump_vmcoreinfo(again->dump)->text.base, info.base,
				    info.len);
		assert_int_equal(kx_dump_cpus(again->dump), 2);
		/* As if there had been a note. */
		mkelf_bytes(&model.info, info.base, info.len);
		mkelf_notes(&model, &notes);
		assert_int_equal(kx_dump_notes_size(again->dump), notes.len);
		found = malloc(notes.len);
		assert_int_equal(kx_dump_notes_read(again->dump, 0, found, notes.len, &err), 0);
		assert_memory_equal(found, notes.base, notes.len);
		free(found);
		free(notes.base);
		close_reader(again);
		close_reader(from);
		close(file.fd);
		mkelf_done(&model);
	}
}

/* What program headers say of notes, be there several, is cut to what the file has. */
TEST(notes_are_no_more_than_the_file_is)
{
	enum { PHDR = 64, PHDR_SIZE = 56, TYPE = 0, OFFSET = 8, FILESZ = 32, CPUS = 100 };
	static const struct {
		/* Of the first program header and of the second, which is one of memory. */
		uint64_t filesz, again;
	} said[] = { { UINT64_C(1) << 40, 0 }, { UINT64_MAX, 0 }, { 0, 1 }, { 0, UINT64_MAX } };

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		struct memory_file file = memory_file();
		struct mkelf_buffer notes = { .len = 0 };
		struct kx_err err = { "" };
		struct kx_reader *reader;
		struct mkelf model;
		uint64_t size, off;
		uint8_t *bytes;

		mkelf_init(&model);
		model.cpus = CPUS;
		mkelf_info(&model, "PAGESIZE=%d", PAGE);
		add_pages(&model, 0, 1, PAGE);
		add_pages(&model, 16 * PAGE, 1, PAGE);
		mkelf_notes(&model, &notes);
		mkelf_write(&model, file.fd);
		size = (uint64_t)lseek(file.fd, 0, SEEK_END);
		off = number(file.fd, PHDR + OFFSET, 8, false);
		assert_int_equal(number(file.fd, PHDR + TYPE, 4, false), PT_NOTE);
		if (said[i].filesz)
			mkelf_put(file.fd, &said[i].filesz, 8, PHDR + FILESZ);
		if (said[i].again) {
			uint64_t len = said[i].again == 1 ? notes.len : said[i].again;
			uint32_t type = PT_NOTE;

			mkelf_put(file.fd, &type, 4, PHDR + PHDR_SIZE + TYPE);
			mkelf_put(file.fd, &off, 8, PHDR + PHDR_SIZE + OFFSET);
			mkelf_put(file.fd, &len, 8, PHDR + PHDR_SIZE + FILESZ);
		}
		reader = open_path(file.path);
		/* As often as they are named, while there are bytes for them. */
		assert_int_equal(kx_dump_notes_size(reader->dump),
				 said[i].filesz ? size - off : notes.len);
		bytes = malloc(size);
		assert_int_equal(kx_dump_notes_read(reader->dump, 0, bytes, notes.len, &err), 0);
		assert_memory_equal(bytes, notes.base, notes.len);
		free(bytes);
		free(notes.base);
		close_reader(reader);
		close(file.fd);
		mkelf_done(&model);
	}
}

/* Runs that begin and end within bytes of the bitmaps, and where pieces of these end. */
TEST(memory_is_where_it_was)
{
	/* Of pages: a part of a bitmap is 2^19 of them, a byte 8. */
	static const uint64_t runs[][2] = {
		{ 3, 5 }, { 7, 9 }, { 16, 32 }, { 33, 47 }, { 63, 64 },
		{ 0x7fff5, 0x80000 }, { 0x80008, 0x80009 }, { 0xffffd, 0x100007 },
		{ 0x280000, 0x280001 },
	};
	enum { RUNS = sizeof(runs) / sizeof(runs[0]) };
	struct kx_save_result result;
	struct kx_reader *reader;
	struct memory_file file;
	struct kx_err err = { "" };
	struct kx_run run = { .end = 0 };
	struct mkelf model;

	mkelf_init(&model);
	mkelf_info(&model, "PAGESIZE=%d", PAGE);
	for (size_t i = 0; i < RUNS; i++)
		add_pages(&model, runs[i][0] * PAGE, runs[i][1] - runs[i][0], PAGE);
	file = saved(&model, 0, &result);
	reader = open_path(file.path);
	for (size_t i = 0; i < RUNS; i++) {
		for (uint64_t pfn = runs[i][0]; pfn < runs[i][1]; pfn++) {
			uint8_t bytes[8];

			if (kx_reader_phys(reader, pfn * PAGE, bytes, 8, &err) < 0)
				fail_msg("page 0x%" PRIx64 ": %s", pfn, err.text);
			assert_int_equal(kx_get(bytes, 8, false), pfn * PAGE + 1);
		}
		/* A run may go on in the next one. */
		for (uint64_t at = runs[i][0] * PAGE; at < runs[i][1] * PAGE; at = run.end) {
			assert_int_equal(kx_reader_next(reader, run.end, &run, &err), 1);
			assert_int_equal(run.kind, KX_RUN_STORED);
			assert_int_equal(run.start, at);
		}
		assert_int_equal(run.end, runs[i][1] * PAGE);
	}
	assert_int_equal(kx_reader_next(reader, run.end, &run, &err), 0);
	close_reader(reader);
	close(file.fd);
	mkelf_done(&model);
}

TEST(pages_have_the_size_of_the_kernels)
{
	static const size_t size[] = { 1024, 4096, 65536, 256 << 10 };

	for (size_t i = 0; i < sizeof(size) / sizeof(size[0]); i++) {
		enum { COUNT = 7 };
		struct kx_save_result result;
		struct kx_reader *reader;
		struct memory_file file;
		struct kx_err err = { "" };
		struct mkelf model;
		uint8_t *zeros = calloc(1, size[i]), *page = malloc(size[i]);

		mkelf_init(&model);
		mkelf_info(&model, "PAGESIZE=%zu", size[i]);
		add_pages(&model, 0, COUNT, size[i]);
		/* Of zeros: nothing is behind the page that stands for them. */
		memset(model.load[0].data.base, 0, COUNT * size[i]);
		file = saved(&model, KX_LEVEL_ZERO, &result);
		assert_int_equal(result.zero, COUNT);
		assert_int_equal(result.written, COUNT);
		assert_int_equal(result.bytes, lseek(file.fd, 0, SEEK_END));
		reader = open_path(file.path);
		for (uint64_t at = 0; at < COUNT; at++) {
			if (kx_reader_phys(reader, at * size[i], page, size[i], &err) < 0)
				fail_msg("page size %zu: %s", size[i], err.text);
			assert_memory_equal(page, zeros, size[i]);
		}
		free(zeros);
		free(page);
		close_reader(reader);
		close(file.fd);
		mkelf_done(&model);
	}
}

/* They would be pages of a size that no reader takes. */
TEST(sizes_of_pages_that_no_kernel_has_are_refused)
{
	static const char *const size[] = { "", "0", "512", "3000", "524288", "1048576", "4096x" };
	const struct kx_save_options options = { .list_limit = 1 << 20 };

	for (size_t i = 0; i < sizeof(size) / sizeof(size[0]); i++) {
		struct memory_file file = memory_file();
		struct kx_save_result result;
		struct kx_err err = { "" };
		struct kx_save_file target;
		struct kx_reader *from;
		struct mkelf model;

		mkelf_init(&model);
		mkelf_info(&model, "PAGESIZE=%s", size[i]);
		add_pages(&model, 0, 1, 1 << 20);
		from = open_written(&model);
		kx_save_file_init(&target, file.fd);
		assert_int_equal(kx_save(from->dump, &target.target, &options, &result, &err),
				 -ENODATA);
		assert_says(&err, "does not say its page size");
		assert_int_equal(lseek(file.fd, 0, SEEK_END), 0);
		close_reader(from);
		close(file.fd);
		mkelf_done(&model);
	}
}

/* What readers refuse is not written: they take 2^40 pages. */
TEST(memory_beyond_52_bits_is_refused)
{
	static const struct {
		uint64_t addr;
		int rc;
	} at[] = {
		{ (UINT64_C(1) << 52) - PAGE, 0 }, { UINT64_C(1) << 52, -EOVERFLOW },
		/* Here the numbers of blocks are more than the header has bits for. */
		{ UINT64_C(1) << 58, -EOVERFLOW }, { UINT64_C(1) << 63, -EOVERFLOW },
	};
	const struct kx_save_options options = { .list_limit = 1 << 20 };

	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		struct memory_file file = memory_file();
		struct kx_save_result result;
		struct kx_err err = { "" };
		struct kx_save_file target;
		struct kx_reader *from;
		struct mkelf model;
		int rc;

		mkelf_init(&model);
		mkelf_info(&model, "PAGESIZE=%d", PAGE);
		add_pages(&model, at[i].addr, 1, PAGE);
		from = open_written(&model);
		kx_save_file_init(&target, file.fd);
		target.target.reserve = NULL;
		rc = kx_save(from->dump, &target.target, &options, &result, &err);
		if (rc != at[i].rc)
			fail_msg("0x%" PRIx64 ": %d, %s", at[i].addr, rc, err.text);
		if (rc < 0) {
			assert_says(&err, "more than the format has room for");
			assert_int_equal(lseek(file.fd, 0, SEEK_END), 0);
		} else {
			close_reader(open_path(file.path));
		}
		close_reader(from);
		close(file.fd);
		mkelf_done(&model);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_say_what_is_known_of_the_machine),
		cmocka_unit_test(bitmaps_have_the_blocks_that_their_pages_need),
		cmocka_unit_test(names_of_the_machine_are_the_kernels_own),
		cmocka_unit_test(a_release_that_has_no_room_is_left_out),
		cmocka_unit_test(notes_of_many_processors_are_all_there),
		cmocka_unit_test(what_was_found_in_memory_becomes_a_note),
		cmocka_unit_test(notes_are_no_more_than_the_file_is),
		cmocka_unit_test(memory_is_where_it_was),
		cmocka_unit_test(pages_have_the_size_of_the_kernels),
		cmocka_unit_test(sizes_of_pages_that_no_kernel_has_are_refused),
		cmocka_unit_test(memory_beyond_52_bits_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
