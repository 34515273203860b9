/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What /proc/kcore and /proc/kallsyms tell of the running kernel: its mappings, and VMCOREINFO. */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "kx/crash.h"
#include "kx/file.h"
#include "lib/machine/internal.h"

enum { HEADERS_LIMIT = 4 << 20, KALLSYMS_HEAD = 1 << 20 };

int kx_kcore_parse(struct kx_span headers, struct kx_kcore_part **ret, size_t *ret_count,
		   struct kx_err *err)
{
	uint64_t phoff, phnum, phentsize, type, count = 0;
	struct kx_kcore_part *part;
	struct kx_span table, magic;

	if (!kx_span_slice(headers, 0, 6, &magic) ||
	    memcmp(magic.base, "\x7f" "ELF\x02\x01", 6) != 0 ||
	    !kx_span_le(headers, offsetof(Elf64_Ehdr, e_phoff), 8, &phoff) ||
	    !kx_span_le(headers, offsetof(Elf64_Ehdr, e_phnum), 2, &phnum) ||
	    !kx_span_le(headers, offsetof(Elf64_Ehdr, e_phentsize), 2, &phentsize))
		return kx_fail(err, -EINVAL, "not a little-endian ELF64 core");
	if (phentsize != sizeof(Elf64_Phdr) ||
	    !kx_span_slice(headers, phoff, phnum * sizeof(Elf64_Phdr), &table))
		return kx_fail(err, -EINVAL,
			       "%" PRIu64 " program headers of %" PRIu64 " bytes at 0x%" PRIx64
			       " are not in the %zu bytes of headers",
			       phnum, phentsize, phoff, headers.len);
	part = calloc(phnum + 1, sizeof(*part));
	if (!part)
		return kx_fail(err, -ENOMEM, "no memory for %" PRIu64 " program headers", phnum);
	for (uint64_t at = 0; at < table.len; at += sizeof(Elf64_Phdr)) {
		struct kx_kcore_part *p = &part[count];

		kx_span_le(table, at + offsetof(Elf64_Phdr, p_type), 4, &type);
		kx_span_le(table, at + offsetof(Elf64_Phdr, p_vaddr), 8, &p->virt);
		kx_span_le(table, at + offsetof(Elf64_Phdr, p_paddr), 8, &p->physical);
		kx_span_le(table, at + offsetof(Elf64_Phdr, p_memsz), 8, &p->size);
		if (type == PT_LOAD && p->physical != UINT64_MAX)
			count++;
	}
	*ret = part;
	*ret_count = (size_t)count;
	return 0;
}

bool kx_kcore_vmcoreinfo(struct kx_span notes, struct kx_span *ret)
{
	uint64_t at = 0, namesz, descsz;
	struct kx_span name;

	/* Name and content are padded to 4 bytes, in 64-bit files too. */
	while (kx_span_le(notes, at, 4, &namesz) && kx_span_le(notes, at + 4, 4, &descsz)) {
		uint64_t desc = at + sizeof(Elf64_Nhdr) + ((namesz + 3) & ~UINT64_C(3));

		if (!kx_span_slice(notes, at + sizeof(Elf64_Nhdr), namesz, &name))
			return false;
		if (kx_span_starts(name, "VMCOREINFO"))
			return kx_span_slice(notes, desc, descsz, ret);
		at = desc + ((descsz + 3) & ~UINT64_C(3));
	}
	return false;
}

/* Where the notes are; they follow the program headers. */
static uint64_t end_of_notes(struct kx_span headers, uint64_t phoff, uint64_t phnum,
			     uint64_t *ret_start)
{
	uint64_t type, offset, size;

	for (uint64_t i = 0; i < phnum; i++) {
		uint64_t at = phoff + i * sizeof(Elf64_Phdr);

		if (kx_span_le(headers, at + offsetof(Elf64_Phdr, p_type), 4, &type) &&
		    kx_span_le(headers, at + offsetof(Elf64_Phdr, p_offset), 8, &offset) &&
		    kx_span_le(headers, at + offsetof(Elf64_Phdr, p_filesz), 8, &size) &&
		    type == PT_NOTE && offset < HEADERS_LIMIT && size < HEADERS_LIMIT) {
			*ret_start = offset;
			return offset + size;
		}
	}
	return 0;
}

