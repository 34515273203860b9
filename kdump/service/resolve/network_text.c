/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the configuration, mount options and known_hosts say of servers. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/service/resolve/network.h"
#include "kx/cleanup.h"
#include "kx/span.h"

static bool take(char *to, size_t size, const char *from, size_t len)
{
	if (len >= size)
		return false;
	memcpy(to, from, len);
	to[len] = '\0';
	return true;
}

/* HOST or [ADDRESS] at the beginning; NULL: there is none, else what is behind it. */
static const char *take_host(const char *text, const char *ends, struct network_place *ret)
{
	const char *close = text[0] == '[' ? strchr(text, ']') : NULL;
	size_t len = close ? (size_t)(close - text) - 1 : strcspn(text, ends);

	if (len == 0 || (text[0] == '[' && !close) || text[0] == '-' ||
	    !take(ret->host, sizeof(ret->host), text + (close != NULL), len))
		return NULL;
	return close ? close + 1 : text + len;
}

static bool place_nfs(const char *where, struct network_place *ret)
{
	const char *rest = take_host(where, ":", ret);

	return rest && rest[0] == ':' && rest[1] == '/' &&
	       take(ret->path, sizeof(ret->path), rest + 1, strlen(rest + 1));
}

static bool place_smb(const char *where, struct network_place *ret)
{
	const char *rest;

	if (strncmp(where, "//", 2) != 0)
		return false;
	rest = take_host(where + 2, "/", ret);
	return rest && rest[0] == '/' && rest[1] && rest[1] != '/' &&
	       take(ret->path, sizeof(ret->path), rest + 1, strlen(rest + 1));
}

static bool place_ssh(const char *where, struct network_place *ret)
{
	const char *at = strrchr(where, '@'), *rest = at ? at + 1 : where;

	if (at && (at == where || where[0] == '-' ||
		   !take(ret->user, sizeof(ret->user), where, (size_t)(at - where))))
		return false;
	rest = take_host(rest, ":", ret);
	if (!rest)
		return false;
	return !rest[0] || (rest[0] == ':' &&
			    kx_span_number(kx_span_of(rest + 1), 10, &ret->port) &&
			    ret->port > 0 && ret->port <= UINT16_MAX);
}

/* Of the URL what a crash kernel connects with; its path stays in it. */
static bool place_url(const char *where, struct network_place *ret)
{
	const bool tls = strncmp(where, "https://", 8) == 0;
	const char *rest;

	if (!tls && strncmp(where, "http://", 7) != 0)
		return false;
	for (const char *c = where; *c; c++) {
		/* A query would be one object's, and a password there is seen by everybody. */
		if (*c <= ' ' || *c > '~' || strchr("@?#\"<>\\^`{|}", *c))
			return false;
	}
	rest = take_host(where + (tls ? 8 : 7), ":/", ret);
	if (!rest)
		return false;
	ret->port = tls ? 443 : 80;
	if (*rest == ':') {
		const size_t len = strcspn(++rest, "/");

		if (!kx_span_number((struct kx_span){ (const uint8_t *)rest, len }, 10,
				    &ret->port) || ret->port == 0 || ret->port > UINT16_MAX)
			return false;
		rest += len;
	}
	return !*rest || *rest == '/';
}

/* What a place of that type is. */
static const char *place_form(enum kx_capture_type type, const char *where)
{
	switch (type) {
	case KX_CAPTURE_NFS:
		return "HOST:/FOLDER";
	case KX_CAPTURE_SMB:
		return "//HOST/SHARE";
	case KX_CAPTURE_SSH:
		return "[USER@]HOST[:PORT]";
	case KX_CAPTURE_HTTP:
	case KX_CAPTURE_S3:
		if (strchr(where, '?'))
			return "without a query: a presigned URL is one object's, and a dump is "
			       "several, in a folder of its day";
		return "https://HOST[:PORT][/PATH]";
	case KX_CAPTURE_FILE:
	case KX_CAPTURE_RAW:
	case KX_CAPTURE_VIRTIOFS:
	case KX_CAPTURE_TYPES:
		break;
	}
	return "on another machine";
}

