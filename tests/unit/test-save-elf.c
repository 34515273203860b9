/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ELF files that are written: their headers, whatever the machine, and where its memory is. */
#include <elf.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "kx/elf.h"
#include "kx/save.h"
#include "kx/sums.h"
#include "tests/unit/dumping.h"

enum { PAGE = 4096 };

static int try_save(struct kx_reader *from, enum kx_save_format format, int fd,
		    struct kx_save_result *result, struct kx_err *err)
{
	const struct kx_save_options options = { .format = format, .list_limit = 1 << 20,
						 .jobs = 1 };
	struct kx_save_file target;

	kx_save_file_init(&target, fd);
	return kx_save(from->dump, &target.target, &options, result, err);
}

/* Like the file that it is in front of; where sums may not, it must not be written to twice. */
struct once {
	struct kx_save_target target;
	struct kx_save_file file;
	uint8_t *written;
};

enum { ONCE_MAX = 64 << 20 };

static int once_write(struct kx_save_target *target, const void *from, size_t len, uint64_t off)
{
	struct once *once = (struct once *)target;

	for (uint64_t at = off; at < off + len && at < ONCE_MAX; at++) {
		if (at >= KX_SUMS_HEAD && once->written[at])
			fail_msg("0x%" PRIx64 " is written again", at);
		once->written[at] = 1;
	}
	return once->file.target.write(&once->file.target, from, len, off);
}

static int once_sync(struct kx_save_target *target)
{
	(void)target;
	return 0;
}

/* @from as an ELF file, and its header and program headers. */
struct saved {
	struct memory_file file;
	struct kx_reader *reader;
	struct kx_save_result result;
	struct kx_elf head;
	struct kx_span table;
	uint8_t *bytes;
};

static void save_elf(struct kx_reader *from, struct saved *s)
{
	struct kx_err err = { "" };
	struct kx_span first;

	*s = (struct saved){ .file = memory_file() };
	if (try_save(from, KX_SAVE_ELF, s->file.fd, &s->result, &err) != 0)
		fail_msg("%s", err.text);
	s->reader = open_path(s->file.path);
	/* Headers and notes of all that is saved here. */
	first.len = 8 << 20;
	first.base = s->bytes = calloc(1, first.len);
	assert_true(pread(s->file.fd, s->bytes, first.len, 0) > 0);
	assert_int_equal(kx_elf_open(first, &s->head, &s->table, &err), 0);
}

static void saved_done(struct saved *s)
{
	close_reader(s->reader);
	close(s->file.fd);
	free(s->bytes);
}

/* Is there a PT_LOAD that has these addresses at its start? */
static bool has_load(const struct saved *s, uint64_t vaddr, uint64_t paddr)
{
	struct kx_elf_segment segment;

	for (uint64_t i = 0; kx_elf_segment(&s->head, s->table, i, &segment); i++) {
		if (segment.type == PT_LOAD && segment.vaddr == vaddr && segment.paddr == paddr)
			return true;
	}
	return false;
}

TEST(the_machine_is_the_same_in_each_class_and_order)
{
	static const struct {
		unsigned int width;
		bool big;
		uint16_t machine;
		uint64_t at;
		bool wide;
	} cell[] = {
		{ 8, false, EM_X86_64, 0x100000000, true }, { 8, true, EM_S390, 0, true },
		{ 4, false, EM_386, 0x100000, false },	    { 4, true, EM_PPC, 0, false },
		/* The last page but one that 32 bits have, and the last. */
		{ 4, false, EM_386, 0xffffd000, false },    { 4, false, EM_ARM, 0xffffe000, true },
	};

	for (size_t i = 0; i < sizeof(cell) / sizeof(cell[0]); i++) {
		struct kx_reader *from;
		struct mkelf model;
		struct saved s;
		char text[8] = "";
		struct kx_err err = { "" };

		mkelf_init(&model);
		model.width = cell[i].width;
		model.big_endian = cell[i].big;
		model.machine = cell[i].machine;
		model.cpus = 2;
		mkelf_info(&model, "PAGESIZE=%d", PAGE);
		mkelf_load(&model, 0, cell[i].at);
		mkelf_bytes(&model.load[0].data, "memory", 7);
		mkelf_bytes(&model.load[0].data, NULL, 2 * PAGE - 7);
		from = open_written(&model);
		save_elf(from, &s);
		assert_int_equal(s.head.wide, cell[i].wide);
		assert_int_equal(s.head.big_endian, cell[i].big);
		assert_int_equal(s.head.machine, cell[i].machine);
		assert_int_equal(s.head.flags, 0);
		/* Notes and one piece. */
		assert_int_equal(s.head.phnum, 2);
		assert_true(has_load(&s, 0, cell[i].at));
		assert_int_equal(kx_dump_cpus(s.reader->dump), 2);
		assert_int_equal(kx_dump_long_size(s.reader->dump),
				 kx_dump_long_size(from->dump));
		assert_int_equal(kx_reader_phys(s.reader, cell[i].at, text, 7, &err), 0);
		assert_string_equal(text, "memory");
		saved_done(&s);
		close_reader(from);
		mkelf_done(&model);
	}
}

