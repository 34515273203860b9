/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMCOREINFO in the dumped memory, for dumps without a note: what counts, and which of several. */
#include <elf.h>
#include <inttypes.h>

#include "kx/printk.h"
#include "tests/tools/mkprb.h"
#include "tests/unit/dumping.h"

enum { FORMATS = 3, PIECE = 256 << 10 };

#define TIB (UINT64_C(1) << 40)

/* A machine's memory without a note, and the kernels in it. */
struct machine {
	struct mkelf model;
	struct mkelf_load *ram;
};

/* All of it is one piece of memory. */
static void start(struct machine *machine, size_t size)
{
	mkelf_init(&machine->model);
	machine->model.cpus = 2;
	machine->ram = mkelf_load(&machine->model, 0, 0);
	mkelf_bytes(&machine->ram->data, NULL, size);
}

static void put(struct machine *machine, uint64_t at, const void *bytes, size_t len)
{
	assert_true(at + len <= machine->ram->data.len);
	memcpy(machine->ram->data.base + at, bytes, len);
}

static void put_text(struct machine *machine, uint64_t at, const char *text)
{
	put(machine, at, text, strlen(text));
}

/* A kernel called @release with @records records in its log, whose image is at @phys. */
static struct mkprb *kernel(const char *release, unsigned int records, uint64_t phys)
{
	struct mkprb_params params = { .word = 8, .count_bits = 6, .size_bits = 12 };
	struct mkprb *m;

	params.release = release;
	m = mkprb_new(&params);
	assert_non_null(m);
	for (unsigned int i = 0; i < records; i++) {
		struct mkprb_record record = { .ts_nsec = i, .level = 6, .len = 5 };

		memcpy(record.text, "hello", 5);
		assert_true(mkprb_add(m, &record));
	}
	/* The image is linked at 16 MiB above the start of its addresses. */
	mkprb_say(m, "NUMBER(phys_base)=%" PRId64, (int64_t)(phys - 16 * MIB));
	m->info[m->info_len] = '\0';
	return m;
}

/* Its image, and its text at @at. */
static void put_kernel(struct machine *machine, struct mkprb *m, uint64_t phys, uint64_t at)
{
	put(machine, phys, m->memory, m->size);
	put_text(machine, at, m->info);
}

static struct kx_dump *open_as(const struct mkelf *model, int format)
{
	struct memory_file file = memory_file(), plain = memory_file();
	struct mkelf_kdump how = { .version = 6, .block_size = 4096 };
	struct kx_err err = { "" };
	const char *path = file.path;
	struct kx_dump *dump;

	if (format == 0)
		mkelf_write(model, file.fd);
	else if (format == 1)
		assert_true(mkelf_kdump(model, &how, file.fd));
	else
		mkelf_write(model, plain.fd);
	if (format == 2)
		mkelf_flatten(plain.fd, file.fd, 65536, true);
	if (kx_dump_open(&dump, &path, 1, &err) < 0)
		fail_msg("%s", err.text);
	close(file.fd);
	close(plain.fd);
	return dump;
}

static int no_record(const struct kx_printk_record *record, void *data)
{
	(void)record, (void)data;
	return 0;
}

static uint64_t count_records(struct kx_dump *dump)
{
	struct kx_printk_stats stats;
	struct kx_err err = { "" };
	struct kx_reader *reader;

	assert_int_equal(kx_reader_new(dump, &reader, &err), 0);
	assert_int_equal(kx_printk_each(reader, false, no_record, NULL, &stats, &err), 0);
	kx_reader_free(reader);
	return stats.records;
}

/* The text at @at is found, of a kernel with @records records; @others hold up, too. */
static void assert_found(const struct machine *machine, uint64_t at, uint64_t records,
			 size_t others)
{
	for (int format = 0; format < FORMATS; format++) {
		struct kx_dump *dump = open_as(&machine->model, format);
		struct kx_err err = { "" };

		if (kx_printk_locate(dump, &err) < 0)
			fail_msg("format %d: %s", format, err.text);
		assert_true(kx_dump_place(dump)->in_memory);
		assert_int_equal(kx_dump_place(dump)->addr, at);
		assert_int_equal(kx_dump_place(dump)->others, others);
		assert_int_equal(count_records(dump), records);
		kx_dump_close(dump);
	}
}

