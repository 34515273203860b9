/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 of what comes in pieces, and HMAC by it (RFC 2104). */
#ifndef LIB_HTTP_DIGEST_H
#define LIB_HTTP_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/sha256.h"

/* Of a digest in letters, and the NUL. */
enum { DIGEST_HEX = 2 * KX_SHA256_SIZE + 1 };

/** struct digest - so far: @len bytes, those that fill no block in @rest */
struct digest {
	kx_sha256_blocks_fn *blocks;
	uint32_t state[8];
	uint8_t rest[KX_SHA256_BLOCK];
	uint64_t len;
};

/** digest_init() - of nothing */
void digest_init(struct digest *digest);

/** digest_add() - and these */
void digest_add(struct digest *digest, const void *from, size_t len);

/** digest_end() - the digest; nothing may be added any more */
void digest_end(struct digest *digest, uint8_t to[KX_SHA256_SIZE]);

/** digest_hex() - in letters, small ones */
void digest_hex(const uint8_t digest[KX_SHA256_SIZE], char to[DIGEST_HEX]);

/** digest_hmac() - of a text, with a key of at most KX_SHA256_BLOCK bytes */
void digest_hmac(const void *key, size_t key_len, const char *text, uint8_t to[KX_SHA256_SIZE]);

/** digest_file() - of @len bytes of a file at @off, in letters; 0, -ENODATA it ends, errno */
int digest_file(int fd, uint64_t off, uint64_t len, char to[DIGEST_HEX], struct kx_err *err);

#endif
