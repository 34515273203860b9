/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The flat images of purgatory that this build contains; their layout is in kx/purgatory_abi.h. */
#ifndef KX_PURGATORY_H
#define KX_PURGATORY_H

#include <stddef.h>

/**
 * kx_purgatory_ARCH - the bytes to be loaded; @memsz in their parameters says how much memory they
 * need. kx_purgatory_ARCH_size is 0 when the build had no compiler for that architecture.
 */
extern const unsigned char kx_purgatory_arm64[], kx_purgatory_riscv64[], kx_purgatory_x86_64[];
extern const size_t kx_purgatory_arm64_size, kx_purgatory_riscv64_size, kx_purgatory_x86_64_size;

#endif
