/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ELF kernels that are entered as PVH guests of Xen are: in 32-bit protected mode, at the address
 * that a note of theirs names, with hvm_start_info in %ebx. They run where they were linked, unless
 * another note says that they can be moved. Linux is one since v4.11 with CONFIG_PVH
 * (arch/x86/platform/pvh), and can be moved since v6.12.
 */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kexec/arch/x86/crash.h"
#include "kx/banner.h"
#include "kx/bytes.h"
#include "uapi/pvh_x86.h"

/* COMMAND_LINE_SIZE of UAPI asm/setup.h, with the NUL: Linux cuts there. */
enum { LINUX_CMDLINE_MAX = 2048 };

static const uint64_t four_gib = UINT64_C(1) << 32;

/**
 * struct pvh - the file, taken apart
 * @entry: where it was linked for
 * @relocatable: may be loaded elsewhere: all of it inside @where, at a multiple of @align
 */
struct pvh {
	struct elf_file file;
	struct elf_layout layout;
	uint64_t entry;
	bool relocatable;
	struct kx_range where;
	uint64_t align;
};

/** struct start_info - what the kernel is told, one run of bytes for one segment */
struct start_info {
	struct kx_ranges memory;
	uint8_t *bytes;
	size_t len, modlist_at, memmap_at, cmdline_at;
};

static struct kx_range below_4_gib(const struct kx_request *req)
{
	struct kx_range limit = req->where.mem;

	limit.end = limit.end < four_gib ? limit.end : four_gib;
	return limit;
}

bool x86_pvh_entry(const struct elf_file *file, uint64_t *ret)
{
	struct kx_span desc;

	return elf_file_note(file, PVH_NOTE_NAME, PVH_NOTE_ENTRY, &desc) &&
	       (desc.len == 4 || desc.len == 8) &&
	       kx_span_get(desc, 0, (unsigned int)desc.len, file->head.big_endian, ret);
}

/* A 32-bit kernel has the same entry. */
static bool pvh_probe(const struct kx_arch *arch, struct kx_span bytes)
{
	struct kx_err ignored;
	struct elf_file file;
	uint64_t entry;

	(void)arch;
	return elf_file_open(bytes, &file, &ignored) == 0 && !file.head.big_endian &&
	       (file.head.machine == EM_X86_64 || file.head.machine == EM_386) &&
	       x86_pvh_entry(&file, &entry);
}

/* xen.git, xen/include/public/elfnote.h, tells what stands in for a number that is not there. */
static uint64_t default_align(const struct elf_file *file)
{
	struct kx_elf_segment part;
	uint64_t align = 0;

	for (uint64_t i = 0; elf_file_next_load(file, &i, &part);)
		align = part.align > align ? part.align : align;
	return align >= KX_PAGE_SIZE ? align : PVH_RELOC_ALIGN;
}

static int take_relocation(struct pvh *v, struct kx_err *err)
{
	uint64_t number[3] = { default_align(&v->file), 0, four_gib - 1 };
	struct kx_span desc;

	v->relocatable = elf_file_note(&v->file, PVH_NOTE_NAME, PVH_NOTE_RELOC, &desc);
	for (unsigned int i = 0; v->relocatable && i < 3; i++)
		kx_span_get(desc, i * 4, 4, v->file.head.big_endian, &number[i]);
	if (v->relocatable && (number[0] < KX_PAGE_SIZE || number[0] & (number[0] - 1)))
		return kx_fail(err, -ENOEXEC,
			       "its PVH note of relocation asks for multiples of 0x%" PRIx64,
			       number[0]);
	v->align = number[0];
	v->where = (struct kx_range){ number[1], number[2] + 1, 0 };
	return 0;
}

static int pvh_parse(struct kx_span bytes, struct pvh *v, struct kx_err *err)
{
	uint64_t end;
	int rc;

	rc = elf_file_open(bytes, &v->file, err);
	if (rc == 0)
		rc = elf_file_measure(&v->file, &v->layout, err);
	if (rc < 0)
		return rc;
	if (!x86_pvh_entry(&v->file, &v->entry))
		return kx_fail(err, -ENOEXEC, "an ELF file without a PVH note (Xen, type %d)",
			       PVH_NOTE_ENTRY);
	end = v->layout.start + v->layout.memsz;
	if (end > four_gib || end < v->layout.start || v->layout.start % KX_PAGE_SIZE)
		return kx_fail(err, -ENOEXEC,
			       "linked for [0x%" PRIx64 ", 0x%" PRIx64
			       "), must be whole pages below 4 GiB",
			       v->layout.start, end);
	/* An entry below the start wraps. */
	if (v->entry - v->layout.start >= v->layout.len)
		return kx_fail(err, -ENOEXEC,
			       "PVH entry 0x%" PRIx64 " of a kernel of 0x%" PRIx64
			       " bytes at 0x%" PRIx64,
			       v->entry, v->layout.len, v->layout.start);
	return take_relocation(v, err);
}

