/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds out what the kernel would refuse, and says why in words. */
#include <errno.h>
#include <inttypes.h>

#include "kexec/plan/preflight.h"

/* Linux, include/linux/kexec.h: KEXEC_FILE_SIZE_MAX, since v6.3. */
static const uint64_t file_size_max = UINT64_C(4) << 30;

int kx_preflight_permission(const struct kx_machine *machine, enum kx_syscall syscall,
			    bool crash, bool privileged, struct kx_err *err)
{
	bool locked = machine->lockdown == KX_LOCKDOWN_INTEGRITY ||
		      machine->lockdown == KX_LOCKDOWN_CONFIDENTIALITY;

	if (!privileged)
		return kx_fail(err, -EPERM, "CAP_SYS_BOOT is missing; run as root");
	if (machine->load_disabled)
		return kx_fail(err, -EPERM,
			       "the sysctl kernel.kexec_load_disabled is 1, must be 0; only a reboot "
			       "clears it");
	if ((crash ? machine->limit_panic : machine->limit_reboot) == 0)
		return kx_fail(err, -EPERM,
			       "the sysctl kernel.kexec_load_limit_%s is 0: no load is left; only a "
			       "reboot raises it",
			       crash ? "panic" : "reboot");
	if (locked && syscall == KX_SYSCALL_LOAD)
		return kx_fail(err, -EPERM,
			       "kernel lockdown is \"%s\", kexec_load needs \"none\"; use "
			       "--kexec-file-syscall with a signed kernel",
			       machine->lockdown == KX_LOCKDOWN_INTEGRITY ? "integrity" :
									    "confidentiality");
	return 0;
}

static bool pages(const struct kx_plan *plan, uint64_t value)
{
	return (value & (kx_plan_page_size(plan) - 1)) == 0;
}

static int check_segment(const struct kx_plan *plan, const struct kx_segment *s,
			 struct kx_err *err)
{
	uint64_t end;

	if (!pages(plan, s->addr) || !pages(plan, s->memsz))
		return kx_fail(err, -EADDRNOTAVAIL,
			       "segment %s: address 0x%" PRIx64 " and size 0x%" PRIx64
			       " must be multiples of %" PRIu64,
			       s->what, s->addr, s->memsz, kx_plan_page_size(plan));
	if (s->memsz == 0 || __builtin_add_overflow(s->addr, s->memsz, &end))
		return kx_fail(err, -EADDRNOTAVAIL,
			       "segment %s: 0x%" PRIx64 " bytes at 0x%" PRIx64 " are not a range",
			       s->what, s->memsz, s->addr);
	if (s->data.len > s->memsz)
		return kx_fail(err, -EINVAL, "segment %s: %zu bytes for 0x%" PRIx64 " of memory",
			       s->what, s->data.len, s->memsz);
	if (!kx_ranges_contain(&plan->usable, s->addr, end))
		return kx_fail(err, -EADDRNOTAVAIL,
			       "segment %s: [0x%" PRIx64 ", 0x%" PRIx64 ") is not usable RAM",
			       s->what, s->addr, end);
	return 0;
}

static int check_overlap(const struct kx_plan *plan, size_t index, struct kx_err *err)
{
	const struct kx_segment *s = &plan->segments[index];

	for (size_t i = 0; i < index; i++) {
		const struct kx_segment *other = &plan->segments[i];

		if (s->addr < other->addr + other->memsz && other->addr < s->addr + s->memsz)
			return kx_fail(err, -EINVAL,
				       "segment %s at 0x%" PRIx64 " overlaps segment %s at 0x%" PRIx64,
				       s->what, s->addr, other->what, other->addr);
	}
	return 0;
}

/* What is loaded must fit into half of RAM, since every page needs a second one to come from. */
static int check_half_of_ram(const struct kx_machine *machine, uint64_t wanted, struct kx_err *err)
{
	uint64_t half = machine->mem_total / 2;

	if (machine->mem_total == 0 || wanted <= half)
		return 0;
	return kx_fail(err, -EINVAL,
		       "kernel and initrd need %" PRIu64 " MiB, the kernel allows half of RAM, %" PRIu64
		       " MiB; use a smaller initrd",
		       wanted >> 20, half >> 20);
}

static int check_files(const struct kx_plan_files *files, const struct kx_machine *machine,
		       struct kx_err *err)
{
	bool kernel = files->kernel_len > file_size_max;

	if (kernel || files->initrd_len > file_size_max)
		return kx_fail(err, -EFBIG,
			       "kexec_file_load reads at most 4 GiB a file, the %s has %" PRIu64
			       " MiB; use --kexec-syscall",
			       kernel ? "kernel" : "initrd",
			       (kernel ? files->kernel_len : files->initrd_len) >> 20);
	return check_half_of_ram(machine, files->kernel_len + files->initrd_len, err);
}

int kx_preflight_plan(const struct kx_plan *plan, const struct kx_machine *machine,
		      struct kx_err *err)
{
	uint64_t total = 0;
	int rc = 0;

	if (plan->syscall == KX_SYSCALL_FILE_LOAD)
		return check_files(&plan->files, machine, err);
	if (plan->n_segments > KX_SEGMENT_MAX)
		return kx_fail(err, -EINVAL, "%zu segments, the kernel takes at most %d",
			       plan->n_segments, KX_SEGMENT_MAX);
	for (size_t i = 0; i < plan->n_segments && rc == 0; i++) {
		rc = check_segment(plan, &plan->segments[i], err);
		if (rc == 0)
			rc = check_overlap(plan, i, err);
		total += plan->segments[i].memsz;
	}
	return rc < 0 ? rc : check_half_of_ram(machine, total, err);
}
