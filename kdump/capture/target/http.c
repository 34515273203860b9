/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Targets that are HTTP servers or object storage: as kdump save reaches them, by kdump-http. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kdump/capture/target/network.h"
#include "kdump/capture/target/target.h"

enum { HTTP_PORT = 80, HTTPS_PORT = 443 };

/** struct http_words - what save_options borrows: the program with its options */
struct http_words {
	char text[4096];
	size_t len;
};

/* They are separated by blanks, so that none may be in one. */
static bool add(struct http_words *w, const char *option, const char *value)
{
	const size_t room = sizeof(w->text) - w->len;
	int n;

	if (!value)
		return true;
	if (!value[0] || strchr(value, ' '))
		return false;
	n = snprintf(w->text + w->len, room, " %s %s", option, value);
	w->len += n > 0 ? (size_t)n : 0;
	return (size_t)n < room;
}

static int put_words(struct capture_target *target, const char *server, struct http_words *w,
		     struct kx_err *err)
{
	const struct kx_capture_target *from = target->from;
	const bool s3 = from->type == KX_CAPTURE_S3;
	char secret[512], cacert[512];

	w->len = (size_t)snprintf(w->text, sizeof(w->text), "%s",
				  target->here ? target->here->http : KX_CAPTURE_HTTP_PROGRAM);
	if (!add(w, "-a", server) || !add(w, "-e", s3 ? from->url : NULL) ||
	    !add(w, "-r", s3 ? from->region : NULL) || !add(w, "-u", from->user) ||
	    !add(w, "-s", capture_secret(target, from->secret, secret)) ||
	    !add(w, "-c", capture_secret(target, from->cacert, cacert)))
		return kx_fail(err, -EINVAL, "the plan has a URL, user or region with a blank");
	return 0;
}

static int put_dest(struct capture_target *target, struct kx_err *err)
{
	const struct kx_capture_target *from = target->from;
	const char *path = from->path ? from->path : "";
	int len;

	if (from->type == KX_CAPTURE_S3)
		len = snprintf(target->dest, sizeof(target->dest), "s3://%s%s", from->share, path);
	else
		len = snprintf(target->dest, sizeof(target->dest), "%s%s", from->url, path);
	return len < (int)sizeof(target->dest) ? 0 : kx_fail(err, -EINVAL, "a URL that is too long");
}

static int http_prepare(struct capture_target *target, struct kx_err *err)
{
	const struct kx_capture_target *from = target->from;
	struct http_words *words;
	const char *server;
	uint64_t port;
	int rc;

	if (!from->url || (from->type == KX_CAPTURE_S3 && !from->share))
		return kx_fail(err, -EINVAL, "the plan has no URL, or no bucket");
	port = strncmp(from->url, "https:", 6) == 0 ? HTTPS_PORT : HTTP_PORT;
	rc = capture_network(target, port, &server, &port, err);
	if (rc < 0)
		return rc;
	words = calloc(1, sizeof(*words));
	if (!words)
		return kx_fail(err, -ENOMEM, "no memory");
	rc = put_words(target, server, words, err);
	if (rc == 0)
		rc = put_dest(target, err);
	if (rc < 0)
		free(words);
	else
		target->data = words;
	return rc;
}

static int http_dest(struct capture_target *target, struct save_options *options,
		     struct kx_err *err)
{
	const struct http_words *words = target->data;

	(void)err;
	options->dest = target->dest;
	options->http = words->text;
	options->limit = target->from->limit;
	return 0;
}

static void http_abandon(struct capture_target *target)
{
	free(target->data);
	target->data = NULL;
}

const struct capture_kind capture_kind_http = {
	.type = KX_CAPTURE_HTTP,
	.prepare = http_prepare,
	.dest = http_dest,
	.abandon = http_abandon,
};

const struct capture_kind capture_kind_s3 = {
	.type = KX_CAPTURE_S3,
	.prepare = http_prepare,
	.dest = http_dest,
	.abandon = http_abandon,
};