/* @ret_limited: it is Linux, which takes so long a command line and no longer. */
static void describe(const struct pvh *v, struct kx_plan *plan, bool *ret_limited)
{
	const char *width = v->file.head.wide ? "" : ", 32 bits";
	struct kx_elf_segment part;
	struct kx_span bytes, release;

	for (uint64_t i = 0; elf_file_next_load(&v->file, &i, &part);) {
		*ret_limited = elf_file_segment_bytes(&v->file, &part, &bytes) &&
			       kx_banner_release(bytes, &release);
		if (*ret_limited)
			break;
	}
	if (*ret_limited)
		snprintf(plan->detail, sizeof(plan->detail), "%.*s%s", (int)release.len,
			 (const char *)release.base, width);
	else
		snprintf(plan->detail, sizeof(plan->detail), "not Linux%s", width);
}

/* crashkernel= alone takes memory as high as it can; the note of Linux ends at 1 GiB. */
static int check_crash(const struct kx_request *req, const struct pvh *v, bool is_linux,
		       struct kx_err *err)
{
	struct kx_range region = x86_crash_region(req->machine);
	uint64_t start = region.start > v->where.start ? region.start : v->where.start;
	uint64_t end = region.end < v->where.end ? region.end : v->where.end;

	if (!is_linux)
		return kx_fail(err, -ENOTSUP,
			       "it is not Linux, which alone is told of the crashed kernel's memory by "
			       "its command line: give -p a Linux kernel");
	if (!v->relocatable)
		return kx_fail(err, -ENOTSUP,
			       "by its PVH entry this kernel runs where it was linked, which is not the "
			       "memory of a crash kernel (v6.12 brought the note, Xen, type %d, by which "
			       "it can be moved); give a bzImage, or a vmlinux without --type=pvh",
			       PVH_NOTE_RELOC);
	if (end <= start || end - start < v->layout.memsz)
		return kx_fail(err, -ENOTSUP,
			       "its PVH note lets it lie in [0x%" PRIx64 ", 0x%" PRIx64
			       "), crashkernel= reserved [0x%" PRIx64 ", 0x%" PRIx64
			       "): reserve there (crashkernel=SIZE@ADDRESS), or give a bzImage, or a "
			       "vmlinux without --type=pvh",
			       v->where.start, v->where.end, region.start, region.end);
	return 0;
}

static int pvh_check(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	size_t len = strlen(req->files.cmdline);
	bool limited = false;
	struct pvh v;
	int rc;

	if (req->pc.real_mode)
		return kx_fail(err, -EINVAL, "--real-mode: only a bzImage has setup code");
	rc = pvh_parse(req->files.kernel, &v, err);
	if (rc < 0)
		return rc;
	describe(&v, plan, &limited);
	if (limited && len >= LINUX_CMDLINE_MAX)
		return kx_fail(err, -E2BIG,
			       "the command line has %zu bytes, this kernel takes at most %d: "
			       "shorten it",
			       len, LINUX_CMDLINE_MAX - 1);
	if (req->crash)
		rc = check_crash(req, &v, limited, err);
	if (rc < 0)
		return rc;
	kx_plan_note(plan, "the kernel is entered by its PVH note");
	if (req->machine->efi.present)
		kx_plan_note(plan, "EFI runtime services are not handed over: PVH has no place for "
				   "them");
	return 0;
}

static int start_info_init(struct start_info *info, const struct kx_request *req,
			   const struct x86_crash *crash, struct kx_plan *plan, struct kx_err *err)
{
	int rc = req->crash ? x86_crash_memory_map(crash, req, &info->memory, err) :
			      x86_memory_map(req->machine, &info->memory, err);

	if (rc < 0)
		return rc;
	info->modlist_at = (HVM_SIZE + 15) & ~(size_t)15;
	info->memmap_at = info->modlist_at + HVM_MODULE_SIZE;
	info->cmdline_at = info->memmap_at + info->memory.count * HVM_MEMMAP_SIZE;
	info->len = info->cmdline_at + strlen(plan->cmdline) + 1;
	info->bytes = kx_plan_alloc(plan, info->len);
	return info->bytes ? 0 : kx_fail(err, -ENOMEM, "no memory for hvm_start_info");
}

