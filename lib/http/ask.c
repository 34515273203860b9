/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is done about answers: tried again, followed, or told. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "lib/http/once.h"
#include "lib/http/xml.h"

/* Longest pauses: ours in ms, a server's in seconds; how often is asked whether to go on, in ms. */
enum { PAUSE_MAX = 30000, THEIR_PAUSE_MAX = 300, SLICE = 200 };

/* ---- what an answer means -------------------------------------------------------------------- */

static int meaning(const struct answer *a, const char *code)
{
	/* What was sent was not what arrived, or arrived too slowly. */
	static const char *const again[] = { "BadDigest", "XAmzContentSHA256Mismatch",
					     "IncompleteBody", "RequestTimeout", "SlowDown" };

	for (size_t i = 0; i < sizeof(again) / sizeof(again[0]); i++) {
		if (strcmp(code, again[i]) == 0)
			return -EAGAIN;
	}
	switch (a->status) {
	case 401:
	case 403:
	case 407: return -EACCES;
	case 404:
	case 410: return -ENOENT;
	case 408:
	case 425:
	case 429:
	case 500:
	case 502:
	case 503:
	case 504: return -EAGAIN;
	default: return a->status / 100 == 2 ? 0 : -EREMOTEIO;
	}
}

static int judge(const struct answer *a, struct kx_err *err)
{
	const struct kx_span body = { a->body, a->body_len };
	char code[64] = "", message[128] = "";
	int rc;

	if (a->status / 100 == 2)
		return 0;
	xml_text(body, "Code", code, sizeof(code));
	xml_text(body, "Message", message, sizeof(message));
	rc = meaning(a, code);
	kx_fail(err, rc, "it answers HTTP %d%s%s%s%s", (int)a->status, code[0] ? ", " : "", code,
		message[0] ? ": " : "", message);
	if (strcmp(code, "RequestTimeTooSkewed") == 0)
		kx_context(err, rc, "the clock of this machine is wrong");
	if (a->status / 100 == 3)
		kx_context(err, rc, "it sends us elsewhere, once too often or where we do not go");
	return rc;
}

/* ---- tries ----------------------------------------------------------------------------------- */

static int pause_for(const struct kx_http_options *o, uint64_t ms, struct kx_err *err)
{
	struct timespec slice = { 0 };

	for (uint64_t part; ms > 0; ms -= part) {
		part = ms < SLICE ? ms : SLICE;
		if (o->goes_on && !o->goes_on(o->data))
			return kx_fail(err, -EINTR, "stopped");
		slice.tv_nsec = (long)part * 1000000;
		nanosleep(&slice, NULL);
	}
	return 0;
}

/* Before try @number, from 1 on: many machines shall not come again all at once. */
static uint64_t pause_before(const struct kx_http_options *o, unsigned int number,
			     const struct answer *a)
{
	uint64_t ms = o->pause, chance = 0;

	while (--number > 0 && ms < PAUSE_MAX)
		ms *= 2;
	if (ms > PAUSE_MAX)
		ms = PAUSE_MAX;
	if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) == sizeof(chance))
		ms += chance % (ms / 2 + 1);
	if (a->pause && a->pause <= THEIR_PAUSE_MAX && a->pause * 1000 > ms)
		ms = a->pause * 1000;
	return ms;
}

static int url_of(const struct kx_http *http, const struct request *r, struct url *url,
		  struct kx_err *err)
{
	int len, more;

	*url = http->to;
	len = snprintf(url->path, sizeof(url->path), "%s", r->path);
	more = snprintf(url->query, sizeof(url->query), "%s%s%s",
			http->to.query, http->to.query[0] && r->query ? "&" : "", r->query ? r->query : "");
	return len >= (int)sizeof(url->path) || more >= (int)sizeof(url->query) ?
		       kx_fail(err, -EINVAL, "its URL would be too long") : 0;
}

/* Once, and only there where nobody can read what was not to be read on the way. */
static int follow(struct kx_http *http, const struct request *r, const struct url *from,
		  const char *to, bool hasty, struct answer *answer, struct kx_err *err)
{
	char again[HTTP_URL_MAX];
	struct url url;

	if (!to[0] || answer->status == 303 || (r->spent && *r->spent) ||
	    url_parse(to, &url, err) < 0 || (from->tls && !url.tls))
		return 0;
	return http_once(http, r, &url, hasty, answer, again, err);
}

static int ask(struct kx_http *http, const struct request *r, bool hasty, struct answer *answer,
	       struct kx_err *err)
{
	char redirect[HTTP_URL_MAX];
	struct url url;
	int rc = url_of(http, r, &url, err);

	if (rc == 0)
		rc = http_once(http, r, &url, hasty, answer, redirect, err);
	if (rc == 0 && answer->status / 100 == 3)
		rc = follow(http, r, &url, redirect, hasty, answer, err);
	return rc < 0 ? rc : judge(answer, err);
}

int http_ask_once(struct kx_http *http, const struct request *request, struct answer *answer,
		  struct kx_err *err)
{
	return ask(http, request, true, answer, err);
}

int http_ask(struct kx_http *http, const struct request *request, struct answer *answer,
	     struct kx_err *err)
{
	const struct kx_http_options *o = &http->options;
	struct kx_err ignored;
	int rc;

	answer->pause = 0;
	for (unsigned int i = 1;; i++) {
		rc = ask(http, request, false, answer, err);
		if (rc == -EAGAIN && request->spent && *request->spent)
			return kx_context(err, rc, "beyond what is in memory");
		if (rc != -EAGAIN || i >= o->tries)
			return rc;
		if (pause_for(o, pause_before(o, i, answer), &ignored) < 0)
			return kx_fail(err, -EINTR, "stopped");
	}
}
