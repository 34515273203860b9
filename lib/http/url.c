/* SPDX-License-Identifier: GPL-2.0-or-later */
/* URLs as RFC 3986 has them, as far as we send anything to them; also those that a server names. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/http/url.h"

static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

int http_encode(const char *text, bool slash, char *to, size_t size)
{
	size_t len = 0;

	for (; *text; text++) {
		bool plain = strchr(unreserved, *text) || (slash && *text == '/');

		if (len + (plain ? 1 : 3) >= size)
			return -EINVAL;
		len += (size_t)snprintf(to + len, size - len, plain ? "%c" : "%%%02X",
					(unsigned char)*text);
	}
	to[len] = '\0';
	return 0;
}

/* The scheme's own port is not part of what servers call themselves. */
static size_t host_len(const char *host, size_t len, bool tls)
{
	const char *port = tls ? ":443" : ":80";
	size_t more = strlen(port);

	return len > more && memcmp(host + len - more, port, more) == 0 ? len - more : len;
}

int url_parse(const char *text, struct url *ret, struct kx_err *err)
{
	static const char allowed[] = "/?#[]@!$&'()*+,;=%:";
	struct url u = { .tls = strncmp(text, "https://", 8) == 0 };
	const char *host = text + (u.tls ? 8 : 7), *path, *query;
	size_t len;

	if (!u.tls && strncmp(text, "http://", 7) != 0)
		return kx_fail(err, -EINVAL, "%.80s: no http:// or https:// URL", text);
	for (const char *c = text; *c; c++) {
		if (!strchr(unreserved, *c) && !strchr(allowed, *c))
			return kx_fail(err, -EINVAL, "a URL has no character 0x%02x",
				       (unsigned char)*c);
	}
	len = strcspn(host, "/?#");
	path = host + len;
	query = strchr(path, '?');
	if (memchr(host, '@', len))
		return kx_fail(err, -EINVAL, "a password in a URL can be seen by everybody: --user "
			       "and --secret have them");
	if (len == 0 || len >= sizeof(u.host) || strlen(path) >= sizeof(u.path) ||
	    strchr(path, '#'))
		return kx_fail(err, -EINVAL, "%.80s: no URL that anything can be sent to", text);
	snprintf(u.base, sizeof(u.base), "%.*s", (int)(path - text), text);
	snprintf(u.host, sizeof(u.host), "%.*s", (int)host_len(host, len, u.tls), host);
	snprintf(u.path, sizeof(u.path), "%.*s", (int)(query ? (size_t)(query - path) : strlen(path)),
		 path);
	snprintf(u.query, sizeof(u.query), "%s", query ? query + 1 : "");
	*ret = u;
	return 0;
}
