/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loads a kernel that takes boot_params, by its 64-bit or its 32-bit entry (Linux,
 * Documentation/arch/x86/boot.rst), whatever file it came from.
 */
#include <errno.h>
#include <string.h>

#include "kexec/arch/x86/crash.h"
#include "kexec/arch/x86/kernel.h"
#include "uapi/bootparam_x86.h"

static const uint64_t four_gib = UINT64_C(1) << 32;

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

/* Where what the kernel is told of may end. */
static uint64_t reach(const struct x86_kernel *image)
{
	return image->protected ? four_gib : UINT64_MAX;
}

static uint64_t kernel_end(const struct x86_kernel *image)
{
	if (!image->protected && image->xloadflags & XLF_CAN_BE_LOADED_ABOVE_4G)
		return UINT64_MAX;
	return image->end ? image->end : four_gib;
}

int x86_place_code(const struct kx_request *req, const struct x86_kernel *image,
		   struct kx_plan *plan, uint64_t *ret_addr, struct kx_err *err)
{
	struct kx_place place = {
		.what = "kernel",
		.data = image->code,
		.memsz = image->init_size,
		.align = image->alignment,
		/* Below its preferred address a kernel moves itself up, over its neighbours. */
		.limit = below(req, image->pref_address, kernel_end(image)),
	};

	if (!image->relocatable) {
		place.fixed = true;
		place.at = image->pref_address;
	}
	return kx_plan_place(plan, &place, ret_addr, err);
}

int x86_place_initrd(const struct kx_request *req, const struct x86_kernel *image,
		     struct kx_plan *plan, struct x86_addresses *at, struct kx_err *err)
{
	bool high = !image->protected && image->xloadflags & XLF_CAN_BE_LOADED_ABOVE_4G;
	uint64_t end = high ? UINT64_MAX : (uint64_t)image->initrd_addr_max + 1;

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

int x86_kernel_place(const struct kx_request *req, const struct x86_kernel *kernel,
		     struct kx_plan *plan, struct kx_err *err)
{
	/* Its purgatory, boot_params and ELF core header: a few pages each. */
	enum { ROOM_FOR_THE_REST = 64 << 10 };
	struct x86_addresses at = { 0 };
	uint64_t ignored;
	int rc;

	rc = kx_plan_place(plan,
			   &(struct kx_place){
				   .what = "boot_params",
				   .memsz = ROOM_FOR_THE_REST,
				   .limit = req->where.mem,
			   },
			   &ignored, err);
	if (rc == 0)
		rc = x86_place_code(req, kernel, plan, &ignored, err);
	if (rc == 0)
		rc = x86_place_initrd(req, kernel, plan, &at, err);
	return rc;
}

int x86_kernel_check(const struct kx_request *req, const struct x86_kernel *kernel,
		     struct kx_plan *plan, struct kx_err *err)
{
	/* kexec_file_load counts the NUL too (Linux, arch/x86/kernel/kexec-bzimage64.c). */
	size_t len = strlen(req->files.cmdline) + (plan->syscall == KX_SYSCALL_FILE_LOAD);

	if (len > kernel->cmdline_size)
		return kx_fail(err, -E2BIG,
			       "the command line has %zu bytes, this kernel takes at most %u: "
			       "shorten it",
			       len, kernel->cmdline_size);
	/* Who is entered in protected mode sets up paging anew. */
	if (req->machine->la57 && !kernel->protected && !(kernel->xloadflags & XLF_5LEVEL))
		return kx_fail(err, -ENOEXEC,
			       "the running kernel uses 5-level paging, but xloadflags 0x%x say "
			       "that this kernel cannot be entered so: %sboot with no5lvl first, or "
			       "load one built with CONFIG_X86_5LEVEL (v4.14 and later)",
			       kernel->xloadflags, kernel->setup.len ? "use --entry-32bit, " : "");
	return x86_crash_check(req, kernel, err);
}

static int add_purgatory(const struct kx_request *req, const struct x86_kernel *image,
			 struct kx_plan *plan, struct kx_err *err)
{
	struct kx_range anywhere = below(req, 0, reach(image));

	return image->protected ? kx_plan_add_purgatory_protected(plan, req, anywhere, err) :
				  kx_plan_add_purgatory(plan, req, anywhere, err);
}

static int place_all(const struct kx_request *req, const struct x86_kernel *image,
		     struct x86_boot_data *boot, const struct x86_crash *crash,
		     struct kx_plan *plan, struct kx_err *err)
{
	struct x86_addresses at = { 0 };
	struct kx_place place = {
		.what = "boot_params",
		.data = { boot->bytes, boot->len },
		/* Above 4 GiB since protocol 2.12, as is the 64-bit entry. */
		.limit = below(req, 0, reach(image)),
	};
	uint64_t kernel;
	int rc;

	rc = add_purgatory(req, image, plan, err);
	if (rc == 0)
		rc = kx_plan_place(plan, &place, &at.boot_params, err);
	if (rc == 0)
		rc = x86_place_code(req, image, plan, &kernel, err);
	if (rc == 0)
		rc = x86_place_initrd(req, image, plan, &at, err);
	if (rc < 0)
		return rc;
	plan->purgatory->entry = req->where.has_entry ? req->where.entry : kernel + image->entry;
	plan->purgatory->arg = at.boot_params;
	/* boot.rst, "32-bit Boot Protocol": %esi has boot_params; %ebx, %ebp and %edi are 0. */
	if (image->protected)
		plan->purgatory->regs.esi = (uint32_t)at.boot_params;
	x86_crash_backup(crash, plan);
	x86_boot_data_fill(boot, req, image, plan, &at);
	return 0;
}

int x86_kernel_load(const struct kx_request *req, const struct x86_kernel *kernel,
		    struct kx_plan *plan, struct kx_err *err)
{
	struct x86_boot_data boot = { .bytes = NULL };
	struct x86_crash crash = { .backup_at = 0 };
	int rc = 0;

	if (req->crash)
		rc = x86_crash_place(&crash, req, kernel, plan, err);
	if (rc == 0)
		rc = req->crash ? x86_crash_memory_map(&crash, req, &boot.memory, err) :
				  x86_memory_map(req->machine, &boot.memory, err);
	if (rc == 0)
		rc = x86_boot_data_init(&boot, req, kernel, plan, err);
	if (rc == 0)
		rc = place_all(req, kernel, &boot, &crash, plan, err);
	x86_boot_data_done(&boot);
	return rc;
}
