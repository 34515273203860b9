/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads ELF headers and notes. libelf turns records of either class and byte order into the host's;
 * where they lie and whether all of them are there is decided here. Its own way into a file,
 * elf_memory() and gelf_*(), is not taken: it does not look at e_phentsize, says fewer program
 * headers where a table is cut off, and needs three times the memory of a file that claims to be
 * nothing but section headers.
 */
#include <assert.h>
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <libelf.h>

#include "kx/elf.h"

static_assert(KX_ELF_HEADER_MIN == sizeof(Elf32_Ehdr), "32-bit files have the smaller header");
static_assert(KX_ELF_HEADER_MAX == sizeof(Elf64_Ehdr), "64-bit files have the larger header");
static_assert(KX_ELF_SECTION_MAX == sizeof(Elf64_Shdr), "64-bit files have the larger sections");

/* One record of a file, as the host has it. */
union record {
	Elf32_Ehdr ehdr32;
	Elf64_Ehdr ehdr64;
	Elf32_Phdr phdr32;
	Elf64_Phdr phdr64;
	Elf32_Shdr shdr32;
	Elf64_Shdr shdr64;
	Elf32_Dyn dyn32;
	Elf64_Dyn dyn64;
};

static size_t size_of(const struct kx_elf *elf, Elf_Type type)
{
	return elf->wide ? elf64_fsize(type, 1, EV_CURRENT) : elf32_fsize(type, 1, EV_CURRENT);
}

/* Record number @i of a table of them; false when the table ends before it does. */
static bool get(const struct kx_elf *elf, struct kx_span table, uint64_t i, Elf_Type type,
		union record *ret)
{
	size_t size = size_of(elf, type);
	Elf_Data from = { .d_type = type, .d_version = EV_CURRENT, .d_size = size };
	Elf_Data to = { .d_buf = ret, .d_version = EV_CURRENT, .d_size = sizeof(*ret) };
	unsigned int order = elf->big_endian ? ELFDATA2MSB : ELFDATA2LSB;

	if (i >= table.len / size)
		return false;
	/* It is only read. */
	from.d_buf = (void *)(uintptr_t)(table.base + i * size);
	return (elf->wide ? elf64_xlatetom : elf32_xlatetom)(&to, &from, order) != NULL;
}

int kx_elf_ident(struct kx_span head, struct kx_elf *ret, struct kx_err *err)
{
	struct kx_elf elf = { 0 };
	uint64_t class, order, type, machine;

	if (!kx_span_starts(head, ELFMAG))
		return kx_fail(err, -EINVAL, "not an ELF file");
	if (!kx_span_le(head, EI_CLASS, 1, &class) || !kx_span_le(head, EI_DATA, 1, &order))
		return kx_fail(err, -EINVAL, "file ends after %zu bytes, inside the ELF header",
			       head.len);
	if (class != ELFCLASS32 && class != ELFCLASS64)
		return kx_fail(err, -EINVAL, "ELF: class %" PRIu64 "; known: 1 (32 bit), 2 (64 bit)",
			       class);
	if (order != ELFDATA2LSB && order != ELFDATA2MSB)
		return kx_fail(err, -EINVAL,
			       "ELF: byte order %" PRIu64 "; known: 1 (little), 2 (big)", order);
	elf.wide = class == ELFCLASS64;
	elf.big_endian = order == ELFDATA2MSB;
	if (!kx_span_get(head, offsetof(Elf64_Ehdr, e_type), 2, elf.big_endian, &type) ||
	    !kx_span_get(head, offsetof(Elf64_Ehdr, e_machine), 2, elf.big_endian, &machine))
		return kx_fail(err, -EINVAL, "file ends after %zu bytes, inside the ELF header",
			       head.len);
	elf.type = (uint16_t)type;
	elf.machine = (uint16_t)machine;
	elf.header_size = (uint8_t)size_of(&elf, ELF_T_EHDR);
	elf.segment_size = (uint8_t)size_of(&elf, ELF_T_PHDR);
	elf.section_size = (uint8_t)size_of(&elf, ELF_T_SHDR);
	*ret = elf;
	return 0;
}

static void take_header(struct kx_elf *elf, const union record *record)
{
	if (elf->wide) {
		elf->flags = record->ehdr64.e_flags;
		elf->entry = record->ehdr64.e_entry;
		elf->phoff = record->ehdr64.e_phoff;
		elf->shoff = record->ehdr64.e_shoff;
		elf->phnum = record->ehdr64.e_phnum;
		elf->phentsize = record->ehdr64.e_phentsize;
	} else {
		elf->flags = record->ehdr32.e_flags;
		elf->entry = record->ehdr32.e_entry;
		elf->phoff = record->ehdr32.e_phoff;
		elf->shoff = record->ehdr32.e_shoff;
		elf->phnum = record->ehdr32.e_phnum;
		elf->phentsize = record->ehdr32.e_phentsize;
	}
}

