/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of a program's file has to be there to run it. */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "kx/elf.h"

/* Where the last of headers and segments ends. */
static int find_end(struct kx_span file, const struct kx_elf *elf, struct kx_span table,
		    size_t *ret, struct kx_err *err)
{
	size_t end = (size_t)elf->phoff + table.len;
	struct kx_elf_segment segment;
	struct kx_span bytes;

	for (uint64_t i = 0; kx_elf_segment(elf, table, i, &segment); i++) {
		if (segment.type == PT_NULL || segment.filesz == 0)
			continue;
		if (!kx_span_slice(file, segment.offset, segment.filesz, &bytes))
			return kx_fail(err, -EINVAL,
				       "segment %" PRIu64 ", 0x%" PRIx64 " bytes at 0x%" PRIx64
				       ", is not in the file's 0x%zx bytes",
				       i, segment.filesz, segment.offset, file.len);
		if (segment.offset + bytes.len > end)
			end = segment.offset + bytes.len;
	}
	*ret = end;
	return 0;
}

/* No table of sections, and none of their names; zero is so in either byte order. */
static void forget_sections(const struct kx_elf *elf, uint8_t *head)
{
	if (elf->wide) {
		memset(head + offsetof(Elf64_Ehdr, e_shoff), 0, sizeof(Elf64_Off));
		memset(head + offsetof(Elf64_Ehdr, e_shnum), 0, 2 * sizeof(Elf64_Half));
	} else {
		memset(head + offsetof(Elf32_Ehdr, e_shoff), 0, sizeof(Elf32_Off));
		memset(head + offsetof(Elf32_Ehdr, e_shnum), 0, 2 * sizeof(Elf32_Half));
	}
}

int kx_elf_strip(struct kx_span file, uint8_t **ret, size_t *ret_len, struct kx_err *err)
{
	struct kx_span table;
	struct kx_elf elf;
	uint8_t *bytes;
	size_t end = 0;
	int rc;

	rc = kx_elf_header(file, &elf, err);
	if (rc < 0)
		return rc;
	/* So many are counted in a section header. Linux runs no program with more than 64 KiB. */
	if (elf.phnum == PN_XNUM)
		return kx_fail(err, -EINVAL, "%" PRIu64 " program headers are too many for a program",
			       elf.phnum);
	rc = kx_elf_open(file, &elf, &table, err);
	if (rc < 0)
		return rc;
	if (elf.phoff < elf.header_size)
		return kx_fail(err, -EINVAL, "program headers at 0x%" PRIx64 ", inside the ELF header",
			       elf.phoff);
	rc = find_end(file, &elf, table, &end, err);
	if (rc < 0)
		return rc;
	bytes = malloc(end);
	if (!bytes)
		return kx_fail(err, -ENOMEM, "not enough memory for %zu bytes", end);
	memcpy(bytes, file.base, end);
	forget_sections(&elf, bytes);
	*ret = bytes;
	*ret_len = end;
	return 0;
}
