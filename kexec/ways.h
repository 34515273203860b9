/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of the two system calls is to load, in which order, and what each cannot do. */
#ifndef KEXEC_WAYS_H
#define KEXEC_WAYS_H

#include "kexec/job.h"
#include "kexec/plan/plan.h"

/**
 * struct ways - system calls in the order in which they are tried
 * @reason: why not the usual order, a text that outlives the job; NULL: it is the usual one
 */
struct ways {
	enum kx_syscall way[2];
	size_t count;
	const char *reason;
};

/**
 * ways_choose() - by -a, -s, -c and by what only one of the calls can do
 * @job: prepared
 *
 * What changes the next kernel's world and is only for kexec_load (--noefi, --entry, --mem-min,
 * --mem-max, --reuse-video-type, --pass-memmap-cmdline) chooses that call; what only concerns
 * purgatory prefers it.
 *
 * Return: 0; -EINVAL when -s goes with an option that only kexec_load can honour; with
 * --require-signature, which is for kexec_file_load alone, -ENOTSUP when the running kernel would
 * load kernels without a signature, -ENODATA when that is unknown.
 */
int ways_choose(const struct job *job, struct ways *ret, struct kx_err *err);

/** ways_warn() - warn in @plan of every option that its system call cannot honour */
void ways_warn(const struct job *job, struct kx_plan *plan);

/**
 * ways_go_on() - after this failure of @way, may the next one be tried?
 * @code: negative errno
 *
 * Not after a signature was refused where signatures are enforced, or may be.
 */
bool ways_go_on(const struct job *job, enum kx_syscall way, int code);

/**
 * ways_counted() - does the running kernel count loads?
 *
 * Then each call uses up one, whether it succeeds or not (Linux, kernel/kexec_core.c,
 * kexec_load_permitted(), v6.3), and only one is made.
 */
bool ways_counted(const struct job *job);

#endif