static void assert_lost(const struct machine *machine, const char *says)
{
	for (int format = 0; format < FORMATS; format++) {
		struct kx_dump *dump = open_as(&machine->model, format);
		size_t len = kx_dump_vmcoreinfo(dump)->text.len;
		struct kx_err err = { "" };

		assert_int_equal(kx_printk_locate(dump, &err), -ENODATA);
		assert_says(&err, says);
		/* All is as before. */
		assert_int_equal(kx_dump_vmcoreinfo(dump)->text.len, len);
		assert_false(kx_dump_place(dump)->in_memory);
		kx_dump_close(dump);
	}
}

/* Wherever it lies in what is read at once: at the ends of pages and pieces, and across them. */
TEST(text_is_found_wherever_it_lies)
{
	static const uint64_t at[] = {
		0x200000,	      0x200018,		     0x200fff,
		PIECE - 5,	      PIECE - 9,	     PIECE - 10,
		PIECE - 11,	      2 * PIECE - 2000,	     PIECE + KX_VMCOREINFO_MAX - 7,
		2 * PIECE - 1,	      0,		     3 * PIECE + KX_VMCOREINFO_MAX - 100,
		KX_VMCOREINFO_MAX - 3, 2 * KX_VMCOREINFO_MAX - 1000,
	};

	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		struct mkprb *m = kernel("6.1.0-a", 7, 0x300000);
		struct machine machine;

		start(&machine, 0x400000);
		put_kernel(&machine, m, 0x300000, at[i]);
		assert_found(&machine, at[i], 7, 0);
		mkprb_free(m);
		mkelf_done(&machine.model);
	}
}

TEST(text_at_the_very_end_is_found)
{
	struct mkprb *m = kernel("6.1.0-a", 7, 0x100000);
	struct machine machine;

	start(&machine, 0x200000);
	put_kernel(&machine, m, 0x100000, 0x200000 - m->info_len);
	assert_found(&machine, 0x200000 - m->info_len, 7, 0);
	mkprb_free(m);
	mkelf_done(&machine.model);
}

/* Text of something else ends where it begins; nothing has to be between them. */
TEST(what_comes_before_does_not_hide_it)
{
	static const char *const before[] = {
		"OSRELEASE=%s\n", "OSRELEASE=", "OSRELEASE=5.10\nPAGESIZE=4096\nsome words\n",
		"OSRELEASE=5.10\nOSRELEASE=5.11\nOSRELEAS", "OSRELEASE=a\nBUILD-ID=%20phN\n",
	};

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		struct mkprb *m = kernel("6.1.0-a", 7, 0x300000);
		struct machine machine;

		start(&machine, 0x400000);
		put_kernel(&machine, m, 0x300000, 0x200000);
		put_text(&machine, 0x200000 - strlen(before[i]), before[i]);
		assert_found(&machine, 0x200000, 7, 0);
		mkprb_free(m);
		mkelf_done(&machine.model);
	}
}

/* A text without @line, which begins with that word, is none. */
static void check_without(const char *line)
{
	struct mkprb *m = kernel("6.1.0-a", 7, 0x300000);
	struct machine machine;
	char *found = strstr(m->info, line);

	assert_non_null(found);
	memmove(found, strchr(found, '\n') + 1, strlen(strchr(found, '\n')));
	start(&machine, 0x400000);
	put_kernel(&machine, m, 0x300000, 0x200000);
	assert_lost(&machine, "neither in a note nor in its memory");
	mkprb_free(m);
	mkelf_done(&machine.model);
}

TEST(proof_needs_each_of_its_lines)
{
	check_without("OSRELEASE=");
	check_without("PAGESIZE=");
	check_without("SYMBOL(init_uts_ns)=");
	check_without("SYMBOL(prb)=");
}

