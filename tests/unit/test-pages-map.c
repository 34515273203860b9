/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where struct pages are: sections of all sizes and forms, flat memory, and holes in these. */
#include <elf.h>

#include "kx/pages.h"
#include "tests/tools/mkpages.h"
#include "tests/unit/classes.h"
#include "tests/unit/dumping.h"

TEST(sections_are_found_in_every_form)
{
	for (enum mkpages_map map = 0; map < MKPAGES_MAPS; map++) {
		uint8_t class[MKPAGES_COUNT];
		struct kx_reader *reader;
		uint64_t unreadable;
		struct mkpages m;

		mkpages_init(&m, MKPAGES_6_12, map, NULL);
		set_blocks(&m);
		reader = open_written(&m.dump);
		classify(reader, MKPAGES_COUNT, class, &unreadable);
		assert_classes(&m, class);
		close_reader(reader);
		mkpages_done(&m);
	}
}

/* Memory that begins, or ends, within a block has struct pages for the whole of that. */
TEST(flat_memory_has_struct_pages_for_whole_blocks)
{
	static const uint64_t start[] = { 0, 1, 512, 1023 };

	for (size_t i = 0; i < sizeof(start) / sizeof(start[0]); i++) {
		uint8_t class[MKPAGES_COUNT];
		struct kx_reader *reader;
		uint64_t unreadable;
		struct mkpages m;

		mkpages_init(&m, MKPAGES_6_12, MKPAGES_FLAT, NULL);
		set_blocks(&m);
		mkpages_start(&m, start[i]);
		reader = open_written(&m.dump);
		classify(reader, MKPAGES_COUNT, class, &unreadable);
		assert_classes(&m, class);
		assert_int_equal(unreadable, 0);
		close_reader(reader);
		mkpages_done(&m);
	}
}

/* Behind the array is other memory of the kernel, which is not taken for struct pages. */
TEST(flat_memory_has_no_other_struct_pages)
{
	enum { NODE = 0x104000, SPANNED = 1584, POINTER = 0x100000 };
	uint8_t class[MKPAGES_COUNT];
	struct kx_reader *reader;
	uint64_t unreadable;
	struct mkpages m;

	mkpages_init(&m, MKPAGES_6_12, MKPAGES_FLAT, NULL);
	mkpages_set(&m, 2047, 0, MKPAGES_CACHE);
	mkpages_set(&m, 2048, 0, MKPAGES_CACHE);
	mkpages_start(&m, 1024);
	/* 1000 pages from 1024 on, whose block ends with 2047. */
	mkpages_damage(&m, NODE - POINTER + SPANNED, 0xff, 1000 & 0xff);
	mkpages_damage(&m, NODE - POINTER + SPANNED + 1, 0xff, 1000 >> 8);
	m.dump.load[0].hole = 0;
	m.dump.load[0].paddr += 1024 * 4096;
	reader = open_written(&m.dump);
	classify(reader, MKPAGES_COUNT, class, &unreadable);
	assert_int_equal(class[2047], KX_PAGE_CACHE);
	assert_int_equal(class[2048], KX_PAGE_KERNEL);
	assert_int_equal(unreadable, MKPAGES_COUNT - 1024);
	close_reader(reader);
	mkpages_done(&m);
}

