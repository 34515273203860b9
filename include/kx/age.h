/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Encrypts to public keys, in the format of age, version 1 (C2SP, age.md): what "age -d" opens.
 * Only who has one of the private keys can read it; we have none, and read nothing of it.
 */
#ifndef KX_AGE_H
#define KX_AGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/save.h"

/* Bytes of a key; recipients of a file; characters of a recipient's name with the NUL behind. */
enum { KX_AGE_KEY = 32, KX_AGE_RECIPIENTS_MAX = 64, KX_AGE_NAME = 64 };

/** struct kx_age_recipient - an X25519 public key, and its name: "age1..." */
struct kx_age_recipient {
	uint8_t key[KX_AGE_KEY];
	char name[KX_AGE_NAME];
};

/**
 * kx_age_parse() - take "age1..." apart
 *
 * Return: 0; -EINVAL it is none, or was mistyped; -ENOTSUP a recipient of another kind. The text of
 * @err never has a private key in it.
 */
int kx_age_parse(const char *text, struct kx_age_recipient *ret, struct kx_err *err);

/**
 * struct kx_age_target - a target in front of another, which gets what is written encrypted
 * @to: that one, borrowed
 * @plain, @off: bytes that were written here and there
 *
 * It is written front to back; anything else is -ESPIPE, since no chunk may ever be encrypted twice
 * with one key. The last 64 KiB at most are held back until more comes or kx_age_target_end(), and
 * not there after a sync.
 */
struct kx_age_target {
	struct kx_save_target target;
	struct kx_save_target *to;
	struct kx_age *age;
	uint64_t plain, off;
};

/**
 * kx_age_target_init() - for kx_save() in the place of @to; for kx_age_target_done()
 * @to: empty; it gets the header now
 * @recipient: @count of them, at least one: each of them alone can open it
 *
 * Waits for the kernel's random numbers, as early after a boot, but no longer than 10 s.
 *
 * Return: 0; -EINVAL no recipient, too many, or a key that no private one belongs to; -ENOTSUP no
 * libsodium; -ETIMEDOUT no random numbers; -ENOMEM; errno of writing.
 */
int kx_age_target_init(struct kx_age_target *ret, struct kx_save_target *to,
		       const struct kx_age_recipient *recipient, size_t count, struct kx_err *err);

/**
 * kx_age_target_end() - what was written is all; a file without this is noticed to be cut
 *
 * Return: 0 or negative errno of writing.
 */
int kx_age_target_end(struct kx_age_target *target);

/** kx_age_target_done() - forget the keys; NULL in it, as after a failure, is fine */
void kx_age_target_done(struct kx_age_target *target);

#endif
