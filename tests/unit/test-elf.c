/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ELF headers, tables, notes and kernels, of both classes and byte orders: whole, cut, lying. */
#include <time.h>

#include "kexec/image/elf_file.h"
#include "kx/bytes.h"
#include "kx/elf.h"
#include "tests/unit/kxtest.h"

/* Numbers of the System V ABI (gABI 4.1), not of <elf.h>. */
enum { CORE = 4, LOAD = 1, PN_XNUM = 0xffff, DT_NULL = 0, DT_RELA = 7, DT_RELASZ = 8 };
enum { E_TYPE = 16, E_MACHINE = 18 };

/* Where a class has what. */
static const struct layout {
	unsigned int word, header, segment, section;
	unsigned int e_entry, e_phoff, e_shoff, e_flags, e_phentsize, e_phnum;
	unsigned int p_flags, p_offset, p_vaddr, p_paddr, p_filesz, p_memsz, p_align;
	unsigned int sh_info;
} layouts[] = {
	{ 4, 52, 32, 40, 24, 28, 32, 36, 42, 44, 24, 4, 8, 12, 16, 20, 28, 28 },
	{ 8, 64, 56, 64, 24, 32, 40, 48, 54, 56, 4, 8, 16, 24, 32, 40, 48, 44 },
};

/* A file being made: one of the four kinds, in memory of its exact size. */
struct made {
	const struct layout *at;
	bool big_endian;
	uint8_t *bytes;
	size_t len;
};

enum { KINDS = 4 };

static void put(const struct made *m, uint64_t at, unsigned int width, uint64_t value)
{
	assert_true(at + width <= m->len);
	kx_put(m->bytes + at, width, value, m->big_endian);
}

/* An address in this class: all of @value's bits that it has. */
static void put_word(const struct made *m, uint64_t at, uint64_t value)
{
	put(m, at, m->at->word, value);
}

/* Kind number @kind with @count program headers behind the header, and @more bytes. */
static struct made make(int kind, size_t count, size_t more)
{
	const struct layout *at = &layouts[kind & 1];
	struct made m = { at, kind & 2, NULL, at->header + count * at->segment + more };

	m.bytes = calloc(1, m.len);
	assert_non_null(m.bytes);
	memcpy(m.bytes, "\177ELF", 4);
	put(&m, 4, 1, at->word / 4);
	put(&m, 5, 1, m.big_endian ? 2 : 1);
	put(&m, E_TYPE, 2, CORE);
	put(&m, E_MACHINE, 2, 0x1234);
	put_word(&m, at->e_entry, 0x12345670);
	put_word(&m, at->e_phoff, at->header);
	put(&m, at->e_flags, 4, 0xabcdef01);
	put(&m, at->e_phentsize, 2, at->segment);
	put(&m, at->e_phnum, 2, count < PN_XNUM ? count : PN_XNUM);
	for (size_t i = 0; i < count; i++)
		put_word(&m, at->header + i * at->segment + at->p_paddr, 0x1000 * (i + 1));
	return m;
}

static void drop(const struct made *m)
{
	free(m->bytes);
}

static struct kx_span span(const struct made *m)
{
	return (struct kx_span){ m->bytes, m->len };
}

static void assert_refused(struct kx_span file, const char *says)
{
	struct kx_err err = { "" };
	struct kx_span table;
	struct kx_elf elf;

	if (kx_elf_open(file, &elf, &table, &err) != -EINVAL)
		fail_msg("not refused, though it should say \"%s\"", says);
	assert_says(&err, says);
}

static void assert_opens(const struct made *m, struct kx_elf *ret, struct kx_span *ret_table)
{
	struct kx_err err = { "" };

	if (kx_elf_open(span(m), ret, ret_table, &err) < 0)
		fail_msg("%s", err.text);
}

TEST(classes_and_byte_orders_read_alike)
{
	for (int kind = 0; kind < KINDS; kind++) {
		struct made m = make(kind, 3, 0);
		struct kx_span table;
		struct kx_elf elf;

		assert_opens(&m, &elf, &table);
		assert_int_equal(elf.wide, kind & 1);
		assert_int_equal(elf.big_endian, kind >> 1);
		assert_int_equal(elf.header_size, m.at->header);
		assert_int_equal(elf.segment_size, m.at->segment);
		assert_int_equal(elf.section_size, m.at->section);
		assert_int_equal(elf.type, CORE);
		assert_int_equal(elf.machine, 0x1234);
		assert_int_equal(elf.flags, 0xabcdef01);
		assert_int_equal(elf.entry, 0x12345670);
		assert_int_equal(elf.phoff, m.at->header);
		assert_int_equal(elf.shoff, 0);
		assert_int_equal(elf.phnum, 3);
		assert_int_equal(elf.phentsize, m.at->segment);
		assert_ptr_equal(table.base, m.bytes + m.at->header);
		assert_int_equal(table.len, 3 * m.at->segment);
		drop(&m);
	}
}

