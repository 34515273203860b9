/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A window that moves on when what is asked for is not in it. */
#include <errno.h>
#include <inttypes.h>

#include "lib/dump/peek.h"

static int load(struct kx_peek *peek, uint64_t off, size_t len, struct kx_err *err)
{
	int rc = peek->read(peek->data, off, peek->bytes, len, err);

	peek->loaded += len;
	peek->at = off;
	peek->len = rc == 0 ? len : 0;
	return rc;
}

int kx_peek(struct kx_peek *peek, uint64_t off, size_t len, const uint8_t **ret, struct kx_err *err)
{
	uint64_t left;
	int rc;

	if (len > KX_PEEK_MAX || off > peek->end || len > peek->end - off)
		return kx_fail(err, -EFAULT, "the file ends at 0x%" PRIx64 ", before 0x%" PRIx64,
			       peek->end, off + len);
	if (off >= peek->at && off - peek->at <= peek->len && len <= peek->len - (off - peek->at)) {
		*ret = peek->bytes + (off - peek->at);
		return 0;
	}
	/* As much as can be had in one read, or just what is asked for when less is left. */
	left = peek->end - off;
	rc = load(peek, off, left < KX_PEEK_MAX ? (size_t)left : KX_PEEK_MAX, err);
	if (rc < 0)
		rc = load(peek, off, len, err);
	if (rc == 0)
		*ret = peek->bytes;
	return rc;
}
