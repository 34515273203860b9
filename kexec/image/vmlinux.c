/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmlinux: the kernel as the linker makes it. Its loaded parts, laid out by their addresses, are an
 * Image, header and all: that is how the kernel's own build makes one (objcopy -O binary).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kexec/image/elf_file.h"
#include "kexec/image/flat.h"
#include "kexec/plan/faults.h"

/* No kernel comes near it; the debug information, which is not loaded, does. */
static const uint64_t flat_max = UINT64_C(512) << 20;

/**
 * struct vmlinux - the file, taken apart as far as everything here needs
 * @start, @len: what the loaded segments span, by physical address
 */
struct vmlinux {
	struct elf_file file;
	uint64_t start, len;
};

static bool vmlinux_probe(const struct kx_arch *arch, struct kx_span file)
{
	return arch->image_header && elf_file_is_for(file, arch->isa);
}

/* Where the flat image begins, and how many bytes of it are in the file. */
static int measure(struct vmlinux *v, struct kx_err *err)
{
	uint64_t start = UINT64_MAX, end = 0, copied = 0, last;
	struct kx_elf_segment part;

	for (uint64_t i = 0; elf_file_next_load(&v->file, &i, &part);) {
		if (__builtin_add_overflow(part.paddr, part.filesz, &last))
			return kx_fail(err, -ENOEXEC, "a segment of 0x%" PRIx64 " bytes at 0x%" PRIx64
				       " wraps", part.filesz, part.paddr);
		start = part.paddr < start ? part.paddr : start;
		end = last > end ? last : end;
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
	v->start = start;
	v->len = end - start;
	return 0;
}

static int open_vmlinux(struct kx_span file, struct vmlinux *ret, struct kx_err *err)
{
	int rc;

	rc = elf_file_open(file, &ret->file, err);
	return rc < 0 ? rc : measure(ret, err);
}

/* The file shows it, and not what release it is of: builds differ, and some have been mended. */
static int check_relocations(const struct vmlinux *v, const struct kx_request *req,
			     struct kx_plan *plan, struct kx_err *err)
{
	const struct kx_known_fault *fault;
	struct kx_span rela;
	char found[64];

	if (!elf_file_relocations(&v->file, &rela))
		return 0;
	for (size_t i = 0; i < rela.len; i++) {
		if (rela.base[i])
			return 0;
	}
	snprintf(found, sizeof(found), "its 0x%zx bytes of relocations are all 0", rela.len);
	fault = kx_fault_of_file(plan->arch, KX_FAULT_IN_RELOCATIONS);
	if (!fault)
		return kx_fail(err, -ENOEXEC, "%s: it would die without a word; use Image", found);
	return kx_fault_in_file(fault, req, plan, -ENOEXEC, found, err);
}

/*
 * Only the running kernel's loader looks at segments that load nothing. Where one of them is below
 * the kernel and that is no known fault it may be right.
 */
static int check_empty_segments(const struct vmlinux *v, const struct kx_request *req,
				struct kx_plan *plan, struct kx_err *err)
{
	const struct kx_known_fault *fault;
	char found[64];
	uint64_t virt;

	fault = kx_fault_of_file(plan->arch, KX_FAULT_IN_EMPTY_SEGMENT);
	if (!fault || plan->syscall != KX_SYSCALL_FILE_LOAD ||
	    !elf_file_empty_below(&v->file, &virt))
		return 0;
	snprintf(found, sizeof(found), "it has an empty segment at 0x%" PRIx64, virt);
	return kx_fault_in_file(fault, req, plan, -ENOEXEC, found, err);
}

/* The Image that objcopy would make of it, in memory that belongs to @plan. */
static int flatten(const struct vmlinux *v, struct kx_plan *plan, struct kx_span *ret,
		   struct kx_err *err)
{
	uint8_t *flat = kx_plan_alloc(plan, (size_t)v->len);
	struct kx_elf_segment part;
	uint64_t copied = 0;
	struct kx_span bytes;

	if (!flat)
		return kx_fail(err, -ENOMEM, "no memory for 0x%" PRIx64 " bytes of kernel", v->len);
	for (uint64_t i = 0; elf_file_next_load(&v->file, &i, &part);) {
		if (!elf_file_segment_bytes(&v->file, &part, &bytes))
			return kx_fail(err, -ENOEXEC,
				       "truncated: a segment of 0x%" PRIx64 " bytes at 0x%" PRIx64
				       " is not in the file's 0x%zx bytes",
				       part.filesz, part.offset, v->file.bytes.len);
		/* No linker puts a byte into two of them. */
		copied += bytes.len;
		if (copied > v->file.bytes.len)
			return kx_fail(err, -ENOEXEC,
				       "the loaded segments share bytes of the file's 0x%zx",
				       v->file.bytes.len);
		if (bytes.len)
			memcpy(flat + (part.paddr - v->start), bytes.base, bytes.len);
	}
	*ret = (struct kx_span){ flat, (size_t)v->len };
	return 0;
}

/* The header alone: nothing is copied for it. */
static int parse_header(const struct vmlinux *v, const struct kx_arch *arch,
			struct dt_kernel *ret, uint64_t *ret_flags, struct kx_err *err)
{
	struct kx_elf_segment part;
	struct kx_span bytes;

	for (uint64_t i = 0; elf_file_next_load(&v->file, &i, &part);) {
		if (part.paddr == v->start && elf_file_segment_bytes(&v->file, &part, &bytes))
			return flat_parse(arch, bytes, ret, ret_flags, err);
	}
	return kx_fail(err, -ENOEXEC, "truncated: its first segment is not in the file's 0x%zx bytes",
		       v->file.bytes.len);
}

static int vmlinux_check(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	struct dt_kernel kernel;
	struct vmlinux v;
	uint64_t flags = 0;
	int rc;

	rc = open_vmlinux(req->files.kernel, &v, err);
	if (rc == 0)
		rc = parse_header(&v, plan->arch, &kernel, &flags, err);
	if (rc == 0)
		rc = check_relocations(&v, req, plan, err);
	if (rc == 0)
		rc = check_empty_segments(&v, req, plan, err);
	if (rc < 0)
		return rc;
	plan->arch->image_header->flags_text(flags, plan->detail, sizeof(plan->detail));
	return dt_boot_check(req, plan, err);
}

/* Its size is known from the header; nothing is copied for a trial. */
static int vmlinux_place(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	struct dt_kernel kernel;
	struct vmlinux v;
	uint64_t flags;
	int rc;

	rc = open_vmlinux(req->files.kernel, &v, err);
	if (rc == 0)
		rc = parse_header(&v, plan->arch, &kernel, &flags, err);
	return rc < 0 ? rc : dt_boot_place(req, &kernel, plan, err);
}

static int vmlinux_load(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	struct dt_kernel kernel;
	struct kx_span flat;
	struct vmlinux v;
	uint64_t flags;
	int rc;

	rc = open_vmlinux(req->files.kernel, &v, err);
	if (rc == 0)
		rc = flatten(&v, plan, &flat, err);
	if (rc == 0)
		rc = flat_parse(plan->arch, flat, &kernel, &flags, err);
	return rc < 0 ? rc : dt_boot_load(req, &kernel, plan, err);
}

const struct kx_image kx_image_vmlinux_by_load = {
	.name = "vmlinux",
	.probe = vmlinux_probe,
	.check = vmlinux_check,
	.place = vmlinux_place,
	.load = vmlinux_load,
};

const struct kx_image kx_image_vmlinux_by_both = {
	.name = "vmlinux",
	.alias = "elf-riscv",
	.file_syscall = true,
	.probe = vmlinux_probe,
	.check = vmlinux_check,
	.place = vmlinux_place,
	.load = vmlinux_load,
};
