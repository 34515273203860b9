/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ELF programs that are no Linux: loaded where they were linked, entered where they say, in 64-bit
 * mode or, those of i386, in 32-bit protected mode. They get ELF boot notes, as Etherboot has them
 * (OpenBIOS, include/elf_boot.h): the magic number in %eax, their address in %ebx and, in 64-bit
 * mode, in %rdi; or nothing, and all registers are 0.
 */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kexec/arch/x86/crash.h"
#include "kx/banner.h"
#include "kx/bytes.h"

enum {
	/* struct Elf_Bhdr: signature, size, checksum of 16 bits, number of notes of 16 bits. */
	NOTES_SIGNATURE = 0x0e1fb007,
	NOTES_HEADER = 12,
	NOTE_HEADER = 12,
	NOTE_LOADER = 2,
	NOTE_VERSION = 3,
	NOTE_CMDLINE = 4,
};

static const uint64_t four_gib = UINT64_C(1) << 32;

/**
 * struct program - the file, taken apart
 * @entry: physical
 */
struct program {
	struct elf_file file;
	struct elf_layout layout;
	uint64_t entry;
};

static bool elf_probe(const struct kx_arch *arch, struct kx_span bytes)
{
	struct kx_err ignored;
	struct elf_file file;

	return elf_file_is_for(bytes, arch->isa) ||
	       (elf_file_is_for(bytes, &kx_isa_i386) && elf_file_open(bytes, &file, &ignored) == 0);
}

/* The entry is where its segment was linked, which need not be where that is loaded. */
static bool find_entry(const struct elf_file *file, uint64_t *ret)
{
	uint64_t entry = file->head.entry;
	struct kx_elf_segment part;

	for (uint64_t i = 0; elf_file_next_load(file, &i, &part);) {
		if (entry - part.vaddr >= part.memsz)
			continue;
		*ret = part.paddr + (entry - part.vaddr);
		return true;
	}
	return false;
}

static bool is_linux(const struct elf_file *file)
{
	struct kx_elf_segment part;
	struct kx_span bytes, release;

	for (uint64_t i = 0; elf_file_next_load(file, &i, &part);) {
		if (elf_file_segment_bytes(file, &part, &bytes) &&
		    kx_banner_release(bytes, &release))
			return true;
	}
	return false;
}

static int program_parse(struct kx_span bytes, struct program *p, struct kx_err *err)
{
	uint64_t end;
	int rc;

	rc = elf_file_open(bytes, &p->file, err);
	if (rc == 0)
		rc = elf_file_measure(&p->file, &p->layout, err);
	if (rc < 0)
		return rc;
	if (is_linux(&p->file))
		return kx_fail(err, -ENOEXEC, "it is Linux, which takes neither ELF boot notes nor "
			       "nothing: --args-linux, or a bzImage");
	end = p->layout.start + p->layout.memsz;
	if (end < p->layout.start || p->layout.start % KX_PAGE_SIZE ||
	    (!p->file.head.wide && end > four_gib))
		return kx_fail(err, -ENOEXEC, "linked for [0x%" PRIx64 ", 0x%" PRIx64
			       "), must be whole pages%s",
			       p->layout.start, end, p->file.head.wide ? "" : " below 4 GiB");
	if (!find_entry(&p->file, &p->entry))
		return kx_fail(err, -ENOEXEC, "its entry 0x%" PRIx64 " is in none of its segments",
			       p->file.head.entry);
	return 0;
}

/* It is not moved, and a crash kernel's memory is not chosen here. */
static int check_reserved(const struct kx_request *req, const struct program *p, struct kx_err *err)
{
	struct kx_range region = x86_crash_region(req->machine);
	uint64_t start = p->layout.start, end = start + p->layout.memsz;

	if (!req->crash || (start >= region.start && end <= region.end))
		return 0;
	return kx_fail(err, -ENOTSUP,
		       "it runs where it was linked, [0x%" PRIx64 ", 0x%" PRIx64
		       "), and crashkernel= reserved [0x%" PRIx64 ", 0x%" PRIx64
		       "): link it into that, or give -p a Linux kernel",
		       start, end, region.start, region.end);
}

static int elf_check(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	struct program p;
	int rc = program_parse(req->files.kernel, &p, err);

	if (rc < 0)
		return rc;
	snprintf(plan->detail, sizeof(plan->detail), "not Linux, %s bits",
		 p.file.head.wide ? "64" : "32");
	rc = check_reserved(req, &p, err);
	if (rc < 0)
		return rc;
	if (req->files.initrd.len)
		return kx_fail(err, -EINVAL, "nothing tells it of an initrd: leave --initrd out");
	if (req->pc.args == KX_ARGS_NONE && req->files.cmdline[0])
		return kx_fail(err, -EINVAL, "--args-none hands no command line over: --args-elf does");
	kx_plan_note(plan, "the program is entered at 0x%" PRIx64 " with %s", p.entry,
		     req->pc.args == KX_ARGS_NONE ? "nothing" : "ELF boot notes");
	return 0;
}