TEST(more_pieces_than_the_header_can_count)
{
	enum { COUNT = 66000 };
	struct kx_reader *from;
	struct mkelf model;
	struct saved s;
	struct kx_err err = { "" };

	mkelf_init(&model);
	model.xnum = true;
	mkelf_info(&model, "PAGESIZE=%d", PAGE);
	for (uint64_t i = 0; i < COUNT; i++) {
		mkelf_load(&model, 0, 2 * i * PAGE);
		/* Every other one, so that nobody has to look far for the next hole. */
		if (i % 2 == 0)
			mkelf_number(&model.load[i].data, false, 8, i + 1);
		model.load[i].hole = PAGE - model.load[i].data.len;
	}
	from = open_written(&model);
	save_elf(from, &s);
	assert_int_equal(s.head.phnum, COUNT + 1);
	assert_false(kx_dump_incomplete(s.reader->dump));
	for (uint64_t i = 0; i < COUNT; i++) {
		uint64_t number;

		assert_int_equal(kx_reader_phys(s.reader, 2 * i * PAGE, &number, 8, &err), 0);
		assert_int_equal(number, i % 2 ? 0 : i + 1);
		assert_int_equal(kx_reader_phys(s.reader, (2 * i + 1) * PAGE, &number, 8, &err),
				 -EFAULT);
	}
	saved_done(&s);
	close_reader(from);
	mkelf_done(&model);
}

/* A run that grows while others are told, far behind the first headers. */
TEST(nothing_that_has_a_sum_is_written_twice)
{
	enum { COUNT = 3000, LAST = 40000 };
	const struct kx_save_options options = { .format = KX_SAVE_ELF, .list_limit = 1 << 20,
						 .interval = 1 };
	struct memory_file file = memory_file();
	struct once once = { .target = { .write = once_write, .sync = once_sync } };
	struct kx_save_result result;
	struct kx_err err = { "" };
	struct kx_reader *from, *saved;
	struct mkelf model;
	uint64_t number;

	mkelf_init(&model);
	model.xnum = true;
	mkelf_info(&model, "PAGESIZE=%d", PAGE);
	for (uint64_t i = 0; i < COUNT; i++)
		mkelf_load(&model, 0, 2 * i * PAGE)->hole = PAGE;
	mkelf_load(&model, 0, UINT64_C(2) * COUNT * PAGE)->hole = (uint64_t)LAST * PAGE;
	from = open_written(&model);
	once.written = calloc(1, ONCE_MAX);
	kx_save_file_init(&once.file, file.fd);
	assert_int_equal(kx_save(from->dump, &once.target, &options, &result, &err), 0);
	assert_int_equal(result.written, COUNT + LAST);
	saved = open_path(file.path);
	assert_false(kx_dump_incomplete(saved->dump));
	assert_int_equal(kx_reader_phys(saved, (2 * COUNT + LAST - 1) * UINT64_C(4096), &number, 8,
					&err), 0);
	close_reader(saved);
	close_reader(from);
	close(file.fd);
	free(once.written);
	mkelf_done(&model);
}

TEST(more_pieces_than_readers_take_are_refused)
{
	struct memory_file file = memory_file();
	struct kx_save_result result;
	struct kx_err err = { "" };
	struct kx_reader *from;
	struct mkelf model;

	mkelf_init(&model);
	model.align = 1;
	model.xnum = true;
	mkelf_info(&model, "PAGESIZE=%d", PAGE);
	for (uint64_t i = 0; i + 1 < KX_DUMP_SEGMENTS_MAX; i++)
		mkelf_load(&model, 0, 2 * i * PAGE)->memsz = PAGE;
	from = open_written(&model);
	assert_int_equal(try_save(from, KX_SAVE_ELF, file.fd, &result, &err), -EOVERFLOW);
	assert_says(&err, "a kdump-compressed one has no such limit");
	assert_int_equal(lseek(file.fd, 0, SEEK_END), 0);
	close_reader(from);
	close(file.fd);
	mkelf_done(&model);
}

