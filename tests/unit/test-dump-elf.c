/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ELF dumps of both classes and byte orders, how producers damage them, and hostile numbers. */
#include <elf.h>
#include <sys/mman.h>

#include "kx/bytes.h"
#include "tests/unit/dumping.h"

/* Open what is in @file; the reason of the failure is wanted. */
static int open_file(const struct memory_file *file, struct kx_err *err)
{
	const char *path = file->path;
	struct kx_reader *reader;
	int rc = open_files(&path, 1, &reader, err);

	if (rc == 0)
		close_reader(reader);
	return rc;
}

static void assert_phys(struct kx_reader *reader, uint64_t addr, const char *text)
{
	char found[32] = "";
	struct kx_err err = { "" };

	if (kx_reader_phys(reader, addr, found, strlen(text), &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(found, text);
}

static void assert_virt(struct kx_reader *reader, uint64_t addr, const char *text)
{
	char found[32] = "";
	struct kx_err err = { "" };

	if (kx_reader_virt(reader, addr, found, strlen(text), &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(found, text);
}

TEST(classes_and_byte_orders_read_alike)
{
	for (int i = 0; i < 8; i++) {
		struct mkelf model;
		struct mkelf_load *load;
		struct kx_reader *reader;
		struct kx_err err = { "" };
		uint64_t value;

		mkelf_init(&model);
		model.width = i & 1 ? 8 : 4;
		model.big_endian = i & 2;
		model.xnum = i & 4;
		model.phoff = i & 4 ? 0x3000 : 0;
		model.machine = i & 1 ? EM_PPC64 : EM_ARM;
		model.cpus = 3;
		mkelf_info(&model, "OSRELEASE=x");
		load = mkelf_load(&model, 0, 0x10000);
		mkelf_number(&load->data, model.big_endian, 4, 0x12345678);
		reader = open_written(&model);
		assert_int_equal(kx_dump_cpus(reader->dump), 3);
		assert_int_equal(kx_dump_machine(reader->dump), model.machine);
		assert_int_equal(kx_dump_big_endian(reader->dump), model.big_endian);
		assert_int_equal(kx_dump_long_size(reader->dump), model.width);
		assert_string_equal(kx_dump_format(reader->dump), "ELF");
		assert_int_equal(kx_reader_phys(reader, 0x10000, &value, 4, &err), 0);
		assert_int_equal(kx_get((uint8_t *)&value, 4, model.big_endian), 0x12345678);
		close_reader(reader);
		mkelf_done(&model);
	}
}

TEST(the_width_of_long_is_the_kernels_not_the_files)
{
	struct mkelf model;
	struct kx_reader *reader;

	mkelf_init(&model);
	model.machine = EM_ARM;
	mkelf_bytes(&mkelf_load(&model, 0, 0)->data, "x", 1);
	reader = open_written(&model);
	assert_int_equal(kx_dump_long_size(reader->dump), 4);
	close_reader(reader);
	/* MIPS has both, and only VMCOREINFO tells. */
	model.machine = EM_MIPS;
	mkelf_info(&model, "SIZE(atomic_long_t)=4");
	reader = open_written(&model);
	assert_int_equal(kx_dump_long_size(reader->dump), 4);
	close_reader(reader);
	mkelf_done(&model);
}

TEST(overlapping_segments_holes_and_gaps)
{
	struct mkelf model;
	struct mkelf_load *load;
	struct kx_reader *reader;
	struct kx_err err = { "" };
	char found[9] = "";

	mkelf_init(&model);
	load = mkelf_load(&model, 0, 0x1004);
	mkelf_bytes(&load->data, "first", 5);
	load = mkelf_load(&model, 0, 0x1000);
	mkelf_bytes(&load->data, "0123456789abcdef", 16);
	load = mkelf_load(&model, 0, 0x100e);
	mkelf_bytes(&load->data, "NO", 2);
	load->memsz = 4096;
	/* Its hole must not hide what others have. */
	load = mkelf_load(&model, 0, 0x800);
	load->memsz = 0x4000;
	reader = open_written(&model);
	assert_phys(reader, 0x1000, "0123first9abcdef");
	assert_int_equal(kx_reader_phys(reader, 0x100e, found, 8, &err), 0);
	assert_memory_equal(found, "ef\0\0\0\0\0\0", 8);
	assert_int_equal(kx_reader_phys(reader, 0x47ff, found, 1, &err), 0);
	assert_int_equal(kx_reader_phys(reader, 0x47ff, found, 2, &err), -EFAULT);
	assert_says(&err, "0x4800");
	assert_int_equal(kx_reader_phys(reader, UINT64_MAX, found, 2, &err), -EFAULT);
	close_reader(reader);
	mkelf_done(&model);
}

TEST(what_is_not_a_dump_is_said_to_be_none)
{
	struct memory_file file = memory_file();
	struct kx_err err = { "" };
	struct mkelf model;

	assert_int_equal(open_file(&file, &err), -ENOEXEC);
	mkelf_put(file.fd, "#!/bin/sh\n", 10, 0);
	assert_int_equal(open_file(&file, &err), -ENOEXEC);
	assert_says(&err, file.path);
	model_kernel(&model);
	mkelf_write(&model, file.fd);
	mkelf_put(file.fd, "\2", 1, offsetof(Elf64_Ehdr, e_type));
	assert_int_equal(open_file(&file, &err), -ENOEXEC);
	assert_says(&err, "type 2");
	close(file.fd);
	mkelf_done(&model);
}

TEST(a_file_that_ends_early_is_incomplete_and_keeps_what_it_has)
{
	struct memory_file file = memory_file();
	struct kx_err err = { "" };
	struct kx_reader *reader;
	struct mkelf model;
	uint8_t byte;

	model_kernel(&model);
	mkelf_write(&model, file.fd);
	reader = open_path(file.path);
	assert_false(kx_reader_incomplete(reader));
	close_reader(reader);
	/* The second segment is the last one of the file. */
	assert_int_equal(ftruncate(file.fd, lseek(file.fd, 0, SEEK_END) - 0x3000), 0);
	reader = open_path(file.path);
	assert_true(kx_reader_incomplete(reader));
	assert_release(reader);
	assert_phys(reader, 16 * MIB, "direct");
	assert_int_equal(kx_reader_phys(reader, 16 * MIB + 0x2fff, &byte, 1, &err), -EFAULT);
	/* It may also shrink while it is open. */
	assert_int_equal(ftruncate(file.fd, 0x3000), 0);
	assert_int_equal(kx_reader_phys(reader, 16 * MIB + 0x1000, &byte, 1, &err), -EFAULT);
	close_reader(reader);
	close(file.fd);
	mkelf_done(&model);
}

TEST(makedumpfile_marks_what_it_could_not_finish)
{
	struct kx_reader *reader;
	struct mkelf model;

	model_kernel(&model);
	model.flags = 1;
	reader = open_written(&model);
	assert_true(kx_reader_incomplete(reader));
	close_reader(reader);
	/* On others the bit has another meaning. */
	model.machine = EM_RISCV;
	reader = open_written(&model);
	assert_false(kx_reader_incomplete(reader));
	close_reader(reader);
	mkelf_done(&model);
}

/* ---- the ways producers damage program headers ---------------------------------------------- */

static void assert_all_found(struct mkelf *model)
{
	struct kx_reader *reader = open_written(model);

	assert_release(reader);
	assert_virt(reader, IMAGE_VIRT + 0x1800, "image");
	assert_virt(reader, DIRECT + 16 * MIB, "direct");
	close_reader(reader);
	mkelf_done(model);
}

TEST(intact_headers_are_enough)
{
	struct mkelf model;

	model_kernel(&model);
	assert_all_found(&model);
}

TEST(direct_map_without_virtual_addresses)
{
	struct mkelf model;

	model_kernel(&model);
	model.load[1].vaddr = 0;
	assert_all_found(&model);
}

TEST(direct_map_one_gibibyte_off)
{
	struct mkelf model;

	model_kernel(&model);
	model.load[1].vaddr += GIB;
	assert_all_found(&model);
}

TEST(no_virtual_addresses_at_all)
{
	struct mkelf model;

	model_kernel(&model);
	model.load[0].vaddr = model.load[1].vaddr = 0;
	assert_all_found(&model);
	model_kernel(&model);
	model.load[0].vaddr = model.load[1].vaddr = UINT64_MAX;
	assert_all_found(&model);
}

TEST(virtual_addresses_that_repeat_the_physical_ones)
{
	struct mkelf model;

	model_kernel(&model);
	for (int i = 0; i < 2; i++)
		model.load[i].vaddr = model.load[i].paddr;
	assert_all_found(&model);
}

TEST(an_image_segment_with_a_wrong_address_is_found_out)
{
	struct mkelf model;

	model_kernel(&model);
	model.load[0].vaddr += 0x1000;
	assert_all_found(&model);
}

TEST(kernels_before_5_11_do_not_tell_where_the_release_is)
{
	struct kx_err err = { "" };
	struct kx_reader *reader;
	struct mkelf model;
	char *line, text[8] = "";

	model_kernel(&model);
	/* A line of the same length that means nothing; the release is behind a counter. */
	line = memmem(model.info.base, model.info.len, "OFFSET(uts", 10);
	assert_non_null(line);
	line[0] = 'X';
	memset(model.load[0].data.base + 0x1000 + 130, 0, sizeof(RELEASE));
	memcpy(model.load[0].data.base + 0x1000 + 4 + 130, RELEASE, sizeof(RELEASE));
	model.load[0].vaddr += 0x1000;
	reader = open_written(&model);
	assert_int_equal(reader->dump->proof[KX_WAY_SEGMENT], KX_PROOF_NONE);
	assert_int_equal(reader->dump->proof[KX_WAY_WALK], KX_PROOF_GOOD);
	assert_int_equal(reader->dump->proof[KX_WAY_FORMULA], KX_PROOF_GOOD);
	assert_int_equal(kx_reader_virt(reader, IMAGE_VIRT + 0x1800, text, 5, &err), 0);
	assert_string_equal(text, "image");
	close_reader(reader);
	mkelf_done(&model);
}

TEST(the_image_only_within_the_direct_map)
{
	struct mkelf model;

	model_kernel(&model);
	model.load[0].vaddr = DIRECT + IMAGE_PHYS;
	assert_all_found(&model);
}

TEST(no_physical_addresses)
{
	struct mkelf model;

	model_kernel(&model);
	model.load[0].paddr = model.load[1].paddr = UINT64_MAX;
	assert_all_found(&model);
	model_kernel(&model);
	model.load[0].paddr = model.load[1].paddr = 0;
	assert_all_found(&model);
}

/* ---- hostile numbers ------------------------------------------------------------------------ */

struct change {
	size_t off;
	unsigned int width;
	uint64_t value;
};

#define EHDR(member, value)                                                            \
	{                                                                              \
		offsetof(Elf64_Ehdr, member), sizeof(((Elf64_Ehdr *)0)->member), value \
	}
/* Of program header @i of a file whose headers follow each other. */
#define PHDR(i, member, value)                                                                \
	{                                                                                     \
		sizeof(Elf64_Ehdr) + (i) * sizeof(Elf64_Phdr) + offsetof(Elf64_Phdr, member), \
			sizeof(((Elf64_Phdr *)0)->member), value                              \
	}

TEST(hostile_numbers_end_at_once)
{
	static const struct change changes[] = {
		EHDR(e_phoff, INT64_MAX - 100),
		EHDR(e_phoff, UINT64_MAX),
		EHDR(e_phoff, 1),
		EHDR(e_phnum, 0),
		EHDR(e_phnum, 65534),
		EHDR(e_phnum, 65535),
		EHDR(e_phentsize, 0),
		EHDR(e_phentsize, 65535),
		PHDR(0, p_offset, UINT64_MAX - 3),
		PHDR(0, p_filesz, UINT64_MAX),
		PHDR(0, p_filesz, INT64_MAX),
		PHDR(0, p_offset, INT64_MAX),
		PHDR(1, p_filesz, UINT64_MAX),
		PHDR(1, p_memsz, UINT64_MAX),
		PHDR(1, p_paddr, UINT64_MAX - 0x1000),
		PHDR(1, p_vaddr, UINT64_MAX - 0x1000),
		PHDR(1, p_offset, UINT64_MAX),
		PHDR(1, p_offset, INT64_MAX - 0x1000),
		PHDR(2, p_filesz, INT64_MAX),
	};

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct memory_file file = memory_file();
		struct mkelf_buffer number = { 0 };
		struct kx_err err = { "" };
		double start = processor_seconds();
		struct mkelf model;
		int rc;

		model_kernel(&model);
		mkelf_write(&model, file.fd);
		mkelf_number(&number, false, changes[i].width, changes[i].value);
		mkelf_put(file.fd, number.base, number.len, changes[i].off);
		rc = open_file(&file, &err);
		if (rc < 0)
			assert_string_not_equal(err.text, "");
		if (processor_seconds() - start > 1)
			fail_msg("change %zu took %g s", i, processor_seconds() - start);
		free(number.base);
		close(file.fd);
		mkelf_done(&model);
	}
}

/* What the header of a good file with one number changed is refused with. */
static void assert_names(const struct change *change, const char *says)
{
	struct memory_file file = memory_file();
	struct mkelf_buffer number = { 0 };
	struct kx_err err = { "" };
	struct mkelf model;

	model_kernel(&model);
	mkelf_write(&model, file.fd);
	mkelf_number(&number, false, change->width, change->value);
	mkelf_put(file.fd, number.base, number.len, change->off);
	assert_int_equal(open_file(&file, &err), -EINVAL);
	assert_says(&err, says);
	free(number.base);
	close(file.fd);
	mkelf_done(&model);
}

TEST(a_wrong_header_is_named_with_its_numbers)
{
	static const struct {
		struct change change;
		const char *says;
	} wrong[] = {
		{ { EI_CLASS, 1, 3 }, "ELF header: ELF: class 3; known: 1 (32 bit), 2 (64 bit)" },
		{ { EI_DATA, 1, 0 }, "ELF header: ELF: byte order 0; known: 1 (little), 2 (big)" },
		{ EHDR(e_phentsize, 57), "ELF: program headers of 57 bytes" },
		{ EHDR(e_phnum, 0), "ELF: no program headers" },
		{ EHDR(e_phnum, 65534), "ELF: 65534 program headers at 0x40, the file ends at 0x" },
		{ EHDR(e_phoff, UINT64_MAX),
		  "ELF: 3 program headers at 0xffffffffffffffff, the file ends at 0x" },
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_names(&wrong[i].change, wrong[i].says);
}

TEST(notes_of_a_huge_sparse_file_are_not_walked_for_ever)
{
	struct memory_file file = memory_file();
	struct kx_err err = { "" };
	double start = processor_seconds();
	struct mkelf model;
	uint64_t size = UINT64_C(1) << 40;

	model_kernel(&model);
	model.info.len = 0;
	model.cpus = 0;
	mkelf_write(&model, file.fd);
	assert_int_equal(ftruncate(file.fd, (off_t)size), 0);
	mkelf_put(file.fd, &size, 8, sizeof(Elf64_Ehdr) + offsetof(Elf64_Phdr, p_filesz));
	open_file(&file, &err);
	assert_true(processor_seconds() - start < 1);
	close(file.fd);
	mkelf_done(&model);
}

TEST(a_sparse_dump_of_64_gib_opens_like_a_small_one)
{
	struct mkelf model;
	double start;
	struct kx_reader *reader;

	model_kernel(&model);
	mkelf_load(&model, DIRECT + 4 * (uint64_t)GIB, 4 * (uint64_t)GIB)->hole =
		64 * (uint64_t)GIB;
	start = processor_seconds();
	reader = open_written(&model);
	assert_release(reader);
	assert_true(processor_seconds() - start < 0.5);
	close_reader(reader);
	mkelf_done(&model);
}

TEST(vmcoreinfo_of_absurd_size_is_left_alone)
{
	struct mkelf model;
	struct kx_reader *reader;

	mkelf_init(&model);
	mkelf_bytes(&mkelf_load(&model, 0, 0)->data, "x", 1);
	mkelf_bytes(&model.info, NULL, (1 << 20) + 1);
	reader = open_written(&model);
	assert_int_equal(kx_dump_vmcoreinfo(reader->dump)->text.len, 0);
	close_reader(reader);
	mkelf_done(&model);
}

TEST(text_makes_the_same_dump)
{
	static const char text[] =
		"# a comment\nclass 64\norder big\nmachine 22\ncpus 1\n"
		"info OSRELEASE=x\nload 0x0 0x1000 0x2000\nhex 0102\nu16 0x0304\n"
		"u32 5\nat 16\ntext hello\nzero 3\n";
	struct kx_err err = { "" };
	struct mkelf model;
	struct kx_reader *reader;

	mkelf_init(&model);
	assert_int_equal(mkelf_text(&model, kx_span_of(text), &err), 0);
	reader = open_written(&model);
	assert_int_equal(kx_dump_machine(reader->dump), EM_S390);
	assert_phys(reader, 0x1000, "\1\2\3\4");
	assert_phys(reader, 0x1010, "hello");
	assert_span(kx_dump_vmcoreinfo(reader->dump)->text, "OSRELEASE=x\n");
	close_reader(reader);
	assert_int_equal(mkelf_text(&model, kx_span_of("cpus 1\nload zz 0\n"), &err), -EINVAL);
	assert_says(&err, "line 2");
	mkelf_done(&model);
}

/* Nothing tells which way is right; modules are not where the image's formula would have them. */
TEST(without_vmcoreinfo_segments_come_first)
{
	struct mkelf model;
	struct kx_reader *reader;
	struct kx_err err = { "" };
	char text[7] = "";

	mkelf_init(&model);
	mkelf_bytes(&mkelf_load(&model, IMAGE_VIRT, IMAGE_PHYS)->data, NULL, 4096);
	mkelf_bytes(&mkelf_load(&model, UINT64_C(0xffffffffa0000000), 64 * MIB)->data, "module", 6);
	reader = open_written(&model);
	if (kx_reader_virt(reader, UINT64_C(0xffffffffa0000000), text, 6, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(text, "module");
	close_reader(reader);
	mkelf_done(&model);
}

/* Content that is no multiple of 4 bytes; what it is padded with is not zero. */
TEST(a_note_of_an_odd_size_is_followed_by_the_next)
{
	enum { CONTENT = 20, SIZE = 336 };
	static const uint8_t junk[] = { 0xa5, 0xa5, 0xa5, 0xa5 };

	for (uint64_t lack = 0; lack < 4; lack++) {
		struct memory_file file = memory_file();
		uint64_t size = SIZE - lack, notes;
		struct kx_err err = { "" };
		struct kx_reader *reader;
		struct mkelf model;
		const char *path = file.path;

		model_kernel(&model);
		model.cpus = 1;
		mkelf_write(&model, file.fd);
		assert_int_equal(pread(file.fd, &notes, 8, sizeof(Elf64_Ehdr) +
				       offsetof(Elf64_Phdr, p_offset)), 8);
		mkelf_put(file.fd, &size, 4, notes + 4);
		mkelf_put(file.fd, junk, sizeof(junk), notes + CONTENT + SIZE - sizeof(junk));
		if (open_files(&path, 1, &reader, &err) < 0)
			fail_msg("%s", err.text);
		assert_int_equal(reader->dump->cpus, 1);
		assert_int_equal(reader->dump->info.text.len, model.info.len);
		assert_release(reader);
		close_reader(reader);
		close(file.fd);
		mkelf_done(&model);
	}
}

TEST(memory_that_looks_like_notes_is_memory)
{
	struct mkelf model, other;
	struct kx_reader *reader;

	model_kernel(&other);
	other.cpus = 3;
	model_kernel(&model);
	mkelf_notes(&other, &mkelf_load(&model, 0, 64 * MIB)->data);
	reader = open_written(&model);
	assert_int_equal(kx_dump_cpus(reader->dump), 2);
	assert_release(reader);
	close_reader(reader);
	mkelf_done(&model);
	mkelf_done(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_vmcoreinfo_segments_come_first),
		cmocka_unit_test(a_note_of_an_odd_size_is_followed_by_the_next),
		cmocka_unit_test(memory_that_looks_like_notes_is_memory),
		cmocka_unit_test(classes_and_byte_orders_read_alike),
		cmocka_unit_test(the_width_of_long_is_the_kernels_not_the_files),
		cmocka_unit_test(overlapping_segments_holes_and_gaps),
		cmocka_unit_test(what_is_not_a_dump_is_said_to_be_none),
		cmocka_unit_test(a_file_that_ends_early_is_incomplete_and_keeps_what_it_has),
		cmocka_unit_test(makedumpfile_marks_what_it_could_not_finish),
		cmocka_unit_test(intact_headers_are_enough),
		cmocka_unit_test(direct_map_without_virtual_addresses),
		cmocka_unit_test(direct_map_one_gibibyte_off),
		cmocka_unit_test(no_virtual_addresses_at_all),
		cmocka_unit_test(virtual_addresses_that_repeat_the_physical_ones),
		cmocka_unit_test(an_image_segment_with_a_wrong_address_is_found_out),
		cmocka_unit_test(kernels_before_5_11_do_not_tell_where_the_release_is),
		cmocka_unit_test(the_image_only_within_the_direct_map),
		cmocka_unit_test(no_physical_addresses),
		cmocka_unit_test(hostile_numbers_end_at_once),
		cmocka_unit_test(a_wrong_header_is_named_with_its_numbers),
		cmocka_unit_test(notes_of_a_huge_sparse_file_are_not_walked_for_ever),
		cmocka_unit_test(a_sparse_dump_of_64_gib_opens_like_a_small_one),
		cmocka_unit_test(vmcoreinfo_of_absurd_size_is_left_alone),
		cmocka_unit_test(text_makes_the_same_dump),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