int kx_elf_header(struct kx_span head, struct kx_elf *ret, struct kx_err *err)
{
	union record record;
	struct kx_elf elf;
	int rc;

	rc = kx_elf_ident(head, &elf, err);
	if (rc < 0)
		return rc;
	if (!get(&elf, head, 0, ELF_T_EHDR, &record))
		return kx_fail(err, -EINVAL, "file ends after %zu bytes, inside the ELF header",
			       head.len);
	take_header(&elf, &record);
	*ret = elf;
	return 0;
}

bool kx_elf_is_extended(const struct kx_elf *elf)
{
	return elf->phnum == PN_XNUM && elf->shoff != 0;
}

bool kx_elf_extend(struct kx_elf *elf, struct kx_span section)
{
	union record record;

	if (!get(elf, section, 0, ELF_T_SHDR, &record))
		return false;
	elf->phnum = elf->wide ? record.shdr64.sh_info : record.shdr32.sh_info;
	return true;
}

int kx_elf_open(struct kx_span file, struct kx_elf *ret, struct kx_span *ret_table,
		struct kx_err *err)
{
	struct kx_span section;
	struct kx_elf elf;
	int rc;

	rc = kx_elf_header(file, &elf, err);
	if (rc < 0)
		return rc;
	if (kx_elf_is_extended(&elf) &&
	    (!kx_span_slice(file, elf.shoff, elf.section_size, &section) ||
	     !kx_elf_extend(&elf, section)))
		return kx_fail(err, -EINVAL,
			       "the number of program headers, at 0x%" PRIx64
			       ", is not in the file's 0x%zx bytes", elf.shoff, file.len);
	if (elf.phentsize != elf.segment_size ||
	    !kx_span_slice(file, elf.phoff, elf.phnum * elf.segment_size, ret_table))
		return kx_fail(err, -EINVAL,
			       "%" PRIu64 " program headers of %u bytes at 0x%" PRIx64
			       " are not in the file's 0x%zx bytes",
			       elf.phnum, elf.phentsize, elf.phoff, file.len);
	*ret = elf;
	return 0;
}

bool kx_elf_segment(const struct kx_elf *elf, struct kx_span table, uint64_t i,
		    struct kx_elf_segment *ret)
{
	union record record;

	if (!get(elf, table, i, ELF_T_PHDR, &record))
		return false;
	if (elf->wide) {
		const Elf64_Phdr *p = &record.phdr64;

		*ret = (struct kx_elf_segment){ p->p_type,  p->p_flags,  p->p_offset, p->p_vaddr,
						p->p_paddr, p->p_filesz, p->p_memsz,  p->p_align };
	} else {
		const Elf32_Phdr *p = &record.phdr32;

		*ret = (struct kx_elf_segment){ p->p_type,  p->p_flags,  p->p_offset, p->p_vaddr,
						p->p_paddr, p->p_filesz, p->p_memsz,  p->p_align };
	}
	return true;
}

bool kx_elf_dynamic(const struct kx_elf *elf, struct kx_span section, int64_t tag, uint64_t *ret)
{
	union record record;
	bool found = false;

	for (uint64_t i = 0; get(elf, section, i, ELF_T_DYN, &record); i++) {
		int64_t this = elf->wide ? record.dyn64.d_tag : record.dyn32.d_tag;

		if (this == DT_NULL)
			break;
		if (this != tag)
			continue;
		*ret = elf->wide ? record.dyn64.d_un.d_val : record.dyn32.d_un.d_val;
		found = true;
	}
	return found;
}

bool kx_elf_note(struct kx_span *rest, bool big_endian, struct kx_elf_note *ret)
{
	uint64_t namesz, descsz, type, desc, next;
	struct kx_elf_note note;

	if (!kx_span_get(*rest, 0, 4, big_endian, &namesz) ||
	    !kx_span_get(*rest, 4, 4, big_endian, &descsz) ||
	    !kx_span_get(*rest, 8, 4, big_endian, &type))
		return false;
	desc = sizeof(Elf64_Nhdr) + ((namesz + 3) & ~UINT64_C(3));
	next = desc + ((descsz + 3) & ~UINT64_C(3));
	note.type = (uint32_t)type;
	if (!kx_span_slice(*rest, sizeof(Elf64_Nhdr), namesz, &note.name) ||
	    !kx_span_slice(*rest, desc, descsz, &note.desc))
		return false;
	/* The last one's padding may be missing. */
	next = next < rest->len ? next : rest->len;
	kx_span_slice(*rest, next, rest->len - next, rest);
	*ret = note;
	return true;
}
