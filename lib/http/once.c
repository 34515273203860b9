/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One request and its answer, by libcurl. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "kx/cleanup.h"
#include "lib/http/curl.h"
#include "lib/http/digest.h"
#include "lib/http/once.h"
#include "lib/http/sign.h"
#include "lib/http/stream.h"

#ifdef HAVE_CURL

/* Bytes of headers, and of a body, that nobody needs. */
enum { HEADERS_MAX = 128 << 10, ANSWER_MAX = 1 << 20 };

/**
 * struct exchange - one that goes on
 * @list: headers; @way: where the server is
 * @at: bytes of the body that were sent; @headers, @received: bytes that came
 * @hasty: it is done whatever is to be stopped
 * @rc: what failed here
 */
struct exchange {
	const struct kx_http *http;
	const struct request *request;
	struct answer *answer;
	struct curl_slist *list, *way;
	uint64_t at;
	size_t headers, received;
	int rc;
	bool hasty, no_memory;
	char why[CURL_ERROR_SIZE];
};

/* ---- what libcurl calls ---------------------------------------------------------------------- */

/* Of a body that has no length: what is in memory, then what comes. */
static ssize_t give_stream(struct exchange *e, char *to, size_t len)
{
	const struct request *r = e->request;
	ssize_t n;

	if (e->at < r->text.len) {
		if (len > r->text.len - e->at)
			len = (size_t)(r->text.len - e->at);
		memcpy(to, r->text.base + e->at, len);
		return (ssize_t)len;
	}
	*r->spent = true;
	do {
		n = read(r->fd, to, len);
	} while (n < 0 && errno == EINTR && (!e->http->options.goes_on ||
					     e->http->options.goes_on(e->http->options.data)));
	if (n == 0 && stream_broke(r->fd)) {
		errno = ECONNRESET;
		n = -1;
	}
	return n;
}

static size_t give(char *to, size_t one, size_t count, void *data)
{
	struct exchange *e = data;
	const struct request *r = e->request;
	uint64_t left = r->len - e->at;
	size_t len = left < one * count ? (size_t)left : one * count;
	ssize_t n = (ssize_t)len;

	if (r->spent)
		n = give_stream(e, to, one * count);
	else if (r->fd < 0)
		memcpy(to, r->text.base + e->at, len);
	else if (len > 0)
		n = pread(r->fd, to, len, (off_t)(r->off + e->at));
	if (n < 0 || (n == 0 && len > 0 && !r->spent)) {
		e->rc = n < 0 ? -errno : -ENODATA;
		return CURL_READFUNC_ABORT;
	}
	e->at += (uint64_t)n;
	return (size_t)n;
}

static int rewind_to(void *data, curl_off_t off, int origin)
{
	struct exchange *e = data;
	const struct request *r = e->request;

	if (origin != SEEK_SET || off < 0 || (uint64_t)off > (r->spent ? r->text.len : r->len) ||
	    (r->spent && *r->spent))
		return CURL_SEEKFUNC_FAIL;
	e->at = (uint64_t)off;
	return CURL_SEEKFUNC_OK;
}

static size_t take(char *from, size_t one, size_t count, void *data)
{
	struct exchange *e = data;
	struct answer *a = e->answer;
	size_t len = one * count, room = sizeof(a->body) - a->body_len;
	size_t part = len < room ? len : room;

	e->received += len;
	if (e->received > ANSWER_MAX)
		return 0;
	memcpy(a->body + a->body_len, from, part);
	a->body_len += part;
	return len;
}

/* The value of the header @name, if @line is that one; as a text that can be printed. */
static void take_value(struct kx_span line, const char *name, char *to, size_t size)
{
	size_t skip = strlen(name), len = 0;

	if (line.len < skip || strncasecmp((const char *)line.base, name, skip) != 0)
		return;
	for (size_t i = skip; i < line.len && len + 1 < size; i++) {
		if (line.base[i] > ' ' && line.base[i] <= '~')
			to[len++] = (char)line.base[i];
	}
	to[len] = '\0';
}

static size_t take_header(char *from, size_t one, size_t count, void *data)
{
	struct exchange *e = data;
	struct kx_span line = { (const uint8_t *)from, one * count };
	char pause[16] = "";

	e->headers += line.len;
	if (e->headers > HEADERS_MAX)
		return 0;
	take_value(line, "etag:", e->answer->etag, sizeof(e->answer->etag));
	take_value(line, "retry-after:", pause, sizeof(pause));
	kx_span_number(kx_span_of(pause), 10, &e->answer->pause);
	return line.len;
}

static int goes_on(void *data, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct exchange *e = data;
	const struct kx_http_options *o = &e->http->options;

	(void)a, (void)b, (void)c, (void)d;
	return !e->hasty && o->goes_on && !o->goes_on(o->data);
}

/* ---- what is asked --------------------------------------------------------------------------- */

static void add_header(struct exchange *e, const char *name, const char *value)
{
	char line[2 * HTTP_URL_MAX];
	struct curl_slist *list;

	snprintf(line, sizeof(line), "%s: %s", name, value);
	list = kx_curl.curl_slist_append(e->list, line);
	e->no_memory |= !list;
	e->list = list ? list : e->list;
	explicit_bzero(line, sizeof(line));
}