/* As an ELF file says it; as page tables say it that are in a dump of another format. */
TEST(image_and_direct_map_are_where_they_were)
{
	struct memory_file file = memory_file();
	struct kx_reader *from, *kdump;
	struct kx_save_result result;
	struct kx_err err = { "" };
	struct mkelf model;
	struct saved s;

	model_kernel(&model);
	from = open_written(&model);
	save_elf(from, &s);
	assert_int_equal(s.head.phnum, 3);
	assert_true(has_load(&s, IMAGE_VIRT, IMAGE_PHYS));
	assert_true(has_load(&s, DIRECT + (16 << 20), 16 << 20));
	assert_release(s.reader);
	saved_done(&s);

	assert_int_equal(try_save(from, KX_SAVE_KDUMP, file.fd, &result, &err), 0);
	kdump = open_path(file.path);
	save_elf(kdump, &s);
	assert_true(has_load(&s, IMAGE_VIRT, IMAGE_PHYS));
	assert_true(has_load(&s, DIRECT + IMAGE_PHYS, IMAGE_PHYS));
	assert_true(has_load(&s, DIRECT + (16 << 20), 16 << 20));
	assert_release(s.reader);
	saved_done(&s);
	close_reader(kdump);
	close_reader(from);
	close(file.fd);
	mkelf_done(&model);
}

TEST(zeros_take_no_room_and_are_there)
{
	enum { COUNT = 1000 };
	struct kx_reader *from;
	struct mkelf model;
	struct stat st;
	struct saved s;

	mkelf_init(&model);
	mkelf_info(&model, "PAGESIZE=%d", PAGE);
	mkelf_load(&model, 0, 0)->hole = (uint64_t)COUNT * PAGE;
	/* Too few to be worth a hole, data, and enough at the end. */
	mkelf_bytes(&model.load[0].data, NULL, 3 * PAGE);
	mkelf_bytes(&model.load[0].data, "data", 4);
	mkelf_bytes(&model.load[0].data, NULL, PAGE - 4);
	from = open_written(&model);
	save_elf(from, &s);
	assert_int_equal(s.result.zero, COUNT + 3);
	assert_int_equal(s.result.written, COUNT + 4);
	assert_int_equal(fstat(s.file.fd, &st), 0);
	/* The file has its last byte. */
	assert_true((uint64_t)st.st_size >= (COUNT + 4) * PAGE && st.st_blocks * 512 < 100 * PAGE);
	assert_false(kx_dump_incomplete(s.reader->dump));
	for (uint64_t pfn = 0; pfn < COUNT + 4; pfn++) {
		uint8_t page[PAGE], zeros[PAGE] = { 0 };
		struct kx_err err = { "" };

		if (pfn == 3)
			memcpy(zeros, "data", 4);
		assert_int_equal(kx_reader_phys(s.reader, pfn * PAGE, page, PAGE, &err), 0);
		assert_memory_equal(page, zeros, PAGE);
	}
	saved_done(&s);
	close_reader(from);
	mkelf_done(&model);
}

TEST(pages_of_an_elf_file_are_not_compressed)
{
	const struct kx_save_options options = { .format = KX_SAVE_ELF,
						 .codec = KX_PAGE_CODEC_ZLIB };
	struct kx_save_file target;
	struct kx_save_result result;
	struct kx_err err = { "" };
	struct kx_reader *from;
	struct mkelf model;

	kx_save_file_init(&target, -1);
	model_kernel(&model);
	from = open_written(&model);
	assert_int_equal(kx_save(from->dump, &target.target, &options, &result, &err), -EINVAL);
	assert_says(&err, "ELF has no compressed pages");
	close_reader(from);
	mkelf_done(&model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_machine_is_the_same_in_each_class_and_order),
		cmocka_unit_test(more_pieces_than_the_header_can_count),
		cmocka_unit_test(nothing_that_has_a_sum_is_written_twice),
		cmocka_unit_test(more_pieces_than_readers_take_are_refused),
		cmocka_unit_test(image_and_direct_map_are_where_they_were),
		cmocka_unit_test(zeros_take_no_room_and_are_there),
		cmocka_unit_test(pages_of_an_elf_file_are_not_compressed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
