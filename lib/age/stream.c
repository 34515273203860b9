/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes files in age's format: https://github.com/C2SP/C2SP, age.md. Primitives are libsodium's;
 * HKDF (RFC 5869) is two steps of HMAC with SHA-256, as each key is of one block.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kx/bytes.h"
#include "kx/cleanup.h"
#include "lib/age/sodium.h"
#include "lib/age/stream.h"

/* Of a hash, thus of a derived key; of a wrapped file key; of a nonce, and its counter. */
enum { HASH = 32, WRAPPED = AGE_FILE_KEY + AGE_TAG, CHUNK_NONCE = 12, COUNTER = 11 };

/* Of a header: its first line, a recipient's two, the last and the nonce behind it, at most. */
enum { HEADER_FIRST = 32, HEADER_EACH = 128, HEADER_END = 96 };

/**
 * struct kx_age - one file
 * @key: of all chunks; @count: of those that were made
 * @held: a chunk's text; @sealed: a chunk
 * @header: @header_len bytes
 */
struct kx_age {
	uint8_t key[HASH];
	uint64_t count;
	uint8_t held[AGE_CHUNK], sealed[AGE_CHUNK + AGE_TAG];
	char header[HEADER_FIRST + KX_AGE_RECIPIENTS_MAX * HEADER_EACH + HEADER_END];
	size_t header_len;
};

uint8_t *age_held(struct kx_age *age)
{
	return age->held;
}

#ifdef HAVE_SODIUM

void age_forget(void *what, size_t len)
{
	kx_sodium.sodium_memzero(what, len);
}

static void hmac(const uint8_t *key, size_t key_len, struct kx_span text, struct kx_span more,
		 uint8_t to[HASH])
{
	crypto_auth_hmacsha256_state state;

	kx_sodium.crypto_auth_hmacsha256_init(&state, key, key_len);
	kx_sodium.crypto_auth_hmacsha256_update(&state, text.base, text.len);
	kx_sodium.crypto_auth_hmacsha256_update(&state, more.base, more.len);
	kx_sodium.crypto_auth_hmacsha256_final(&state, to);
	age_forget(&state, sizeof(state));
}

/* HKDF-SHA-256 with one block of output. */
static void derive(struct kx_span secret, struct kx_span salt, const char *what, uint8_t to[HASH])
{
	static const uint8_t first[] = { 1 };
	uint8_t extracted[HASH];

	hmac(salt.base, salt.len, secret, (struct kx_span){ first, 0 }, extracted);
	hmac(extracted, sizeof(extracted), kx_span_of(what), (struct kx_span){ first, 1 }, to);
	age_forget(extracted, sizeof(extracted));
}

static void seal(const uint8_t key[HASH], const uint8_t nonce[CHUNK_NONCE], const uint8_t *from,
		 size_t len, uint8_t *to)
{
	unsigned long long sealed_len;

	kx_sodium.crypto_aead_chacha20poly1305_ietf_encrypt(to, &sealed_len, from, len, NULL, 0,
							    NULL, nonce, key);
}

/* ---- the header ----------------------------------------------------------------------------- */

static void put_text(struct kx_age *age, const char *text)
{
	size_t len = strlen(text);

	memcpy(age->header + age->header_len, text, len);
	age->header_len += len;
}

/* Base64 of RFC 4648 without padding; nothing that is written is longer than a line. */
static void put_base64(struct kx_age *age, const uint8_t *from, size_t len)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789+/";
	unsigned int bits = 0, value = 0;

	for (size_t i = 0; i < len; i++) {
		value = value << 8 | from[i];
		for (bits += 8; bits >= 6; bits -= 6)
			age->header[age->header_len++] = letters[value >> (bits - 6) & 63];
	}
	if (bits)
		age->header[age->header_len++] = letters[value << (6 - bits) & 63];
}

/* The file key, for one recipient. */
static int put_recipient(struct kx_age *age, const uint8_t file_key[AGE_FILE_KEY],
			 const uint8_t ephemeral[KX_AGE_KEY],
			 const struct kx_age_recipient *recipient, struct kx_err *err)
{
	static const uint8_t nonce[CHUNK_NONCE];
	uint8_t salt[2 * KX_AGE_KEY], shared[KX_AGE_KEY], key[HASH], wrapped[WRAPPED];

	kx_sodium.crypto_scalarmult_curve25519_base(salt, ephemeral);
	memcpy(salt + KX_AGE_KEY, recipient->key, KX_AGE_KEY);
	if (kx_sodium.crypto_scalarmult_curve25519(shared, ephemeral, recipient->key) < 0)
		return kx_fail(err, -EINVAL, "%s: no private key belongs to it", recipient->name);
	derive((struct kx_span){ shared, sizeof(shared) }, (struct kx_span){ salt, sizeof(salt) },
	       "age-encryption.org/v1/X25519", key);
	seal(key, nonce, file_key, AGE_FILE_KEY, wrapped);
	age_forget(shared, sizeof(shared));
	age_forget(key, sizeof(key));
	put_text(age, "-> X25519 ");
	put_base64(age, salt, KX_AGE_KEY);
	put_text(age, "\n");
	put_base64(age, wrapped, sizeof(wrapped));
	put_text(age, "\n");
	return 0;
}

