/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that build plans share. */
#ifndef KEXEC_PLAN_INTERNAL_H
#define KEXEC_PLAN_INTERNAL_H

#include "kexec/plan/plan.h"

/** kx_plan_add_segment() - append a segment that has been placed; 0 or -ENOMEM */
int kx_plan_add_segment(struct kx_plan *plan, const struct kx_segment *segment);

#endif
