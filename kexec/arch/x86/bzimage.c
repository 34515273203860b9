/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes a bzImage apart (Linux, Documentation/arch/x86/boot.rst). */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kexec/arch/x86/kernel.h"
#include "uapi/bootparam_x86.h"

static uint64_t field(struct kx_span file, enum kx_setup_header offset, unsigned int width)
{
	uint64_t value = 0;

	/* parse() has made sure that the header is there. */
	kx_span_le(file, offset, width, &value);
	return value;
}

static bool bzimage_probe(const struct kx_arch *arch, struct kx_span file)
{
	uint64_t boot_flag, magic;

	(void)arch;
	return kx_span_le(file, HDR_BOOT_FLAG, 2, &boot_flag) &&
	       kx_span_le(file, HDR_MAGIC, 4, &magic) && boot_flag == HDR_BOOT_FLAG_VALUE &&
	       magic == HDR_MAGIC_VALUE;
}

static int parse_protocol(struct kx_span file, struct x86_kernel *ret, struct kx_err *err)
{
	uint64_t end, setup_sects;

	if (file.len < HDR_MIN_END)
		return kx_fail(err, -ENOEXEC, "file ends after %zu bytes, inside the setup header",
			       file.len);
	ret->version = (uint16_t)field(file, HDR_VERSION, 2);
	if (ret->version < HDR_VERSION_64BIT)
		return kx_fail(err, -ENOEXEC,
			       "boot protocol %d.%02d, but the 64-bit entry needs 2.12 or later: "
			       "the kernel is older than v3.8",
			       ret->version >> 8, ret->version & 0xff);
	end = HDR_MAGIC + field(file, HDR_JUMP_OFFSET, 1);
	if (end < HDR_MIN_END || end > BP_HDR_ROOM_END)
		return kx_fail(err, -ENOEXEC,
			       "setup header ends at 0x%" PRIx64 ", must be in [0x%x, 0x%x]", end,
			       HDR_MIN_END, BP_HDR_ROOM_END);
	if (!kx_span_slice(file, HDR_START, end - HDR_START, &ret->header))
		return kx_fail(err, -ENOEXEC, "file ends after %zu bytes, inside the setup header",
			       file.len);
	setup_sects = field(file, HDR_SETUP_SECTS, 1);
	if (setup_sects == 0)
		setup_sects = 4;
	if (!kx_span_slice(file, (setup_sects + 1) * SECTOR_SIZE,
			   field(file, HDR_SYSSIZE, 4) * 16, &ret->code))
		return kx_fail(err, -ENOEXEC,
			       "truncated: the header announces %" PRIu64
			       " bytes, the file has %zu",
			       (setup_sects + 1) * SECTOR_SIZE + field(file, HDR_SYSSIZE, 4) * 16,
			       file.len);
	return 0;
}

static int parse_code(struct kx_span file, struct x86_kernel *image, struct kx_err *err)
{
	uint64_t payload = field(file, HDR_PAYLOAD_OFFSET, 4);
	uint64_t payload_len = field(file, HDR_PAYLOAD_LENGTH, 4);
	struct kx_span part;

	image->loadflags = (uint8_t)field(file, HDR_LOADFLAGS, 1);
	image->xloadflags = (uint16_t)field(file, HDR_XLOADFLAGS, 2);
	if (!(image->loadflags & LOADED_HIGH))
		return kx_fail(err, -ENOEXEC, "zImage that loads below 1 MiB; a bzImage is needed");
	if (!(image->xloadflags & XLF_KERNEL_64))
		return kx_fail(err, -ENOEXEC,
			       "xloadflags 0x%x without the 64-bit entry: a 32-bit kernel, which "
			       "a 64-bit kernel cannot start",
			       image->xloadflags);
	if (image->code.len <= ENTRY_64BIT)
		return kx_fail(err, -ENOEXEC,
			       "%zu bytes of protected-mode code end before the entry at 0x%x",
			       image->code.len, ENTRY_64BIT);
	if (payload_len == 0 || !kx_span_slice(image->code, payload, payload_len, &part))
		return kx_fail(err, -ENOEXEC,
			       "payload [0x%" PRIx64 ", +0x%" PRIx64
			       ") is outside the 0x%zx bytes of code",
			       payload, payload_len, image->code.len);
	return 0;
}

