/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How decoders of whole files fail. */
#include <errno.h>

#include "lib/codec/internal.h"

int kx_unpack_truncated(const struct kx_unpack *u)
{
	return kx_fail(u->err, -EBADMSG, "the data ends in the middle, after %zu bytes", u->in.len);
}

int kx_unpack_damaged(const struct kx_unpack *u, const char *why)
{
	return kx_fail(u->err, -EBADMSG, "the data is damaged at or before byte %zu: %s", u->at,
		       why);
}
