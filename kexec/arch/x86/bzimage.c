/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads a bzImage by its 64-bit entry (Linux, Documentation/arch/x86/boot.rst). */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kexec/arch/x86/bzimage.h"
#include "kexec/arch/x86/crash.h"
#include "uapi/bootparam_x86.h"

static const uint64_t four_gib = UINT64_C(1) << 32;

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

static int parse_protocol(struct kx_span file, struct bzimage *ret, struct kx_err *err)
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

static int parse_code(struct kx_span file, struct bzimage *image, struct kx_err *err)
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

static int parse_placement(struct kx_span file, struct bzimage *image, struct kx_err *err)
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

static int bzimage_parse(struct kx_span file, struct bzimage *ret, struct kx_err *err)
{
	struct bzimage image = { 0 };
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
static void describe(struct kx_span file, const struct bzimage *image, char *text, size_t size)
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

/* Nothing above @end; what the user allowed bounds it further. */
static struct kx_range below(const struct kx_request *req, uint64_t start, uint64_t end)
{
	struct kx_range limit = req->where.mem;

	if (limit.start < start)
		limit.start = start;
	if (limit.end > end)
		limit.end = end;
	return limit;
}

static int place_kernel(const struct kx_request *req, const struct bzimage *image,
			struct kx_plan *plan, uint64_t *ret_addr, struct kx_err *err)
{
	bool high = image->xloadflags & XLF_CAN_BE_LOADED_ABOVE_4G;
	struct kx_place place = {
		.what = "kernel",
		.data = image->code,
		.memsz = image->init_size,
		.align = image->alignment,
		/* Below its preferred address a kernel moves itself up, over its neighbours. */
		.limit = below(req, image->pref_address, high ? UINT64_MAX : four_gib),
	};

	if (!image->relocatable) {
		place.fixed = true;
		place.at = image->pref_address;
	}
	return kx_plan_place(plan, &place, ret_addr, err);
}

static int place_initrd(const struct kx_request *req, const struct bzimage *image,
			struct kx_plan *plan, struct x86_addresses *at, struct kx_err *err)
{
	uint64_t end = image->xloadflags & XLF_CAN_BE_LOADED_ABOVE_4G ?
			       UINT64_MAX :
			       (uint64_t)image->initrd_addr_max + 1;

	if (req->files.initrd.len == 0)
		return 0;
	at->initrd_size = req->files.initrd.len;
	return kx_plan_place(plan,
			     &(struct kx_place){
				     .what = "initrd",
				     .data = req->files.initrd,
				     .limit = below(req, 0, end),
			     },
			     &at->initrd, err);
}

static int bzimage_place(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	/* Its purgatory, boot_params and ELF core header: a few pages each. */
	enum { ROOM_FOR_THE_REST = 64 << 10 };
	struct x86_addresses at = { 0 };
	struct bzimage image;
	uint64_t ignored;
	int rc;

	rc = bzimage_parse(req->files.kernel, &image, err);
	if (rc == 0)
		rc = kx_plan_place(plan,
				   &(struct kx_place){
					   .what = "boot_params",
					   .memsz = ROOM_FOR_THE_REST,
					   .limit = req->where.mem,
				   },
				   &ignored, err);
	if (rc == 0)
		rc = place_kernel(req, &image, plan, &ignored, err);
	if (rc == 0)
		rc = place_initrd(req, &image, plan, &at, err);
	return rc;
}

static int bzimage_check(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	/* kexec_file_load counts the NUL too (Linux, arch/x86/kernel/kexec-bzimage64.c). */
	size_t len = strlen(req->files.cmdline) + (plan->syscall == KX_SYSCALL_FILE_LOAD);
	struct bzimage image;
	int rc;

	rc = bzimage_parse(req->files.kernel, &image, err);
	if (rc < 0)
		return rc;
	describe(req->files.kernel, &image, plan->detail, sizeof(plan->detail));
	if (len > image.cmdline_size)
		return kx_fail(err, -E2BIG,
			       "the command line has %zu bytes, this kernel takes at most %u: "
			       "shorten it",
			       len, image.cmdline_size);
	if (req->machine->la57 && !(image.xloadflags & XLF_5LEVEL))
		return kx_fail(err, -ENOEXEC,
			       "the running kernel uses 5-level paging, but xloadflags 0x%x say "
			       "that this kernel cannot be entered so: boot with no5lvl first, or "
			       "load a kernel built with CONFIG_X86_5LEVEL (v4.14 and later)",
			       image.xloadflags);
	return 0;
}

static int place_all(const struct kx_request *req, const struct bzimage *image,
		     struct x86_boot_data *boot, const struct x86_crash *crash,
		     struct kx_plan *plan, struct kx_err *err)
{
	/* boot_params above 4 GiB came with protocol 2.12, as did the 64-bit entry. */
	struct kx_range anywhere = below(req, 0, UINT64_MAX);
	struct x86_addresses at = { 0 };
	struct kx_place place = {
		.what = "boot_params",
		.data = { boot->bytes, boot->len },
		.limit = anywhere,
	};
	uint64_t kernel;
	int rc;

	rc = kx_plan_add_purgatory(plan, req, anywhere, err);
	if (rc == 0)
		rc = kx_plan_place(plan, &place, &at.boot_params, err);
	if (rc == 0)
		rc = place_kernel(req, image, plan, &kernel, err);
	if (rc == 0)
		rc = place_initrd(req, image, plan, &at, err);
	if (rc < 0)
		return rc;
	plan->purgatory->entry = req->where.has_entry ? req->where.entry : kernel + ENTRY_64BIT;
	plan->purgatory->arg = at.boot_params;
	if (crash->backup_at) {
		plan->purgatory->backup_src = crash->backup.start;
		plan->purgatory->backup_dst = crash->backup_at;
		plan->purgatory->backup_len = crash->backup.end - crash->backup.start;
	}
	x86_boot_data_fill(boot, req, image, plan, &at);
	return 0;
}

static int bzimage_load(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	struct x86_boot_data boot = { .bytes = NULL };
	struct x86_crash crash = { .backup_at = 0 };
	struct bzimage image;
	int rc;

	rc = bzimage_parse(req->files.kernel, &image, err);
	if (rc == 0 && req->crash)
		rc = x86_crash_place(&crash, req, &image, plan, err);
	if (rc == 0)
		rc = req->crash ? x86_crash_memory_map(&crash, req, &boot.memory, err) :
				  x86_memory_map(req->machine, &boot.memory, err);
	if (rc == 0)
		rc = x86_boot_data_init(&boot, req, &image, plan, err);
	if (rc == 0)
		rc = place_all(req, &image, &boot, &crash, plan, err);
	x86_boot_data_done(&boot);
	return rc;
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
