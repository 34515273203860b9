/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a file in age's format is made of: a header with the key for each recipient, and chunks. */
#ifndef LIB_AGE_STREAM_H
#define LIB_AGE_STREAM_H

#include "kx/age.h"

/* Bytes of a chunk's text, and of what authenticates it. */
enum { AGE_CHUNK = 64 << 10, AGE_TAG = 16, AGE_FILE_KEY = 16, AGE_NONCE = 16 };

/** struct age_secrets - what has to be random, and different for each file */
struct age_secrets {
	uint8_t file_key[AGE_FILE_KEY], nonce[AGE_NONCE];
	uint8_t ephemeral[KX_AGE_RECIPIENTS_MAX][KX_AGE_KEY];
};

/** age_random() - fill @to; 0, -ETIMEDOUT after 10 s without random numbers, -ENOMEM, errno */
int age_random(void *to, size_t len, struct kx_err *err);

/** struct kx_age - one file; opaque for all but stream.c */
struct kx_age;

/**
 * age_new() - make a header
 * @ret: for age_free()
 * @ret_header: its bytes, owned by *@ret until the first age_seal()
 *
 * Return: 0; -ENOTSUP, -EINVAL, -ENOMEM as kx_age_target_init() says.
 */
int age_new(const struct age_secrets *secrets, const struct kx_age_recipient *recipient,
	    size_t count, struct kx_age **ret, struct kx_span *ret_header, struct kx_err *err);

/**
 * age_seal() - the next chunk
 * @len: AGE_CHUNK, or less in the last one
 *
 * Return: its bytes, @len + AGE_TAG of them, there until the next call.
 */
const uint8_t *age_seal(struct kx_age *age, const uint8_t *from, size_t len, bool last);

/** age_held() - room for a chunk that is being filled, AGE_CHUNK bytes */
uint8_t *age_held(struct kx_age *age);

/** age_free() - wipe and free it; NULL is fine */
void age_free(struct kx_age *age);

/** age_forget() - wipe @len bytes, which no compiler leaves out */
void age_forget(void *what, size_t len);

#endif
