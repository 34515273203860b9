/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What /proc/kcore and /proc/kallsyms tell of the running kernel: its mappings, and VMCOREINFO. */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "kx/crash.h"
#include "kx/elf.h"
#include "kx/file.h"
#include "lib/machine/internal.h"

enum { HEADERS_LIMIT = 4 << 20, KALLSYMS_HEAD = 1 << 20 };

static const char path[] = "proc/kcore";

/* p_paddr of memory that is not mapped in one piece (Linux, fs/proc/kcore.c): all ones. */
static uint64_t nowhere(const struct kx_elf *elf)
{
	return elf->wide ? UINT64_MAX : UINT32_MAX;
}

int kx_kcore_parse(struct kx_span headers, struct kx_kcore_part **ret, size_t *ret_count,
		   struct kx_err *err)
{
	struct kx_elf_segment segment;
	struct kx_kcore_part *part;
	struct kx_span table;
	bool hidden = true;
	struct kx_elf elf;
	size_t count = 0;
	int rc;

	rc = kx_elf_open(headers, &elf, &table, err);
	if (rc < 0)
		return rc;
	part = calloc(elf.phnum + 1, sizeof(*part));
	if (!part)
		return kx_fail(err, -ENOMEM, "no memory for %" PRIu64 " program headers", elf.phnum);
	for (uint64_t i = 0; kx_elf_segment(&elf, table, i, &segment); i++) {
		if (segment.type != PT_LOAD)
			continue;
		hidden = hidden && segment.paddr == 0;
		if (segment.paddr != nowhere(&elf))
			part[count++] = (struct kx_kcore_part){ segment.vaddr, segment.paddr,
								segment.memsz };
	}
	for (size_t i = 0; hidden && i < count; i++)
		part[i].physical = KX_KCORE_HIDDEN;
	*ret = part;
	*ret_count = count;
	return 0;
}

bool kx_kcore_vmcoreinfo(struct kx_span notes, bool big_endian, struct kx_span *ret)
{
	struct kx_elf_note note;

	while (kx_elf_note(&notes, big_endian, &note)) {
		if (kx_span_starts(note.name, "VMCOREINFO")) {
			*ret = note.desc;
			return true;
		}
	}
	return false;
}

/* The file's beginning, read as far as it turned out to be of use. */
struct head {
	int fd;
	uint8_t *bytes;
	size_t len;
};

static void head_done(struct head *head)
{
	kx_cleanup_fd(&head->fd);
	free(head->bytes);
}

static struct kx_span head_span(const struct head *head)
{
	return (struct kx_span){ head->bytes, head->len };
}

/* Read on to offset @end, or to the file's end. */
static int read_on(struct head *head, uint64_t end, struct kx_err *err)
{
	ssize_t got = 1;
	uint8_t *more;

	if (end <= head->len)
		return 0;
	more = realloc(head->bytes, end);
	if (!more)
		return kx_fail(err, -ENOMEM, "/%s: %s", path, strerror(ENOMEM));
	head->bytes = more;
	while (head->len < end && got > 0) {
		got = kx_file_read_some(head->fd, more + head->len, end - head->len);
		if (got < 0)
			return kx_fail(err, (int)got, "/%s: %s", path, strerror((int)-got));
		head->len += (size_t)got;
	}
	return 0;
}

/* All headers; what follows them is notes, and then the memory of the running kernel. */
static int read_headers(struct head *head, struct kx_elf *ret, struct kx_err *err)
{
	uint64_t end;
	int rc;

	rc = read_on(head, KX_ELF_HEADER_MAX, err);
	if (rc < 0)
		return rc;
	rc = kx_elf_header(head_span(head), ret, err);
	if (rc < 0)
		return kx_context(err, rc, "/%s", path);
	if (__builtin_add_overflow(ret->phoff, ret->phnum * ret->segment_size, &end) ||
	    end > HEADERS_LIMIT)
		return kx_fail(err, -EINVAL, "/%s: program headers at 0x%" PRIx64, path, ret->phoff);
	return read_on(head, end, err);
}

/* The first notes of a size that they can have. */
static bool find_notes(const struct kx_elf *elf, struct kx_span headers,
		       struct kx_elf_segment *ret)
{
	struct kx_span table;

	if (!kx_span_slice(headers, elf->phoff, elf->phnum * elf->segment_size, &table))
		return false;
	for (uint64_t i = 0; kx_elf_segment(elf, table, i, ret); i++) {
		if (ret->type == PT_NOTE && ret->offset < HEADERS_LIMIT &&
		    ret->filesz < HEADERS_LIMIT)
			return true;
	}
	return false;
}

/* Kernels before v4.19 have no such note, and later ones may not show it: then it stays unknown. */
static void read_vmcoreinfo(struct kx_crash *crash, struct head *head, const struct kx_elf *elf)
{
	struct kx_elf_segment segment;
	struct kx_span notes;
	struct kx_err ignored;

	if (!find_notes(elf, head_span(head), &segment) ||
	    read_on(head, segment.offset + segment.filesz, &ignored) < 0 ||
	    !kx_span_slice(head_span(head), segment.offset, segment.filesz, &notes) ||
	    !kx_kcore_vmcoreinfo(notes, elf->big_endian, &crash->vmcoreinfo.text))
		return;
	/* That text lies in it. */
	crash->vmcoreinfo_text = (char *)head->bytes;
	head->bytes = NULL;
}

int kx_kcore_read(struct kx_crash *crash, const char *root, struct kx_err *err)
{
	_cleanup_(head_done) struct head head = { .fd = kx_file_open(root, path) };
	struct kx_elf elf;
	int rc;

	if (head.fd < 0)
		return kx_fail(err, head.fd, "/%s: %s", path, strerror(-head.fd));
	rc = read_headers(&head, &elf, err);
	if (rc < 0)
		return rc;
	rc = kx_kcore_parse(head_span(&head), &crash->kcore, &crash->n_kcore, err);
	if (rc < 0)
		return kx_context(err, rc, "/%s", path);
	read_vmcoreinfo(crash, &head, &elf);
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
