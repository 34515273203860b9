/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256: published vectors, and that all block functions agree at every length and alignment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kx/sha256.h"

/* As it is built for processors without a rotation: tests/unit/sha256-fold.c. */
kx_sha256_blocks_fn fold_sha256_blocks;

static const char *hex_of(kx_sha256_blocks_fn *blocks, const void *data, size_t len)
{
	static char hex[2 * KX_SHA256_SIZE + 1];
	uint8_t digest[KX_SHA256_SIZE];

	kx_sha256(blocks, data, len, digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return hex;
}

static void expect(const void *data, size_t len, const char *hex)
{
	assert_string_equal(hex_of(kx_sha256_blocks_portable, data, len), hex);
	assert_string_equal(hex_of(fold_sha256_blocks, data, len), hex);
	assert_string_equal(hex_of(kx_sha256_blocks_best(), data, len), hex);
}

/* NIST, "Examples with Intermediate Values": SHA-256. */
static void published_vectors(void **state)
{
	static const char one[] = "abc";
	static const char two[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

	(void)state;
	expect(one, strlen(one),
	       "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	expect(two, strlen(two),
	       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	expect("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	expect(NULL, 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* NIST, "SHA Test Vectors for Hashing Byte-Oriented Messages" and additional examples. */
static void published_vectors_around_a_block(void **state)
{
	static const uint8_t byte = 0xbd;
	static const uint8_t zeros[64];

	(void)state;
	expect(&byte, 1, "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b");
	expect(zeros, 55, "02779466cdec163811d078815c633f21901413081449002f24aa3e80f0b88ef7");
	expect(zeros, 56, "d4817aa5497628e7c77e6b606107042bbba3130888c5f47a375e6179be789fbb");
	expect(zeros, 57, "65a16cb7861335d5ace3c60718b5052e44660726da4cd13bb745381b235a1785");
	expect(zeros, 64, "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b");
}

static void a_million_times_a(void **state)
{
	enum { MILLION = 1000000 };
	char *text = malloc(MILLION);

	(void)state;
	assert_non_null(text);
	memset(text, 'a', MILLION);
	expect(text, MILLION, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	free(text);
}

/* A second, slow implementation by the letter of FIPS 180-4, so that both are not wrong alike. */
static uint32_t rotate(uint32_t x, int n)
{
	return x >> n | x << (32 - n);
}

static void reference_block(uint32_t hash[8], const uint8_t *block)
{
	uint32_t w[64], v[8];

	for (int t = 0; t < 16; t++)
		w[t] = (uint32_t)block[4 * t] << 24 | (uint32_t)block[4 * t + 1] << 16 |
		       (uint32_t)block[4 * t + 2] << 8 | block[4 * t + 3];
	for (int t = 16; t < 64; t++)
		w[t] = (rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10) + w[t - 7] +
		       (rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3) + w[t - 16];
	memcpy(v, hash, sizeof(v));
	for (int t = 0; t < 64; t++) {
		const uint32_t e = v[4], a = v[0];
		const uint32_t t1 = v[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
				    ((e & v[5]) ^ (~e & v[6])) + kx_sha256_k[t] + w[t];
		const uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +
				    ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));

		memmove(v + 1, v, 7 * sizeof(v[0]));
		v[4] += t1;
		v[0] = t1 + t2;
	}
	for (int i = 0; i < 8; i++)
		hash[i] += v[i];
}

static void reference_blocks(uint32_t hash[8], const uint8_t *data, size_t count)
{
	for (; count; count--, data += 64)
		reference_block(hash, data);
}

static void all_lengths_and_alignments_agree(void **state)
{
	enum { LENGTHS = 301, ALIGNMENTS = 16 };

	(void)state;
	for (size_t skew = 0; skew < ALIGNMENTS; skew++) {
		for (size_t len = 0; len < LENGTHS; len++) {
			/* On the heap and exact: a sanitizer sees each byte read too far. */
			uint8_t *buffer = malloc(skew + len + 1);
			uint8_t *data = buffer + skew + 1;
			uint8_t want[KX_SHA256_SIZE], got[KX_SHA256_SIZE];

			assert_non_null(buffer);
			for (size_t i = 0; i < len; i++)
				data[i] = (uint8_t)(i * 131 + len * 7 + 3);
			kx_sha256(reference_blocks, data, len, want);
			kx_sha256(kx_sha256_blocks_portable, data, len, got);
			assert_memory_equal(got, want, sizeof(want));
			kx_sha256(fold_sha256_blocks, data, len, got);
			assert_memory_equal(got, want, sizeof(want));
			kx_sha256(kx_sha256_blocks_best(), data, len, got);
			assert_memory_equal(got, want, sizeof(want));
			free(buffer);
		}
	}
}

/* Says in the log which function the other tests have compared with the portable one. */
static void best_is_the_extension_where_the_kernel_lists_it(void **state)
{
	char line[8192];
	int listed = 0;
	FILE *cpuinfo = fopen("/proc/cpuinfo", "r");

	(void)state;
	if (!cpuinfo)
		skip();
	while (!listed && fgets(line, sizeof(line), cpuinfo))
		listed = (KX_SHA256_HAVE_SHANI && !strncmp(line, "flags", 5) &&
			  strstr(line, " sha_ni") && strstr(line, " ssse3") &&
			  strstr(line, " sse4_1")) ||
			 (KX_SHA256_HAVE_ARM64 && !strncmp(line, "Features", 8) &&
			  strstr(line, " sha2"));
	fclose(cpuinfo);
	print_message("best is %s\n",
		      kx_sha256_blocks_best() == kx_sha256_blocks_portable ? "portable" : "accelerated");
	assert_int_equal(kx_sha256_blocks_best() != kx_sha256_blocks_portable, listed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_vectors),
		cmocka_unit_test(published_vectors_around_a_block),
		cmocka_unit_test(a_million_times_a),
		cmocka_unit_test(all_lengths_and_alignments_agree),
		cmocka_unit_test(best_is_the_extension_where_the_kernel_lists_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