TEST(a_program_header_has_all_its_members_wherever_it_lies)
{
	/* At an odd address too. */
	for (int kind = 0; kind < 2 * KINDS; kind++) {
		struct made m = make(kind % KINDS, 0, 1 + 56);
		size_t odd = m.at->header + (kind >= KINDS), end = odd + m.at->segment;
		uint64_t high = m.at->word == 8 ? UINT64_C(0xffff800000000000) : 0xc0000000;
		struct kx_elf_segment segment;
		struct kx_span table;
		struct kx_elf elf;

		assert_opens(&m, &elf, &table);
		put(&m, odd, 4, LOAD);
		put(&m, odd + m.at->p_flags, 4, 5);
		put_word(&m, odd + m.at->p_offset, 0x1111);
		put_word(&m, odd + m.at->p_vaddr, high + 0x2222);
		put_word(&m, odd + m.at->p_paddr, 0x3333);
		put_word(&m, odd + m.at->p_filesz, 0x4444);
		put_word(&m, odd + m.at->p_memsz, 0x5555);
		put_word(&m, odd + m.at->p_align, 0x6666);
		table = (struct kx_span){ m.bytes + odd, end - odd };
		assert_true(kx_elf_segment(&elf, table, 0, &segment));
		assert_int_equal(segment.type, LOAD);
		assert_int_equal(segment.flags, 5);
		assert_int_equal(segment.offset, 0x1111);
		assert_true(segment.vaddr == high + 0x2222);
		assert_int_equal(segment.paddr, 0x3333);
		assert_int_equal(segment.filesz, 0x4444);
		assert_int_equal(segment.memsz, 0x5555);
		assert_int_equal(segment.align, 0x6666);
		drop(&m);
	}
}

TEST(a_cut_table_has_only_whole_headers)
{
	for (int kind = 0; kind < KINDS; kind++) {
		struct made m = make(kind, 3, 0);
		struct kx_elf_segment segment;
		struct kx_span table;
		struct kx_elf elf;

		assert_opens(&m, &elf, &table);
		for (uint64_t i = 0; i < 3; i++) {
			assert_true(kx_elf_segment(&elf, table, i, &segment));
			assert_int_equal(segment.paddr, 0x1000 * (i + 1));
		}
		assert_false(kx_elf_segment(&elf, table, 3, &segment));
		assert_false(kx_elf_segment(&elf, table, UINT64_MAX, &segment));
		assert_false(kx_elf_segment(&elf, table, UINT64_MAX / 8 + 1, &segment));
		table.len--;
		assert_true(kx_elf_segment(&elf, table, 1, &segment));
		assert_false(kx_elf_segment(&elf, table, 2, &segment));
		assert_false(kx_elf_segment(&elf, (struct kx_span){ NULL, 0 }, 0, &segment));
		drop(&m);
	}
}

TEST(what_is_no_elf_file_is_refused_with_its_numbers)
{
	struct kx_err err = { "" };
	struct made m = make(1, 1, 0);
	struct kx_elf elf;

	assert_refused((struct kx_span){ NULL, 0 }, "not an ELF file");
	assert_refused(kx_span_of("\177ELF"), "file ends after 4 bytes, inside the ELF header");
	/* What is the same in both classes needs no more than its own bytes. */
	assert_int_equal(kx_elf_ident((struct kx_span){ m.bytes, 20 }, &elf, &err), 0);
	assert_int_equal(elf.machine, 0x1234);
	assert_int_equal(elf.phnum, 0);
	assert_int_equal(kx_elf_ident((struct kx_span){ m.bytes, 19 }, &elf, &err), -EINVAL);
	put(&m, 4, 1, 3);
	assert_refused(span(&m), "ELF: class 3; known: 1 (32 bit), 2 (64 bit)");
	put(&m, 4, 1, 2);
	put(&m, 5, 1, 0);
	assert_refused(span(&m), "ELF: byte order 0; known: 1 (little), 2 (big)");
	put(&m, 0, 1, 0x7e);
	assert_refused(span(&m), "not an ELF file");
	drop(&m);
}

