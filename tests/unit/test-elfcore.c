/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ELF core headers, byte for byte as the System V ABI (gABI 4.1) has them. */
#include <unistd.h>

#include "kx/elf.h"
#include "tests/unit/kxtest.h"

/* Offsets and numbers of the specification, not of <elf.h>. */
enum { EHDR = 64, PHDR = 56, SHDR = 64, EM_FOR_X86_64 = 62, NO_COUNT = 0xffff };

static struct kx_span written(const struct kx_elfcore_part *part, size_t count)
{
	size_t size = kx_elfcore_size(&kx_isa_x86_64, count);
	uint8_t *bytes = calloc(1, size);
	struct kx_err err;

	assert_non_null(bytes);
	assert_int_equal(kx_elfcore_write(bytes, &kx_isa_x86_64, part, count, &err), 0);
	return (struct kx_span){ bytes, size };
}

static void drop(struct kx_span s)
{
	free((void *)(uintptr_t)s.base);
}

static uint64_t number(struct kx_span s, uint64_t at, unsigned int width)
{
	uint64_t value = 0;

	assert_true(kx_span_le(s, at, width, &value));
	return value;
}

TEST(the_file_header_is_that_of_a_64_bit_core)
{
	static const uint8_t ident[16] = { 0x7f, 'E', 'L', 'F', 2, 1, 1 };
	const struct kx_elfcore_part part = { .type = 4 };
	struct kx_span core = written(&part, 1);

	assert_int_equal(core.len, EHDR + PHDR);
	assert_memory_equal(core.base, ident, sizeof(ident));
	assert_int_equal(number(core, 16, 2), 4);		/* e_type: ET_CORE */
	assert_int_equal(number(core, 18, 2), EM_FOR_X86_64);
	assert_int_equal(number(core, 20, 4), 1);		/* e_version */
	assert_int_equal(number(core, 24, 8), 0);		/* e_entry */
	assert_int_equal(number(core, 32, 8), EHDR);		/* e_phoff */
	assert_int_equal(number(core, 40, 8), 0);		/* e_shoff */
	assert_int_equal(number(core, 48, 4), 0);		/* e_flags */
	assert_int_equal(number(core, 52, 2), EHDR);		/* e_ehsize */
	assert_int_equal(number(core, 54, 2), PHDR);		/* e_phentsize */
	assert_int_equal(number(core, 56, 2), 1);		/* e_phnum */
	assert_int_equal(number(core, 60, 2), 0);		/* e_shnum */
	drop(core);
}

TEST(a_program_header_tells_place_and_address_apart)
{
	const struct kx_elfcore_part part[] = {
		{ .type = 4, .physical = 0x1000, .source = 0x1000, .size = 0x168 },
		{ .type = 1, .flags = 7, .physical = 0x2000, .source = 0x33002000,
		  .virt = UINT64_C(0xffff888000002000), .size = UINT64_C(0x123456789a) },
	};
	struct kx_span core = written(part, 2);
	uint64_t at = EHDR + PHDR;

	assert_int_equal(number(core, EHDR, 4), 4);
	assert_int_equal(number(core, EHDR + 8, 8), 0x1000);
	assert_int_equal(number(core, EHDR + 16, 8), 0);
	assert_int_equal(number(core, at, 4), 1);		/* p_type: PT_LOAD */
	assert_int_equal(number(core, at + 4, 4), 7);		/* p_flags */
	assert_int_equal(number(core, at + 8, 8), 0x33002000);	/* p_offset */
	assert_true(number(core, at + 16, 8) == UINT64_C(0xffff888000002000));
	assert_int_equal(number(core, at + 24, 8), 0x2000);	/* p_paddr */
	assert_int_equal(number(core, at + 32, 8), UINT64_C(0x123456789a));
	assert_int_equal(number(core, at + 40, 8), UINT64_C(0x123456789a));
	assert_int_equal(number(core, at + 48, 8), 0);		/* p_align */
	drop(core);
}

