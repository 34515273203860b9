/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Knows the faults of kernels that a load runs into. It looks at facts, never at the machine. */
#include <errno.h>
#include <stdio.h>

#include "kexec/plan/arch.h"
#include "kexec/plan/faults.h"

/* What has been mended in a distribution's kernel is not to be seen from outside. */
#define OVERRIDE "--ignore-known-faults if this kernel has been mended"

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

const struct kx_known_fault kx_known_faults[KX_FAULT_COUNT] = {
	/*
	 * 6.12.117 oopses as reported, 6.16.3 and later do not (QEMU -cpu max, Debian's kernels).
	 * syzbot still saw it in December 2024, with 6.13; copy_p4d() of v6.16-rc6 allocates the
	 * table. 6.14 and 6.15, long past their end of life, count as having it.
	 */
	[KX_FAULT_ARM64_52_BIT] = {
		.name = "arm64-52-bit",
		.isa = &kx_isa_arm64,
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
	[KX_FAULT_ARM64_READ_ONLY] = {
		.name = "arm64-read-only",
		.isa = &kx_isa_arm64,
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
	[KX_FAULT_RISCV64_NO_RELOCATIONS] = {
		.name = "riscv64-no-relocations",
		.isa = &kx_isa_riscv64,
		.releases = {
			{ { 6, 4, 0 }, { 6, 18, 0 } },
		},
		.of_file = true,
		.syscall_load = true,
		.syscall_file = true,
		.effect = KX_FAULT_NEXT_DIES,
		.what = "the kernel's build has removed them, and it would die without a word",
		.advice = "use Image, or vmlinux.relocs beside it",
		.source = "made by Linux 559d1e45a16d (\"riscv: Use --emit-relocs in order to move "
			  ".rela.dyn in init\"), again by 0ce5139fd96e (\"kbuild: always create "
			  "intermediate vmlinux.unstripped\"), mended by 4b47a3aefb29 (\"kbuild: "
			  "Restore pattern to avoid stripping .rela.dyn from vmlinux\")",
	},
};

static bool before(const struct kx_release *a, const struct kx_release *b)
{
	if (a->major != b->major)
		return a->major < b->major;
	return a->minor != b->minor ? a->minor < b->minor : a->patch < b->patch;
}

/* An unknown release, 0.0, is before all. */
const struct kx_releases *kx_fault_releases(const struct kx_known_fault *fault,
					    const struct kx_release *release)
{
	for (const struct kx_releases *r = fault->releases; r->fixed.major; r++) {
		if (!before(release, &r->since) && before(release, &r->fixed))
			return r;
	}
	return NULL;
}

static bool concerns(const struct kx_known_fault *f, const struct kx_isa *isa,
		     const struct kx_release *release)
{
	return !f->of_file && f->isa == isa && kx_fault_releases(f, release);
}

enum kx_fault_here kx_fault_here(const struct kx_known_fault *fault, const struct kx_request *req,
				 const struct kx_plan *plan)
{
	bool by_file = plan->syscall == KX_SYSCALL_FILE_LOAD;

	if (!concerns(fault, plan->arch->isa, &req->machine->release) ||
	    !(by_file ? fault->syscall_file : fault->syscall_load))
		return KX_FAULT_NO;
	return fault->here(req);
}

bool kx_faults_ask_va_bits(const struct kx_isa *isa, const struct kx_machine *machine)
{
	for (size_t i = 0; i < KX_FAULT_COUNT; i++) {
		const struct kx_known_fault *f = &kx_known_faults[i];

		if (f->asks_va_bits && concerns(f, isa, &machine->release))
			return true;
	}
	return false;
}

/* "6.16", "6.18.17" */
static void name_release(const struct kx_release *r, char text[24])
{
	snprintf(text, 24, r->patch ? "%u.%u.%u" : "%u.%u", r->major, r->minor, r->patch);
}

static void tell(const struct kx_known_fault *f, enum kx_fault_here here,
		 const struct kx_release *running, char *text, size_t size)
{
	static const char *const effect[] = {
		[KX_FAULT_RUNNING_DIES] = "takes the running kernel down",
		[KX_FAULT_NEXT_DIES] = "the next kernel does not start",
	};
	const struct kx_releases *r = kx_fault_releases(f, running);
	char since[24], fixed[24], is[24];

	name_release(&r->since, since);
	name_release(&r->fixed, fixed);
	name_release(running, is);
	snprintf(text, size, "known fault %s (%s): Linux %s %s it, as from %s to before %s: %s; %s",
		 f->name, effect[f->effect], is, here == KX_FAULT_YES ? "has" : "may have", since,
		 fixed, f->what, f->advice);
}

int kx_faults_check(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	for (size_t i = 0; i < KX_FAULT_COUNT; i++) {
		const struct kx_known_fault *f = &kx_known_faults[i];
		enum kx_fault_here here = kx_fault_here(f, req, plan);
		char text[420];

		if (here == KX_FAULT_NO)
			continue;
		tell(f, here, &req->machine->release, text, sizeof(text));
		if (here == KX_FAULT_YES && !req->ignore_faults)
			return kx_fail(err, -ECANCELED, "%s, or use " OVERRIDE, text);
		kx_plan_warn(plan, "%s", text);
	}
	return 0;
}

int kx_fault_in_file(enum kx_fault_id id, const struct kx_request *req, struct kx_plan *plan,
		     int code, const char *found, struct kx_err *err)
{
	const struct kx_known_fault *f = &kx_known_faults[id];

	if (!req->ignore_faults)
		return kx_fail(err, code, "%.100s: %s; %s (known fault %s)", found, f->what,
			       f->advice, f->name);
	kx_plan_warn(plan, "%.100s: %s; %s (known fault %s)", found, f->what, f->advice, f->name);
	return 0;
}
