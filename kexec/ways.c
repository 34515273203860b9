/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decides which system calls are tried. The one table of what each of them cannot do is here. */
#include <errno.h>

#include "kexec/advice.h"
#include "kexec/policy.h"
#include "kexec/ways.h"

/** enum honoured - by which of the two calls an option has an effect */
enum honoured {
	ONLY_LOAD,	/* kexec_load; the next kernel would be another without it */
	PURGATORY,	/* kexec_load, whose purgatory is ours */
	ONLY_FILE,	/* kexec_file_load */
};

/** struct wish - an option, and whether it was given */
struct wish {
	const char *option;
	enum honoured by;
	bool given;
};

/** struct wishes - all of them; the last one has no name */
struct wishes {
	struct wish wish[16];
};

static struct wishes wishes_of(const struct job *job)
{
	const struct kx_purg_wishes *p = &job->request.purgatory;
	const struct options *o = job->options;
	bool prints = p->console_kind != KX_PURG_CONSOLE_NONE && !p->quiet;

	return (struct wishes){ {
		{ "--noefi", ONLY_LOAD, o->pc.no_efi },
		{ "--entry", ONLY_LOAD, o->where.has_entry },
		{ "--entry-32bit", ONLY_LOAD, o->pc.entry_32bit },
		{ "--real-mode", ONLY_LOAD, o->pc.real_mode },
		{ "--mem-min", ONLY_LOAD, o->where.mem.start > 0 },
		{ "--mem-max", ONLY_LOAD, o->where.mem.end < UINT64_MAX },
		{ "--reuse-video-type", ONLY_LOAD, o->pc.reuse_video_type },
		{ "--pass-memmap-cmdline", ONLY_LOAD, o->pc.memmap_on_cmdline },
		{ "--no-checks", PURGATORY, p->no_checks },
		{ "--on-mismatch=halt", PURGATORY, p->halt_on_mismatch },
		{ o->console_serial ? "--console-serial" : "--serial", PURGATORY, prints },
		{ "--console-vga", PURGATORY, p->console_vga },
		{ "--reset-vga", PURGATORY, p->reset_vga },
		{ "--no-cma", ONLY_FILE, o->no_cma },
		{ "--force-dtb", ONLY_FILE, o->force_dtb },
		{ NULL, ONLY_FILE, false },
	} };
}

/* The first option given that is @by one call, or NULL. */
static const char *given(const struct job *job, enum honoured by)
{
	const struct wishes wishes = wishes_of(job);

	for (const struct wish *w = wishes.wish; w->option; w++) {
		if (w->given && w->by == by)
			return w->option;
	}
	return NULL;
}

/*
 * The kernel's own loader keeps only so many entries of the memory map (Linux,
 * arch/x86/kernel/kexec-bzimage64.c, setup_e820_entries()): the next kernel would miss memory.
 */
static bool file_syscall_cuts_map(const struct job *job)
{
	return job->arch->file_map_max && job->machine.memmap.count > job->arch->file_map_max;
}

static void load_first(struct ways *ways, const char *reason)
{
	*ways = (struct ways){ { KX_SYSCALL_LOAD, KX_SYSCALL_FILE_LOAD }, 2, reason };
}

static enum signatures signatures(const struct job *job)
{
	enum signatures found;
	struct policy policy;

	policy_read(&policy, job->root, &job->machine);
	found = policy_signatures(&policy);
	policy_done(&policy);
	return found;
}

/*
 * A kernel that only looks loads one without a valid signature as well, and says nothing. One that
 * is locked down looks if it was built to.
 */
static int check_required(const struct job *job, struct kx_err *err)
{
	enum signatures found = signatures(job);
	struct policy policy;

	policy_read(&policy, job->root, &job->machine);
	if (found == SIGNATURES_BY_LOCKDOWN &&
	    policy_configured(&policy, "CONFIG_KEXEC_SIG=y") != YES)
		found = SIGNATURES_UNKNOWN;
	policy_done(&policy);
	switch (found) {
	case SIGNATURES_BY_CONFIG:
	case SIGNATURES_BY_LOCKDOWN:
	case SIGNATURES_BY_IMA: return 0;
	case SIGNATURES_NOT_CHECKED:
		return kx_fail(err, -ENOTSUP, "--require-signature: the running kernel checks none: it "
			       "lacks CONFIG_KEXEC_SIG");
	case SIGNATURES_CHECKED:
		return kx_fail(err, -ENOTSUP, "--require-signature: the running kernel checks signatures, "
			       "but loads kernels without one as well: boot with lockdown=integrity, or a "
			       "kernel with CONFIG_KEXEC_SIG_FORCE");
	case SIGNATURES_UNKNOWN: break;
	}
	kx_fail(err, -ENODATA, "--require-signature: whether the running kernel checks any is unknown: "
		"its configuration is not in /boot or /lib/modules");
	if (job->machine.lockdown == KX_LOCKDOWN_UNKNOWN)
		kx_advise(err, "mount securityfs to see whether it is locked down");
	return -ENODATA;
}

int ways_choose(const struct job *job, struct ways *ret, struct kx_err *err)
{
	const char *only_load = given(job, ONLY_LOAD), *purgatory = given(job, PURGATORY);
	enum method method = job->options->method;

	if (job->options->require_signature)
		method = METHOD_FILE;
	if (method == METHOD_FILE && only_load)
		return kx_fail(err, -EINVAL, "%s: kexec_file_load cannot do that; %sleave it out",
			       only_load,
			       job->options->require_signature ? "" : "use --kexec-syscall, or ");
	if (method == METHOD_FILE)
		*ret = (struct ways){ { KX_SYSCALL_FILE_LOAD }, 1, NULL };
	else if (method == METHOD_LOAD || !job->image->file_syscall)
		*ret = (struct ways){ { KX_SYSCALL_LOAD }, 1, NULL };
	else if (only_load)
		*ret = (struct ways){ { KX_SYSCALL_LOAD }, 1, only_load };
	else if (purgatory)
		load_first(ret, purgatory);
	else if (file_syscall_cuts_map(job))
		load_first(ret, "a memory map that kexec_file_load would cut");
	else
		*ret = (struct ways){ { KX_SYSCALL_FILE_LOAD, KX_SYSCALL_LOAD }, 2, NULL };
	return job->options->require_signature ? check_required(job, err) : 0;
}

void ways_warn(const struct job *job, struct kx_plan *plan)
{
	bool by_file = plan->syscall == KX_SYSCALL_FILE_LOAD;
	const struct wishes wishes = wishes_of(job);

	for (const struct wish *w = wishes.wish; w->option; w++) {
		if (w->given && by_file != (w->by == ONLY_FILE))
			kx_plan_warn(plan, "%s has no effect with %s", w->option,
				     by_file ? "kexec_file_load: the kernel brings its own purgatory" :
					       "kexec_load");
	}
}

bool ways_counted(const struct job *job)
{
	return (job_for_crash(job) ? job->machine.limit_panic : job->machine.limit_reboot) >= 0;
}

bool ways_go_on(const struct job *job, enum kx_syscall way, int code)
{
	if (way == KX_SYSCALL_FILE_LOAD)
		return advice_falls_back(code, &job->machine) &&
		       !(advice_about_signature(code) && policy_requires(signatures(job)));
	/* kexec_load cannot be had, or not here; the kernel may find room where we do not. */
	return code == -EPERM || code == -EACCES || code == -ENOSYS || code == -ENOTSUP ||
	       code == -ENODATA || code == -EADDRNOTAVAIL;
}
