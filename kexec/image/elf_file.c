/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes an ELF kernel apart. What becomes of its parts is each format's own matter. */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "kexec/image/elf_file.h"

/* No kernel comes near it; the debug information, which is not loaded, does. */
static const uint64_t flat_max = UINT64_C(512) << 20;

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

/* Where a segment ends, in the file's bytes and in memory. */
static int segment_ends(const struct kx_elf_segment *part, uint64_t *ret_file, uint64_t *ret_mem,
			struct kx_err *err)
{
	if (__builtin_add_overflow(part->paddr, part->filesz, ret_file) ||
	    __builtin_add_overflow(part->paddr, part->memsz, ret_mem))
		return kx_fail(err, -ENOEXEC, "a segment of 0x%" PRIx64 " bytes, 0x%" PRIx64
			       " in memory, at 0x%" PRIx64 " wraps",
			       part->filesz, part->memsz, part->paddr);
	return 0;
}

int elf_file_measure(const struct elf_file *file, struct elf_layout *ret, struct kx_err *err)
{
	uint64_t start = UINT64_MAX, end = 0, mem_end = 0, copied = 0, last = 0, mem_last = 0;
	struct kx_elf_segment part;

	for (uint64_t i = 0; elf_file_next_load(file, &i, &part);) {
		int rc = segment_ends(&part, &last, &mem_last, err);

		if (rc < 0)
			return rc;
		start = part.paddr < start ? part.paddr : start;
		end = last > end ? last : end;
		mem_end = mem_last > mem_end ? mem_last : mem_end;
		copied = part.filesz > UINT64_MAX - copied ? UINT64_MAX : copied + part.filesz;
	}
	if (end <= start || end - start > flat_max)
		return kx_fail(err, -ENOEXEC,
			       "the loaded segments span [0x%" PRIx64 ", 0x%" PRIx64
			       "), which is not a kernel",
			       start, end);
	/* Each is copied: thousands in one place would take for ever. */
	if (copied > flat_max)
		return kx_fail(err, -ENOEXEC,
			       "the loaded segments overlap: 0x%" PRIx64 " bytes in [0x%" PRIx64
			       ", 0x%" PRIx64 ")",
			       copied, start, end);
	*ret = (struct elf_layout){ start, end - start, (mem_end > end ? mem_end : end) - start };
	return 0;
}

int elf_file_flatten(const struct elf_file *file, const struct elf_layout *layout,
		     struct kx_plan *plan, struct kx_span *ret, struct kx_err *err)
{
	uint8_t *flat = kx_plan_alloc(plan, (size_t)layout->len);
	struct kx_elf_segment part;
	uint64_t copied = 0;
	struct kx_span bytes;

	if (!flat)
		return kx_fail(err, -ENOMEM, "no memory for 0x%" PRIx64 " bytes of kernel",
			       layout->len);
	for (uint64_t i = 0; elf_file_next_load(file, &i, &part);) {
		if (!elf_file_segment_bytes(file, &part, &bytes))
			return kx_fail(err, -ENOEXEC,
				       "truncated: a segment of 0x%" PRIx64 " bytes at 0x%" PRIx64
				       " is not in the file's 0x%zx bytes",
				       part.filesz, part.offset, file->bytes.len);
		/* No linker puts a byte into two of them. */
		copied += bytes.len;
		if (copied > file->bytes.len)
			return kx_fail(err, -ENOEXEC,
				       "the loaded segments share bytes of the file's 0x%zx",
				       file->bytes.len);
		if (bytes.len)
			memcpy(flat + (part.paddr - layout->start), bytes.base, bytes.len);
	}
	*ret = (struct kx_span){ flat, (size_t)layout->len };
	return 0;
}

static bool note_in(struct kx_span notes, bool big_endian, const char *name, uint32_t type,
		    struct kx_span *ret)
{
	const struct kx_span wanted = { (const uint8_t *)name, strlen(name) + 1 };
	struct kx_elf_note note;

	while (kx_elf_note(&notes, big_endian, &note)) {
		if (note.type == type && note.name.len == wanted.len &&
		    memcmp(note.name.base, wanted.base, wanted.len) == 0) {
			*ret = note.desc;
			return true;
		}
	}
	return false;
}

bool elf_file_note(const struct elf_file *file, const char *name, uint32_t type,
		   struct kx_span *ret)
{
	/* Thousands of segments that are the same bytes would be read for ever. */
	size_t left = file->bytes.len;
	struct kx_elf_segment part;
	struct kx_span notes;

	for (uint64_t i = 0; kx_elf_segment(&file->head, file->table, i, &part); i++) {
		if (part.type != PT_NOTE || !elf_file_segment_bytes(file, &part, &notes))
			continue;
		if (notes.len > left)
			break;
		left -= notes.len;
		if (note_in(notes, file->head.big_endian, name, type, ret))
			return true;
	}
	return false;
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
