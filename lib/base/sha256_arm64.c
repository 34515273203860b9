/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SHA-256 blocks by the crypto extension of arm64; also part of purgatory. There it is the only
 * file that may use vector registers, so it must hold nothing but that one function and helpers.
 *
 * Source: Arm ARM (DDI 0487), SHA256H, SHA256H2, SHA256SU0 and SHA256SU1.
 */
#include "kx/sha256.h"

#if KX_SHA256_HAVE_ARM64
#include <arm_neon.h>

#ifdef __clang__
#define TARGET
#else
#define TARGET __attribute__((target("+crypto")))
#endif
#define INLINE static inline __attribute__((always_inline)) TARGET

INLINE uint32x4_t big_endian_words(const uint8_t *p)
{
	return vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(p)));
}

/* Message words W[t+16..t+19] from W[t..t+15] in @m0 to @m3. */
INLINE uint32x4_t next_words(uint32x4_t m0, uint32x4_t m1, uint32x4_t m2, uint32x4_t m3)
{
	return vsha256su1q_u32(vsha256su0q_u32(m0, m1), m2, m3);
}

INLINE void four_rounds(uint32x4_t *abcd, uint32x4_t *efgh, uint32x4_t words, const uint32_t *k)
{
	const uint32x4_t wk = vaddq_u32(words, vld1q_u32(k));
	const uint32x4_t before = *abcd;

	*abcd = vsha256hq_u32(*abcd, *efgh, wk);
	*efgh = vsha256h2q_u32(*efgh, before, wk);
}

TARGET void kx_sha256_blocks_arm64(uint32_t state[8], const uint8_t *data, size_t count)
{
	uint32x4_t abcd = vld1q_u32(state), efgh = vld1q_u32(state + 4);

	for (; count; count--, data += KX_SHA256_BLOCK) {
		const uint32x4_t abcd_before = abcd, efgh_before = efgh;
		const uint32_t *k = kx_sha256_k;
		uint32x4_t m0 = big_endian_words(data);
		uint32x4_t m1 = big_endian_words(data + 16);
		uint32x4_t m2 = big_endian_words(data + 32);
		uint32x4_t m3 = big_endian_words(data + 48);

		for (; k != kx_sha256_k + 48; k += 16) {
			four_rounds(&abcd, &efgh, m0, k);
			m0 = next_words(m0, m1, m2, m3);
			four_rounds(&abcd, &efgh, m1, k + 4);
			m1 = next_words(m1, m2, m3, m0);
			four_rounds(&abcd, &efgh, m2, k + 8);
			m2 = next_words(m2, m3, m0, m1);
			four_rounds(&abcd, &efgh, m3, k + 12);
			m3 = next_words(m3, m0, m1, m2);
		}
		four_rounds(&abcd, &efgh, m0, k);
		four_rounds(&abcd, &efgh, m1, k + 4);
		four_rounds(&abcd, &efgh, m2, k + 8);
		four_rounds(&abcd, &efgh, m3, k + 12);

		abcd = vaddq_u32(abcd, abcd_before);
		efgh = vaddq_u32(efgh, efgh_before);
	}
	vst1q_u32(state, abcd);
	vst1q_u32(state + 4, efgh);
}
#endif