TEST(a_copy_that_was_cut_loses)
{
	struct mkprb *m = kernel("6.1.0-a", 7, 0x300000);
	size_t before_log = (size_t)(strstr(m->info, "SYMBOL(prb)=") - m->info);
	struct machine machine;

	/* Before the log was named it is none, whichever comes first. */
	start(&machine, 0x400000);
	put(&machine, 0x100000, m->info, before_log + 5);
	put_kernel(&machine, m, 0x300000, 0x200000);
	put(&machine, 0x280000, m->info, before_log + 5);
	assert_found(&machine, 0x200000, 7, 0);
	mkelf_done(&machine.model);
	/* Later it counts, but the whole one is better. */
	start(&machine, 0x400000);
	mkprb_say(m, "NUMBER(last)=1");
	put(&machine, 0x100000, m->info, m->info_len - 4);
	put_kernel(&machine, m, 0x300000, 0x200000);
	put(&machine, 0x280000, m->info, m->info_len - 4);
	assert_found(&machine, 0x200000, 7, 1);
	mkprb_free(m);
	mkelf_done(&machine.model);
}

/* Of a kernel that is not there any more, before and behind that of the one that is. */
TEST(a_stale_text_loses)
{
	struct mkprb *stale = kernel("5.10.0-old", 30, 0x380000);
	struct mkprb *m = kernel("6.1.0-a", 7, 0x300000);
	struct machine machine;

	start(&machine, 0x400000);
	put_text(&machine, 0x100000, stale->info);
	put_kernel(&machine, m, 0x300000, 0x200000);
	put_text(&machine, 0x280000, stale->info);
	assert_found(&machine, 0x200000, 7, 0);
	/* Even where there is a log: the release is not what it says. */
	put(&machine, 0x380000, stale->memory, stale->size);
	put_text(&machine, 0x380000 + MKPRB_UTS + 4 + 130, "5.10.0-xxx");
	assert_found(&machine, 0x200000, 7, 0);
	mkprb_free(stale);
	mkprb_free(m);
	mkelf_done(&machine.model);
}

/* Two kernels that hold up, as after a reboot: the one that processors were in is the right one. */
TEST(registers_tell_which_kernel_runs)
{
	struct mkprb *other = kernel("5.10.0-old", 30, 0x380000);
	struct mkprb *m = kernel("6.1.0-a", 7, 0x300000);
	struct machine machine;

	/* Their addresses differ, as KASLR makes them. */
	mkprb_say(other, "SYMBOL(_stext)=ffffffff91000000");
	other->info[other->info_len] = '\0';
	start(&machine, 0x400000);
	put_kernel(&machine, m, 0x300000, 0x200000);
	put_kernel(&machine, other, 0x380000, 0x100000);
	machine.model.pc = m->base + 0x1234;
	assert_found(&machine, 0x200000, 7, 1);
	machine.model.pc = UINT64_C(0xffffffff91001234);
	assert_found(&machine, 0x100000, 30, 1);
	mkprb_free(other);
	mkprb_free(m);
	mkelf_done(&machine.model);
}

/* Nothing tells who runs: a log that is whole is better than one that is not, then CRASHTIME. */
TEST(the_better_log_wins)
{
	struct mkprb *other = kernel("5.10.0-old", 30, 0x380000);
	struct mkprb *m = kernel("6.1.0-a", 7, 0x300000);
	struct machine machine;

	mkprb_say(other, "CRASHTIME=1");
	other->info[other->info_len] = '\0';
	/* Not by its length. */
	mkprb_say(m, "NUMBER(more_than_the_other)=1");
	m->info[m->info_len] = '\0';
	start(&machine, 0x400000);
	put_kernel(&machine, m, 0x300000, 0x200000);
	put_kernel(&machine, other, 0x380000, 0x280000);
	assert_found(&machine, 0x280000, 30, 1);
	assert_true(mkprb_poke(other, "id_word", 3, 1));
	put(&machine, 0x380000, other->memory, other->size);
	assert_found(&machine, 0x200000, 7, 1);
	mkprb_free(other);
	mkprb_free(m);
	mkelf_done(&machine.model);
}

TEST(a_text_whose_log_cannot_be_read_is_none)
{
	struct mkprb *empty = kernel("6.1.0-a", 0, 0x300000), *m = kernel("6.1.0-a", 7, 0x300000);
	struct machine machine;

	start(&machine, 0x400000);
	put_kernel(&machine, empty, 0x300000, 0x200000);
	assert_lost(&machine, "neither in a note nor in its memory");
	mkprb_say(m, "SYMBOL(prb)=ffffffff8fffff00");
	m->info[m->info_len] = '\0';
	put_kernel(&machine, m, 0x300000, 0x200000);
	assert_lost(&machine, "neither in a note nor in its memory");
	mkprb_free(empty);
	mkprb_free(m);
	mkelf_done(&machine.model);
}

