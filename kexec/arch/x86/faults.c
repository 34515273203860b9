/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Known faults of x86_64 kernels. */
#include "kexec/arch/x86/faults.h"

/*
 * The memory of a crash kernel is nobody else's, and nothing of the running kernel's is overwritten
 * before the dump is there.
 */
static enum kx_fault_here has_offline_cpus(const struct kx_request *req)
{
	return req->crash || !req->machine->cpus_offline ? KX_FAULT_NO : KX_FAULT_MAYBE;
}

/* It writes behind a page table, into what only page table isolation has there. */
static enum kx_fault_here isolates_page_tables(const struct kx_request *req)
{
	return req->machine->pti == KX_PTI_OFF ? KX_FAULT_NO : KX_FAULT_MAYBE;
}

/* Where the firmware put its tables, and what else lies in that GiB, is not told. */
static enum kx_fault_here has_efi_tables(const struct kx_request *req)
{
	return req->machine->efi.present ? KX_FAULT_MAYBE : KX_FAULT_NO;
}

const struct kx_known_fault x86_64_faults[] = {
	KX_FAULT_BIG_FILE("x86_64"),
	/* Releases by the stable logs; 6.7 ended without the second commit. */
	{
		.name = "x86_64-efi-tables",
		.releases = {
			{ { 5, 10, 210 }, { 5, 10, 215 } },
			{ { 6, 1, 79 }, { 6, 1, 85 } },
			{ { 6, 6, 18 }, { 6, 6, 26 } },
			{ { 6, 7, 6 }, { 6, 8, 5 } },
		},
		.syscall_load = true,
		.syscall_file = true,
		.effect = KX_FAULT_NEXT_DIES,
		.here = has_efi_tables,
		.what = "on some machines with EFI, of AMD for the most part, firmware tables "
			"are not mapped for the next kernel, and the machine is reset",
		.advice = "boot a mended one, or restart by the firmware",
		.source = "made by Linux d794734c9bbf (\"x86/mm/ident_map: Use gbpages only where full "
			  "GB page should be mapped.\"), taken back by c567f2948f57; zfsbootmenu "
			  "discussion 598, void-packages pull request 49529",
	},
	{
		.name = "x86_64-offline-cpus",
		.releases = {
			{ { 2, 6, 37 }, { 6, 1, 37 } },
			{ { 6, 2, 0 }, { 6, 3, 11 } },
			{ { 6, 4, 0 }, { 6, 4, 1 } },
		},
		.syscall_load = true,
		.syscall_file = true,
		.effect = KX_FAULT_NEXT_DIES,
		.here = has_offline_cpus,
		.what = "CPUs that are offline may wake up when their memory is overwritten, and damage "
			"the next kernel",
		.advice = "bring them online before it is started",
		.source = "made by Linux ea53069231f9 (\"x86, hotplug: Use mwait to offline a processor, "
			  "fix the legacy case\"), mended by d7893093a741 (\"x86/smp: Cure kexec() vs. "
			  "mwait_play_dead() breakage\")",
	},
	/* 6.6 and later have what it needs. */
	{
		.name = "x86_64-page-tables",
		.releases = {
			{ { 6, 1, 129 }, { 6, 1, 138 } },
		},
		.syscall_load = true,
		.syscall_file = true,
		.effect = KX_FAULT_NEXT_DIES,
		.here = isolates_page_tables,
		.what = "with page table isolation it writes behind its page tables: about every second "
			"start fails",
		.advice = "boot a mended one, or this one with nopti",
		.source = "made by 6821918f4519, a backport of Linux 4b5bc2ec9a23 (\"x86/kexec: Allocate "
			  "PGD for x86_64 transition page tables separately\") without what it depends "
			  "on, taken back in 6.1.138; stable list, 21 March 2025, c368b604-9022-470b-"
			  "8c23-60bf53892cb0@glasklarteknik.se",
	},
	{ .name = NULL },
};
