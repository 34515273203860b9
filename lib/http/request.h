/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One request, as often as it takes. */
#ifndef LIB_HTTP_REQUEST_H
#define LIB_HTTP_REQUEST_H

#include "kx/http.h"
#include "kx/span.h"
#include "lib/http/url.h"

enum { HTTP_BODY_MAX = 16384 };

/**
 * struct request - what is asked
 * @method: in capitals; HEAD reads no body
 * @path: encoded, from "/" on; @query: likewise, NULL for none
 * @fd: the body is @len bytes of it at @off; -1: it is @text
 * @type: of the body, NULL: of bytes
 * @spent: NULL; else the body is @text and then what comes from @fd until it ends, of a length that
 *	nobody knows, and this is set once some of that was taken: it cannot be sent again
 */
struct request {
	const char *method, *path, *query, *type;
	int fd;
	uint64_t off, len;
	struct kx_span text;
	bool *spent;
};

/**
 * struct answer - what is said to it
 * @status: as HTTP has it
 * @etag: "" if there is none; @length: of the body, as it is told; @pause: seconds until it is asked
 *	again, 0 not said
 * @body: its beginning
 */
struct answer {
	long status;
	char etag[128];
	uint64_t length, pause;
	uint8_t body[HTTP_BODY_MAX];
	size_t body_len;
};

/**
 * struct kx_http - where to
 * @curl: the connection
 * @to: its path is without a "/" at its end, its query what every request has, as of a presigned URL
 * @s3: it is a bucket
 */
struct kx_http {
	struct kx_http_options options;
	void *curl;
	struct url to;
	bool s3;
};

/**
 * http_ask() - send it, and again if that may help
 * @answer: of the last one; its status is 2xx if the return value is 0
 *
 * Return: as kx_http_send(); -ENOENT for 404 and 410.
 */
int http_ask(struct kx_http *http, const struct request *request, struct answer *answer,
	     struct kx_err *err);

/** http_ask_once() - the same without another try, and with little patience, as for cleaning up */
int http_ask_once(struct kx_http *http, const struct request *request, struct answer *answer,
		  struct kx_err *err);

#endif