/* Kernels before v5.11 do not say where the release is in the structure. */
TEST(a_release_that_cannot_be_looked_up_proves_nothing)
{
	struct mkprb *m = kernel("6.1.0-a", 7, 0x300000), *other = kernel("5.10.0-b", 9, 0x380000);
	char *offset = strstr(m->info, "OFFSET(uts_namespace.name)=4");
	struct machine machine;

	assert_non_null(offset);
	memcpy(offset, "NUMBER(", 7);
	strcpy((char *)m->memory + MKPRB_UTS + 4 + 130, "at another place");
	start(&machine, 0x400000);
	put_kernel(&machine, m, 0x300000, 0x200000);
	assert_found(&machine, 0x200000, 7, 0);
	/* So one that is proven is better, even if registers speak for the first. */
	machine.model.pc = m->base;
	mkprb_say(other, "SYMBOL(_stext)=ffffffff91000000");
	other->info[other->info_len] = '\0';
	put_kernel(&machine, other, 0x380000, 0x280000);
	assert_found(&machine, 0x280000, 9, 1);
	mkprb_free(other);
	mkprb_free(m);
	mkelf_done(&machine.model);
}

TEST(a_note_that_names_a_log_is_not_doubted)
{
	struct mkprb *m = kernel("6.1.0-a", 7, 0x300000);
	struct machine machine;

	start(&machine, 0x400000);
	put_kernel(&machine, m, 0x300000, 0x200000);
	mkelf_bytes(&machine.model.info, m->info, m->info_len);
	for (int format = 0; format < FORMATS; format++) {
		struct kx_dump *dump = open_as(&machine.model, format);
		struct kx_err err = { "" };

		assert_int_equal(kx_printk_locate(dump, &err), 0);
		assert_false(kx_dump_place(dump)->in_memory);
		assert_int_equal(count_records(dump), 7);
		kx_dump_close(dump);
	}
	mkprb_free(m);
	mkelf_done(&machine.model);
}

TEST(a_note_that_names_none_is_replaced)
{
	struct mkprb *m = kernel("6.1.0-a", 7, 0x300000);
	struct machine machine;

	start(&machine, 0x400000);
	mkelf_info(&machine.model, "OSRELEASE=6.1.0-a");
	assert_lost(&machine, "VMCOREINFO names no log");
	put_kernel(&machine, m, 0x300000, 0x200000);
	assert_found(&machine, 0x200000, 7, 0);
	mkprb_free(m);
	mkelf_done(&machine.model);
}

