/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A target that encrypts: chunks are made as they are filled, and the last one is marked so. */
#include <errno.h>
#include <string.h>

#include "lib/age/stream.h"

static int put(struct kx_age_target *t, const void *from, size_t len)
{
	int rc = t->to->write(t->to, from, len, t->off);

	if (rc == 0)
		t->off += len;
	return rc;
}

static int put_chunk(struct kx_age_target *t, size_t len, bool last)
{
	return put(t, age_seal(t->age, age_held(t->age), len, last), len + AGE_TAG);
}

/* Bytes of the chunk that is being filled; a full one stays until it is known not to be last. */
static size_t held(const struct kx_age_target *t)
{
	return t->plain ? (size_t)((t->plain - 1) % AGE_CHUNK) + 1 : 0;
}

static int age_write(struct kx_save_target *target, const void *from, size_t len, uint64_t off)
{
	struct kx_age_target *t = (struct kx_age_target *)target;
	const uint8_t *at = from;

	if (off != t->plain)
		return -ESPIPE;
	while (len > 0) {
		size_t have = held(t), part;
		int rc = have == AGE_CHUNK ? put_chunk(t, AGE_CHUNK, false) : 0;

		/* A chunk is never made again: another text would have the same nonce. */
		if (rc < 0) {
			t->plain = UINT64_MAX;
			return rc;
		}
		have %= AGE_CHUNK;
		part = len < AGE_CHUNK - have ? len : AGE_CHUNK - have;
		memcpy(age_held(t->age) + have, at, part);
		t->plain += part;
		at += part;
		len -= part;
	}
	return 0;
}

static int age_sync(struct kx_save_target *target)
{
	struct kx_age_target *t = (struct kx_age_target *)target;

	return t->to->sync(t->to);
}

static int age_room(struct kx_save_target *target, uint64_t *ret)
{
	struct kx_age_target *t = (struct kx_age_target *)target;

	return t->to->room(t->to, ret);
}

/* What authenticates the chunk that is being filled, too. */
static uint64_t age_extra(const struct kx_save_target *target)
{
	const struct kx_age_target *t = (const struct kx_age_target *)target;
	uint64_t extra = t->to->extra ? t->to->extra(t->to) : 0;

	return extra + t->off + held(t) + AGE_TAG - t->plain;
}

int kx_age_target_init(struct kx_age_target *ret, struct kx_save_target *to,
		       const struct kx_age_recipient *recipient, size_t count, struct kx_err *err)
{
	struct kx_age_target t = {
		.target = { .write = age_write, .sync = age_sync,
			    .room = to->room ? age_room : NULL, .extra = age_extra,
			    .costly = to->costly },
		.to = to,
	};
	struct age_secrets secrets;
	struct kx_span header;
	int rc;

	ret->age = NULL;
	/* First, since libsodium waits for them, too, and as long as it takes. */
	rc = age_random(&secrets, sizeof(secrets), err);
	if (rc < 0)
		return rc;
	rc = age_new(&secrets, recipient, count, &t.age, &header, err);
	explicit_bzero(&secrets, sizeof(secrets));
	if (rc < 0)
		return rc;
	rc = put(&t, header.base, header.len);
	if (rc < 0) {
		age_free(t.age);
		return kx_fail(err, rc, "writing: %s", strerror(-rc));
	}
	*ret = t;
	return 0;
}

int kx_age_target_end(struct kx_age_target *target)
{
	/* After a failure there is nothing that could be ended. */
	if (target->plain == UINT64_MAX)
		return -EIO;
	return put_chunk(target, held(target), true);
}

void kx_age_target_done(struct kx_age_target *target)
{
	age_free(target->age);
	target->age = NULL;
}
