/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs without what nobody loads, of both classes and byte orders: whole, cut, lying. */
#include <elf.h>

#include "kx/bytes.h"
#include "kx/elf.h"
#include "tests/unit/kxtest.h"

/* Classes and byte orders. */
enum { KINDS = 4, SEGMENTS = 3, SEGMENT = 8 };

static size_t size_of(int kind)
{
	return kind & 1 ? sizeof(Elf64_Ehdr) + SEGMENTS * sizeof(Elf64_Phdr) + 2 * SEGMENT :
			  sizeof(Elf32_Ehdr) + SEGMENTS * sizeof(Elf32_Phdr) + 2 * SEGMENT;
}

/* What the header says of sections: where they are, how many, and which has their names. */
static void put_sections(uint8_t *to, int kind, uint64_t at, unsigned int number)
{
	bool big_endian = kind & 2;

	if (kind & 1) {
		kx_put(to + offsetof(Elf64_Ehdr, e_shoff), 8, at, big_endian);
		kx_put(to + offsetof(Elf64_Ehdr, e_shnum), 2, number, big_endian);
		kx_put(to + offsetof(Elf64_Ehdr, e_shstrndx), 2, number, big_endian);
	} else {
		kx_put(to + offsetof(Elf32_Ehdr, e_shoff), 4, at, big_endian);
		kx_put(to + offsetof(Elf32_Ehdr, e_shnum), 2, number, big_endian);
		kx_put(to + offsetof(Elf32_Ehdr, e_shstrndx), 2, number, big_endian);
	}
}

/* Two segments behind the headers, one without bytes, as .bss alone, and @more bytes of none. */
static uint8_t *make(int kind, size_t more)
{
	size_t end = size_of(kind);
	const struct kx_elf_segment segment[SEGMENTS] = {
		{ .type = PT_LOAD, .offset = end - 2 * SEGMENT, .filesz = SEGMENT,
		  .memsz = SEGMENT },
		{ .type = PT_LOAD, .offset = end - SEGMENT, .filesz = SEGMENT, .memsz = 4096 },
		{ .type = PT_LOAD, .offset = 1 << 20, .memsz = 4096 },
	};
	struct kx_elf elf = { .big_endian = kind & 2, .type = ET_EXEC, .phnum = SEGMENTS };
	uint8_t *bytes = malloc(end + more);

	assert_non_null(bytes);
	memset(bytes, 0x5a, end + more);
	kx_elf_class(&elf, kind & 1);
	elf.phoff = elf.header_size;
	kx_elf_put_header(&elf, bytes);
	for (size_t i = 0; i < SEGMENTS; i++)
		kx_elf_put_segment(&elf, &segment[i], bytes + elf.phoff + i * elf.segment_size);
	return bytes;
}

static void assert_refused(const uint8_t *bytes, size_t len, const char *says)
{
	struct kx_err err = { "" };
	uint8_t *stripped = NULL;
	size_t size;

	assert_int_equal(kx_elf_strip((struct kx_span){ bytes, len }, &stripped, &size, &err),
			 -EINVAL);
	assert_null(stripped);
	assert_says(&err, says);
}

TEST(it_has_its_segments_and_nothing_else)
{
	static const size_t mores[] = { 100, 0 };

	for (int kind = 0; kind < 2 * KINDS; kind++) {
		size_t more = mores[kind / KINDS], end = size_of(kind), len = 0;
		uint8_t *plain = make(kind, 0), *bytes = make(kind, more), *stripped = NULL;
		struct kx_err err = { "" };

		if (more > 0)
			put_sections(bytes, kind, end, 3);
		assert_int_equal(kx_elf_strip((struct kx_span){ bytes, end + more }, &stripped,
					      &len, &err), 0);
		assert_int_equal(len, end);
		assert_memory_equal(stripped, plain, end);
		free(stripped);
		free(bytes);
		free(plain);
	}
}

TEST(one_that_is_cut_off_is_noticed)
{
	for (int kind = 0; kind < KINDS; kind++) {
		uint8_t *bytes = make(kind, 0);

		for (size_t len = 0; len < size_of(kind); len++)
			assert_refused(bytes, len, "");
		assert_refused(bytes, size_of(kind) - 1, "segment 1, 0x8 bytes at 0x");
		free(bytes);
	}
}

TEST(what_no_program_has_is_refused)
{
	size_t len = sizeof(Elf64_Ehdr) + PN_XNUM * sizeof(Elf64_Phdr) + sizeof(Elf64_Shdr);
	struct kx_elf elf = { .type = ET_EXEC, .phnum = PN_XNUM, .phoff = sizeof(Elf64_Ehdr) };
	uint8_t *bytes = calloc(1, len);

	assert_non_null(bytes);
	kx_elf_class(&elf, true);
	elf.shoff = len - sizeof(Elf64_Shdr);
	kx_elf_put_header(&elf, bytes);
	kx_elf_put_count(&elf, bytes + elf.shoff);
	assert_refused(bytes, len, "65535 program headers are too many for a program");
	/* Few that are counted there are forgotten with it, too. */
	elf.phnum = 2;
	kx_elf_put_count(&elf, bytes + elf.shoff);
	assert_refused(bytes, len, "65535 program headers are too many for a program");
	/* Sections that are forgotten would change them. */
	elf.phnum = 1;
	elf.phoff = 16;
	kx_elf_put_header(&elf, bytes);
	assert_refused(bytes, len, "program headers at 0x10, inside the ELF header");
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_has_its_segments_and_nothing_else),
		cmocka_unit_test(one_that_is_cut_off_is_noticed),
		cmocka_unit_test(what_no_program_has_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
