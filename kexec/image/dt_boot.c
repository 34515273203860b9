/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Places a kernel that is started with a device tree, and all that the tree tells it of. The rules
 * come from the architecture's boot document, the numbers in them from its struct kx_dt_boot.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kexec/image/dt_boot.h"
#include "kexec/plan/elfcorehdr.h"
#include "kx/cleanup.h"
#include "kx/devtree.h"

/* As Linux places it, whatever its pages (arch/arm64/kernel/machine_kexec_file.c). */
static const uint64_t header_align = 64 << 10;

/* ---- what the machine forbids ---------------------------------------------------------------- */

/*
 * Linux, arch/arm64/kernel/smp.c, cpus_are_stuck_in_kernel(), and the same reason everywhere: a CPU
 * that nobody can stop would go on running the kernel that is being overwritten.
 */
static int check_cpus(const struct kx_request *req, struct kx_err *err)
{
	const struct kx_machine *m = req->machine;
	unsigned int waiting = m->firmware.spin_table_cpus;

	/* A crash kernel leaves them where they are. */
	if (req->crash || m->cpus_possible < 2)
		return 0;
	if (waiting)
		return kx_fail(err, -EBUSY,
			       "%u CPUs were started by a spin-table and cannot be given back to the "
			       "firmware, so this kernel refuses to kexec; boot it with nr_cpus=1 "
			       "(maxcpus=1 does not help)",
			       waiting);
	if (!m->cpu_hotplug)
		return kx_fail(err, -EBUSY,
			       "the running kernel cannot stop its %u CPUs (it is built without "
			       "CONFIG_HOTPLUG_CPU); boot it with nr_cpus=1",
			       m->cpus_possible);
	return 0;
}

/*
 * The interrupt controller cannot be told to leave its tables, and the next kernel writes into the
 * one for LPI properties (Linux, drivers/irqchip/irq-gic-v3-its.c).
 */
static int check_tables(const struct kx_request *req, enum kx_syscall syscall, struct kx_err *err)
{
	const struct kx_firmware *f = &req->machine->firmware;

	if (req->crash || !f->gicv3_lpi || f->efi)
		return 0;
	if (!f->lpi_tables_known)
		return kx_fail(err, -ENOTSUP,
			       "the GICv3 goes on using its LPI tables in RAM, and the kernel's log no "
			       "longer says where they are: boot by UEFI, or with irqchip.gicv3_nolpi=1");
	if (syscall == KX_SYSCALL_FILE_LOAD)
		return kx_fail(err, -ENOTSUP,
			       "the GICv3 goes on using its LPI tables in RAM, which kexec_file_load "
			       "does not keep free; use --kexec-syscall, or boot by UEFI");
	return 0;
}

static int check_request(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	const struct kx_dt_boot *boot = plan->arch->dt_boot;
	size_t len = strlen(req->files.cmdline) + 1;

	if (len > boot->cmdline_max)
		return kx_fail(err, -E2BIG,
			       "the command line has %zu bytes, this kernel takes at most %zu: shorten "
			       "it",
			       len - 1, boot->cmdline_max - 1);
	if (plan->syscall == KX_SYSCALL_FILE_LOAD && (req->tree.dtb.len || req->tree.n_overlay))
		return kx_fail(err, -ENOTSUP,
			       "kexec_file_load hands on the running device tree and takes no other; "
			       "use --kexec-syscall for %s",
			       req->tree.dtb.len ? "--dtb" : "--dtbo");
	return 0;
}

/* ---- placing --------------------------------------------------------------------------------- */

static int place_kernel(const struct kx_request *req, const struct dt_kernel *kernel,
			struct kx_plan *plan, uint64_t *ret_addr, struct kx_err *err)
{
	return kx_plan_place(plan,
			     &(struct kx_place){
				     .what = "kernel",
				     .data = kernel->bytes,
				     .memsz = kernel->memsz,
				     .align = plan->arch->dt_boot->align,
				     .skew = kernel->text_offset,
				     .limit = req->where.mem,
				     /* Memory below the kernel may be lost to it. */
				     .lowest = true,
			     },
			     ret_addr, err);
}

