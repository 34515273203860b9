/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Starts a bzImage by its setup code in real mode (Linux, Documentation/arch/x86/boot.rst): that
 * asks the BIOS for memory, screen and disks anew. What the running kernel knows of the machine is
 * not handed over.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "kexec/arch/x86/kernel.h"
#include "kx/bytes.h"
#include "uapi/bootparam_x86.h"

/*
 * The segment that the setup code has: itself, 32 KiB at most, heap and stack behind it; the
 * command line; and a page for purgatory. Whole pages below the EBDA.
 */
enum {
	SETUP_MAX = 0x8000,
	STACK_END = 0xd000,
	CMDLINE_AT = STACK_END,
	CMDLINE_MAX = 0x1000,
	SWITCH_AT = CMDLINE_AT + CMDLINE_MAX,
	SIZE = SWITCH_AT + 0x1000,
};

static const uint64_t four_gib = UINT64_C(1) << 32;
static const uint64_t one_mib = 1 << 20;

int x86_real_mode_check(const struct kx_request *req, const struct x86_kernel *kernel,
			struct kx_err *err)
{
	if (req->machine->efi.present)
		return kx_fail(err, -ENOTSUP,
			       "--real-mode: this machine was started by EFI and has no BIOS for the "
			       "setup code to ask; leave it out, or use --entry-32bit");
	if (req->crash)
		return kx_fail(err, -ENOTSUP,
			       "--real-mode: a crash kernel must not use the memory that a BIOS tells; "
			       "leave it out, or use --entry-32bit");
	if (kernel->setup.len > SETUP_MAX)
		return kx_fail(err, -ENOEXEC, "%zu bytes of setup code, at most %d can be",
			       kernel->setup.len, SETUP_MAX);
	if (strlen(req->files.cmdline) >= CMDLINE_MAX)
		return kx_fail(err, -E2BIG, "--real-mode: the command line has %zu bytes, at most %d "
			       "can be: shorten it",
			       strlen(req->files.cmdline), CMDLINE_MAX - 1);
	return 0;
}

static int place_setup(const struct kx_request *req, struct kx_plan *plan, uint8_t *bytes,
		       uint64_t *ret_addr, struct kx_err *err)
{
	struct kx_ranges low = { 0 };
	int rc;

	rc = x86_usable_low(req->machine, &low, err);
	if (rc < 0)
		return rc;
	rc = kx_ranges_append(&plan->usable, &low);
	kx_ranges_sort(&plan->usable);
	kx_ranges_done(&low);
	if (rc < 0)
		return kx_fail(err, rc, "no memory for the list of usable memory");
	return kx_plan_place(plan,
			     &(struct kx_place){
				     .what = "setup",
				     .data = { bytes, SIZE },
				     .limit = { 0, one_mib, 0 },
			     },
			     ret_addr, err);
}

static void fill_setup(uint8_t *bytes, const struct x86_kernel *kernel, const struct kx_plan *plan,
		       uint64_t setup, uint64_t code, const struct x86_addresses *at)
{
	memcpy(bytes, kernel->setup.base, kernel->setup.len);
	bytes[HDR_TYPE_OF_LOADER] = LOADER_KEXEC;
	bytes[HDR_LOADFLAGS] |= CAN_USE_HEAP;
	kx_put_le(bytes + HDR_HEAP_END_PTR, 2, STACK_END - 0x200);
	kx_put_le(bytes + HDR_CODE32_START, 4, code);
	kx_put_le(bytes + HDR_RAMDISK_IMAGE, 4, at->initrd);
	kx_put_le(bytes + HDR_RAMDISK_SIZE, 4, at->initrd_size);
	kx_put_le(bytes + HDR_CMD_LINE_PTR, 4, setup + CMDLINE_AT);
	memcpy(bytes + CMDLINE_AT, plan->cmdline, strlen(plan->cmdline) + 1);
}

int x86_real_mode_load(const struct kx_request *req, const struct x86_kernel *kernel,
		       struct kx_plan *plan, struct kx_err *err)
{
	struct kx_range limit = req->where.mem;
	struct x86_addresses at = { 0 };
	uint64_t setup, code;
	uint8_t *bytes = kx_plan_alloc(plan, SIZE);
	int rc;

	if (!bytes)
		return kx_fail(err, -ENOMEM, "no memory for the setup code");
	limit.end = limit.end < four_gib ? limit.end : four_gib;
	rc = kx_plan_add_purgatory_protected(plan, req, limit, err);
	if (rc == 0)
		rc = x86_place_code(req, kernel, plan, &code, err);
	if (rc == 0)
		rc = x86_place_initrd(req, kernel, plan, &at, err);
	/* Last: only now segments may be below 1 MiB. */
	if (rc == 0)
		rc = place_setup(req, plan, bytes, &setup, err);
	if (rc < 0)
		return rc;
	plan->purgatory->mode = KX_PURG_MODE_REAL;
	plan->purgatory->entry = setup + ENTRY_REAL_MODE;
	plan->purgatory->arg = setup + SWITCH_AT;
	plan->purgatory->regs.eax = (uint32_t)(setup >> 4);
	plan->purgatory->regs.esp = STACK_END;
	fill_setup(bytes, kernel, plan, setup, code, &at);
	return 0;
}
