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

/**
 * struct layout - the segment that the setup code has: itself, 32 KiB at most, heap and stack
 * behind it; the command line; and a page for purgatory, not read once the setup code runs
 * @stack_end: of the stack, and where the command line is
 * @cmdline_max: with its NUL
 * @size: of all, in whole pages
 */
struct layout {
	uint32_t stack_end, cmdline_max, switch_at, size;
};

enum { SETUP_MAX = 0x8000 };

/* It is anywhere below the EBDA. */
static const struct layout anywhere = { 0xd000, 0x1000, 0xe000, 0xf000 };

/*
 * boot.rst, "Memory Layout of The Real-Mode Code": before 2.02 it moves itself to 0x90000, and what
 * the kernel uses there ends at 0x9a000. Where it is loaded there at once nothing has to be moved.
 */
static const struct layout at_0x90000 = { 0x9800, 0x200, 0xa000, 0xb000 };

static bool is_moved(const struct x86_kernel *kernel)
{
	return kernel->version < HDR_VERSION_CMD_LINE_PTR;
}

static const struct layout *layout_of(const struct x86_kernel *kernel)
{
	return is_moved(kernel) ? &at_0x90000 : &anywhere;
}

static const uint64_t four_gib = UINT64_C(1) << 32;
static const uint64_t one_mib = 1 << 20;

int x86_real_mode_check(const struct kx_request *req, const struct x86_kernel *kernel,
			struct kx_err *err)
{
	const uint32_t cmdline_max = layout_of(kernel)->cmdline_max;

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
	if (strlen(req->files.cmdline) >= cmdline_max)
		return kx_fail(err, -E2BIG,
			       "--real-mode: the command line has %zu bytes, at most %u "
			       "can be: shorten it",
			       strlen(req->files.cmdline), cmdline_max - 1);
	return 0;
}

static int place_setup(const struct kx_request *req, const struct x86_kernel *kernel,
		       struct kx_plan *plan, uint8_t *bytes, uint64_t *ret_addr, struct kx_err *err)
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
				     .data = { bytes, layout_of(kernel)->size },
				     .fixed = is_moved(kernel),
				     .at = 0x90000,
				     .limit = { 0, one_mib, 0 },
			     },
			     ret_addr, err);
}

/* Where the kernel looks for its command line, from the start of the setup code. */
static void fill_cmdline(uint8_t *bytes, const struct x86_kernel *kernel, const char *cmdline,
			 uint64_t setup)
{
	const uint32_t at = layout_of(kernel)->stack_end;
	size_t len = strlen(cmdline) + 1;

	memcpy(bytes + at, cmdline, len);
	if (!is_moved(kernel)) {
		kx_put_le(bytes + HDR_CMD_LINE_PTR, 4, setup + at);
		return;
	}
	kx_put_le(bytes + SECTOR_CMD_LINE_MAGIC, 2, CMD_LINE_MAGIC_VALUE);
	kx_put_le(bytes + SECTOR_CMD_LINE_OFFSET, 2, at);
	kx_put_le(bytes + HDR_SETUP_MOVE_SIZE, 2, at + len);
}

static void fill_setup(uint8_t *bytes, const struct x86_kernel *kernel, const struct kx_plan *plan,
		       uint64_t setup, uint64_t code, const struct x86_addresses *at)
{
	memcpy(bytes, kernel->setup.base, kernel->setup.len);
	bytes[HDR_TYPE_OF_LOADER] = LOADER_KEXEC;
	/* What is in its place in 2.00 is code. */
	if (kernel->version >= HDR_VERSION_HEAP_END_PTR) {
		bytes[HDR_LOADFLAGS] |= CAN_USE_HEAP;
		kx_put_le(bytes + HDR_HEAP_END_PTR, 2, layout_of(kernel)->stack_end - 0x200);
	}
	kx_put_le(bytes + HDR_CODE32_START, 4, code);
	kx_put_le(bytes + HDR_RAMDISK_IMAGE, 4, at->initrd);
	kx_put_le(bytes + HDR_RAMDISK_SIZE, 4, at->initrd_size);
	fill_cmdline(bytes, kernel, plan->cmdline, setup);
}

int x86_real_mode_load(const struct kx_request *req, const struct x86_kernel *kernel,
		       struct kx_plan *plan, struct kx_err *err)
{
	const struct layout *layout = layout_of(kernel);
	struct kx_range limit = req->where.mem;
	struct x86_addresses at = { 0 };
	uint64_t setup, code;
	uint8_t *bytes = kx_plan_alloc(plan, layout->size);
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
		rc = place_setup(req, kernel, plan, bytes, &setup, err);
	if (rc < 0)
		return rc;
	plan->purgatory->mode = KX_PURG_MODE_REAL;
	plan->purgatory->entry = setup + ENTRY_REAL_MODE;
	plan->purgatory->arg = setup + layout->switch_at;
	plan->purgatory->regs.eax = (uint32_t)(setup >> 4);
	plan->purgatory->regs.esp = layout->stack_end;
	fill_setup(bytes, kernel, plan, setup, code, &at);
	return 0;
}