/* QEMU says "Unknown" of most machines that it compresses dumps of. */
TEST(a_machine_that_the_file_does_not_name_is_recognised)
{
	struct mkprb *m = kernel("6.1.0-a", 7, 0x300000);
	struct machine machine;
	struct kx_err err = { "" };
	struct kx_dump *dump;

	start(&machine, 0x400000);
	put_kernel(&machine, m, 0x300000, 0x200000);
	strcpy(machine.model.uts_machine, "Unknown");
	dump = open_as(&machine.model, 1);
	assert_int_equal(kx_dump_machine(dump), EM_NONE);
	if (kx_printk_locate(dump, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(kx_dump_machine(dump), EM_X86_64);
	assert_int_equal(count_records(dump), 7);
	kx_dump_close(dump);
	mkprb_free(m);
	mkelf_done(&machine.model);
}

/* ---- cost ----------------------------------------------------------------------------------- */

static double seconds_to_locate(const struct mkelf *model, int expected)
{
	struct kx_dump *dump = open_as(model, 0);
	struct kx_err err = { "" };
	double before = processor_seconds();

	assert_int_equal(kx_printk_locate(dump, &err), expected);
	before = processor_seconds() - before;
	kx_dump_close(dump);
	return before;
}

TEST(holes_cost_nothing)
{
	struct mkprb *m = kernel("6.1.0-a", 7, 0x100000);
	struct mkelf_load *far;
	struct machine machine;

	start(&machine, 0x200000);
	put(&machine, 0x100000, m->memory, m->size);
	machine.ram->hole = TIB;
	far = mkelf_load(&machine.model, 0, 2 * TIB);
	mkelf_bytes(&far->data, m->info, m->info_len);
	assert_true(seconds_to_locate(&machine.model, 0) < 1);
	mkprb_free(m);
	mkelf_done(&machine.model);
}

/* [@from, @to) is full of different texts, and none says right where the release is. */
static void put_decoys(struct machine *machine, struct mkprb *m, size_t from, size_t to)
{
	size_t step = m->info_len + 64, n = 0;

	for (size_t at = from; at + step <= to; at += step) {
		snprintf(m->info + m->info_len, 64, "SYMBOL(init_uts_ns)=%" PRIx64 "\n",
			 m->base + 2 * MKPRB_UTS + n++);
		put(machine, at, m->info, step);
	}
	m->info[m->info_len] = '\0';
}

static unsigned int count_calls(struct kx_reader *reader, void *data)
{
	unsigned int *calls = data;

	(void)reader;
	++*calls;
	return 1;
}

TEST(few_logs_are_read)
{
	struct mkprb *m = kernel("6.1.0-a", 7, 0x300000);
	unsigned int calls = 0;
	struct kx_err err = { "" };
	struct machine machine;
	struct kx_dump *dump;

	/* All of these are proven, as the release is where they say. */
	start(&machine, 0x400000);
	put(&machine, 0x300000, m->memory, m->size);
	for (size_t n = 0; n < 100; n++) {
		snprintf(m->info + m->info_len, 64, "NUMBER(n)=%zu\n", n);
		put_text(&machine, 0x1000 * n, m->info);
	}
	dump = open_as(&machine.model, 0);
	assert_int_equal(kx_dump_search(dump, count_calls, &calls, &err), 1);
	assert_int_equal(calls, 16);
	assert_int_equal(kx_dump_place(dump)->others, 15);
	kx_dump_close(dump);
	mkprb_free(m);
	mkelf_done(&machine.model);
}

/* Starts everywhere, and texts that are all different: the work grows with the memory alone. */
TEST(many_starts_cost_what_the_memory_does)
{
	struct mkprb *m = kernel("6.1.0-a", 7, 0x300000);
	struct machine machine;
	size_t size = 8 * MIB;

	start(&machine, size);
	for (size_t at = 0; at + 10 <= size; at += 10)
		put_text(&machine, at, "OSRELEASE=");
	assert_true(seconds_to_locate(&machine.model, -ENODATA) < 1);
	put_decoys(&machine, m, 0, size);
	assert_true(seconds_to_locate(&machine.model, -ENODATA) < 2);
	/* Behind so many the right one is not even tried. */
	m->info[m->info_len] = '\0';
	mkelf_done(&machine.model);
	start(&machine, size);
	put_kernel(&machine, m, 0x300000, size - 0x1000);
	assert_found(&machine, size - 0x1000, 7, 0);
	put_decoys(&machine, m, 0x100000, 0x200000);
	assert_found(&machine, size - 0x1000, 7, 0);
	put_decoys(&machine, m, 0x400000, size - 0x1000);
	assert_lost(&machine, "neither in a note nor in its memory");
	mkprb_free(m);
	mkelf_done(&machine.model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_found_wherever_it_lies),
		cmocka_unit_test(text_at_the_very_end_is_found),
		cmocka_unit_test(what_comes_before_does_not_hide_it),
		cmocka_unit_test(proof_needs_each_of_its_lines),
		cmocka_unit_test(a_copy_that_was_cut_loses),
		cmocka_unit_test(a_stale_text_loses),
		cmocka_unit_test(registers_tell_which_kernel_runs),
		cmocka_unit_test(the_better_log_wins),
		cmocka_unit_test(a_note_that_names_a_log_is_not_doubted),
		cmocka_unit_test(a_note_that_names_none_is_replaced),
		cmocka_unit_test(a_machine_that_the_file_does_not_name_is_recognised),
		cmocka_unit_test(holes_cost_nothing),
		cmocka_unit_test(a_text_whose_log_cannot_be_read_is_none),
		cmocka_unit_test(a_release_that_cannot_be_looked_up_proves_nothing),
		cmocka_unit_test(few_logs_are_read),
		cmocka_unit_test(many_starts_cost_what_the_memory_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
