/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ELF core headers, byte for byte as the System V ABI (gABI 4.1) has them. */
#include "kx/elf.h"
#include "tests/unit/kxtest.h"

/* Offsets and numbers of the specification, not of <elf.h>. */
enum { EHDR = 64, PHDR = 56, SHDR = 64, EM_FOR_X86_64 = 62, NO_COUNT = 0xffff };

static struct kx_span written(const struct kx_elfcore_part *part, size_t count)
{
	size_t size = kx_elfcore_size(count);
	uint8_t *bytes = calloc(1, size);

	assert_non_null(bytes);
	kx_elfcore_write(bytes, EM_FOR_X86_64, part, count);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_file_header_is_that_of_a_64_bit_core),
		cmocka_unit_test(a_program_header_tells_place_and_address_apart),
		cmocka_unit_test(a_count_that_does_not_fit_goes_into_a_section_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