/* @initrd: where it lies, 0 without one. Types of memory are those of E820. */
static void start_info_fill(struct start_info *info, const struct kx_request *req,
			    const struct kx_plan *plan, uint64_t at, uint64_t initrd)
{
	uint8_t *to = info->bytes;

	kx_put_le(to + HVM_MAGIC, 4, HVM_MAGIC_VALUE);
	kx_put_le(to + HVM_VERSION, 4, HVM_VERSION_MEMMAP);
	kx_put_le(to + HVM_CMDLINE, 8, at + info->cmdline_at);
	kx_put_le(to + HVM_RSDP, 8, x86_rsdp_address(req->machine));
	kx_put_le(to + HVM_MEMMAP, 8, at + info->memmap_at);
	kx_put_le(to + HVM_MEMMAP_ENTRIES, 4, info->memory.count);
	if (initrd) {
		kx_put_le(to + HVM_NR_MODULES, 4, 1);
		kx_put_le(to + HVM_MODLIST, 8, at + info->modlist_at);
		kx_put_le(to + info->modlist_at, 8, initrd);
		kx_put_le(to + info->modlist_at + 8, 8, req->files.initrd.len);
	}
	for (size_t i = 0; i < info->memory.count; i++) {
		const struct kx_range *r = &info->memory.item[i];
		uint8_t *entry = to + info->memmap_at + i * HVM_MEMMAP_SIZE;

		kx_put_le(entry, 8, r->start);
		kx_put_le(entry + 8, 8, r->end - r->start);
		kx_put_le(entry + 16, 4, r->type);
	}
	memcpy(to + info->cmdline_at, plan->cmdline, strlen(plan->cmdline) + 1);
}

/* Where it was linked if it can be; a crash kernel cannot. */
static int place_kernel(const struct pvh *v, struct kx_span code, const struct kx_request *req,
			struct kx_plan *plan, uint64_t *ret, struct kx_err *err)
{
	struct kx_place place = {
		.what = "kernel",
		.data = code,
		.memsz = v->layout.memsz,
		.limit = below_4_gib(req),
		.fixed = true,
		.at = v->layout.start,
	};
	int rc = -EADDRNOTAVAIL;

	if (!req->crash)
		rc = kx_plan_place(plan, &place, ret, err);
	if (rc != -EADDRNOTAVAIL || !v->relocatable)
		return rc;
	place.fixed = false;
	place.align = v->align;
	place.limit.start = v->where.start > place.limit.start ? v->where.start : place.limit.start;
	place.limit.end = v->where.end < place.limit.end ? v->where.end : place.limit.end;
	rc = kx_plan_place(plan, &place, ret, err);
	if (rc == 0)
		kx_plan_note(plan, "by its note it can be moved, to 0x%" PRIx64, *ret);
	return rc;
}

/* All of it below 4 GiB: at its entry a kernel reaches no more. The kernel makes room for none. */
static int place_all(const struct pvh *v, struct kx_span code, const struct kx_request *req,
		     struct kx_plan *plan, struct start_info *info, struct kx_err *err)
{
	struct kx_range limit = below_4_gib(req);
	uint64_t at, initrd = 0, kernel;
	int rc;

	rc = place_kernel(v, code, req, plan, &kernel, err);
	if (rc == 0)
		rc = kx_plan_add_purgatory_protected(plan, req, limit, err);
	if (rc == 0)
		rc = kx_plan_place(plan,
				   &(struct kx_place){
					   .what = "start_info",
					   .data = { info->bytes, info->len },
					   .limit = limit,
				   },
				   &at, err);
	if (rc == 0 && req->files.initrd.len)
		rc = kx_plan_place(plan,
				   &(struct kx_place){
					   .what = "initrd",
					   .data = req->files.initrd,
					   .limit = limit,
				   },
				   &initrd, err);
	if (rc < 0)
		return rc;
	plan->purgatory->entry = req->where.has_entry ? req->where.entry :
							kernel + (v->entry - v->layout.start);
	plan->purgatory->regs.ebx = (uint32_t)at;
	start_info_fill(info, req, plan, at, initrd);
	return 0;
}

static int pvh_load(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	const struct x86_kernel kernel = { .cmdline_size = LINUX_CMDLINE_MAX - 1 };
	struct start_info info = { .bytes = NULL };
	struct x86_crash crash = { .backup_at = 0 };
	struct kx_span code;
	struct pvh v;
	int rc;

	rc = pvh_parse(req->files.kernel, &v, err);
	if (rc == 0)
		rc = elf_file_flatten(&v.file, &v.layout, plan, &code, err);
	if (rc == 0 && req->crash)
		rc = x86_crash_place(&crash, req, &kernel, plan, err);
	if (rc == 0)
		rc = start_info_init(&info, req, &crash, plan, err);
	if (rc == 0)
		rc = place_all(&v, code, req, plan, &info, err);
	if (rc == 0)
		x86_crash_backup(&crash, plan);
	kx_ranges_done(&info.memory);
	return rc;
}

const struct kx_image x86_pvh = {
	.name = "pvh",
	.probe = pvh_probe,
	.check = pvh_check,
	.load = pvh_load,
};