TEST(a_file_that_ends_early_is_refused_with_its_numbers)
{
	for (int kind = 0; kind < KINDS; kind++) {
		struct made m = make(kind, 2, 0);
		char says[100];

		for (size_t len = 4; len < m.len; len++) {
			/* On the heap and exact: a sanitizer sees each byte too far. */
			uint8_t *copy = malloc(len);

			assert_non_null(copy);
			memcpy(copy, m.bytes, len);
			if (len < m.at->header)
				snprintf(says, sizeof(says), "file ends after %zu bytes, inside", len);
			else
				snprintf(says, sizeof(says),
					 "2 program headers of %u bytes at 0x%x are not in the "
					 "file's 0x%zx bytes", m.at->segment, m.at->header, len);
			assert_refused((struct kx_span){ copy, len }, says);
			free(copy);
		}
		drop(&m);
	}
}

TEST(a_table_that_cannot_be_there_is_refused)
{
	static const uint64_t places[] = {
		UINT64_MAX, UINT64_MAX - 111, UINT64_C(1) << 63, UINT32_MAX, UINT32_MAX - 63, 65,
	};

	for (int kind = 0; kind < KINDS; kind++) {
		struct made m = make(kind, 2, 0);

		for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
			/* 2^63 is 0 in 32 bits, where the table could lie. */
			if (m.at->word == 4 && (uint32_t)places[i] == 0)
				continue;
			put_word(&m, m.at->e_phoff, places[i]);
			assert_refused(span(&m), "2 program headers");
		}
		put_word(&m, m.at->e_phoff, m.at->header);
		for (unsigned int size = 0; size < 0x10000; size += 0xff)
			if (size != m.at->segment) {
				put(&m, m.at->e_phentsize, 2, size);
				assert_refused(span(&m), "2 program headers of");
			}
		drop(&m);
	}
}

/* Section header 0, at the file's end, says @count; NULL for what should open. */
static void check_extended(int kind, size_t count, uint64_t said, const char *refusal)
{
	struct made m = make(kind, count, layouts[kind & 1].section);
	size_t at = m.len - m.at->section;
	struct kx_elf_segment segment;
	struct kx_span table;
	struct kx_elf elf;

	put(&m, m.at->e_phnum, 2, PN_XNUM);
	put_word(&m, m.at->e_shoff, at);
	put(&m, at + m.at->sh_info, 4, said);
	if (refusal) {
		assert_refused(span(&m), refusal);
	} else {
		assert_opens(&m, &elf, &table);
		assert_int_equal(elf.phnum, count);
		assert_int_equal(table.len, count * m.at->segment);
		assert_true(kx_elf_segment(&elf, table, count - 1, &segment));
		assert_true(segment.paddr == (m.at->word == 8 ? 0x1000 * (uint64_t)count :
								(uint32_t)(0x1000 * count)));
	}
	put_word(&m, m.at->e_shoff, at + 1);
	assert_refused(span(&m), "the number of program headers, at 0x");
	put_word(&m, m.at->e_shoff, m.at->word == 8 ? UINT64_MAX : UINT32_MAX);
	assert_refused(span(&m), "the number of program headers, at 0x");
	drop(&m);
}

TEST(section_header_0_counts_what_e_phnum_cannot)
{
	for (int kind = 0; kind < KINDS; kind++) {
		check_extended(kind, 70000, 70000, NULL);
		check_extended(kind, 1, 1, NULL);
		check_extended(kind, 70000, 70100, "70100 program headers of");
		check_extended(kind, 1, UINT32_MAX, "4294967295 program headers of");
	}
}

TEST(without_sections_e_phnum_is_taken_at_its_word)
{
	struct made m = make(1, PN_XNUM, 0);
	struct kx_span table;
	struct kx_elf elf;

	assert_opens(&m, &elf, &table);
	assert_int_equal(elf.phnum, PN_XNUM);
	drop(&m);
	m = make(1, 1, 0);
	put(&m, m.at->e_phnum, 2, PN_XNUM);
	assert_refused(span(&m), "65535 program headers");
	drop(&m);
}

TEST(a_million_program_headers_are_cheap)
{
	for (int kind = 0; kind < KINDS; kind++) {
		struct made m = make(kind, 1 << 20, layouts[kind & 1].section);
		size_t at = m.len - m.at->section;
		struct kx_elf_segment segment;
		struct kx_span table;
		struct kx_elf elf;
		uint64_t i = 0;
		clock_t start;

		put_word(&m, m.at->e_shoff, at);
		put(&m, at + m.at->sh_info, 4, 1 << 20);
		start = clock();
		assert_opens(&m, &elf, &table);
		while (kx_elf_segment(&elf, table, i, &segment))
			i++;
		assert_int_equal(i, 1 << 20);
		assert_true(clock() - start < CLOCKS_PER_SEC);
		drop(&m);
	}
}

