/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes a bzImage apart (Linux, Documentation/arch/x86/boot.rst). */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kexec/arch/x86/kernel.h"
#include "kx/machine.h"
#include "uapi/bootparam_x86.h"

/*
 * Linux, arch/x86/include/asm/page_32_types.h: KERNEL_IMAGE_SIZE. A 32-bit kernel that moves itself
 * keeps the distance between its physical and virtual addresses, of which it has 1 GiB.
 */
static const uint64_t kernel_32bit_end = UINT64_C(512) << 20;

static uint64_t field(struct kx_span file, enum kx_setup_header offset, unsigned int width)
{
	uint64_t value = 0;

	/* parse() has made sure that the header is there. */
	kx_span_le(file, offset, width, &value);
	return value;
}

static bool is_bzimage(struct kx_span file)
{
	uint64_t boot_flag, magic;

	return kx_span_le(file, HDR_BOOT_FLAG, 2, &boot_flag) &&
	       kx_span_le(file, HDR_MAGIC, 4, &magic) && boot_flag == HDR_BOOT_FLAG_VALUE &&
	       magic == HDR_MAGIC_VALUE;
}

/* As bzImage64_probe() of Linux's kexec-bzimage64.c. A header that is cut says nothing. */
static bool has_no_64bit_entry(struct kx_span file)
{
	uint64_t version, xloadflags;

	if (!kx_span_le(file, HDR_VERSION, 2, &version))
		return false;
	return version < HDR_VERSION_64BIT ||
	       (kx_span_le(file, HDR_XLOADFLAGS, 2, &xloadflags) && !(xloadflags & XLF_KERNEL_64));
}

static bool bzimage_probe(const struct kx_arch *arch, struct kx_span file)
{
	(void)arch;
	return is_bzimage(file) && !has_no_64bit_entry(file);
}

static bool bzimage32_probe(const struct kx_arch *arch, struct kx_span file)
{
	(void)arch;
	return is_bzimage(file) && has_no_64bit_entry(file);
}

/* The same, of a field that came with protocol @since: @before is what it means where it is not. */
static uint64_t field_since(struct kx_span file, const struct x86_kernel *image, uint16_t since,
			    enum kx_setup_header offset, unsigned int width, uint64_t before)
{
	return image->version < since ? before : field(file, offset, width);
}

/*
 * Programs that start as Linux does and are not packed, memtest86+ for one. The size in the header
 * counts 16 bytes, and what builds them need not fill the last ones up.
 */
static bool has_no_payload(struct kx_span file, const struct x86_kernel *image)
{
	return image->version >= HDR_VERSION_PAYLOAD && field(file, HDR_PAYLOAD_OFFSET, 4) == 0 &&
	       field(file, HDR_PAYLOAD_LENGTH, 4) == 0;
}

/* What the header of a protocol has at least; boot.rst, "Protocol/Kernel Version". */
static uint64_t header_min_end(uint16_t version)
{
	if (version >= HDR_VERSION_INIT_SIZE)
		return HDR_MIN_END;
	if (version >= HDR_VERSION_PAYLOAD)
		return HDR_SETUP_DATA;
	if (version >= HDR_VERSION_CMDLINE_SIZE)
		return HDR_HARDWARE_SUBARCH;
	if (version >= HDR_VERSION_RELOCATABLE)
		return HDR_XLOADFLAGS;
	if (version >= HDR_VERSION_INITRD_ADDR_MAX)
		return HDR_KERNEL_ALIGNMENT;
	if (version >= HDR_VERSION_CMD_LINE_PTR)
		return HDR_INITRD_ADDR_MAX;
	return version >= HDR_VERSION_HEAP_END_PTR ? HDR_EXT_LOADER_VER : HDR_HEAP_END_PTR;
}

static int check_version(struct kx_span file, struct x86_kernel *ret, struct kx_err *err)
{
	if (file.len < HDR_INITRD_ADDR_MAX)
		return kx_fail(err, -ENOEXEC, "file ends after %zu bytes, inside the setup header",
			       file.len);
	ret->version = (uint16_t)field(file, HDR_VERSION, 2);
	if (ret->version < HDR_VERSION_BZIMAGE)
		return kx_fail(err, -ENOEXEC,
			       "boot protocol %d.%02d, but 2.00 or later is needed: the kernel is "
			       "older than v1.3.73",
			       ret->version >> 8, ret->version & 0xff);
	if (file.len < header_min_end(ret->version))
		return kx_fail(err, -ENOEXEC, "file ends after %zu bytes, inside the setup header",
			       file.len);
	return 0;
}

