/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of machines: every line is complete, and each name finds one line. */
#include <elf.h>

#include "kx/isa.h"
#include "tests/unit/kxtest.h"

static const struct kx_isa *const table[] = {
#define KX_ISA(name, ...) &kx_isa_##name,
#include "kx/isa.def"
#undef KX_ISA
};

enum { COUNT = sizeof(table) / sizeof(table[0]) };

TEST(every_machine_is_complete)
{
	for (size_t i = 0; i < COUNT; i++) {
		assert_true(*table[i]->name && *table[i]->elf_name && *table[i]->uname);
		assert_int_not_equal(table[i]->elf_machine, EM_NONE);
		assert_true(table[i]->long_size == 4 || table[i]->long_size == 8);
		assert_non_null(table[i]->other_unames);
	}
}

TEST(every_machine_is_found_by_its_own_uname)
{
	for (size_t i = 0; i < COUNT; i++)
		assert_ptr_equal(kx_isa_of_uname(table[i]->uname), table[i]);
}

TEST(other_unames_find_it_too)
{
	static const struct {
		const char *uname;
		const struct kx_isa *isa;
	} known[] = {
		{ "i386", &kx_isa_i386 },	{ "i486", &kx_isa_i386 },
		{ "i586", &kx_isa_i386 },	{ "amd64", &kx_isa_x86_64 },
		{ "armv5tel", &kx_isa_arm },	{ "aarch64_be", &kx_isa_arm64 },
		{ "ppc64le", &kx_isa_ppc64le }, { "i38", NULL },
		{ "S390X", &kx_isa_s390x },
		{ "riscv", NULL },		{ "", NULL },
		{ "ar", NULL },			{ "x86_64 ", NULL },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_ptr_equal(kx_isa_of_uname(known[i].uname), known[i].isa);
}

TEST(elf_numbers_name_a_family)
{
	assert_string_equal(kx_isa_of_elf(EM_RISCV)->elf_name, "riscv");
	assert_string_equal(kx_isa_of_elf(EM_S390)->elf_name, "s390");
	assert_string_equal(kx_isa_of_elf(258)->elf_name, "loongarch");
	assert_null(kx_isa_of_elf(EM_NONE));
	assert_null(kx_isa_of_elf(0xffff));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_machine_is_complete),
		cmocka_unit_test(every_machine_is_found_by_its_own_uname),
		cmocka_unit_test(other_unames_find_it_too),
		cmocka_unit_test(elf_numbers_name_a_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
