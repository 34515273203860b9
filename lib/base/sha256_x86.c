/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SHA-256 blocks by the SHA extensions of x86; also part of purgatory. The only file of purgatory
 * that may use vector registers, so it must hold nothing but that one function and its helpers.
 *
 * Source: Intel SDM volume 2, SHA256RNDS2, SHA256MSG1 and SHA256MSG2.
 */
#include "kx/sha256.h"

#if KX_SHA256_HAVE_SHANI
#include <immintrin.h>

#define TARGET __attribute__((target("sha,sse4.1,ssse3")))
#define INLINE static inline __attribute__((always_inline)) TARGET

INLINE __m128i load(const void *p)
{
	return _mm_loadu_si128((const __m128i *)p);
}

INLINE void store(void *p, __m128i x)
{
	_mm_storeu_si128((__m128i *)p, x);
}

/* Message words W[t+16..t+19] from W[t..t+15] in @m0 to @m3. */
INLINE __m128i next_words(__m128i m0, __m128i m1, __m128i m2, __m128i m3)
{
	/* W[t] + sigma0(W[t+1]), then + W[t+9], then + sigma1(W[t+14]). */
	const __m128i x = _mm_add_epi32(_mm_sha256msg1_epu32(m0, m1), _mm_alignr_epi8(m3, m2, 4));

	return _mm_sha256msg2_epu32(x, m3);
}

/* Four rounds; SHA256RNDS2 does two of them with the two low words of W + K. */
INLINE void four_rounds(__m128i *abef, __m128i *cdgh, __m128i words, const uint32_t *k)
{
	const __m128i wk = _mm_add_epi32(words, load(k));

	*cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, wk);
	*abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_shuffle_epi32(wk, 0x0e));
}

TARGET void kx_sha256_blocks_shani(uint32_t state[8], const uint8_t *data, size_t count)
{
	/* Bytes of each 32-bit word reversed. */
	const __m128i big_endian =
		_mm_set_epi32(0x0c0d0e0f, 0x08090a0b, 0x04050607, 0x00010203);
	/* The instructions want A B E F and C D G H, the first letter in the highest word. */
	const __m128i badc = _mm_shuffle_epi32(load(state), 0xb1);
	const __m128i hgfe = _mm_shuffle_epi32(load(state + 4), 0x1b);
	__m128i abef = _mm_alignr_epi8(badc, hgfe, 8);
	__m128i cdgh = _mm_blend_epi16(hgfe, badc, 0xf0);

	for (; count; count--, data += KX_SHA256_BLOCK) {
		const __m128i abef_before = abef, cdgh_before = cdgh;
		const uint32_t *k = kx_sha256_k;
		__m128i m0 = _mm_shuffle_epi8(load(data), big_endian);
		__m128i m1 = _mm_shuffle_epi8(load(data + 16), big_endian);
		__m128i m2 = _mm_shuffle_epi8(load(data + 32), big_endian);
		__m128i m3 = _mm_shuffle_epi8(load(data + 48), big_endian);

		for (; k != kx_sha256_k + 48; k += 16) {
			four_rounds(&abef, &cdgh, m0, k);
			m0 = next_words(m0, m1, m2, m3);
			four_rounds(&abef, &cdgh, m1, k + 4);
			m1 = next_words(m1, m2, m3, m0);
			four_rounds(&abef, &cdgh, m2, k + 8);
			m2 = next_words(m2, m3, m0, m1);
			four_rounds(&abef, &cdgh, m3, k + 12);
			m3 = next_words(m3, m0, m1, m2);
		}
		four_rounds(&abef, &cdgh, m0, k);
		four_rounds(&abef, &cdgh, m1, k + 4);
		four_rounds(&abef, &cdgh, m2, k + 8);
		four_rounds(&abef, &cdgh, m3, k + 12);

		abef = _mm_add_epi32(abef, abef_before);
		cdgh = _mm_add_epi32(cdgh, cdgh_before);
	}

	const __m128i feba = _mm_shuffle_epi32(abef, 0x1b);
	const __m128i dchg = _mm_shuffle_epi32(cdgh, 0xb1);

	store(state, _mm_blend_epi16(feba, dchg, 0xf0));
	store(state + 4, _mm_alignr_epi8(dchg, feba, 8));
}
#endif
