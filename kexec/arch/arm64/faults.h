/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Known faults of arm64 kernels. */
#ifndef KEXEC_ARCH_ARM64_FAULTS_H
#define KEXEC_ARCH_ARM64_FAULTS_H

#include "kexec/plan/faults.h"

/** arm64_faults - for kx_arch.faults */
extern const struct kx_known_fault arm64_faults[];

#endif