static void check_count(size_t count, uint64_t phnum, uint64_t sections)
{
	struct kx_elfcore_part *part = calloc(count, sizeof(*part));
	struct kx_span core;
	uint64_t end = EHDR + (uint64_t)count * PHDR;

	assert_non_null(part);
	part[count - 1].physical = 0xabcd000;
	core = written(part, count);
	assert_int_equal(core.len, end + sections * SHDR);
	assert_int_equal(number(core, 56, 2), phnum);
	assert_int_equal(number(core, 60, 2), sections);
	assert_int_equal(number(core, 58, 2), sections ? SHDR : 0);	/* e_shentsize */
	assert_int_equal(number(core, 40, 8), sections ? end : 0);
	assert_int_equal(number(core, end - PHDR + 24, 8), 0xabcd000);
	if (sections) {
		assert_int_equal(number(core, end + 4, 4), 0);		/* sh_type: SHT_NULL */
		assert_int_equal(number(core, end + 44, 4), count);	/* sh_info */
	}
	free(part);
	drop(core);
}

TEST(a_count_that_does_not_fit_goes_into_a_section_header)
{
	check_count(NO_COUNT - 1, NO_COUNT - 1, 0);
	check_count(NO_COUNT, NO_COUNT, 1);
	check_count(200000, NO_COUNT, 1);
}

/* ---- other classes and byte orders ---------------------------------------------------------- */

static const struct kx_isa *const isas[] = {
	&kx_isa_x86_64, &kx_isa_s390x, &kx_isa_arm, &kx_isa_ppc, &kx_isa_ppc64le,
};
enum { ISAS = sizeof(isas) / sizeof(isas[0]) };

/* A core header of @count parts that all differ. */
static struct kx_span core_for(const struct kx_isa *isa, size_t count)
{
	struct kx_elfcore_part *part = calloc(count, sizeof(*part));
	size_t size = kx_elfcore_size(isa, count);
	uint8_t *bytes = calloc(1, size);
	struct kx_err err = { "" };

	assert_non_null(part);
	assert_non_null(bytes);
	for (size_t i = 0; i < count; i++)
		part[i] = (struct kx_elfcore_part){ .type = 1, .flags = 7, .physical = 0x1000 * i,
						    .source = 0x2000 * i, .virt = 0x3000 * i,
						    .size = i };
	if (kx_elfcore_write(bytes, isa, part, count, &err) < 0)
		fail_msg("%s", err.text);
	free(part);
	return (struct kx_span){ bytes, size };
}

static void check_read_back(const struct kx_isa *isa, size_t count)
{
	struct kx_span core = core_for(isa, count), table;
	struct kx_elf_segment segment;
	struct kx_err err = { "" };
	struct kx_elf elf;

	if (kx_elf_open(core, &elf, &table, &err) < 0)
		fail_msg("%s: %s", isa->name, err.text);
	assert_int_equal(elf.wide, isa->long_size == 8);
	assert_int_equal(elf.big_endian, isa->big_endian);
	assert_int_equal(elf.type, 4);
	assert_int_equal(elf.machine, isa->elf_machine);
	assert_int_equal(elf.phnum, count);
	for (size_t i = 0; i < count; i++) {
		assert_true(kx_elf_segment(&elf, table, i, &segment));
		assert_int_equal(segment.type, 1);
		assert_int_equal(segment.flags, 7);
		assert_int_equal(segment.offset, 0x2000 * i);
		assert_int_equal(segment.vaddr, 0x3000 * i);
		assert_int_equal(segment.paddr, 0x1000 * i);
		assert_int_equal(segment.filesz, i);
		assert_int_equal(segment.memsz, i);
		assert_int_equal(segment.align, 0);
	}
	drop(core);
}

