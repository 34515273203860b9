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

/** struct vmlinux - the file, taken apart as far as everything here needs */
struct vmlinux {
	struct elf_file file;
	struct elf_layout layout;
};

static bool vmlinux_probe(const struct kx_arch *arch, struct kx_span file)
{
	return arch->image_header && elf_file_is_for(file, arch->isa);
}

static int open_vmlinux(struct kx_span file, struct vmlinux *ret, struct kx_err *err)
{
	int rc;

	rc = elf_file_open(file, &ret->file, err);
	return rc < 0 ? rc : elf_file_measure(&ret->file, &ret->layout, err);
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

/* The header alone: nothing is copied for it. */
static int parse_header(const struct vmlinux *v, const struct kx_arch *arch,
			struct dt_kernel *ret, uint64_t *ret_flags, struct kx_err *err)
{
	struct kx_elf_segment part;
	struct kx_span bytes;

	for (uint64_t i = 0; elf_file_next_load(&v->file, &i, &part);) {
		if (part.paddr == v->layout.start &&
		    elf_file_segment_bytes(&v->file, &part, &bytes))
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
		rc = elf_file_flatten(&v.file, &v.layout, plan, &flat, err);
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
