/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Architectures: every member that is not optional is set, and names find one architecture each. */
#include "kexec/arch/arches.h"
#include "tests/unit/boards.h"
#include "tests/unit/kxtest.h"

TEST(every_architecture_is_complete)
{
	assert_non_null(kx_arches[0]);
	for (const struct kx_arch *const *a = kx_arches; *a; a++) {
		print_message("%s\n", (*a)->isa->name);
		assert_non_null((*a)->isa->name);
		assert_non_null((*a)->isa->uname);
		assert_int_not_equal((*a)->isa->elf_machine, 0);
		assert_int_not_equal((*a)->isa->pe_machine, 0);
		assert_int_not_equal((*a)->isa->uimage_arch, 0);
		assert_non_null((*a)->images);
		assert_non_null((*a)->images[0]);
		assert_non_null((*a)->purgatory);
		assert_non_null((*a)->purgatory_size);
		assert_non_null((*a)->usable);
	}
}

TEST(every_format_is_complete_and_has_its_own_names)
{
	for (const struct kx_arch *const *a = kx_arches; *a; a++) {
		for (const struct kx_image *const *i = (*a)->images; *i; i++) {
			assert_non_null((*i)->name);
			assert_non_null((*i)->probe);
			assert_non_null((*i)->check);
			assert_non_null((*i)->load);
			for (const struct kx_image *const *k = (*a)->images; k < i; k++) {
				assert_string_not_equal((*i)->name, (*k)->name);
				assert_true(!(*i)->alias || strcmp((*i)->alias, (*k)->name) != 0);
			}
		}
	}
}

TEST(no_format_takes_an_empty_file)
{
	for (const struct kx_arch *const *a = kx_arches; *a; a++) {
		for (const struct kx_image *const *i = (*a)->images; *i; i++)
			assert_false((*i)->probe(*a, (struct kx_span){ NULL, 0 }));
	}
}

TEST(architectures_are_found_by_both_names)
{
	for (const struct kx_arch *const *a = kx_arches; *a; a++) {
		assert_ptr_equal(kx_arch_by_name((*a)->isa->name), *a);
		assert_ptr_equal(kx_arch_by_name((*a)->isa->uname), *a);
	}
	assert_null(kx_arch_by_name("pdp11"));
	assert_null(kx_arch_by_name(""));
}

TEST(every_architecture_has_machines_that_are_tested)
{
	for (const struct kx_arch *const *a = kx_arches; *a; a++)
		assert_non_null(board_arch_named((*a)->isa->name)->machine[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_architecture_is_complete),
		cmocka_unit_test(every_format_is_complete_and_has_its_own_names),
		cmocka_unit_test(no_format_takes_an_empty_file),
		cmocka_unit_test(architectures_are_found_by_both_names),
		cmocka_unit_test(every_architecture_has_machines_that_are_tested),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