static int hash_body(const struct request *r, char to[DIGEST_HEX], struct kx_err *err)
{
	uint8_t digest[KX_SHA256_SIZE];

	if (r->fd >= 0)
		return digest_file(r->fd, r->off, r->len, to, err);
	kx_sha256(kx_sha256_blocks_best(), r->text.base, r->text.len, digest);
	digest_hex(digest, to);
	return 0;
}

static int sign(struct exchange *e, const struct url *url, struct kx_err *err)
{
	const struct kx_http_options *o = &e->http->options;
	char hash[DIGEST_HEX], date[SIGN_DATE], value[SIGN_VALUE];
	const struct sign s = {
		.method = e->request->method, .host = url->host, .path = url->path,
		.query = url->query, .hash = hash, .key_id = o->user, .secret = o->password,
		.token = o->token, .region = o->region, .time = (uint64_t)time(NULL),
	};
	int rc = hash_body(e->request, hash, err);

	if (rc < 0)
		return rc;
	if (sign_request(&s, date, value) < 0)
		return kx_fail(err, -EINVAL, "key, secret or region are too long");
	add_header(e, "Authorization", value);
	add_header(e, "x-amz-content-sha256", hash);
	add_header(e, "x-amz-date", date);
	if (o->token)
		add_header(e, "x-amz-security-token", o->token);
	return 0;
}

/* Passwords are for the server that they were given for. */
static int add_identity(struct exchange *e, const struct url *url, struct kx_err *err)
{
	const struct kx_http_options *o = &e->http->options;
	char bearer[HTTP_URL_MAX];

	if (e->http->s3)
		return sign(e, url, err);
	if (strcmp(url->host, e->http->to.host) != 0)
		return 0;
	if (o->token) {
		snprintf(bearer, sizeof(bearer), "Bearer %s", o->token);
		add_header(e, "Authorization", bearer);
		explicit_bzero(bearer, sizeof(bearer));
	} else if (o->user) {
		kx_curl.curl_easy_setopt(e->http->curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
		kx_curl.curl_easy_setopt(e->http->curl, CURLOPT_USERNAME, o->user);
		kx_curl.curl_easy_setopt(e->http->curl, CURLOPT_PASSWORD,
					 o->password ? o->password : "");
	}
	return 0;
}

static int set_headers(struct exchange *e, const struct url *url, struct kx_err *err)
{
	int rc = add_identity(e, url, err);

	/* Many servers wait for nothing, and we would for each part. */
	add_header(e, "Expect", "");
	if (e->request->type)
		add_header(e, "Content-Type", e->request->type);
	if (rc == 0 && e->no_memory)
		rc = kx_fail(err, -ENOMEM, "no memory");
	kx_curl.curl_easy_setopt(e->http->curl, CURLOPT_HTTPHEADER, e->list);
	return rc;
}

static void set_method(struct exchange *e)
{
	CURL *c = e->http->curl;
	const struct request *r = e->request;

	if (strcmp(r->method, "HEAD") == 0) {
		kx_curl.curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
		return;
	}
	kx_curl.curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, r->method);
	if (strcmp(r->method, "DELETE") == 0)
		return;
	kx_curl.curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	/* Of unknown length it goes in chunks. */
	kx_curl.curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE,
				 r->spent ? (curl_off_t)-1 : (curl_off_t)r->len);
	kx_curl.curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
	kx_curl.curl_easy_setopt(c, CURLOPT_READDATA, e);
	kx_curl.curl_easy_setopt(c, CURLOPT_SEEKFUNCTION, rewind_to);
	kx_curl.curl_easy_setopt(c, CURLOPT_SEEKDATA, e);
}

static void set_limits(struct exchange *e)
{
	const struct kx_http_options *o = &e->http->options;
	CURL *c = e->http->curl;

	kx_curl.curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	kx_curl.curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, e->hasty ? 10L : (long)o->connect);
	/* Also while an answer is waited for. */
	kx_curl.curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
	kx_curl.curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, e->hasty ? 10L : (long)o->stall);
	kx_curl.curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	kx_curl.curl_easy_setopt(c, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	kx_curl.curl_easy_setopt(c, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
	kx_curl.curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	kx_curl.curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, goes_on);
	kx_curl.curl_easy_setopt(c, CURLOPT_XFERINFODATA, e);
	kx_curl.curl_easy_setopt(c, CURLOPT_USERAGENT, "kdump/" PACKAGE_VERSION);
	if (o->cacert)
		kx_curl.curl_easy_setopt(c, CURLOPT_CAINFO, o->cacert);
	if (o->cert)
		kx_curl.curl_easy_setopt(c, CURLOPT_SSLCERT, o->cert);
	if (o->key)
		kx_curl.curl_easy_setopt(c, CURLOPT_SSLKEY, o->key);
}

