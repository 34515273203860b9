/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmlinux: the kernel as the linker makes it, without the code that would unpack it. Its ELF entry
 * is startup_64, which takes what the 64-bit entry of a bzImage takes, boot_params in %rsi and all
 * memory mapped where it lies, and runs at any physical address that is 2 MiB-aligned, as the one
 * that it was linked for (Linux, arch/x86/kernel/head_64.S; v2.6.22 and later).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kexec/arch/x86/kernel.h"
#include "kexec/image/elf_file.h"
#include "kx/banner.h"
#include "kx/bytes.h"
#include "uapi/bootparam_x86.h"

/* COMMAND_LINE_SIZE of UAPI asm/setup.h, with the NUL. */
enum { ALIGN = 2 << 20, CMDLINE_MAX = 2048 };

/**
 * struct vmlinux - the file, taken apart
 * @release: "6.1.0-50-amd64", borrowed
 * @header: what its bzImage would have as setup header
 */
struct vmlinux {
	struct elf_file file;
	struct elf_layout layout;
	struct kx_span release;
	struct x86_kernel kernel;
	uint8_t header[HDR_MIN_END - HDR_START];
};

/* Whatever else is ELF for this machine has none. */
static bool has_release(const struct elf_file *file, struct kx_span *ret)
{
	struct kx_elf_segment part;
	struct kx_span bytes;

	for (uint64_t i = 0; elf_file_next_load(file, &i, &part);) {
		if (elf_file_segment_bytes(file, &part, &bytes) && kx_banner_release(bytes, ret))
			return true;
	}
	return false;
}

/* What can only be started by its PVH note is not taken here. */
static bool vmlinux_probe(const struct kx_arch *arch, struct kx_span bytes)
{
	struct kx_err ignored;
	struct elf_layout layout;
	struct elf_file file;
	struct kx_span release;
	uint64_t entry;

	return elf_file_is_for(bytes, arch->isa) &&
	       (elf_file_open(bytes, &file, &ignored) < 0 || !x86_pvh_entry(&file, &entry) ||
		elf_file_measure(&file, &layout, &ignored) < 0 || has_release(&file, &release));
}

static int find_release(const struct elf_file *file, struct kx_span *ret, struct kx_err *err)
{
	if (has_release(file, ret))
		return 0;
	return kx_fail(err, -ENOEXEC, "an ELF file without Linux's banner: not a kernel that is known "
		       "here, or cut; --args-elf and --args-none start other programs");
}

static void put(struct vmlinux *v, enum kx_setup_header at, unsigned int width, uint64_t value)
{
	kx_put_le(v->header + (at - HDR_START), width, value);
}

/* What the kernel itself reads of it, and what a kexec after this one would look at. */
static void make_header(struct vmlinux *v)
{
	const struct x86_kernel *k = &v->kernel;

	put(v, HDR_ROOT_FLAGS, 2, 1);
	put(v, HDR_BOOT_FLAG, 2, HDR_BOOT_FLAG_VALUE);
	put(v, HDR_JUMP_OFFSET, 1, HDR_MIN_END - HDR_MAGIC);
	put(v, HDR_MAGIC, 4, HDR_MAGIC_VALUE);
	put(v, HDR_VERSION, 2, k->version);
	put(v, HDR_LOADFLAGS, 1, k->loadflags);
	put(v, HDR_INITRD_ADDR_MAX, 4, k->initrd_addr_max);
	put(v, HDR_KERNEL_ALIGNMENT, 4, k->alignment);
	put(v, HDR_RELOCATABLE_KERNEL, 1, k->relocatable);
	put(v, HDR_XLOADFLAGS, 2, k->xloadflags);
	put(v, HDR_CMDLINE_SIZE, 4, k->cmdline_size);
	put(v, HDR_PREF_ADDRESS, 8, k->pref_address);
	put(v, HDR_INIT_SIZE, 4, k->init_size);
	v->kernel.header = (struct kx_span){ v->header, sizeof(v->header) };
}

