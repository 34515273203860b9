/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Known faults of x86_64 kernels. */
#ifndef KEXEC_ARCH_X86_FAULTS_H
#define KEXEC_ARCH_X86_FAULTS_H

#include "kexec/plan/faults.h"

/** x86_64_faults - for kx_arch.faults */
extern const struct kx_known_fault x86_64_faults[];

#endif
