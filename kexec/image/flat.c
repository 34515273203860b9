/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Image: the flat kernel of arm64 and riscv (Linux, Documentation/arch/arm64/booting.rst,
 * Documentation/arch/riscv/boot-image-header.rst).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "kexec/image/flat.h"

/* Offsets in the header, which both documents share. */
enum {
	IMAGE_TEXT_OFFSET = 8,
	IMAGE_SIZE = 16,
	IMAGE_FLAGS = 24,
	IMAGE_MAGIC = 56,
	IMAGE_HEADER_END = 64,
};

static bool flat_probe(const struct kx_arch *arch, struct kx_span file)
{
	uint64_t magic;

	return arch->image_header && kx_span_le(file, IMAGE_MAGIC, 4, &magic) &&
	       magic == arch->image_header->magic;
}

int flat_parse(const struct kx_arch *arch, struct kx_span file, struct dt_kernel *ret,
	       uint64_t *ret_flags, struct kx_err *err)
{
	struct dt_kernel kernel = { .bytes = file };
	uint64_t magic, flags;

	if (file.len < IMAGE_HEADER_END || !kx_span_le(file, IMAGE_MAGIC, 4, &magic) ||
	    !kx_span_le(file, IMAGE_TEXT_OFFSET, 8, &kernel.text_offset) ||
	    !kx_span_le(file, IMAGE_SIZE, 8, &kernel.memsz) ||
	    !kx_span_le(file, IMAGE_FLAGS, 8, &flags))
		return kx_fail(err, -ENOEXEC, "file ends after %zu bytes, inside the header",
			       file.len);
	if (magic != arch->image_header->magic)
		return kx_fail(err, -ENOEXEC, "magic number 0x%" PRIx64 ", must be 0x%" PRIx32, magic,
			       arch->image_header->magic);
	/* Before v3.17 the field was 0 and the placement rules were different. */
	if (kernel.memsz == 0)
		return kx_fail(err, -ENOEXEC, "image_size is 0: kernel older than v3.17");
	if (kernel.memsz < file.len)
		return kx_fail(err, -ENOEXEC,
			       "image_size 0x%" PRIx64 " is less than the file's 0x%zx bytes",
			       kernel.memsz, file.len);
	/* On riscv it counts from the start of RAM, where the firmware is: the rest matters. */
	kernel.text_offset %= arch->dt_boot->align;
	*ret = kernel;
	*ret_flags = flags;
	return 0;
}

static int flat_check(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	struct dt_kernel kernel;
	uint64_t flags = 0;
	int rc;

	rc = flat_parse(plan->arch, req->files.kernel, &kernel, &flags, err);
	if (rc < 0)
		return rc;
	plan->arch->image_header->flags_text(flags, plan->detail, sizeof(plan->detail));
	return dt_boot_check(req, plan, err);
}

static int flat_place(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	struct dt_kernel kernel;
	uint64_t flags;
	int rc;

	rc = flat_parse(plan->arch, req->files.kernel, &kernel, &flags, err);
	return rc < 0 ? rc : dt_boot_place(req, &kernel, plan, err);
}

static int flat_load(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	struct dt_kernel kernel;
	uint64_t flags;
	int rc;

	rc = flat_parse(plan->arch, req->files.kernel, &kernel, &flags, err);
	return rc < 0 ? rc : dt_boot_load(req, &kernel, plan, err);
}

const struct kx_image kx_image_flat = {
	.name = "Image",
	.alias = "image-riscv",
	.file_syscall = true,
	.probe = flat_probe,
	.check = flat_check,
	.place = flat_place,
	.load = flat_load,
};
