/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Known faults of arm64 kernels. */
#include "kexec/arch/arm64/faults.h"

/*
 * A kernel with 4 KiB pages whose processors have FEAT_LPA2 runs with 5 levels of page tables. Its
 * copy of the direct map lacks the second one. Other page sizes have no such level; a crash kernel
 * is loaded in place, where nothing is copied.
 */
static enum kx_fault_here has_five_levels(const struct kx_request *req)
{
	enum { PAGE_4K = 4096, BITS_OF_FOUR_LEVELS = 48 };
	const struct kx_machine *m = req->machine;

	if (req->crash || (m->page_size && m->page_size != PAGE_4K))
		return KX_FAULT_NO;
	if (m->page_size == 0 || m->va_bits == 0)
		return m->va_bits && m->va_bits <= BITS_OF_FOUR_LEVELS ? KX_FAULT_NO :
									 KX_FAULT_MAYBE;
	return m->va_bits > BITS_OF_FOUR_LEVELS ? KX_FAULT_YES : KX_FAULT_NO;
}

/*
 * Processors that set the dirty bit themselves (FEAT_HAFDBS) write to these pages all the same, and
 * where nothing goes there nothing fails: no file tells of the first, and of the second not all.
 */
static enum kx_fault_here may_write_there(const struct kx_request *req)
{
	return req->crash ? KX_FAULT_NO : KX_FAULT_MAYBE;
}

const struct kx_known_fault arm64_faults[] = {
	/*
	 * 6.12.117 oopses as reported, 6.16.3 and later do not (QEMU -cpu max, Debian's kernels).
	 * syzbot still saw it in December 2024, with 6.13; copy_p4d() of v6.16-rc6 allocates the
	 * table. 6.14 and 6.15, long past their end of life, count as having it.
	 */
	{
		.name = "arm64-52-bit",
		.releases = {
			{ { 6, 9, 0 }, { 6, 16, 0 } },
		},
		.syscall_load = true,
		.syscall_file = true,
		.asks_va_bits = true,
		.effect = KX_FAULT_RUNNING_DIES,
		.here = has_five_levels,
		.what = "with 52-bit addresses and 4 KiB pages it oopses in trans_pgd_create_copy() "
			"while it loads, and refuses every load after that",
		.advice = "boot it with arm64.nolva, or boot a newer one",
		.source = "made by Linux a6bbf5d4d9d1 (\"arm64: mm: Add definitions to support 5 "
			  "levels of paging\"); syzbot 2d1f5a94167d430a3bd7",
	},
	/*
	 * Releases by the stable reviews that the two commits came in; 6.17 ended without the
	 * second. On QEMU's cortex-a57 kexec -e never came back with Debian's 6.12.57, 6.12.74,
	 * 6.17.8, 6.18.5, 6.18.15, 6.19.6 and 6.19.8, and did with 6.12.85, 6.16.3, 6.19.14 and,
	 * on -cpu max, 6.18.5. 5.15 and 5.10 had both commits, too, but copy nothing.
	 */
	{
		.name = "arm64-read-only",
		.releases = {
			{ { 6, 1, 158 }, { 6, 1, 167 } },
			{ { 6, 6, 115 }, { 6, 6, 130 } },
			{ { 6, 12, 56 }, { 6, 12, 78 } },
			{ { 6, 17, 6 }, { 6, 18, 19 } },
			{ { 6, 19, 0 }, { 6, 19, 9 } },
		},
		.syscall_load = true,
		.syscall_file = true,
		.effect = KX_FAULT_NEXT_DIES,
		.here = may_write_there,
		.what = "unless the processors have hardware management of dirty pages, it dies when "
			"the next kernel is started and overwrites read-only parts of it",
		.advice = "boot a mended one, or restart by the firmware",
		.source = "made by Linux 143937ca51cc (\"arm64, mm: avoid always making PTE dirty in "
			  "pte_mkwrite()\"), mended by c25c4aa3f79a (\"arm64: mm: Add PTE_DIRTY back "
			  "to PAGE_KERNEL* to fix kexec/hibernation\")",
	},
	{ .name = NULL },
};
