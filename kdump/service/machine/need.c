/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Estimates by constants that were measured; a test of the very machine replaces them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kdump/service/machine/need.h"
#include "kx/cleanup.h"
#include "kx/file.h"

#define MIB UINT64_C(1048576)
enum { OWN = 5, SPARE = 10, BARE = 32, STEP = 16, UNKNOWN = 256 };

/*
 * riscv64's kernel has addresses of 56 bits, for all of which there is a table of sections of 128
 * MiB: 32 MiB of it however little memory there is (Linux, arch/riscv/include/asm/sparsemem.h,
 * mm/sparse.c; memblock=debug). With all else Debian's 6.12 takes 47 MiB beside its image before
 * its first program runs (MemFree in 96, 112 and 128 MiB), where that of others is in OWN.
 */
enum { EARLY_RISCV64 = 47 };

/*
 * Of a module's file: what stays of it once it is loaded, and what it takes on the way: unpacked in
 * our memory, the kernel's copy of that, and what stays. Sections with SHF_ALLOC of Debian 12's
 * ext4, xfs, btrfs, nfs, sunrpc and cifs are 34 to 42 % of their files.
 */
enum { LOADED_PERCENT = 40, LOADING_PERCENT = 200 };

/* While a module is loaded nothing is saved yet. */
static uint64_t busiest(const struct need_facts *facts)
{
	uint64_t loading = facts->largest / 100 * LOADING_PERCENT;

	return loading > facts->budget ? loading : facts->budget;
}

static uint64_t early(const char *machine)
{
	return machine && strcmp(machine, "riscv64") == 0 ? EARLY_RISCV64 * MIB : 0;
}

static uint64_t round_up(uint64_t bytes)
{
	return (bytes + STEP * MIB - 1) / (STEP * MIB) * (STEP * MIB);
}

uint64_t need_estimate(const struct need_facts *facts)
{
	const uint64_t part[] = { facts->kernel, facts->unpacked, busiest(facts),
				  facts->modules / 100 * LOADED_PERCENT, early(facts->machine),
				  (OWN + SPARE + (facts->bare ? BARE : 0)) * MIB };
	uint64_t sum = 0;

	if (facts->kernel == 0)
		return 0;
	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		if (__builtin_add_overflow(sum, part[i], &sum) || sum > UINT64_MAX / 2)
			return 0;
	}
	return round_up(sum);
}

uint64_t need_learned(uint64_t reserved, uint64_t lowest)
{
	uint64_t used = reserved > lowest ? reserved - lowest : 0;

	return used > UINT64_MAX / 2 ? 0 : round_up(used + SPARE * MIB);
}

bool need_bare(const char *root)
{
	static const char *const virtual[] = { "QEMU", "KVM", "VMware", "VirtualBox", "Xen",
					       "Amazon EC2", "Google", "Microsoft Corporation",
					       "Bochs" };
	_cleanup_free_ char *cpus = NULL, *vendor = NULL;
	struct kx_err ignored;
	size_t len;

	/* x86 tells it by CPUID's hypervisor bit, which the kernel shows among the flags. */
	if (kx_file_head(root, "proc/cpuinfo", 64 << 10, &cpus, &len, &ignored) == 0 &&
	    strstr(cpus, "hypervisor"))
		return false;
	if (kx_file_read(root, "sys/class/dmi/id/sys_vendor", 4096, &vendor, &len, &ignored) < 0) {
		/* QEMU's boards with a device tree are "linux,dummy-virt" and "riscv-virtio". */
		if (kx_file_read(root, "proc/device-tree/compatible", 4096, &vendor, &len,
				 &ignored) < 0)
			return true;
		return !memmem(vendor, len, "virt", 4);
	}
	for (size_t i = 0; i < sizeof(virtual) / sizeof(virtual[0]); i++) {
		if (strstr(vendor, virtual[i]))
			return false;
	}
	return true;
}

void need_words(uint64_t bytes, char *ret, size_t size)
{
	if (bytes == 0)
		bytes = UNKNOWN * MIB;
	snprintf(ret, size, "crashkernel=%" PRIu64 "M", (bytes + MIB - 1) / MIB);
}