static int parse_protocol(struct kx_span file, struct x86_kernel *ret, struct kx_err *err)
{
	uint64_t end, min_end, setup, size;
	int rc;

	rc = check_version(file, ret, err);
	if (rc < 0)
		return rc;
	end = HDR_MAGIC + field(file, HDR_JUMP_OFFSET, 1);
	min_end = header_min_end(ret->version);
	if (end < min_end || end > BP_HDR_ROOM_END)
		return kx_fail(err, -ENOEXEC,
			       "setup header ends at 0x%" PRIx64 ", must be in [0x%" PRIx64 ", 0x%x]",
			       end, min_end, BP_HDR_ROOM_END);
	if (!kx_span_slice(file, HDR_START, end - HDR_START, &ret->header))
		return kx_fail(err, -ENOEXEC, "file ends after %zu bytes, inside the setup header",
			       file.len);
	setup = field(file, HDR_SETUP_SECTS, 1);
	setup = ((setup ? setup : 4) + 1) * SECTOR_SIZE;
	size = field(file, HDR_SYSSIZE, 4) * 16;
	if (ret->version < HDR_VERSION_SYSSIZE)
		size = file.len > setup ? file.len - setup : 1;
	if (has_no_payload(file, ret) && file.len > setup && size > file.len - setup &&
	    size - (file.len - setup) < 16)
		size = file.len - setup;
	if (!kx_span_slice(file, 0, setup, &ret->setup) ||
	    !kx_span_slice(file, setup, size, &ret->code))
		return kx_fail(err, -ENOEXEC,
			       "truncated: the header announces %" PRIu64
			       " bytes, the file has %zu",
			       setup + size, file.len);
	return 0;
}

/*
 * What a kernel before v2.4 wants in its registers, and in memory, when its setup code has run is
 * written nowhere: only that it looks at 0x90000 for what that code has left there.
 */
static int check_setup_runs(const struct kx_request *req, const struct x86_kernel *image,
			    struct kx_err *err)
{
	if (image->version >= HDR_VERSION_CMD_LINE_PTR || req->pc.real_mode)
		return 0;
	return kx_fail(
		err, -ENOEXEC,
		"boot protocol %d.%02d, but 2.02 or later is needed to start a kernel without "
		"its setup code: use --real-mode",
		image->version >> 8, image->version & 0xff);
}

/* Why the kernel has to be entered in protected mode; NULL: it need not. */
static const char *why_protected(const struct kx_request *req, const struct x86_kernel *image)
{
	if (req->pc.real_mode)
		return "--real-mode";
	if (req->pc.entry_32bit)
		return "--entry-32bit";
	if (image->version < HDR_VERSION_64BIT)
		return "its boot protocol is older than the 64-bit entry";
	return image->xloadflags & XLF_KERNEL_64 ? NULL : "its xloadflags name no 64-bit entry";
}

static int parse_code(const struct kx_request *req, struct x86_kernel *image, struct kx_err *err)
{
	struct kx_span file = req->files.kernel, part;
	uint64_t payload = field_since(file, image, HDR_VERSION_PAYLOAD, HDR_PAYLOAD_OFFSET, 4, 0);
	uint64_t payload_len = field_since(file, image, HDR_VERSION_PAYLOAD, HDR_PAYLOAD_LENGTH, 4,
					   image->code.len);

	image->loadflags = (uint8_t)field(file, HDR_LOADFLAGS, 1);
	image->xloadflags = (uint16_t)field_since(file, image, HDR_VERSION_64BIT, HDR_XLOADFLAGS, 2,
						  0);
	if (!(image->loadflags & LOADED_HIGH))
		return kx_fail(err, -ENOEXEC, "zImage that loads below 1 MiB; a bzImage is needed");
	image->protected = why_protected(req, image) != NULL;
	image->entry = image->protected ? ENTRY_32BIT : ENTRY_64BIT;
	if (image->code.len <= image->entry)
		return kx_fail(err, -ENOEXEC,
			       "%zu bytes of protected-mode code end before the entry at 0x%" PRIx64,
			       image->code.len, image->entry);
	if (has_no_payload(file, image))
		return 0;
	if (payload_len == 0 || !kx_span_slice(image->code, payload, payload_len, &part))
		return kx_fail(err, -ENOEXEC,
			       "payload [0x%" PRIx64 ", +0x%" PRIx64
			       ") is outside the 0x%zx bytes of code",
			       payload, payload_len, image->code.len);
	return 0;
}

/*
 * What the protocol had no fields for. A kernel of that time decompresses itself behind its own
 * code or in place: room for eight times the code and as much again as such kernels had of data is
 * a guess that errs on the large side. One that can move was built for an address up to 16 MiB.
 */
