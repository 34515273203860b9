/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to S3 are signed: Signature Version 4, as Amazon's documents describe it. */
#ifndef LIB_HTTP_SIGN_H
#define LIB_HTTP_SIGN_H

#include <stddef.h>
#include <stdint.h>

#include "lib/http/digest.h"

/**
 * struct sign - what is signed, and with what
 * @method: in capitals; @host: as in the Host header; @path, @query: as in the request, with
 *	everything encoded that has to be, names sorted, and a "=" behind each
 * @hash: of the body, in letters
 * @token: of a session, or NULL
 * @time: seconds since 1970
 */
struct sign {
	const char *method, *host, *path, *query, *hash;
	const char *key_id, *secret, *token, *region;
	uint64_t time;
};

/* The value of the x-amz-date header; that of Authorization. */
enum { SIGN_DATE = 17, SIGN_VALUE = 512 };

/**
 * sign_request() - the headers' values
 *
 * Signed are host, x-amz-content-sha256, x-amz-date and, with a token, x-amz-security-token.
 *
 * Return: 0; -EINVAL the time is none, or something is longer than there is room for.
 */
int sign_request(const struct sign *sign, char date[SIGN_DATE], char value[SIGN_VALUE]);

#endif
