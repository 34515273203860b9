/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The flat images of purgatory that this build contains; their layout is in kx/purgatory_abi.h. */
#ifndef KEXEC_PLAN_PURGATORY_H
#define KEXEC_PLAN_PURGATORY_H

#include <stddef.h>

/**
 * kx_purgatory_ARCH - the bytes to be loaded; @memsz in their parameters says how much memory they
 * need. kx_purgatory_ARCH_size is 0 when the build had no compiler for that architecture.
 */
#define KX_ARCH(arch)                                  \
	extern const unsigned char kx_purgatory_##arch[]; \
	extern const size_t kx_purgatory_##arch##_size;
#include "kexec/plan/arches.def"
#undef KX_ARCH

#endif