TEST(flat_memory_that_is_not_found_is_refused)
{
	static const struct {
		const char *without, *line, *says;
	} wrong[] = {
		{ "SYMBOL(contig_page_data)", "X=1", "SYMBOL(mem_section)" },
		{ "OFFSET(pglist_data.node_mem_map)", "X=1", "OFFSET(pglist_data.node_mem_map)" },
		{ "OFFSET(pglist_data.node_start_pfn)", "X=1",
		  "OFFSET(pglist_data.node_start_pfn)" },
		{ "OFFSET(pglist_data.node_spanned_pages)", "X=1",
		  "OFFSET(pglist_data.node_spanned_pages)" },
		{ "LENGTH(zone.free_area)", "X=1", "LENGTH(zone.free_area)" },
		{ NULL, "SYMBOL(contig_page_data)=ffffc00000000000", "flat memory" },
		/* What is there instead is an address: 2^64 pages, or no memory. */
		{ NULL, "OFFSET(pglist_data.node_spanned_pages)=0", "cannot be" },
		{ NULL, "OFFSET(pglist_data.node_start_pfn)=0", "cannot be" },
		{ NULL, "OFFSET(pglist_data.node_spanned_pages)=16", "no struct pages" },
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct kx_pages *pages = NULL;
		struct kx_err err = { "" };
		struct kx_reader *reader;
		struct mkpages m;

		mkpages_init(&m, MKPAGES_6_12, MKPAGES_FLAT, wrong[i].without);
		mkelf_info(&m.dump, "%s", wrong[i].line);
		reader = open_written(&m.dump);
		assert_int_equal(kx_pages_open(reader, &pages, &err), -ENODATA);
		assert_says(&err, wrong[i].says);
		assert_null(pages);
		close_reader(reader);
		mkpages_done(&m);
	}
}

/* As many roots as riscv64 has, and x86_64 with five levels: of most nothing is in memory. */
TEST(sections_of_large_address_spaces_are_found)
{
	static const int length[] = { 131072, 2097152 };

	for (size_t i = 0; i < sizeof(length) / sizeof(length[0]); i++) {
		uint8_t class[MKPAGES_COUNT];
		struct kx_reader *reader;
		uint64_t unreadable;
		struct mkpages m;

		mkpages_init(&m, MKPAGES_6_12, MKPAGES_POINTER, "LENGTH(mem_section)");
		mkelf_info(&m.dump, "LENGTH(mem_section)=%d", length[i]);
		set_blocks(&m);
		reader = open_written(&m.dump);
		classify(reader, MKPAGES_COUNT, class, &unreadable);
		assert_classes(&m, class);
		close_reader(reader);
		mkpages_done(&m);
	}
}

TEST(a_section_without_struct_pages_is_kept)
{
	uint8_t class[MKPAGES_COUNT];
	struct kx_reader *reader;
	uint64_t unreadable;
	struct mkpages m;

	mkpages_init(&m, MKPAGES_6_12, MKPAGES_POINTER, NULL);
	mkpages_set(&m, 512, 0, MKPAGES_CACHE);
	mkpages_set(&m, 768, 0, MKPAGES_CACHE);
	mkpages_unmap(&m, 512);
	reader = open_written(&m.dump);
	classify(reader, 1000, class, &unreadable);
	assert_int_equal(unreadable, MKPAGES_SECTION);
	assert_int_equal(class[512], KX_PAGE_KERNEL);
	assert_int_equal(class[768], KX_PAGE_CACHE);
	close_reader(reader);
	mkpages_done(&m);
}

/* Kernels before v5.13 do not say how large a section is: what their architectures had is tried. */
TEST(sections_of_the_sizes_of_architectures_are_found)
{
	static const struct {
		uint16_t machine;
		unsigned int bits;
	} size[] = {
		{ EM_X86_64, 27 }, { EM_AARCH64, 30 }, { EM_AARCH64, 27 }, { EM_AARCH64, 29 },
		{ EM_RISCV, 27 },
	};
	const uint64_t base = UINT64_C(1) << 30;

	for (size_t i = 0; i < sizeof(size) / sizeof(size[0]); i++) {
		uint8_t class[MKPAGES_COUNT];
		struct kx_reader *reader;
		struct mkpages m;
		uint64_t before;

		mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, "NUMBER(SECTION_SIZE_BITS)");
		set_blocks(&m);
		mkpages_move(&m, size[i].machine, base, size[i].bits);
		reader = open_written(&m.dump);
		before = kx_reader_work(reader);
		assert_int_equal(classify_from(reader, base / 4096, MKPAGES_COUNT, class), 0);
		assert_classes(&m, class);
		/* Blocks of struct pages overlap by one, and none is read twice, or by the page. */
		assert_true(kx_reader_work(reader) - before < MKPAGES_COUNT * (64 + 8));
		close_reader(reader);
		mkpages_done(&m);
	}
}