int network_place(enum kx_capture_type type, const char *where, struct network_place *ret,
		  struct kx_err *err)
{
	enum { SHOWN_MAX = 120 };
	struct network_place place = { .port = 0 };
	size_t shown = strcspn(where, "?");
	bool right = type == KX_CAPTURE_NFS ? place_nfs(where, &place) :
		     type == KX_CAPTURE_SMB ? place_smb(where, &place) :
		     type == KX_CAPTURE_HTTP || type == KX_CAPTURE_S3 ? place_url(where, &place) :
					      place_ssh(where, &place);

	if (!right)
		/* A signature shall not get into logs. */
		return kx_fail(err, -EINVAL, "where = %.*s: should be %s",
			       shown < SHOWN_MAX ? (int)shown : SHOWN_MAX, where,
			       place_form(type, where));
	*ret = place;
	return 0;
}

int network_port_option(char *options, uint64_t *port, struct kx_err *err)
{
	char *at = options;

	while (at && *at) {
		char *end = strchr(at, ',');
		size_t len = end ? (size_t)(end - at) : strlen(at);

		if (len >= 8 && strncmp(at, "sec=krb5", 8) == 0)
			return kx_fail(err, -ENOTSUP, "%.*s: Kerberos needs programs that a crash "
				       "kernel lacks", (int)len, at);
		if (len > 5 && strncmp(at, "port=", 5) == 0) {
			struct kx_span value = { (uint8_t *)at + 5, len - 5 };

			if (!kx_span_number(value, 10, port) || *port == 0 || *port > UINT16_MAX)
				return kx_fail(err, -EINVAL, "%.*s: no port", (int)len, at);
			memmove(at, end ? end + 1 : at + len, end ? strlen(end + 1) + 1 : 1);
			continue;
		}
		at = end ? end + 1 : NULL;
	}
	/* What was the last one leaves its comma. */
	if (options[0] && options[strlen(options) - 1] == ',')
		options[strlen(options) - 1] = '\0';
	return 0;
}

/* The next word of @rest, which are separated by @by. */
static struct kx_span next_word(struct kx_span *rest, char by)
{
	struct kx_span word = { rest->base, 0 };

	while (word.len < rest->len && rest->base[word.len] != (uint8_t)by)
		word.len++;
	kx_span_slice(*rest, word.len, rest->len - word.len, rest);
	while (rest->len && rest->base[0] == (uint8_t)by)
		kx_span_slice(*rest, 1, rest->len - 1, rest);
	return word;
}

static bool names_host(struct kx_span names, const char *plain, const char *with_port)
{
	while (names.len) {
		struct kx_span name = next_word(&names, ',');

		if (kx_span_equal(name, plain) || kx_span_equal(name, with_port))
			return true;
	}
	return false;
}

int network_known_keys(struct kx_span text, const char *name, const char *host, uint64_t port,
		       char **ret, struct kx_err *err)
{
	char with_port[300], *lines = NULL;
	const char *plain = port == NETWORK_SSH_PORT ? host : with_port;
	size_t size = 0, count = 0, hashed = 0;
	struct kx_span line;
	FILE *out = open_memstream(&lines, &size);

	if (!out)
		return kx_fail(err, -ENOMEM, "no memory");
	snprintf(with_port, sizeof(with_port), "[%s]:%u", host, (unsigned int)port);
	while (kx_span_line(&text, &line)) {
		struct kx_span rest = kx_span_trim(line), names = next_word(&rest, ' ');
		struct kx_span type = next_word(&rest, ' '), key = next_word(&rest, ' ');

		hashed += kx_span_starts(names, "|1|");
		/* "#", "@revoked" and "@cert-authority" begin others. */
		if (!key.len || !names_host(names, plain, with_port))
			continue;
		fprintf(out, "server %.*s %.*s\n", (int)type.len, (const char *)type.base,
			(int)key.len, (const char *)key.base);
		count++;
	}
	if (fclose(out) != 0 || count == 0) {
		free(lines);
		return kx_fail(err, count ? -ENOMEM : -ENOKEY, "%s: no key of %s%s: run kdump "
			       "propagate, which asks for it", name, plain,
			       hashed ? " in plain words, only hashed names" : "");
	}
	*ret = lines;
	return 0;
}