/* Kernels before v4.19 have no such note, and later ones may not show it: then it stays unknown. */
static void read_vmcoreinfo(struct kx_crash *crash, const char *root, struct kx_span headers,
			    uint64_t phoff, uint64_t phnum)
{
	uint64_t start, end = end_of_notes(headers, phoff, phnum, &start);
	struct kx_err ignored;
	struct kx_span notes;
	size_t len;

	if (end == 0 || kx_file_head(root, "proc/kcore", end, &crash->vmcoreinfo_text, &len,
				     &ignored) < 0)
		return;
	notes = (struct kx_span){ (uint8_t *)crash->vmcoreinfo_text, len };
	if (kx_span_slice(notes, start, end - start, &notes))
		kx_kcore_vmcoreinfo(notes, &crash->vmcoreinfo.text);
}

/* Only headers and notes: what follows is the memory of the running kernel. */
int kx_kcore_read(struct kx_crash *crash, const char *root, struct kx_err *err)
{
	static const char path[] = "proc/kcore";
	_cleanup_free_ char *headers = NULL;
	size_t len;
	uint64_t phoff = 0, phnum = 0, need;
	int rc;

	rc = kx_file_head(root, path, sizeof(Elf64_Ehdr), &headers, &len, err);
	if (rc < 0)
		return rc;
	kx_span_le((struct kx_span){ (uint8_t *)headers, len }, offsetof(Elf64_Ehdr, e_phoff), 8,
		   &phoff);
	kx_span_le((struct kx_span){ (uint8_t *)headers, len }, offsetof(Elf64_Ehdr, e_phnum), 2,
		   &phnum);
	if (__builtin_add_overflow(phoff, phnum * sizeof(Elf64_Phdr), &need) ||
	    need > HEADERS_LIMIT)
		return kx_fail(err, -EINVAL, "/%s: program headers at 0x%" PRIx64, path, phoff);
	if (need < sizeof(Elf64_Ehdr))
		need = sizeof(Elf64_Ehdr);
	free(headers);
	headers = NULL;
	rc = kx_file_head(root, path, need, &headers, &len, err);
	if (rc < 0)
		return rc;
	rc = kx_kcore_parse((struct kx_span){ (uint8_t *)headers, len }, &crash->kcore,
			    &crash->n_kcore, err);
	if (rc < 0)
		return kx_context(err, rc, "/%s", path);
	read_vmcoreinfo(crash, root, (struct kx_span){ (uint8_t *)headers, len }, phoff, phnum);
	return 0;
}

/* Symbols come in the order of their addresses, after those of per-CPU data. Hidden ones are 0. */
int kx_kallsyms_read(struct kx_crash *crash, const char *root, struct kx_err *err)
{
	_cleanup_free_ char *text = NULL;
	struct kx_span rest, line, address;
	size_t len;
	int rc;

	rc = kx_file_head(root, "proc/kallsyms", KALLSYMS_HEAD, &text, &len, err);
	if (rc < 0)
		return kx_file_unknowable(rc) ? 0 : rc;
	rest = (struct kx_span){ (uint8_t *)text, len };
	while (!crash->stext && kx_span_line(&rest, &line)) {
		const uint8_t *blank = memchr(line.base, ' ', line.len);
		size_t digits = blank ? (size_t)(blank - line.base) : 0;

		address = (struct kx_span){ line.base, digits };
		if (digits + 3 > line.len ||
		    !kx_span_equal((struct kx_span){ blank + 3, line.len - digits - 3 }, "_stext"))
			continue;
		kx_span_number(address, 16, &crash->stext);
	}
	return 0;
}
