/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SHA-256 (FIPS 180-4). One source for user space and purgatory: no libc call but memcpy and
 * memset, no mutable global, no floating point or vector register in the portable path.
 */
#ifndef KX_SHA256_H
#define KX_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { KX_SHA256_SIZE = 32, KX_SHA256_BLOCK = 64 };

/** kx_sha256_blocks_fn - fold @count blocks of 64 bytes at @data into @state */
typedef void kx_sha256_blocks_fn(uint32_t state[8], const uint8_t *data, size_t count);

/** kx_sha256_blocks_portable() - plain C; works everywhere */
kx_sha256_blocks_fn kx_sha256_blocks_portable;

#if defined(__x86_64__) || defined(__i386__)
#define KX_SHA256_HAVE_SHANI 1
/** kx_sha256_blocks_shani() - by the SHA extensions; only where kx_sha256_blocks_best() says so */
kx_sha256_blocks_fn kx_sha256_blocks_shani;
#else
#define KX_SHA256_HAVE_SHANI 0
#endif

/* Compilers other than GCC have the instructions only if told so for the whole program. */
#if defined(__aarch64__) && !defined(__AARCH64EB__) && \
	(defined(__ARM_FEATURE_SHA2) || !defined(__clang__))
#define KX_SHA256_HAVE_ARM64 1
/** kx_sha256_blocks_arm64() - by the crypto extension; see kx_sha256_blocks_best() */
kx_sha256_blocks_fn kx_sha256_blocks_arm64;
#else
#define KX_SHA256_HAVE_ARM64 0
#endif

/**
 * kx_sha256_blocks_best() - the fastest function that this processor has
 *
 * On x86 the SHA extensions, when CPUID reports them with SSSE3 and SSE4.1; on arm64 those of the
 * crypto extension. In purgatory the caller must make the vector registers usable (CR4.OSFXSR,
 * CPACR_EL1.FPEN) before it calls the returned function.
 *
 * Return: a function, never NULL.
 */
kx_sha256_blocks_fn *kx_sha256_blocks_best(void);

/**
 * kx_sha256() - the digest of @len bytes at @data in one call, in one pass
 * @blocks: from kx_sha256_blocks_best(), or kx_sha256_blocks_portable
 * @data: any alignment; may be NULL when @len is 0
 * @digest: receives the digest
 */
void kx_sha256(kx_sha256_blocks_fn *blocks, const void *data, size_t len,
	       uint8_t digest[KX_SHA256_SIZE]);

/** kx_sha256_k - the round constants of FIPS 180-4, 4.2.2; for the block functions */
extern const uint32_t kx_sha256_k[64];

#endif
