/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks machines up in the table kx/isa.def. */
#include <elf.h>
#include <stddef.h>
#include <string.h>

#include "kx/isa.h"
#include "kx/span.h"

/* UAPI linux/elf-em.h; glibc has it since 2.36. */
#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif

#define KX_ISA(name, elf_name, elf_machine, long_size, big, pe, uimage, uname, others)         \
	const struct kx_isa kx_isa_##name = { #name, elf_name, elf_machine, long_size, big, pe, \
					      uimage, uname, others };
#include "kx/isa.def"
#undef KX_ISA

static const struct kx_isa *const table[] = {
#define KX_ISA(name, ...) &kx_isa_##name,
#include "kx/isa.def"
#undef KX_ISA
};

enum { TABLE_SIZE = sizeof(table) / sizeof(table[0]) };

const struct kx_isa *kx_isa_of_elf(uint16_t elf_machine)
{
	for (size_t i = 0; i < TABLE_SIZE; i++) {
		if (table[i]->elf_machine == elf_machine)
			return table[i];
	}
	return NULL;
}

/* Cut the next word off *@words, which has single blanks between words. */
static bool next_word(const char **words, struct kx_span *ret)
{
	size_t len = strcspn(*words, " ");

	*ret = (struct kx_span){ (const uint8_t *)*words, len };
	*words += len + ((*words)[len] == ' ');
	return len > 0;
}

static bool matches(struct kx_span pattern, const char *name)
{
	bool any_rest = pattern.base[pattern.len - 1] == '*';

	if (!any_rest)
		return kx_span_equal(pattern, name);
	pattern.len--;
	return strncmp((const char *)pattern.base, name, pattern.len) == 0;
}

static bool is_called(const struct kx_isa *isa, const char *name)
{
	const char *others = isa->other_unames;
	struct kx_span word;

	if (strcmp(isa->uname, name) == 0)
		return true;
	while (next_word(&others, &word)) {
		if (matches(word, name))
			return true;
	}
	return false;
}

const struct kx_isa *kx_isa_of_uname(const char *name)
{
	for (size_t i = 0; i < TABLE_SIZE; i++) {
		if (is_called(table[i], name))
			return table[i];
	}
	return NULL;
}