static int parse_placement(struct kx_span file, struct x86_kernel *image, struct kx_err *err)
{
	image->relocatable = field(file, HDR_RELOCATABLE_KERNEL, 1) != 0;
	image->alignment = (uint32_t)field(file, HDR_KERNEL_ALIGNMENT, 4);
	image->cmdline_size = (uint32_t)field(file, HDR_CMDLINE_SIZE, 4);
	image->initrd_addr_max = (uint32_t)field(file, HDR_INITRD_ADDR_MAX, 4);
	image->pref_address = field(file, HDR_PREF_ADDRESS, 8);
	image->init_size = (uint32_t)field(file, HDR_INIT_SIZE, 4);
	if (image->alignment == 0 || (image->alignment & (image->alignment - 1)))
		return kx_fail(err, -ENOEXEC, "kernel_alignment 0x%x is not a power of two",
			       image->alignment);
	/* The kernel decompresses itself in place: less room would overwrite its neighbours. */
	if (image->init_size < image->code.len)
		return kx_fail(err, -ENOEXEC, "init_size 0x%x is less than the 0x%zx bytes of code",
			       image->init_size, image->code.len);
	return 0;
}

static int bzimage_parse(struct kx_span file, struct x86_kernel *ret, struct kx_err *err)
{
	struct x86_kernel image = { .entry = ENTRY_64BIT };
	int rc;

	rc = parse_protocol(file, &image, err);
	if (rc == 0)
		rc = parse_code(file, &image, err);
	if (rc == 0)
		rc = parse_placement(file, &image, err);
	if (rc == 0)
		*ret = image;
	return rc;
}

/* "6.1.0-50-cloud-amd64 (…) #1 SMP …"; only what may go to a terminal is kept. */
static void describe(struct kx_span file, const struct x86_kernel *image, char *text, size_t size)
{
	uint64_t at = field(file, HDR_KERNEL_VERSION, 2) + SECTOR_SIZE;
	int len = snprintf(text, size, "boot protocol %d.%d", image->version >> 8,
			   image->version & 0xff);
	size_t to = (size_t)len;
	struct kx_span c;

	if (at == SECTOR_SIZE || to + 3 >= size || !kx_span_slice(file, at, 1, &c))
		return;
	text[to++] = ',';
	text[to++] = ' ';
	for (; to + 1 < size && kx_span_slice(file, at, 1, &c) && *c.base != '\0'; at++)
		text[to++] = *c.base >= ' ' && *c.base < 0x7f ? (char)*c.base : '?';
	text[to] = '\0';
}

static int bzimage_place(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	struct x86_kernel image;
	int rc;

	rc = bzimage_parse(req->files.kernel, &image, err);
	return rc < 0 ? rc : x86_kernel_place(req, &image, plan, err);
}

static int bzimage_check(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	struct x86_kernel image;
	int rc;

	rc = bzimage_parse(req->files.kernel, &image, err);
	if (rc < 0)
		return rc;
	describe(req->files.kernel, &image, plan->detail, sizeof(plan->detail));
	return x86_kernel_check(req, &image, plan, err);
}

static int bzimage_load(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	struct x86_kernel image;
	int rc;

	rc = bzimage_parse(req->files.kernel, &image, err);
	return rc < 0 ? rc : x86_kernel_load(req, &image, plan, err);
}

const struct kx_image x86_bzimage = {
	.name = "bzImage64",
	.alias = "bzImage",
	.file_syscall = true,
	.probe = bzimage_probe,
	.check = bzimage_check,
	.place = bzimage_place,
	.load = bzimage_load,
};
