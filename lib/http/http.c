/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Servers and buckets: where something is to go. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/http.h"
#include "lib/http/once.h"
#include "lib/http/s3.h"
#include "lib/http/stream.h"

/* Of a file, from which each part can be read again. */
enum { PART = 8 << 20 };

bool kx_http_known(const char *url)
{
	return strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0 ||
	       strncmp(url, "s3://", 5) == 0;
}

static void cut_slashes(char *path)
{
	size_t len = strlen(path);

	while (len > 0 && path[len - 1] == '/')
		path[--len] = '\0';
}

static int use_http(struct kx_http *http, const char *text, struct kx_err *err)
{
	int rc = url_parse(text, &http->to, err);

	cut_slashes(http->to.path);
	return rc;
}

/* The bucket is the first word of the path, which every server understands. */
static int use_s3(struct kx_http *http, const char *text, struct kx_err *err)
{
	const struct kx_http_options *o = &http->options;
	char server[160], path[HTTP_URL_MAX], *to = http->to.path;
	size_t len;
	int rc;

	http->s3 = true;
	if (!text[0] || text[0] == '/')
		return kx_fail(err, -EINVAL, "s3:// and no bucket");
	if (!o->user || !o->password)
		return kx_fail(err, -EINVAL, "S3 wants a key and its secret: --user and --secret");
	snprintf(server, sizeof(server), "https://s3.%.100s.amazonaws.com", o->region);
	rc = url_parse(o->endpoint ? o->endpoint : server, &http->to, err);
	if (rc < 0)
		return kx_context(err, rc, "endpoint");
	/* Requests have queries of their own. */
	http->to.query[0] = '\0';
	cut_slashes(to);
	len = strlen(to);
	if (http_encode(text, true, path, sizeof(path)) < 0 ||
	    len + 1 + strlen(path) >= sizeof(http->to.path))
		return kx_fail(err, -EINVAL, "its URL would be too long");
	to[len] = '/';
	memcpy(&to[len + 1], path, strlen(path) + 1);
	cut_slashes(to);
	return 0;
}

static void settle(struct kx_http_options *o)
{
	o->connect = o->connect ? o->connect : 30;
	o->stall = o->stall ? o->stall : 60;
	o->tries = o->tries ? o->tries : 6;
	o->pause = o->pause ? o->pause : 1000;
	o->region = o->region ? o->region : "us-east-1";
}

int kx_http_open(struct kx_http **ret, const char *url, const struct kx_http_options *options,
		 struct kx_err *err)
{
	struct kx_http *http = calloc(1, sizeof(*http));
	int rc;

	if (!http)
		return kx_fail(err, -ENOMEM, "no memory");
	http->options = *options;
	settle(&http->options);
	rc = strncmp(url, "s3://", 5) == 0 ? use_s3(http, url + 5, err) : use_http(http, url, err);
	if (rc == 0)
		rc = http_begin(http, err);
	if (rc < 0) {
		kx_http_close(http);
		return rc;
	}
	*ret = http;
	return 0;
}

void kx_http_close(struct kx_http *http)
{
	if (http)
		http_end(http);
	free(http);
}

static int path_of(const struct kx_http *http, const char *name, char to[HTTP_URL_MAX],
		   struct kx_err *err)
{
	int len = snprintf(to, HTTP_URL_MAX, "%s/", http->to.path);

	if (len >= HTTP_URL_MAX ||
	    http_encode(name, true, to + len, HTTP_URL_MAX - (size_t)len) < 0)
		return kx_fail(err, -EINVAL, "its URL would be too long");
	return 0;
}

int kx_http_send(struct kx_http *http, const char *name, int fd, uint64_t size,
		 struct kx_err *err)
{
	char path[HTTP_URL_MAX];
	const struct request put = { .method = "PUT", .path = path, .fd = fd, .len = size };
	const uint64_t part = http->options.part ? http->options.part : PART;
	struct answer answer;
	int rc = path_of(http, name, path, err);

	if (rc < 0)
		return rc;
	if (http->s3 && size > part)
		rc = s3_send(http, path, fd, size, part, err);
	else
		rc = http_ask(http, &put, &answer, err);
	/* A bucket, or a folder, that is not there. */
	return rc == -ENOENT ? -EREMOTEIO : rc;
}

static int send_whole(const struct stream *s, const char *path, struct kx_err *err)
{
	const struct request put = { .method = "PUT", .path = path, .fd = -1, .len = s->len,
				     .text = { s->buffer, s->len } };
	struct answer answer;

	return http_ask(s->http, &put, &answer, err);
}

/* What is in memory, and then what comes. */
static int send_on(const struct stream *s, const char *path, struct kx_err *err)
{
	bool spent = false;
	const struct request put = { .method = "PUT", .path = path, .fd = s->fd,
				     .text = { s->buffer, s->len }, .spent = &spent };
	struct answer answer;

	return http_ask(s->http, &put, &answer, err);
}

int kx_http_stream(struct kx_http *http, const char *name, int fd, struct kx_err *err)
{
	struct stream stream = { .buffer = NULL };
	char path[HTTP_URL_MAX];
	int rc = path_of(http, name, path, err);

	if (rc == 0)
		rc = stream_begin(&stream, http, fd, err);
	if (rc == 0 && stream.end)
		rc = send_whole(&stream, path, err);
	else if (rc == 0)
		rc = http->s3 ? s3_stream(&stream, path, err) : send_on(&stream, path, err);
	stream_end(&stream);
	return rc == -ENOENT ? -EREMOTEIO : rc;
}

int kx_http_remove(struct kx_http *http, const char *name, struct kx_err *err)
{
	char path[HTTP_URL_MAX];
	const struct request gone = { .method = "DELETE", .path = path, .fd = -1 };
	struct answer answer;
	int rc = path_of(http, name, path, err);

	return rc < 0 ? rc : http_ask_once(http, &gone, &answer, err);
}

int kx_http_size(struct kx_http *http, const char *name, uint64_t *ret, struct kx_err *err)
{
	char path[HTTP_URL_MAX];
	const struct request head = { .method = "HEAD", .path = path, .fd = -1 };
	struct answer answer;
	int rc = path_of(http, name, path, err);

	if (rc == 0)
		rc = http_ask(http, &head, &answer, err);
	if (rc == 0)
		*ret = answer.length;
	return rc;
}