TEST(the_header_has_its_machines_class_and_byte_order)
{
	for (size_t i = 0; i < ISAS; i++) {
		check_read_back(isas[i], 1);
		check_read_back(isas[i], NO_COUNT - 1);
		check_read_back(isas[i], 70000);
	}
}

TEST(what_does_not_fit_32_bits_is_refused)
{
	static const struct kx_elfcore_part parts[] = {
		{ .type = 1, .physical = UINT64_C(1) << 32 },
		{ .type = 1, .source = UINT64_C(1) << 32 },
		{ .type = 1, .virt = UINT64_C(0xffffffff80000000) },
		{ .type = 1, .size = UINT64_C(1) << 32 },
	};
	const struct kx_elfcore_part largest = { 1, 7, UINT32_MAX, UINT32_MAX, UINT32_MAX,
						 UINT32_MAX };
	uint8_t bytes[200] = { 0 };
	struct kx_err err = { "" };

	assert_true(kx_elfcore_size(&kx_isa_arm, 1) <= sizeof(bytes));
	assert_int_equal(kx_elfcore_write(bytes, &kx_isa_arm, &largest, 1, &err), 0);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		assert_int_equal(kx_elfcore_write(bytes, &kx_isa_arm, &parts[i], 1, &err), -ERANGE);
	assert_says(&err, "0x100000000 bytes at 0x0 do not fit the 32-bit core header of arm");
}

/* What readelf says of @core: a page at most. */
static char *told_by_readelf(struct kx_span core, const char *options)
{
	char path[] = "elfcore-XXXXXX", command[100];
	char *text = calloc(1, 4096);
	int fd = mkstemp(path);
	FILE *pipe;

	assert_non_null(text);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, core.base, core.len), core.len);
	close(fd);
	snprintf(command, sizeof(command), "LC_ALL=C readelf %s %s 2>&1", options, path);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	assert_true(fread(text, 1, 4095, pipe) > 0);
	unlink(path);
	if (pclose(pipe) != 0)
		fail_msg("readelf (package binutils) fails: %s", text);
	return text;
}

/* A line of readelf's with both in it, the second behind the first. */
static void assert_line(const char *text, const char *key, const char *value)
{
	const char *line = strstr(text, key), *end = line ? strchr(line, '\n') : NULL;
	const char *found = line ? strstr(line, value) : NULL;

	if (!end || !found || found > end)
		fail_msg("readelf does not say \"%s %s\":\n%s", key, value, text);
}

TEST(readelf_says_the_same)
{
	static const char *const machines[] = { "X86-64", "S/390", "ARM", "PowerPC", "PowerPC64" };

	for (size_t i = 0; i < ISAS; i++) {
		struct kx_span core = core_for(isas[i], 3);
		char *text = told_by_readelf(core, "-hlW");

		assert_line(text, "Class:", isas[i]->long_size == 8 ? "ELF64" : "ELF32");
		assert_line(text, "Data:", isas[i]->big_endian ? "big" : "little");
		assert_line(text, "Type:", "CORE");
		assert_line(text, "Machine:", machines[i]);
		assert_line(text, "Number of program headers:", "3\n");
		assert_line(text, "LOAD           0x004000", "006000");
		assert_line(text, "LOAD           0x004000", "002000 0x");
		assert_line(text, "LOAD           0x004000", "RWE");
		assert_null(strstr(text, "arning"));
		free(text);
		drop(core);
		core = core_for(isas[i], 66000);
		text = told_by_readelf(core, "-h");
		assert_line(text, "Number of program headers:", "65535 (66000)");
		free(text);
		drop(core);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_file_header_is_that_of_a_64_bit_core),
		cmocka_unit_test(a_program_header_tells_place_and_address_apart),
		cmocka_unit_test(a_count_that_does_not_fit_goes_into_a_section_header),
		cmocka_unit_test(the_header_has_its_machines_class_and_byte_order),
		cmocka_unit_test(what_does_not_fit_32_bits_is_refused),
		cmocka_unit_test(readelf_says_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