/* Nor are there struct pages of 32 bits. */
TEST(a_section_has_a_size_that_can_be)
{
	static const struct {
		int bits;
		bool good;
		int word;
	} size[] = { { 36, true, 8 }, { 37, false, 8 }, { 64, false, 8 }, { 12, false, 8 },
		     { 11, false, 8 }, { 0, false, 8 }, { 36, false, 4 } };

	for (size_t i = 0; i < sizeof(size) / sizeof(size[0]); i++) {
		struct kx_err err = { "" };
		struct kx_pages *pages = NULL;
		struct kx_reader *reader;
		struct mkpages m;

		mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, "NUMBER(SECTION_SIZE_BITS)");
		mkelf_info(&m.dump, "NUMBER(SECTION_SIZE_BITS)=%d", size[i].bits);
		mkelf_info(&m.dump, "SIZE(atomic_long_t)=%d", size[i].word);
		reader = open_written(&m.dump);
		assert_int_equal(kx_pages_open(reader, &pages, &err), size[i].good ? 0 : -ENODATA);
		assert_int_equal(pages != NULL, size[i].good);
		if (size[i].word == 4)
			assert_says(&err, "32-bit");
		kx_pages_free(pages);
		close_reader(reader);
		mkpages_done(&m);
	}
}

/* Flags of a section: there, and with struct pages. Either alone is a section being made. */
TEST(a_section_with_one_flag_is_kept)
{
	/* Of section 2's flags, from what points to the roots on. */
	enum { FLAGS_AT = 0x2000 + 2 * 32 + 8 };
	static const uint8_t flags[] = { 0, 1, 2 };

	for (size_t i = 0; i < sizeof(flags); i++) {
		uint8_t class[MKPAGES_COUNT];
		struct kx_reader *reader;
		uint64_t unreadable;
		struct mkpages m;

		mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, NULL);
		mkpages_set(&m, 512, 0, MKPAGES_CACHE);
		mkpages_set(&m, 768, 0, MKPAGES_CACHE);
		mkpages_damage(&m, FLAGS_AT, 3, flags[i]);
		reader = open_written(&m.dump);
		classify(reader, MKPAGES_COUNT, class, &unreadable);
		assert_int_equal(unreadable, MKPAGES_SECTION);
		assert_int_equal(class[512], KX_PAGE_KERNEL);
		assert_int_equal(class[768], KX_PAGE_CACHE);
		close_reader(reader);
		mkpages_done(&m);
	}
}

/* A page of struct pages that the dump has not: what it described is kept, the others are told. */
TEST(struct_pages_are_read_around_a_hole)
{
	/* Pages 576 to 639 are described there; the model has its struct pages at 0x110000. */
	enum { HOLE = 0x110000 + 576 * 64, PAGE = 4096 };
	uint8_t class[MKPAGES_COUNT];
	struct mkelf_load *behind;
	struct mkelf_buffer *data;
	struct kx_reader *reader;
	uint64_t unreadable;
	struct mkpages m;

	mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, NULL);
	for (uint64_t pfn = 512; pfn < 768; pfn++)
		mkpages_set(&m, pfn, 0, MKPAGES_CACHE);
	/* Its first tail is not to be had. */
	mkpages_set(&m, 575, 0, MKPAGES_ANON);
	behind = mkelf_load(&m.dump, DIRECT + HOLE + PAGE, HOLE + PAGE);
	data = &m.dump.load[0].data;
	mkelf_bytes(&behind->data, data->base + HOLE + PAGE, data->len - HOLE - PAGE);
	behind->hole = m.dump.load[0].hole;
	m.dump.load[0].hole = 0;
	data->len = HOLE;
	reader = open_written(&m.dump);
	classify(reader, MKPAGES_COUNT, class, &unreadable);
	assert_int_equal(unreadable, 64);
	for (size_t pfn = 512; pfn < 768; pfn++)
		assert_int_equal(class[pfn], pfn == 575 ? KX_PAGE_USER :
			pfn >= 576 && pfn < 640 ? KX_PAGE_KERNEL : KX_PAGE_CACHE);
	close_reader(reader);
	mkpages_done(&m);
}

