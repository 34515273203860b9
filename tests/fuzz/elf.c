/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ELF headers: what is accepted has all its program headers in the file, each has the file's
 * numbers, notes and dynamic entries lie where they were looked for, and a stripped program is the
 * same one.
 */
#include <stdlib.h>
#include <string.h>

#include "kx/bytes.h"
#include "kx/elf.h"
#include "tests/fuzz/fuzz.h"

enum { PT_DYNAMIC = 2, PT_NOTE = 4, DT_RELA = 7 };

static bool is_inside(struct kx_span part, struct kx_span whole)
{
	return part.len == 0 || (part.base >= whole.base && part.len <= whole.len &&
				 (size_t)(part.base - whole.base) <= whole.len - part.len);
}

static void look_at_notes(struct kx_span notes, bool big_endian)
{
	struct kx_span rest = notes, before = rest;
	struct kx_elf_note note;

	while (kx_elf_note(&rest, big_endian, &note)) {
		PROMISE(is_inside(note.name, before) && is_inside(note.desc, before));
		PROMISE(is_inside(rest, before) && rest.len + 12 <= before.len);
		before = rest;
	}
	PROMISE(rest.base == before.base && rest.len == before.len);
}

/* It has the value of the last such entry before the end. */
static void look_at_dynamic(const struct kx_elf *elf, struct kx_span section)
{
	uint64_t value = 0, tag, found, last = 0;
	unsigned int word = elf->wide ? 8 : 4;
	bool seen = false;

	for (uint64_t at = 0; kx_span_get(section, at, word, elf->big_endian, &tag) &&
			      kx_span_get(section, at + word, word, elf->big_endian, &found) &&
			      tag != 0;
	     at += 2 * word) {
		seen |= tag == DT_RELA;
		last = tag == DT_RELA ? found : last;
	}
	PROMISE(kx_elf_dynamic(elf, section, DT_RELA, &value) == seen && value == last);
}

static void look_at_segment(const struct kx_elf *elf, struct kx_span file, const uint8_t *bytes,
			    const struct kx_elf_segment *segment)
{
	unsigned int word = elf->wide ? 8 : 4, memsz = elf->wide ? 40 : 20;
	struct kx_span part;

	PROMISE(segment->type == kx_get(bytes, 4, elf->big_endian));
	PROMISE(segment->flags == kx_get(bytes + (elf->wide ? 4 : 24), 4, elf->big_endian));
	PROMISE(segment->offset == kx_get(bytes + word, word, elf->big_endian));
	PROMISE(segment->memsz == kx_get(bytes + memsz, word, elf->big_endian));
	if (!kx_span_slice(file, segment->offset, segment->filesz, &part))
		return;
	if (segment->type == PT_NOTE)
		look_at_notes(part, elf->big_endian);
	if (segment->type == PT_DYNAMIC)
		look_at_dynamic(elf, part);
}

/* What is left has the same segments, in the file's own bytes, and is left alone another time. */
static void look_at_stripped(struct kx_span file, const struct kx_elf *elf)
{
	struct kx_err err = { "" };
	struct kx_elf stripped;
	uint8_t *bytes, *again;
	struct kx_span table;
	size_t len, same;

	if (kx_elf_strip(file, &bytes, &len, &err) < 0) {
		PROMISE(err.text[0] != '\0');
		return;
	}
	PROMISE(len <= file.len && len >= elf->header_size);
	PROMISE(kx_elf_open((struct kx_span){ bytes, len }, &stripped, &table, &err) == 0);
	PROMISE(stripped.shoff == 0 && stripped.phnum == elf->phnum);
	PROMISE(memcmp(bytes + elf->header_size, file.base + elf->header_size,
		       len - elf->header_size) == 0);
	PROMISE(kx_elf_strip((struct kx_span){ bytes, len }, &again, &same, &err) == 0);
	PROMISE(same == len && memcmp(again, bytes, len) == 0);
	free(again);
	free(bytes);
}

int fuzz_input(const uint8_t *data, size_t size)
{
	struct kx_span file = { data, size }, table;
	struct kx_elf_segment segment;
	struct kx_err err = { "" };
	struct kx_elf elf;

	if (kx_elf_open(file, &elf, &table, &err) < 0) {
		PROMISE(err.text[0] != '\0');
		return 0;
	}
	PROMISE(size >= elf.header_size && elf.phentsize == elf.segment_size);
	PROMISE(is_inside(table, file) && table.len == elf.phnum * elf.segment_size);
	for (uint64_t i = 0; i < elf.phnum; i++) {
		PROMISE(kx_elf_segment(&elf, table, i, &segment));
		look_at_segment(&elf, file, table.base + i * elf.segment_size, &segment);
	}
	PROMISE(!kx_elf_segment(&elf, table, elf.phnum, &segment));
	look_at_stripped(file, &elf);
	return 0;
}
