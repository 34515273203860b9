/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kexec handover (KHO): memory that the running kernel gives to the next one. */
#ifndef KEXEC_HANDOVER_H
#define KEXEC_HANDOVER_H

#include "kexec/job.h"
#include "kexec/plan/plan.h"

/**
 * handover_warn() - warn in @plan when it would drop what the running kernel hands on
 *
 * Crash kernels never get any of it. Not where nobody said "kho=on" and the running kernel's
 * configuration, which may say so, is unknown.
 */
void handover_warn(const struct job *job, struct kx_plan *plan);

#endif
