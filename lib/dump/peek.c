/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A window that moves on when what is asked for is not in it. */
#include <stdbool.h>

#include "lib/dump/peek.h"

static bool load(struct kx_peek *peek, uint64_t off, size_t len)
{
	struct kx_err ignored;

	peek->at = off;
	peek->len = len;
	if (peek->read(peek->data, off, peek->bytes, len, &ignored) == 0)
		return true;
	peek->len = 0;
	return false;
}

const uint8_t *kx_peek(struct kx_peek *peek, uint64_t off, size_t len)
{
	uint64_t left;

	if (len > KX_PEEK_MAX || off > peek->end || len > peek->end - off)
		return NULL;
	if (off >= peek->at && off - peek->at <= peek->len && len <= peek->len - (off - peek->at))
		return peek->bytes + (off - peek->at);
	/* As much as can be had in one read, or just what is asked for when less is left. */
	left = peek->end - off;
	if (!load(peek, off, left < KX_PEEK_MAX ? (size_t)left : KX_PEEK_MAX) &&
	    !load(peek, off, len))
		return NULL;
	return peek->bytes;
}
