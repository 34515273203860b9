/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's own rules for a load, checked before the kernel is asked. */
#ifndef KEXEC_PLAN_PREFLIGHT_H
#define KEXEC_PLAN_PREFLIGHT_H

#include <stdbool.h>

#include "kexec/plan/plan.h"
#include "kx/error.h"
#include "kx/machine.h"

/**
 * kx_preflight_permission() - would the kernel let this process load at all?
 * @machine: facts of the machine
 * @crash: for a crash kernel, which has its own load limit
 * @privileged: the process that will load has CAP_SYS_BOOT
 *
 * Return: 0; -EPERM with the setting that stands in the way, its value, and what to do.
 */
int kx_preflight_permission(const struct kx_machine *machine, enum kx_syscall syscall,
			    bool crash, bool privileged, struct kx_err *err);

/**
 * kx_preflight_plan() - would the kernel take these segments or files?
 *
 * The rules are those of sanity_check_segment_list() in Linux, kernel/kexec_core.c (v5.10 to
 * v6.18), and that every segment lies in memory that was found usable.
 *
 * Return: 0; -EINVAL, -EADDRNOTAVAIL, -ENOMEM or -EFBIG with the value found and the limit.
 */
int kx_preflight_plan(const struct kx_plan *plan, const struct kx_machine *machine,
		      struct kx_err *err);

#endif