static int vmlinux_parse(struct kx_span file, struct vmlinux *v, struct kx_err *err)
{
	uint64_t entry;
	int rc;

	*v = (struct vmlinux){ .header = { 0 } };
	rc = elf_file_open(file, &v->file, err);
	if (rc == 0)
		rc = elf_file_measure(&v->file, &v->layout, err);
	if (rc == 0)
		rc = find_release(&v->file, &v->release, err);
	if (rc < 0)
		return rc;
	entry = v->file.head.entry - v->layout.start;
	if (v->layout.start % ALIGN || v->layout.memsz > UINT32_MAX || entry >= v->layout.len)
		return kx_fail(err, -ENOEXEC, "entry 0x%" PRIx64 " of a kernel of 0x%" PRIx64
			       " bytes at 0x%" PRIx64 ": not as an x86_64 vmlinux has them",
			       v->file.head.entry, v->layout.memsz, v->layout.start);
	v->kernel = (struct x86_kernel){
		.code = { NULL, (size_t)v->layout.len },
		.entry = entry,
		/* The oldest with this entry: who needs acpi_rsdp= gets it, and others may. */
		.version = HDR_VERSION_64BIT,
		.loadflags = LOADED_HIGH,
		.xloadflags = XLF_KERNEL_64 | XLF_CAN_BE_LOADED_ABOVE_4G | XLF_EFI_KEXEC |
			      XLF_5LEVEL,
		.relocatable = true,
		.alignment = ALIGN,
		.cmdline_size = CMDLINE_MAX - 1,
		.initrd_addr_max = INT32_MAX,
		.pref_address = v->layout.start,
		.init_size = (uint32_t)v->layout.memsz,
	};
	make_header(v);
	return 0;
}

/* The first with 5-level paging is v4.14; nothing tells whether the file was built with it. */
static bool knows_5level(struct kx_span release)
{
	char text[KX_BANNER_RELEASE_MAX + 1];
	unsigned int major = 0, minor = 0;

	memcpy(text, release.base, release.len);
	text[release.len] = '\0';
	return sscanf(text, "%u.%u", &major, &minor) == 2 &&
	       (major > 4 || (major == 4 && minor >= 14));
}

static int vmlinux_check(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	struct vmlinux v;
	int rc;

	if (req->pc.entry_32bit || req->pc.real_mode)
		return kx_fail(err, -EINVAL,
			       "%s: a vmlinux has no such entry; give the bzImage, or --type=pvh",
			       req->pc.real_mode ? "--real-mode" : "--entry-32bit");
	rc = vmlinux_parse(req->files.kernel, &v, err);
	if (rc < 0)
		return rc;
	snprintf(plan->detail, sizeof(plan->detail), "%.*s", (int)v.release.len,
		 (const char *)v.release.base);
	if (!knows_5level(v.release))
		v.kernel.xloadflags &= (uint16_t)~XLF_5LEVEL;
	return x86_kernel_check(req, &v.kernel, plan, err);
}

/* Nothing is copied for a trial. */
static int vmlinux_place(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	struct vmlinux v;
	int rc;

	rc = vmlinux_parse(req->files.kernel, &v, err);
	if (rc < 0)
		return rc;
	v.kernel.code = (struct kx_span){ NULL, 0 };
	return x86_kernel_place(req, &v.kernel, plan, err);
}

static int vmlinux_load(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	struct vmlinux v;
	int rc;

	rc = vmlinux_parse(req->files.kernel, &v, err);
	if (rc == 0)
		rc = elf_file_flatten(&v.file, &v.layout, plan, &v.kernel.code, err);
	return rc < 0 ? rc : x86_kernel_load(req, &v.kernel, plan, err);
}

const struct kx_image x86_vmlinux = {
	.name = "vmlinux",
	.alias = "elf-x86_64",
	.probe = vmlinux_probe,
	.check = vmlinux_check,
	.place = vmlinux_place,
	.load = vmlinux_load,
};
