/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Known faults of kernels that a load runs into, and what to do about them: said before the kernel
 * is asked, since afterwards there may be nobody left to say it.
 *
 * To add one: an entry among the architecture's own (kx_arch.faults), a row under KNOWN FAULTS in
 * man/kexec.8 (tools/check-man compares names and releases), its machines in
 * tests/unit/test-faults.c. It is a fault of releases, with a source; a rule that all kernels have
 * belongs to preflight.c, and what hardware does to the loader of the format.
 */
#ifndef KEXEC_PLAN_FAULTS_H
#define KEXEC_PLAN_FAULTS_H

#include <stdbool.h>

#include "kexec/plan/plan.h"
#include "kexec/plan/request.h"
#include "kx/error.h"
#include "kx/machine.h"

struct kx_arch;

/** enum kx_fault_in - which kernel has it, and how that is found out */
enum kx_fault_in {
	KX_FAULT_IN_RUNNING,	 /* the running one, by its release and kx_known_fault.here */
	KX_FAULT_IN_RELOCATIONS, /* the one to be loaded: its vmlinux has relocations of zeros */
	/* The running one, where a vmlinux has an empty segment below the kernel. */
	KX_FAULT_IN_EMPTY_SEGMENT,
};

/** enum kx_fault_effect - what comes of it; both end with a machine that has to be reset */
enum kx_fault_effect {
	KX_FAULT_RUNNING_DIES,	/* the running kernel does not survive the load unharmed */
	KX_FAULT_NEXT_DIES,	/* the next kernel does not start */
};

/** struct kx_releases - [@since, @fixed) */
struct kx_releases {
	struct kx_release since, fixed;
};

/* @fixed of what no release has mended yet. */
#define KX_NOT_MENDED { 9999, 0, 0 }

/** enum kx_fault_here - does this load run into it? */
enum kx_fault_here {
	KX_FAULT_NO,
	KX_FAULT_MAYBE,		/* what decides it cannot be found out */
	KX_FAULT_YES,
};

/**
 * struct kx_known_fault - one of them
 * @name: as messages and the manual have it; NULL ends a list of them
 * @in: the kernel that has it. What is not IN_RUNNING is found by that file's loader, whatever the
 *	release
 * @releases: upstream ones that have it, ascending; one that is all 0 ends them. Distributions may
 *	have mended some of them
 * @syscall_load, @syscall_file: by which system calls
 * @asks_va_bits: @here looks at kx_machine.va_bits
 * @here: whether a load in the release range, by one of the system calls, runs into it; NULL
 *	unless @in is KX_FAULT_IN_RUNNING
 * @what: a clause that says what happens
 * @advice: what to do
 * @source: the commits that made and mended it, or where it is reported; for people
 */
struct kx_known_fault {
	const char *name;
	enum kx_fault_in in;
	struct kx_releases releases[8];
	bool syscall_load, syscall_file;
	bool asks_va_bits;
	enum kx_fault_effect effect;
	enum kx_fault_here (*here)(const struct kx_request *req);
	const char *what, *advice, *source;
};

/*
 * kexec_file_load has the kernel hash every segment for purgatory, with a count of bytes that is an
 * int: from 2 GiB on that is negative. Files of that size are taken since 6.0. arm64 has no such
 * hash.
 */
#define KX_FAULT_BIG_FILE(arch)                                                                \
	{                                                                                      \
		.name = arch "-big-file",                                                      \
		.releases = {                                                                  \
			{ { 6, 0, 0 }, { 6, 1, 156 } },                                        \
			{ { 6, 2, 0 }, { 6, 6, 110 } },                                        \
			{ { 6, 7, 0 }, { 6, 12, 51 } },                                        \
			{ { 6, 13, 0 }, { 6, 16, 0 } },                                        \
		},                                                                             \
		.syscall_file = true,                                                          \
		.effect = KX_FAULT_RUNNING_DIES,                                               \
		.here = kx_fault_big_file,                                                     \
		.what = "it oopses over initrds of 2 GiB or more",                             \
		.advice = "make it smaller, or use --kexec-syscall",                           \
		.source = "made by Linux f4da7afe0752 (\"kexec_file: increase maximum file "    \
			  "size to 4G\"), mended by 74a43a2cf5e8 (\"crypto: lib/sha256 - Move " \
			  "partial block handling out\"), and in stable releases by \"crypto: " \
			  "sha256 - fix crash at kexec\"",                                     \
	}

/** kx_fault_big_file() - kx_known_fault.here of that one */
enum kx_fault_here kx_fault_big_file(const struct kx_request *req);

/** kx_fault_releases() - which of @fault's releases @release is among; NULL: none of them */
const struct kx_releases *kx_fault_releases(const struct kx_known_fault *fault,
					    const struct kx_release *release);

/** kx_fault_here() - does a load of @req as planned so far run into @fault of its architecture? */
enum kx_fault_here kx_fault_here(const struct kx_known_fault *fault, const struct kx_request *req,
				 const struct kx_plan *plan);

/**
 * kx_faults_ask_va_bits() - may a fault depend on kx_machine.va_bits, which is not read otherwise?
 * @arch: of the running kernel
 */
bool kx_faults_ask_va_bits(const struct kx_arch *arch, const struct kx_machine *machine);

/**
 * kx_faults_check() - look at all known faults of the running kernel
 * @plan: its architecture and system call; gets the warnings
 *
 * What is sure to happen is refused, unless @req says to ignore it: then it is a warning, as is all
 * that is only possible.
 *
 * Return: 0; -ECANCELED with name, releases, effect and what to do.
 */
int kx_faults_check(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err);

/** kx_fault_of_file() - @arch's fault of that kind; NULL: none is known */
const struct kx_known_fault *kx_fault_of_file(const struct kx_arch *arch, enum kx_fault_in in);

/**
 * kx_fault_in_file() - a loader has found @fault in the kernel to be loaded
 * @code: what to fail with
 * @found: what shows it in the file, a clause; cut after some 100 bytes
 *
 * Return: @code with @found, effect and advice; 0 with a warning in @plan when @req says to ignore
 * known faults.
 */
int kx_fault_in_file(const struct kx_known_fault *fault, const struct kx_request *req,
		     struct kx_plan *plan, int code, const char *found, struct kx_err *err);

#endif
