/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Knows the faults of kernels that a load runs into. It looks at facts, never at the machine. */
#include <errno.h>
#include <stdio.h>

#include "kexec/plan/arch.h"
#include "kexec/plan/faults.h"

/* What has been mended in a distribution's kernel is not to be seen from outside. */
#define OVERRIDE "--ignore-known-faults if this kernel has been mended"

static bool before(const struct kx_release *a, const struct kx_release *b)
{
	if (a->major != b->major)
		return a->major < b->major;
	return a->minor != b->minor ? a->minor < b->minor : a->patch < b->patch;
}

enum kx_fault_here kx_fault_big_file(const struct kx_request *req)
{
	const uint64_t limit = UINT64_C(1) << 31;

	return req->files.initrd.len >= limit || req->files.kernel.len >= limit ? KX_FAULT_YES :
										  KX_FAULT_NO;
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

/* The first of @arch's; a name that is NULL ends them. */
static const struct kx_known_fault *first_of(const struct kx_arch *arch)
{
	static const struct kx_known_fault none[] = { { .name = NULL } };

	return arch->faults ? arch->faults : none;
}

static bool concerns(const struct kx_known_fault *f, const struct kx_release *release)
{
	return f->in == KX_FAULT_IN_RUNNING && kx_fault_releases(f, release);
}

enum kx_fault_here kx_fault_here(const struct kx_known_fault *fault, const struct kx_request *req,
				 const struct kx_plan *plan)
{
	bool by_file = plan->syscall == KX_SYSCALL_FILE_LOAD;

	if (!concerns(fault, &req->machine->release) ||
	    !(by_file ? fault->syscall_file : fault->syscall_load))
		return KX_FAULT_NO;
	return fault->here(req);
}

bool kx_faults_ask_va_bits(const struct kx_arch *arch, const struct kx_machine *machine)
{
	for (const struct kx_known_fault *f = first_of(arch); f->name; f++) {
		if (f->asks_va_bits && concerns(f, &machine->release))
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
	for (const struct kx_known_fault *f = first_of(plan->arch); f->name; f++) {
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

const struct kx_known_fault *kx_fault_of_file(const struct kx_arch *arch, enum kx_fault_in in)
{
	const struct kx_known_fault *f = first_of(arch);

	while (f->name && f->in != in)
		f++;
	return f->name ? f : NULL;
}

int kx_fault_in_file(const struct kx_known_fault *f, const struct kx_request *req,
		     struct kx_plan *plan, int code, const char *found, struct kx_err *err)
{
	if (!req->ignore_faults)
		return kx_fail(err, code, "%.100s: %s; %s (known fault %s)", found, f->what,
			       f->advice, f->name);
	kx_plan_warn(plan, "%.100s: %s; %s (known fault %s)", found, f->what, f->advice, f->name);
	return 0;
}
