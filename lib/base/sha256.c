/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 in plain C; also part of purgatory. */
#include "kx/sha256.h"

/* Aligned, as is what kx_sha256() makes: to a processor with its MMU off it is device memory. */
const uint32_t kx_sha256_k[64] __attribute__((aligned(16))) = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/*
 * Upper and lower case sigma of FIPS 180-4, 4.1.2. A base RISC-V has no rotation: each takes three
 * instructions, but in the upper half of a register a right shift drops nothing. The halves of the
 * result of such shifts are together what rotations would have made, with two instructions once
 * for all of them.
 */
#ifndef KX_SHA256_FOLD
#if defined(__riscv) && __riscv_xlen == 64 && !defined(__riscv_zbb)
#define KX_SHA256_FOLD 1
#else
#define KX_SHA256_FOLD 0
#endif
#endif

#if KX_SHA256_FOLD
static inline uint32_t fold(uint64_t shifted)
{
	return (uint32_t)(shifted >> 32) ^ (uint32_t)shifted;
}

static inline uint32_t rotations(uint32_t x, unsigned int i, unsigned int j, unsigned int k)
{
	const uint64_t high = (uint64_t)x << 32;

	return fold(high >> i ^ high >> j ^ high >> k);
}

static inline uint32_t rotations_and_shift(uint32_t x, unsigned int i, unsigned int j,
					   unsigned int shift)
{
	const uint64_t high = (uint64_t)x << 32;

	return fold(high >> i ^ high >> j) ^ x >> shift;
}
#else
static inline uint32_t ror(uint32_t x, unsigned int n)
{
	return x >> n | x << (32 - n);
}

static inline uint32_t rotations(uint32_t x, unsigned int i, unsigned int j, unsigned int k)
{
	return ror(x, i) ^ ror(x, j) ^ ror(x, k);
}

static inline uint32_t rotations_and_shift(uint32_t x, unsigned int i, unsigned int j,
					   unsigned int shift)
{
	return ror(x, i) ^ ror(x, j) ^ x >> shift;
}
#endif

static inline uint32_t big0(uint32_t x)
{
	return rotations(x, 2, 13, 22);
}

static inline uint32_t big1(uint32_t x)
{
	return rotations(x, 6, 11, 25);
}

static inline uint32_t small0(uint32_t x)
{
	return rotations_and_shift(x, 7, 18, 3);
}

static inline uint32_t small1(uint32_t x)
{
	return rotations_and_shift(x, 17, 19, 10);
}

static inline uint32_t load_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline void store_be32(uint8_t *p, uint32_t x)
{
	p[0] = (uint8_t)(x >> 24);
	p[1] = (uint8_t)(x >> 16);
	p[2] = (uint8_t)(x >> 8);
	p[3] = (uint8_t)x;
}

/* The message schedule, sixteen words at a time: w[i] becomes the word sixteen rounds later. */
static inline uint32_t next_word(uint32_t w[16], unsigned int i)
{
	return w[i] += small0(w[(i + 1) % 16]) + w[(i + 9) % 16] + small1(w[(i + 14) % 16]);
}

#define FIRST_WORD(i) (w[i] = load_be32(data + 4 * (i)))
#define NEXT_WORD(i) next_word(w, i)

/*
 * One round. Instead of moving the eight working variables down by one, the caller renames them:
 * what was d becomes the new e, what was h the new a. Ch and Maj take fewer operations than as the
 * standard writes them.
 */
#define ROUND(a, b, c, d, e, f, g, h, i, WORD)                         \
	do {                                                           \
		h += big1(e) + (g ^ (e & (f ^ g))) + k[i] + WORD(i);   \
		d += h;                                                \
		h += big0(a) + ((a & b) | (c & (a ^ b)));              \
	} while (0)

#define EIGHT_ROUNDS(i, WORD)                                          \
	do {                                                           \
		ROUND(a, b, c, d, e, f, g, h, (i) + 0, WORD);          \
		ROUND(h, a, b, c, d, e, f, g, (i) + 1, WORD);          \
		ROUND(g, h, a, b, c, d, e, f, (i) + 2, WORD);          \
		ROUND(f, g, h, a, b, c, d, e, (i) + 3, WORD);          \
		ROUND(e, f, g, h, a, b, c, d, (i) + 4, WORD);          \
		ROUND(d, e, f, g, h, a, b, c, (i) + 5, WORD);          \
		ROUND(c, d, e, f, g, h, a, b, (i) + 6, WORD);          \
		ROUND(b, c, d, e, f, g, h, a, (i) + 7, WORD);          \
	} while (0)

void kx_sha256_blocks_portable(uint32_t state[8], const uint8_t *data, size_t count)
{
	for (; count; count--, data += KX_SHA256_BLOCK) {
		uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
		uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
		const uint32_t *k = kx_sha256_k;
		uint32_t w[16];

		EIGHT_ROUNDS(0, FIRST_WORD);
		EIGHT_ROUNDS(8, FIRST_WORD);
		for (k += 16; k != kx_sha256_k + 64; k += 16) {
			EIGHT_ROUNDS(0, NEXT_WORD);
			EIGHT_ROUNDS(8, NEXT_WORD);
		}
		state[0] += a;
		state[1] += b;
		state[2] += c;
		state[3] += d;
		state[4] += e;
		state[5] += f;
		state[6] += g;
		state[7] += h;
	}
}

void kx_sha256(kx_sha256_blocks_fn *blocks, const void *data, size_t len,
	       uint8_t digest[KX_SHA256_SIZE])
{
	/* FIPS 180-4, 5.3.3. */
	uint32_t state[8] __attribute__((aligned(16))) = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	};
	const size_t whole = len / KX_SHA256_BLOCK, rest = len % KX_SHA256_BLOCK;
	/* The end mark and the length in bits need nine bytes behind the data. */
	const size_t tail_blocks = rest + 9 <= KX_SHA256_BLOCK ? 1 : 2;
	uint8_t tail[2 * KX_SHA256_BLOCK] __attribute__((aligned(16)));
	uint8_t *length = tail + tail_blocks * KX_SHA256_BLOCK - 8;

	if (whole)
		blocks(state, data, whole);

	/* The builtins need no <string.h>, which a freestanding compiler may lack. */
	__builtin_memset(tail, 0, sizeof(tail));
	if (rest)
		__builtin_memcpy(tail, (const uint8_t *)data + whole * KX_SHA256_BLOCK, rest);
	tail[rest] = 0x80;
	store_be32(length, (uint32_t)((uint64_t)len >> 29));
	store_be32(length + 4, (uint32_t)((uint64_t)len << 3));
	blocks(state, tail, tail_blocks);

	for (unsigned int i = 0; i < 8; i++)
		store_be32(digest + 4 * i, state[i]);
}
