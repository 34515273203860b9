/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 as FIPS 180-4 has it: blocks, then a bit, zeros and the length. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kx/bytes.h"
#include "lib/http/digest.h"

void digest_init(struct digest *d)
{
	/* FIPS 180-4, 5.3.3. */
	static const uint32_t first[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
					   0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

	*d = (struct digest){ .blocks = kx_sha256_blocks_best() };
	memcpy(d->state, first, sizeof(first));
}

void digest_add(struct digest *d, const void *from, size_t len)
{
	const uint8_t *at = from;
	size_t have = (size_t)(d->len % KX_SHA256_BLOCK), part;

	d->len += len;
	if (have) {
		part = len < KX_SHA256_BLOCK - have ? len : KX_SHA256_BLOCK - have;
		memcpy(d->rest + have, at, part);
		at += part;
		len -= part;
		if (have + part < KX_SHA256_BLOCK)
			return;
		d->blocks(d->state, d->rest, 1);
	}
	d->blocks(d->state, at, len / KX_SHA256_BLOCK);
	part = len % KX_SHA256_BLOCK;
	if (part)
		memcpy(d->rest, at + (len - part), part);
}

void digest_end(struct digest *d, uint8_t to[KX_SHA256_SIZE])
{
	static const uint8_t padding[KX_SHA256_BLOCK] = { 0x80 };
	uint64_t bits = d->len * 8;
	uint8_t length[8];

	digest_add(d, padding, 1);
	digest_add(d, padding + 1, (KX_SHA256_BLOCK + 56 - (size_t)(d->len % 64)) % 64);
	kx_put(length, 8, bits, true);
	digest_add(d, length, sizeof(length));
	for (size_t i = 0; i < 8; i++)
		kx_put(to + 4 * i, 4, d->state[i], true);
}

void digest_hex(const uint8_t digest[KX_SHA256_SIZE], char to[DIGEST_HEX])
{
	for (size_t i = 0; i < KX_SHA256_SIZE; i++)
		snprintf(to + 2 * i, 3, "%02x", digest[i]);
}

void digest_hmac(const void *key, size_t key_len, const char *text, uint8_t to[KX_SHA256_SIZE])
{
	uint8_t inner[KX_SHA256_BLOCK] = { 0 }, outer[KX_SHA256_BLOCK] = { 0 };
	struct digest d;

	memcpy(inner, key, key_len);
	memcpy(outer, key, key_len);
	for (size_t i = 0; i < KX_SHA256_BLOCK; i++) {
		inner[i] ^= 0x36;
		outer[i] ^= 0x5c;
	}
	digest_init(&d);
	digest_add(&d, inner, sizeof(inner));
	digest_add(&d, text, strlen(text));
	digest_end(&d, to);
	digest_init(&d);
	digest_add(&d, outer, sizeof(outer));
	digest_add(&d, to, KX_SHA256_SIZE);
	digest_end(&d, to);
}

int digest_file(int fd, uint64_t off, uint64_t len, char to[DIGEST_HEX], struct kx_err *err)
{
	uint8_t some[16384], digest[KX_SHA256_SIZE];
	struct digest d;
	ssize_t n = 0;

	digest_init(&d);
	for (; len > 0; off += (uint64_t)n, len -= (uint64_t)n) {
		n = pread(fd, some, len < sizeof(some) ? (size_t)len : sizeof(some), (off_t)off);
		if (n < 0)
			return kx_fail(err, -errno, "reading: %s", strerror(errno));
		if (n == 0)
			return kx_fail(err, -ENODATA, "the file became shorter");
		digest_add(&d, some, (size_t)n);
	}
	digest_end(&d, digest);
	digest_hex(digest, to);
	return 0;
}