static int place_initrd(const struct kx_request *req, uint64_t kernel_at, struct kx_plan *plan,
			struct kx_range *ret, struct kx_err *err)
{
	const struct kx_dt_boot *boot = plan->arch->dt_boot;
	struct kx_range limit = req->where.mem;
	uint64_t at;
	int rc;

	if (req->files.initrd.len == 0)
		return 0;
	if (boot->initrd_window) {
		uint64_t start = kernel_at & ~(boot->initrd_window_align - 1), end;

		if (__builtin_add_overflow(start, boot->initrd_window, &end))
			end = UINT64_MAX;
		limit.start = limit.start > start ? limit.start : start;
		limit.end = limit.end < end ? limit.end : end;
	}
	rc = kx_plan_place(plan,
			   &(struct kx_place){
				   .what = "initrd",
				   .data = req->files.initrd,
				   .limit = limit,
			   },
			   &at, err);
	if (rc == 0)
		*ret = (struct kx_range){ at, at + req->files.initrd.len, 0 };
	return rc;
}

static int make_devtree(const struct kx_request *req, const struct kx_devtree_request *wanted,
			struct kx_plan *plan, struct kx_span *ret, struct kx_err *err)
{
	const struct kx_dt_boot *boot = plan->arch->dt_boot;
	_cleanup_free_ void *tree = NULL;
	uint8_t *bytes;
	size_t size;
	int rc;

	/* An empty one has no memory, and where EFI and ACPI are is told there as well. */
	if (!wanted->running.len && !wanted->file.len)
		return kx_fail(err, -ENODATA,
			       "no device tree to hand on: neither /sys/firmware/fdt nor "
			       "/proc/device-tree can be read; run as root, or give --dtb");
	rc = kx_devtree_make(wanted, &tree, &size, err);
	if (rc < 0)
		return kx_context(err, rc, "device tree%s", req->tree.dtb.len ? " of --dtb" : "");
	if (boot->devtree_max && size > boot->devtree_max)
		return kx_fail(err, -E2BIG,
			       "the device tree has 0x%zx bytes, the kernel maps at most 0x%" PRIx64,
			       size, boot->devtree_max);
	bytes = kx_plan_alloc(plan, size);
	if (!bytes)
		return kx_fail(err, -ENOMEM, "no memory for the device tree");
	memcpy(bytes, tree, size);
	*ret = (struct kx_span){ bytes, size };
	return 0;
}

static int place_devtree(const struct kx_request *req, const struct kx_devtree_request *wanted,
			 struct kx_plan *plan, uint64_t *ret_addr, struct kx_err *err)
{
	struct kx_span tree;
	int rc;

	rc = make_devtree(req, wanted, plan, &tree, err);
	if (rc < 0)
		return rc;
	return kx_plan_place(plan,
			     &(struct kx_place){
				     .what = "devicetree",
				     .data = tree,
				     .limit = req->where.mem,
			     },
			     ret_addr, err);
}

int dt_boot_place(const struct kx_request *req, const struct dt_kernel *kernel,
		  struct kx_plan *plan, struct kx_err *err)
{
	/* Device tree and ELF core header. */
	enum { ROOM_FOR_THE_REST = 256 << 10 };
	struct kx_range initrd;
	uint64_t at = 0, ignored;
	int rc;

	rc = place_kernel(req, kernel, plan, &at, err);
	if (rc == 0)
		rc = place_initrd(req, at, plan, &initrd, err);
	if (rc == 0)
		rc = kx_plan_place(plan,
				   &(struct kx_place){
					   .what = "device tree",
					   .memsz = ROOM_FOR_THE_REST,
					   .limit = req->where.mem,
				   },
				   &ignored, err);
	return rc;
}