TEST(the_last_dynamic_entry_before_the_end_counts)
{
	static const uint64_t entries[][2] = {
		{ DT_RELA, 0x1000 }, { 0x6ffffff9, 3 }, { DT_RELA, 0x2000 },
		{ DT_NULL, 0 },	     { DT_RELASZ, 48 },
	};

	for (int kind = 0; kind < KINDS; kind++) {
		struct made m = make(kind, 0, sizeof(entries));
		struct kx_span table, section = { m.bytes + m.at->header, 10 * m.at->word };
		uint64_t value = 99;
		struct kx_elf elf;

		assert_opens(&m, &elf, &table);
		for (size_t i = 0; i < 10; i++)
			put_word(&m, m.at->header + i * m.at->word, entries[i / 2][i % 2]);
		assert_false(kx_elf_dynamic(&elf, section, DT_RELASZ, &value));
		assert_int_equal(value, 99);
		assert_true(kx_elf_dynamic(&elf, section, DT_RELA, &value));
		assert_int_equal(value, 0x2000);
		/* One that is cut off is none. */
		section.len = 6 * m.at->word - 1;
		assert_true(kx_elf_dynamic(&elf, section, DT_RELA, &value));
		assert_int_equal(value, 0x1000);
		drop(&m);
	}
}

static size_t put_note(uint8_t *at, bool big_endian, uint32_t type, const char *name,
		       const char *desc)
{
	size_t namesz = strlen(name) + 1, descsz = strlen(desc), to = 12 + (namesz + 3) / 4 * 4;

	kx_put(at, 4, namesz, big_endian);
	kx_put(at + 4, 4, descsz, big_endian);
	kx_put(at + 8, 4, type, big_endian);
	memcpy(at + 12, name, namesz);
	memcpy(at + to, desc, descsz);
	return to + (descsz + 3) / 4 * 4;
}

TEST(notes_follow_each_other_in_both_byte_orders)
{
	for (int big_endian = 0; big_endian < 2; big_endian++) {
		uint8_t bytes[100] = { 0 };
		size_t first = put_note(bytes, big_endian, 1, "CORE", "12345");
		size_t end = first + put_note(bytes + first, big_endian, 0x700, "", "");
		struct kx_span rest = { bytes, 0 }, before;
		struct kx_elf_note note;

		end += put_note(bytes + end, big_endian, 0, "VMCOREINFO", "KEY=1\n");
		rest.len = end;
		assert_true(kx_elf_note(&rest, big_endian, &note));
		assert_int_equal(note.type, 1);
		assert_int_equal(note.name.len, 5);
		assert_span(note.desc, "12345");
		assert_ptr_equal(rest.base, bytes + first);
		assert_true(kx_elf_note(&rest, big_endian, &note));
		assert_int_equal(note.type, 0x700);
		assert_int_equal(note.desc.len, 0);
		/* The padding of the last one is nobody's. */
		rest.len -= 2;
		before = rest;
		assert_true(kx_elf_note(&rest, big_endian, &note));
		assert_true(kx_span_starts(note.name, "VMCOREINFO"));
		assert_span(note.desc, "KEY=1\n");
		assert_int_equal(rest.len, 0);
		assert_false(kx_elf_note(&rest, big_endian, &note));
		before.len--;
		assert_false(kx_elf_note(&before, big_endian, &note));
		assert_int_equal(before.len, 12 + 12 + 5);
	}
}

TEST(a_note_of_absurd_size_is_the_end)
{
	static const uint32_t sizes[] = { 5, UINT32_MAX, UINT32_MAX - 2, 1u << 31 };
	uint8_t bytes[16] = { 0 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (unsigned int at = 0; at < 8; at += 4) {
			struct kx_span rest = { bytes, sizeof(bytes) };
			struct kx_elf_note note;

			memset(bytes, 0, sizeof(bytes));
			kx_put(bytes + at, 4, sizes[i], false);
			assert_false(kx_elf_note(&rest, false, &note));
			assert_int_equal(rest.len, sizeof(bytes));
		}
	}
}

/* ---- kernels -------------------------------------------------------------------------------- */

enum { PT_DYNAMIC = 2, TEXT = 64, DATA = 96 };

static void put_segment(const struct made *m, size_t i, uint32_t type, uint64_t offset,
			uint64_t filesz, uint64_t memsz)
{
	size_t at = m->at->header + i * m->at->segment;

	put(m, at, 4, type);
	put_word(m, at + m->at->p_offset, offset);
	put_word(m, at + m->at->p_vaddr, 0xc0000000 + offset);
	put_word(m, at + m->at->p_paddr, offset);
	put_word(m, at + m->at->p_filesz, filesz);
	put_word(m, at + m->at->p_memsz, memsz);
}