/* Its bitmaps are there, and empty. */
TEST(a_dump_without_memory_has_no_struct_pages)
{
	const struct mkelf_kdump how = { .version = 6, .block_size = 4096, .max_pfn = 64 };
	struct memory_file file = memory_file();
	struct kx_pages *pages = NULL;
	struct kx_err err = { "" };
	struct kx_reader *reader;
	struct mkpages m;
	size_t count;

	mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, NULL);
	count = m.dump.count;
	m.dump.count = 0;
	assert_true(mkelf_kdump(&m.dump, &how, file.fd));
	m.dump.count = count;
	reader = open_path(file.path);
	assert_int_equal(kx_pages_open(reader, &pages, &err), -ENODATA);
	assert_says(&err, "no memory");
	assert_null(pages);
	close_reader(reader);
	close(file.fd);
	mkpages_done(&m);
}

/* ROM behind RAM, and a page of a device before it, in a dump that the host made. */
TEST(memory_that_is_no_ram_does_not_hide_the_map)
{
	uint8_t class[MKPAGES_COUNT];
	struct kx_reader *reader;
	struct mkelf_load *rom;
	uint64_t unreadable;
	struct mkpages m;

	mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, NULL);
	mkpages_set(&m, 768, 0, MKPAGES_CACHE);
	mkpages_unmap(&m, 0);
	m.dump.load[0].vaddr += 0x80000;
	m.dump.load[0].paddr += 0x80000;
	memmove(m.dump.load[0].data.base, m.dump.load[0].data.base + 0x80000,
		m.dump.load[0].data.len -= 0x80000);
	rom = mkelf_load(&m.dump, 0, 0x1000);
	mkelf_bytes(&rom->data, NULL, 4096);
	rom = mkelf_load(&m.dump, 0, 0xfffc0000);
	mkelf_bytes(&rom->data, NULL, 0x40000);
	reader = open_written(&m.dump);
	classify(reader, 1000, class, &unreadable);
	assert_int_equal(class[768], KX_PAGE_CACHE);
	assert_int_equal(unreadable, MKPAGES_SECTION);
	close_reader(reader);
	mkpages_done(&m);
}

TEST(a_map_that_is_not_there_is_refused)
{
	struct kx_err err = { "" };
	struct kx_reader *reader;
	struct kx_pages *pages = NULL;
	struct mkpages m;

	mkpages_init(&m, MKPAGES_6_10, MKPAGES_ROOTS, NULL);
	mkpages_unmap(&m, MKPAGES_COUNT - 1);
	reader = open_written(&m.dump);
	assert_int_equal(kx_pages_open(reader, &pages, &err), -ENODATA);
	assert_says(&err, "mem_section");
	assert_null(pages);
	close_reader(reader);
	mkpages_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_are_found_in_every_form),
		cmocka_unit_test(flat_memory_has_struct_pages_for_whole_blocks),
		cmocka_unit_test(flat_memory_has_no_other_struct_pages),
		cmocka_unit_test(flat_memory_that_is_not_found_is_refused),
		cmocka_unit_test(sections_of_large_address_spaces_are_found),
		cmocka_unit_test(a_section_without_struct_pages_is_kept),
		cmocka_unit_test(sections_of_the_sizes_of_architectures_are_found),
		cmocka_unit_test(a_section_has_a_size_that_can_be),
		cmocka_unit_test(a_section_with_one_flag_is_kept),
		cmocka_unit_test(struct_pages_are_read_around_a_hole),
		cmocka_unit_test(a_dump_without_memory_has_no_struct_pages),
		cmocka_unit_test(memory_that_is_no_ram_does_not_hide_the_map),
		cmocka_unit_test(a_map_that_is_not_there_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