int dt_boot_check(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	int rc;

	rc = check_request(req, plan, err);
	if (rc == 0)
		rc = check_cpus(req, err);
	if (rc == 0)
		rc = check_tables(req, plan->syscall, err);
	return rc;
}

/* ---- loading --------------------------------------------------------------------------------- */

/*
 * The tree's memory nodes, and with EFI the map that /chosen names, are handed on as this kernel
 * got them: "reserved" inside "System RAM" of /proc/iomem is RAM to the next kernel. These are this
 * kernel's memblock_reserve()d regions, shown so that no segment is put there (Linux, arch/arm64/
 * kernel/setup.c, reserve_memblock_reserved_regions(), commit 50d7ba36b916, v4.19; arch/riscv/
 * kernel/setup.c, init_resources()). The next kernel makes its own again from the same sources:
 *
 * - /memreserve/ and /reserved-memory of the tree, which stay in it (Devicetree Specification, 3.5
 *   and 5.3; drivers/of/fdt.c, early_init_fdt_scan_reserved_mem());
 * - EFI's tables and map, and by LINUX_EFI_MEMRESERVE_TABLE what has to outlive every kernel
 *   (drivers/firmware/efi/efi.c, efi_mem_reserve_persistent());
 * - initrd, page tables, per-CPU areas, crash kernel and CMA were this kernel's, and end with it.
 *
 * The one thing that neither source knows follows.
 */

/* What hardware goes on using is neither for segments nor for the next kernel. */
static int keep_tables_free(const struct kx_request *req, struct kx_plan *plan,
			    struct kx_devtree_request *tree, struct kx_err *err)
{
	const struct kx_firmware *f = &req->machine->firmware;

	if (req->crash || !f->gicv3_lpi || f->efi)
		return 0;
	if (kx_ranges_subtract(&plan->usable, &f->lpi_tables) < 0)
		return kx_fail(err, -ENOMEM, "no memory for the list of usable memory");
	tree->reserve = &f->lpi_tables;
	kx_plan_note(plan, "the GICv3's LPI tables in RAM (%zu range%s) are kept as they are",
		     f->lpi_tables.count, f->lpi_tables.count == 1 ? "" : "s");
	return 0;
}

static int place_crash_parts(const struct kx_request *req, struct kx_plan *plan,
			     struct kx_devtree_request *tree, struct kx_err *err)
{
	const struct kx_backup nothing = { .to = 0 };

	if (!req->crash)
		return 0;
	tree->crash = true;
	tree->usable = &req->machine->crash.regions;
	return kx_plan_add_elfcorehdr(plan, req, &nothing, header_align, &tree->elfcorehdr, err);
}

int dt_boot_load(const struct kx_request *req, const struct dt_kernel *kernel,
		 struct kx_plan *plan, struct kx_err *err)
{
	struct kx_devtree_request tree = {
		.running = req->machine->firmware.devtree,
		.file = req->tree.dtb,
		.overlay = req->tree.overlay,
		.n_overlay = req->tree.n_overlay,
		.cmdline = req->files.cmdline,
		.kaslr_seed = req->seeds.kaslr,
		.rng_seed = req->seeds.rng,
	};
	uint64_t kernel_at = 0, tree_at = 0;
	int rc;

	rc = keep_tables_free(req, plan, &tree, err);
	if (rc == 0)
		rc = place_crash_parts(req, plan, &tree, err);
	if (rc == 0)
		rc = place_kernel(req, kernel, plan, &kernel_at, err);
	if (rc == 0)
		rc = place_initrd(req, kernel_at, plan, &tree.initrd, err);
	if (rc == 0)
		rc = place_devtree(req, &tree, plan, &tree_at, err);
	if (rc == 0)
		rc = kx_plan_add_purgatory(plan, req, req->where.mem, err);
	if (rc < 0)
		return rc;
	plan->purgatory->entry = req->where.has_entry ? req->where.entry : kernel_at;
	plan->purgatory->arg = tree_at;
	return 0;
}