/* Text, an empty segment, data with relocations and the dynamic section that names them. */
static struct made make_kernel(int kind, size_t *ret_text)
{
	struct made m = make(kind, 4, TEXT + DATA);
	size_t text = m.len - TEXT - DATA, data = m.len - DATA, dynamic = m.len - 4 * 8;
	const uint64_t entries[] = { DT_RELA, 0xc0000000 + data + 8, DT_RELASZ, 24 };

	put_segment(&m, 0, LOAD, text, TEXT, TEXT);
	put_segment(&m, 1, LOAD, 0, 0, 0);
	put_segment(&m, 2, LOAD, data, DATA, 4096);
	put_segment(&m, 3, PT_DYNAMIC, dynamic, 4 * m.at->word, 4 * m.at->word);
	for (size_t i = 0; i < 4; i++)
		put_word(&m, dynamic + i * m.at->word, entries[i]);
	*ret_text = text;
	return m;
}

TEST(a_kernel_of_either_class_and_byte_order_is_taken_apart)
{
	for (int kind = 0; kind < KINDS; kind++) {
		size_t text;
		struct made m = make_kernel(kind, &text);
		struct kx_elf_segment segment;
		struct kx_span bytes, rela;
		struct kx_err err = { "" };
		struct elf_file file;
		uint64_t i = 0;

		assert_int_equal(elf_file_open(span(&m), &file, &err), 0);
		assert_true(elf_file_next_load(&file, &i, &segment));
		assert_true(elf_file_segment_bytes(&file, &segment, &bytes));
		assert_ptr_equal(bytes.base, m.bytes + text);
		assert_int_equal(bytes.len, TEXT);
		/* What takes no memory is left out. */
		assert_true(elf_file_next_load(&file, &i, &segment));
		assert_int_equal(segment.memsz, 4096);
		assert_false(elf_file_next_load(&file, &i, &segment));
		assert_true(elf_file_relocations(&file, &rela));
		assert_ptr_equal(rela.base, m.bytes + text + TEXT + 8);
		assert_int_equal(rela.len, 24);
		/* Not in the file: as if there were none. */
		put_word(&m, m.len - 4 * 8 + 3 * m.at->word, DATA);
		assert_false(elf_file_relocations(&file, &rela));
		drop(&m);
	}
}

TEST(a_kernel_is_for_one_machine_class_and_byte_order)
{
	static const struct {
		const struct kx_isa *isa;
		int kind;
	} fits[] = {
		{ &kx_isa_ppc64le, 1 },
		{ &kx_isa_ppc64, 3 },
		{ &kx_isa_ppc, 2 },
		{ &kx_isa_i386, 0 },
	};

	for (size_t i = 0; i < sizeof(fits) / sizeof(fits[0]); i++) {
		for (int kind = 0; kind < KINDS; kind++) {
			struct made m = make(kind, 0, 0);

			assert_false(elf_file_is_for(span(&m), fits[i].isa));
			put(&m, E_MACHINE, 2, fits[i].isa->elf_machine);
			assert_int_equal(elf_file_is_for(span(&m), fits[i].isa),
					 kind == fits[i].kind);
			drop(&m);
		}
	}
	assert_false(elf_file_is_for((struct kx_span){ NULL, 0 }, &kx_isa_x86_64));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes_and_byte_orders_read_alike),
		cmocka_unit_test(a_program_header_has_all_its_members_wherever_it_lies),
		cmocka_unit_test(a_cut_table_has_only_whole_headers),
		cmocka_unit_test(what_is_no_elf_file_is_refused_with_its_numbers),
		cmocka_unit_test(a_file_that_ends_early_is_refused_with_its_numbers),
		cmocka_unit_test(a_table_that_cannot_be_there_is_refused),
		cmocka_unit_test(section_header_0_counts_what_e_phnum_cannot),
		cmocka_unit_test(without_sections_e_phnum_is_taken_at_its_word),
		cmocka_unit_test(a_million_program_headers_are_cheap),
		cmocka_unit_test(the_last_dynamic_entry_before_the_end_counts),
		cmocka_unit_test(notes_follow_each_other_in_both_byte_orders),
		cmocka_unit_test(a_note_of_absurd_size_is_the_end),
		cmocka_unit_test(a_kernel_of_either_class_and_byte_order_is_taken_apart),
		cmocka_unit_test(a_kernel_is_for_one_machine_class_and_byte_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