/* A string with its NUL; such a note has no name. */
static size_t note(uint8_t *to, uint32_t type, const char *text)
{
	size_t len = strlen(text) + 1;

	if (to) {
		kx_put_le(to + 4, 4, len);
		kx_put_le(to + 8, 4, type);
		memcpy(to + NOTE_HEADER, text, len);
	}
	return NOTE_HEADER + ((len + 3) & ~(size_t)3);
}

/* @to: NULL, to find out how many bytes they take. */
static size_t put_notes(uint8_t *to, const char *cmdline, unsigned int *ret_count)
{
	const struct {
		uint32_t type;
		const char *text;
	} all[] = {
		{ NOTE_LOADER, PACKAGE_NAME },
		{ NOTE_VERSION, PACKAGE_VERSION },
		{ NOTE_CMDLINE, cmdline },
	};
	size_t len = NOTES_HEADER;

	*ret_count = sizeof(all) / sizeof(all[0]);
	for (size_t i = 0; i < *ret_count; i++)
		len += note(to ? to + len : NULL, all[i].type, all[i].text);
	return len;
}

/* As IP's: with it the words of 16 bits, folded, are all ones (RFC 1071). */
static uint16_t checksum(const uint8_t *bytes, size_t len)
{
	uint64_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += kx_get(bytes + i, 2, false);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static int place_notes(struct kx_plan *plan, struct kx_range limit, struct kx_err *err)
{
	struct kx_purg_regs *regs = &plan->purgatory->regs;
	unsigned int count = 0;
	size_t len = put_notes(NULL, plan->cmdline, &count);
	uint8_t *bytes = kx_plan_alloc(plan, len);
	uint64_t at = 0;
	int rc;

	if (!bytes)
		return kx_fail(err, -ENOMEM, "no memory for ELF boot notes");
	put_notes(bytes, plan->cmdline, &count);
	kx_put_le(bytes, 4, NOTES_SIGNATURE);
	kx_put_le(bytes + 4, 4, len);
	kx_put_le(bytes + 10, 2, count);
	kx_put_le(bytes + 8, 2, checksum(bytes, len));
	rc = kx_plan_place(plan,
			   &(struct kx_place){
				   .what = "boot_notes",
				   .data = { bytes, len },
				   .limit = limit,
			   },
			   &at, err);
	if (rc < 0)
		return rc;
	regs->eax = NOTES_SIGNATURE;
	regs->ebx = regs->edi = (uint32_t)at;
	return 0;
}

/*
 * One that runs after a crash finds what the dump is by the same word as Linux. Low memory is not
 * saved for it: nothing makes it use any.
 */
static int place_told(const struct kx_request *req, struct kx_plan *plan, struct kx_range limit,
		      struct kx_err *err)
{
	const struct kx_backup nothing = { .from = { 0 } };
	struct kx_range header;
	int rc = 0;

	if (req->pc.args == KX_ARGS_NONE)
		return 0;
	if (req->crash)
		rc = x86_crash_header(req, &nothing, UINT16_MAX, plan, &header, err);
	return rc < 0 ? rc : place_notes(plan, limit, err);
}

static int elf_load(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	struct kx_range low = req->where.mem;
	struct kx_span code = { NULL, 0 };
	uint64_t ignored;
	struct program p;
	int rc;

	/* What registers of 32 bits name. */
	low.end = low.end < four_gib ? low.end : four_gib;
	rc = program_parse(req->files.kernel, &p, err);
	if (rc == 0)
		rc = elf_file_flatten(&p.file, &p.layout, plan, &code, err);
	/* Where it must be: the others make room. */
	if (rc == 0)
		rc = kx_plan_place(plan,
				   &(struct kx_place){
					   .what = "kernel",
					   .data = code,
					   .memsz = p.layout.memsz,
					   .limit = req->where.mem,
					   .fixed = true,
					   .at = p.layout.start,
				   },
				   &ignored, err);
	if (rc == 0)
		rc = (p.file.head.wide ? kx_plan_add_purgatory :
					 kx_plan_add_purgatory_protected)(plan, req, low, err);
	if (rc == 0)
		rc = place_told(req, plan, low, err);
	if (rc < 0)
		return rc;
	plan->purgatory->entry = req->where.has_entry ? req->where.entry : p.entry;
	return 0;
}

const struct kx_image x86_elf = {
	.name = "elf",
	.alias = "elf-x86",
	.probe = elf_probe,
	.check = elf_check,
	.load = elf_load,
};
