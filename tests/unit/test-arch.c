/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Architectures: every member that is not optional is set, and names find one architecture each. */
#include "kexec/arch/arches.h"
#include "kx/file.h"
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

enum { CELLS = 5 };

/* A table of kexec(8): its rows, each cut into cells. */
struct table {
	struct {
		const char *cell[CELLS];
	} row[24];
	size_t rows;
};

/* The one with the title @first in its first row; @page is cut up. */
static void read_table(char *page, const char *first, struct table *ret)
{
	char *at = strstr(page, first), *end = at ? strstr(at, ".TE") : NULL;

	if (!at || !end)
		fail_msg("man/kexec.8 has no table with %s", first);
	*end = '\0';
	for (char *line = strtok(at, "\n"); line; line = strtok(NULL, "\n")) {
		assert_true(ret->rows < sizeof(ret->row) / sizeof(ret->row[0]));
		for (size_t i = 0; i < CELLS; i++) {
			char *cut = line + strcspn(line, "|");

			ret->row[ret->rows].cell[i] = line;
			line = *cut ? cut + 1 : cut;
			*cut = '\0';
		}
		ret->rows++;
	}
}

static char *read_page(void)
{
	const char *srcdir = getenv("srcdir");
	struct kx_err err = { "" };
	char *page;
	size_t len;

	assert_int_equal(kx_file_read(srcdir ? srcdir : ".", "man/kexec.8", MIB, &page, &len, &err),
			 0);
	return page;
}

/* Is @name one of the words, which commas and blanks part? */
static bool names(const char *words, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = words; *at; at += strspn(at, ", ")) {
		size_t word = strcspn(at, ", ");

		if (word == len && strncmp(at, name, len) == 0)
			return true;
		at += word;
	}
	return false;
}

static const struct kx_image *image_named(const struct kx_arch *arch, const char *name, size_t len)
{
	for (const struct kx_image *const *i = arch->images; *i; i++) {
		if (strlen((*i)->name) == len && strncmp((*i)->name, name, len) == 0)
			return *i;
	}
	return NULL;
}

/* All that the rows of @arch have in a column, one after the other. */
static void column_of(const struct table *t, const struct kx_arch *arch, size_t column, char *to,
		      size_t size)
{
	bool here = false;

	*to = '\0';
	for (size_t i = 1; i < t->rows; i++) {
		if (t->row[i].cell[0][0])
			here = strcmp(t->row[i].cell[0], arch->isa->name) == 0;
		if (here)
			snprintf(to + strlen(to), size - strlen(to), "%s ", t->row[i].cell[column]);
	}
}

TEST(the_man_page_lists_the_types_of_each_architecture)
{
	struct table t = { .rows = 0 };
	char *page = read_page(), types[300], by_file[300];

	read_table(page, "Name|Types|With", &t);
	for (const struct kx_arch *const *a = kx_arches; *a; a++) {
		column_of(&t, *a, 1, types, sizeof(types));
		column_of(&t, *a, 2, by_file, sizeof(by_file));
		for (const struct kx_image *const *i = (*a)->images; *i; i++) {
			if (!names(types, (*i)->name) ||
			    names(by_file, (*i)->name) != (*i)->file_syscall)
				fail_msg("%s of %s: the page has %s, with -s %s", (*i)->name,
					 (*a)->isa->name, types, by_file);
		}
		for (const char *at = types; *at; at += strspn(at, ", ")) {
			if (!image_named(*a, at, strcspn(at, ", ")))
				fail_msg("%s: no such type for %s", at, (*a)->isa->name);
			at += strcspn(at, ", ");
		}
	}
	free(page);
}

/* What a row of a type says of @arch: by which calls, or nothing at all. */
static void check_row(const struct kx_arch *arch, const char *types, const char *calls)
{
	for (const char *at = types; *at; at += strspn(at, ", ")) {
		const struct kx_image *image = image_named(arch, at, strcspn(at, ", "));

		if (image ? !names(calls, "c") || names(calls, "s") != image->file_syscall : *calls)
			fail_msg("%s for %s: the page says \"%s\"", at, arch->isa->name, calls);
		at += strcspn(at, ", ");
	}
}

TEST(the_man_page_says_which_call_takes_which_format)
{
	struct table t = { .rows = 0 };
	char *page = read_page();

	read_table(page, "|Type|", &t);
	for (const struct kx_arch *const *a = kx_arches; *a; a++) {
		size_t column = 2;

		while (column < CELLS && strcmp(t.row[0].cell[column], (*a)->isa->name) != 0)
			column++;
		assert_true(column < CELLS);
		for (const struct kx_image *const *i = (*a)->images; *i; i++) {
			size_t row = 1;

			while (row < t.rows && !names(t.row[row].cell[1], (*i)->name))
				row++;
			if (row == t.rows)
				fail_msg("no row of type %s", (*i)->name);
		}
		for (size_t row = 1; row < t.rows; row++)
			check_row(*a, t.row[row].cell[1], t.row[row].cell[column]);
	}
	free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_architecture_is_complete),
		cmocka_unit_test(every_format_is_complete_and_has_its_own_names),
		cmocka_unit_test(no_format_takes_an_empty_file),
		cmocka_unit_test(architectures_are_found_by_both_names),
		cmocka_unit_test(every_architecture_has_machines_that_are_tested),
		cmocka_unit_test(the_man_page_lists_the_types_of_each_architecture),
		cmocka_unit_test(the_man_page_says_which_call_takes_which_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