/* Of the server that was named, not of one that it names. */
static void set_way(struct exchange *e, const struct url *url)
{
	const char *address = e->http->options.address;
	char text[128];

	if (!address || strcmp(url->host, e->http->to.host) != 0)
		return;
	snprintf(text, sizeof(text), strchr(address, ':') ? "::[%.100s]:" : "::%.100s:", address);
	e->way = kx_curl.curl_slist_append(NULL, text);
	e->no_memory |= !e->way;
	kx_curl.curl_easy_setopt(e->http->curl, CURLOPT_CONNECT_TO, e->way);
}

static void set_answer(struct exchange *e)
{
	CURL *c = e->http->curl;

	kx_curl.curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	kx_curl.curl_easy_setopt(c, CURLOPT_WRITEDATA, e);
	kx_curl.curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
	kx_curl.curl_easy_setopt(c, CURLOPT_HEADERDATA, e);
	kx_curl.curl_easy_setopt(c, CURLOPT_ERRORBUFFER, e->why);
}

/* ---- how it went ----------------------------------------------------------------------------- */

/* What may go well later, and what will not. */
static int code_of(CURLcode code)
{
	switch ((int)code) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_CRL_BADFILE: return -EKEYREJECTED;
	case CURLE_OUT_OF_MEMORY: return -ENOMEM;
	case CURLE_WRITE_ERROR:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
	case CURLE_WEIRD_SERVER_REPLY: return -EREMOTEIO;
	default: return -EAGAIN;
	}
}

static int tell_failure(const struct exchange *e, CURLcode code, struct kx_err *err)
{
	if (e->rc < 0)
		return kx_fail(err, e->rc, "reading: %s", strerror(-e->rc));
	if (code == CURLE_ABORTED_BY_CALLBACK)
		return kx_fail(err, -EINTR, "stopped");
	if (e->headers > HEADERS_MAX || e->received > ANSWER_MAX)
		return kx_fail(err, -EREMOTEIO, "its answer has no end");
	return kx_fail(err, code_of(code), "%.200s",
		       e->why[0] ? e->why : kx_curl.curl_easy_strerror(code));
}

static void take_facts(struct exchange *e, struct answer *a, char *redirect, size_t size)
{
	curl_off_t length = 0;
	char *url = NULL;

	kx_curl.curl_easy_getinfo(e->http->curl, CURLINFO_RESPONSE_CODE, &a->status);
	kx_curl.curl_easy_getinfo(e->http->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	kx_curl.curl_easy_getinfo(e->http->curl, CURLINFO_REDIRECT_URL, &url);
	a->length = length > 0 ? (uint64_t)length : 0;
	snprintf(redirect, size, "%s", url && strlen(url) < size ? url : "");
}

int http_once(struct kx_http *http, const struct request *request, const struct url *url,
	      bool hasty, struct answer *answer, char redirect[HTTP_URL_MAX], struct kx_err *err)
{
	_cleanup_free_ char *whole = NULL;
	struct exchange e = { .http = http, .request = request, .answer = answer,
			      .hasty = hasty };
	CURLcode code;
	int rc;

	*answer = (struct answer){ .status = 0 };
	redirect[0] = '\0';
	if (asprintf(&whole, "%s%s%s%s", url->base, url->path, url->query[0] ? "?" : "",
		     url->query) < 0)
		return kx_fail(err, -ENOMEM, "no memory");
	/* The connection stays open. */
	kx_curl.curl_easy_reset(http->curl);
	kx_curl.curl_easy_setopt(http->curl, CURLOPT_URL, whole);
	set_limits(&e);
	set_method(&e);
	set_answer(&e);
	set_way(&e, url);
	rc = set_headers(&e, url, err);
	if (rc == 0) {
		code = kx_curl.curl_easy_perform(http->curl);
		if (code == CURLE_OK)
			take_facts(&e, answer, redirect, HTTP_URL_MAX);
		else
			rc = tell_failure(&e, code, err);
	}
	kx_curl.curl_easy_reset(http->curl);
	kx_curl.curl_slist_free_all(e.list);
	kx_curl.curl_slist_free_all(e.way);
	return rc;
}

int http_begin(struct kx_http *http, struct kx_err *err)
{
	int rc = kx_library_load(&kx_curl_library, err);

	if (rc < 0)
		return rc;
	if (kx_curl.curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return kx_fail(err, -ENOTSUP, "libcurl cannot be used");
	http->curl = kx_curl.curl_easy_init();
	return http->curl ? 0 : kx_fail(err, -ENOMEM, "no memory for a connection");
}

void http_end(struct kx_http *http)
{
	if (http->curl)
		kx_curl.curl_easy_cleanup(http->curl);
}

#else

int http_begin(struct kx_http *http, struct kx_err *err)
{
	(void)http;
	return kx_fail(err, -ENOTSUP, "this build cannot send to servers: it was made without libcurl");
}

int http_once(struct kx_http *http, const struct request *request, const struct url *url,
	      bool hasty, struct answer *answer, char redirect[HTTP_URL_MAX], struct kx_err *err)
{
	(void)request, (void)url, (void)hasty, (void)answer, (void)redirect;
	return http_begin(http, err);
}

void http_end(struct kx_http *http)
{
	(void)http;
}

#endif
