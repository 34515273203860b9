/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes URLs apart. */
#ifndef LIB_HTTP_URL_H
#define LIB_HTTP_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "kx/error.h"

enum { HTTP_URL_MAX = 2048 };

/**
 * struct url - http or https; parts are as they were written
 * @base: scheme and authority; @host: the authority, without what is the scheme's own port
 * @path: from "/" on; @query: behind "?"
 */
struct url {
	bool tls;
	char base[320], host[256], path[HTTP_URL_MAX], query[HTTP_URL_MAX];
};

/** url_parse() - 0, or -EINVAL with @err: another scheme, a password, characters that none has */
int url_parse(const char *text, struct url *ret, struct kx_err *err);

/** http_encode() - all but unreserved characters and "/", if @slash; -EINVAL no room */
int http_encode(const char *text, bool slash, char *to, size_t size);

#endif