/* It cannot be changed by who has not the file key. */
static void put_mac(struct kx_age *age, struct kx_span file_key)
{
	const struct kx_span nothing = { (const uint8_t *)"", 0 };
	uint8_t key[HASH], mac[HASH];

	put_text(age, "---");
	derive(file_key, nothing, "header", key);
	hmac(key, sizeof(key),
	     (struct kx_span){ (const uint8_t *)age->header, age->header_len }, nothing, mac);
	age_forget(key, sizeof(key));
	put_text(age, " ");
	put_base64(age, mac, sizeof(mac));
	put_text(age, "\n");
}

static int put_header(struct kx_age *age, const struct age_secrets *secrets,
		      const struct kx_age_recipient *recipient, size_t count, struct kx_err *err)
{
	const struct kx_span file_key = { secrets->file_key, AGE_FILE_KEY };
	int rc = 0;

	put_text(age, "age-encryption.org/v1\n");
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = put_recipient(age, file_key.base, secrets->ephemeral[i], &recipient[i], err);
	if (rc < 0)
		return rc;
	put_mac(age, file_key);
	memcpy(age->header + age->header_len, secrets->nonce, AGE_NONCE);
	age->header_len += AGE_NONCE;
	derive(file_key, (struct kx_span){ secrets->nonce, AGE_NONCE }, "payload", age->key);
	return 0;
}

static void free_age(struct kx_age **age)
{
	age_free(*age);
}

int age_new(const struct age_secrets *secrets, const struct kx_age_recipient *recipient,
	    size_t count, struct kx_age **ret, struct kx_span *ret_header, struct kx_err *err)
{
	_cleanup_(free_age) struct kx_age *age = NULL;
	int rc;

	if (count < 1 || count > KX_AGE_RECIPIENTS_MAX)
		return kx_fail(err, -EINVAL, "%zu recipients, must be 1 to %d", count,
			       KX_AGE_RECIPIENTS_MAX);
	rc = kx_library_load(&kx_sodium_library, err);
	if (rc < 0)
		return rc;
	/* 1: it was called before. */
	if (kx_sodium.sodium_init() < 0)
		return kx_fail(err, -ENOTSUP, "libsodium cannot be used");
	age = calloc(1, sizeof(*age));
	if (!age)
		return kx_fail(err, -ENOMEM, "no memory to encrypt");
	rc = put_header(age, secrets, recipient, count, err);
	if (rc < 0)
		return rc;
	*ret_header = (struct kx_span){ (const uint8_t *)age->header, age->header_len };
	*ret = age;
	age = NULL;
	return 0;
}

/* ---- chunks --------------------------------------------------------------------------------- */

const uint8_t *age_seal(struct kx_age *age, const uint8_t *from, size_t len, bool last)
{
	uint8_t nonce[CHUNK_NONCE] = { 0 };

	kx_put(nonce + COUNTER - 8, 8, age->count++, true);
	nonce[COUNTER] = last;
	seal(age->key, nonce, from, len, age->sealed);
	return age->sealed;
}

void age_free(struct kx_age *age)
{
	if (age)
		age_forget(age, sizeof(*age));
	free(age);
}

#else

int age_new(const struct age_secrets *secrets, const struct kx_age_recipient *recipient,
	    size_t count, struct kx_age **ret, struct kx_span *ret_header, struct kx_err *err)
{
	(void)secrets, (void)recipient, (void)count, (void)ret, (void)ret_header;
	return kx_fail(err, -ENOTSUP, "this build cannot encrypt: it was made without libsodium");
}

const uint8_t *age_seal(struct kx_age *age, const uint8_t *from, size_t len, bool last)
{
	(void)from, (void)len, (void)last;
	return age->sealed;
}

void age_free(struct kx_age *age)
{
	free(age);
}

void age_forget(void *what, size_t len)
{
	explicit_bzero(what, len);
}

#endif
