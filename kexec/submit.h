/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hands plans over to the kernel. Decides nothing. */
#ifndef KEXEC_SUBMIT_H
#define KEXEC_SUBMIT_H

#include "kexec/plan/plan.h"

/**
 * submit() - the system call that @plan is for
 * @plan: sealed; flags that the running kernel turns out not to know are taken off it
 *
 * Return: 0, or the negative errno of the system call.
 */
int submit(struct kx_plan *plan);

/**
 * submit_unload() - drop what is loaded
 * @ret_syscall: the system call that was made last, also on failure
 *
 * Return: 0, or its negative errno.
 */
int submit_unload(bool crash, enum kx_syscall *ret_syscall);

#endif
