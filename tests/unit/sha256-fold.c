/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The SHA-256 of processors without a rotation (RISC-V), for test-sha256 on any processor. */
#define KX_SHA256_FOLD 1
#define kx_sha256 fold_sha256
#define kx_sha256_k fold_sha256_k
#define kx_sha256_blocks_portable fold_sha256_blocks
#include "lib/base/sha256.c"
