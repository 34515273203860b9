/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes an ELF kernel apart. What becomes of its parts is each format's own matter. */
#include <elf.h>
#include <errno.h>

#include "kexec/image/elf_file.h"

bool elf_file_is_for(struct kx_span file, const struct kx_isa *isa)
{
	struct kx_err ignored;
	struct kx_elf head;

	return kx_elf_ident(file, &head, &ignored) == 0 && head.machine == isa->elf_machine &&
	       head.wide == (isa->long_size == 8) && head.big_endian == isa->big_endian;
}

int elf_file_open(struct kx_span bytes, struct elf_file *ret, struct kx_err *err)
{
	struct elf_file file = { .bytes = bytes };

	if (kx_elf_open(bytes, &file.head, &file.table, err) < 0)
		return -ENOEXEC;
	*ret = file;
	return 0;
}

bool elf_file_next_load(const struct elf_file *file, uint64_t *i, struct kx_elf_segment *ret)
{
	while (kx_elf_segment(&file->head, file->table, (*i)++, ret)) {
		if (ret->type == PT_LOAD && ret->memsz > 0)
			return true;
	}
	return false;
}

bool elf_file_segment_bytes(const struct elf_file *file, const struct kx_elf_segment *segment,
			    struct kx_span *ret)
{
	return kx_span_slice(file->bytes, segment->offset, segment->filesz, ret);
}

bool elf_file_empty_below(const struct elf_file *file, uint64_t *ret)
{
	uint64_t empty = UINT64_MAX, others = UINT64_MAX;
	struct kx_elf_segment part;

	for (uint64_t i = 0; kx_elf_segment(&file->head, file->table, i, &part); i++) {
		uint64_t *lowest = part.memsz ? &others : &empty;

		if (part.type == PT_LOAD && part.vaddr < *lowest)
			*lowest = part.vaddr;
	}
	*ret = empty;
	return empty < others;
}

/* Loaded bytes by their virtual address; false when no segment has them in the file. */
static bool loaded_bytes(const struct elf_file *file, uint64_t virt, uint64_t len,
			 struct kx_span *ret)
{
	struct kx_elf_segment part;
	struct kx_span bytes;

	for (uint64_t i = 0; elf_file_next_load(file, &i, &part);) {
		if (virt >= part.vaddr && elf_file_segment_bytes(file, &part, &bytes) &&
		    kx_span_slice(bytes, virt - part.vaddr, len, ret))
			return true;
	}
	return false;
}

static struct kx_span dynamic_section(const struct elf_file *file)
{
	struct kx_span found = { NULL, 0 };
	struct kx_elf_segment part;

	for (uint64_t i = 0; kx_elf_segment(&file->head, file->table, i, &part); i++) {
		if (part.type == PT_DYNAMIC)
			elf_file_segment_bytes(file, &part, &found);
	}
	return found;
}

bool elf_file_relocations(const struct elf_file *file, struct kx_span *ret)
{
	struct kx_span dynamic = dynamic_section(file);
	uint64_t rela, size;

	return kx_elf_dynamic(&file->head, dynamic, DT_RELA, &rela) &&
	       kx_elf_dynamic(&file->head, dynamic, DT_RELASZ, &size) && size > 0 &&
	       loaded_bytes(file, rela, size, ret);
}