static void guess_placement(struct kx_span file, struct x86_kernel *image)
{
	const uint64_t room = (16 << 20) + 8 * (uint64_t)image->code.len;
	const uint32_t start = (uint32_t)field(file, HDR_CODE32_START, 4);

	image->init_size = room > UINT32_MAX ? UINT32_MAX : (uint32_t)room;
	image->pref_address = image->relocatable && start < 16 << 20 ? 16 << 20 : start;
}

static int parse_placement(struct kx_span file, struct x86_kernel *image, struct kx_err *err)
{
	/*
	 * Before 2.02 they ask the BIOS how much memory there is by INT 15h AH=88h, which tells of
	 * 64 MiB at most: an initrd above that they drop.
	 */
	const uint32_t older_max = image->version < HDR_VERSION_CMD_LINE_PTR ? 0x3ffffff :
									       0x37ffffff;

	image->relocatable = field_since(file, image, HDR_VERSION_RELOCATABLE,
					 HDR_RELOCATABLE_KERNEL, 1, 0) != 0;
	image->alignment = (uint32_t)field_since(file, image, HDR_VERSION_RELOCATABLE,
						 HDR_KERNEL_ALIGNMENT, 4, KX_PAGE_SIZE);
	/* boot.rst, of both fields, says what older kernels take. */
	image->cmdline_size = (uint32_t)field_since(file, image, HDR_VERSION_CMDLINE_SIZE,
						    HDR_CMDLINE_SIZE, 4, 255);
	image->initrd_addr_max = (uint32_t)field_since(file, image, HDR_VERSION_INITRD_ADDR_MAX,
						       HDR_INITRD_ADDR_MAX, 4, older_max);
	image->pref_address = field_since(file, image, HDR_VERSION_INIT_SIZE, HDR_PREF_ADDRESS, 8,
					  0);
	image->init_size = (uint32_t)field_since(file, image, HDR_VERSION_INIT_SIZE, HDR_INIT_SIZE,
						 4, 0);
	if (image->version < HDR_VERSION_INIT_SIZE)
		guess_placement(file, image);
	if (!(image->xloadflags & XLF_KERNEL_64))
		image->end = kernel_32bit_end;
	if (image->alignment == 0 || (image->alignment & (image->alignment - 1)))
		return kx_fail(err, -ENOEXEC, "kernel_alignment 0x%x is not a power of two",
			       image->alignment);
	/* The kernel decompresses itself in place: less room would overwrite its neighbours. */
	if (image->init_size < image->code.len)
		return kx_fail(err, -ENOEXEC, "init_size 0x%x is less than the 0x%zx bytes of code",
			       image->init_size, image->code.len);
	return 0;
}

static int bzimage_parse(const struct kx_request *req, struct x86_kernel *ret, struct kx_err *err)
{
	struct x86_kernel image = { .entry = ENTRY_64BIT };
	int rc;

	rc = parse_protocol(req->files.kernel, &image, err);
	if (rc == 0)
		rc = check_setup_runs(req, &image, err);
	if (rc == 0)
		rc = parse_code(req, &image, err);
	if (rc == 0)
		rc = parse_placement(req->files.kernel, &image, err);
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

	rc = bzimage_parse(req, &image, err);
	return rc < 0 ? rc : x86_kernel_place(req, &image, plan, err);
}

static int bzimage_check(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	struct x86_kernel image;
	int rc;

	rc = bzimage_parse(req, &image, err);
	if (rc < 0)
		return rc;
	describe(req->files.kernel, &image, plan->detail, sizeof(plan->detail));
	if (req->pc.real_mode) {
		rc = x86_real_mode_check(req, &image, err);
		kx_plan_note(plan, "the kernel's setup code asks the BIOS: --real-mode");
	} else if (image.protected) {
		kx_plan_note(plan, "the kernel is entered by its 32-bit entry: %s",
			     why_protected(req, &image));
	}
	if (rc < 0)
		return rc;
	return x86_kernel_check(req, &image, plan, err);
}

static int bzimage_load(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	struct x86_kernel image;
	int rc;

	rc = bzimage_parse(req, &image, err);
	if (rc < 0)
		return rc;
	return (req->pc.real_mode ? x86_real_mode_load : x86_kernel_load)(req, &image, plan, err);
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

/* 32-bit kernels, and those before v3.8. */
const struct kx_image x86_bzimage32 = {
	.name = "bzImage32",
	.alias = "bzImage",
	.probe = bzimage32_probe,
	.check = bzimage_check,
	.load = bzimage_load,
};
