/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options from one table; what is not said there is the configuration's [upload], or a target's. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kdump/base/values.h"
#include "kdump/service/config/read.h"
#include "kdump/service/upload/options.h"
#include "kx/cleanup.h"
#include "kx/cli.h"
#include "kx/file.h"
#include "kx/span.h"

enum {
	OPT_AGAIN = KX_OPTION_LONG, OPT_CACERT, OPT_ENDPOINT, OPT_HOST, OPT_IF, OPT_JSON,
	OPT_REGION, OPT_ROOT, OPT_SECRET, OPT_SPREAD, OPT_STALL, OPT_TO, OPT_TRIES, OPT_USER,
};

/* Bytes of a file with a secret; certificates are not read by us. */
enum { SECRET_MAX = 16384, YEAR = 366 * 86400 };

static const struct kx_option table[] = {
	{ "to", OPT_TO, "URL", "https://HOST/PATH, s3://BUCKET/PATH, or a target's name", "Where" },
	{ "host", OPT_HOST, "NAME", "this machine's folder there (default: its machine-id)", NULL },
	{ "user", OPT_USER, "NAME", "who logs in; for S3 the access key's name", NULL },
	{ "secret", OPT_SECRET, "FILE", "password, secret key, token, or certificate with key", NULL },
	{ "endpoint", OPT_ENDPOINT, "URL", "for S3: the server (default: Amazon's)", NULL },
	{ "region", OPT_REGION, "NAME", "for S3 (default: us-east-1)", NULL },
	{ "cacert", OPT_CACERT, "FILE", "whom to trust to sign the server's certificate", NULL },
	{ "if", OPT_IF, "WHEN", "always, new-signature[:TIME] or dmesg-only", "What" },
	{ "again", OPT_AGAIN, NULL, "also what was sent already", NULL },
	{ "spread", OPT_SPREAD, "TIME", "wait a random part of this at first (s, m, h or d)", "How" },
	{ "tries", OPT_TRIES, "N", "of each request that may go well later (default: 6)", NULL },
	{ "stall", OPT_STALL, "TIME", "give a request up after so long without a byte (default: 60s)", NULL },
	{ "json", OPT_JSON, NULL, "tell what was sent and what not, for programs", NULL },
	{ "root", OPT_ROOT, "DIR", "take DIR for / (a captured tree)", NULL },
	{ "help", 'h', NULL, "print this", "Help" },
	{ NULL, 0, NULL, NULL, NULL },
};

void upload_options_help(void)
{
	printf("Usage: kdump upload [OPTION]... [FOLDER]...\n"
	       "Send dumps that were not sent yet to a server. FOLDER is that of a dump, or has some\n"
	       "in it; by default those are meant that the configuration saves to.\n");
	kx_cli_help(table, stdout);
	printf("\nSee kdump(8).\n");
}

/* Seconds; one unit may follow. */
static int take_time(const char *option, const char *text, uint64_t *ret, struct kx_err *err)
{
	const char *unit = text + strspn(text, "0123456789");
	uint64_t value;

	if ((unit[0] && (!strchr("smhd", unit[0]) || unit[1])) || !value_time(text, &value) ||
	    value > YEAR)
		return kx_fail(err, -EINVAL, "--%s: \"%.40s\" is no time, which is a number with s, m, "
			       "h or d", option, text);
	*ret = value;
	return 0;
}

static int take_when(struct upload_options *o, const char *text, struct kx_err *err)
{
	static const char *const words[] = { "always", "new-signature", "dmesg-only" };
	size_t len = strcspn(text, ":");

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (len != strlen(words[i]) || memcmp(text, words[i], len) != 0 ||
		    (text[len] && i != UPLOAD_NEW_SIGNATURE))
			continue;
		o->when = (enum upload_when)i;
		return text[len] ? take_time("if", text + len + 1, &o->same_time, err) : 0;
	}
	return kx_fail(err, -EINVAL, "--if=%.40s: must be always, new-signature[:TIME] or dmesg-only",
		       text);
}

static int take_tries(struct upload_options *o, const char *text, struct kx_err *err)
{
	uint64_t value;

	if (!kx_span_number(kx_span_of(text), 10, &value) || value < 1 || value > 1000)
		return kx_fail(err, -EINVAL, "--tries=%.40s: must be a number from 1 to 1000", text);
	o->http.tries = (unsigned int)value;
	return 0;
}

static int take_stall(struct upload_options *o, const char *text, struct kx_err *err)
{
	uint64_t value = 0;
	int rc = take_time("stall", text, &value, err);

	if (rc == 0 && (value < 1 || value > 86400))
		return kx_fail(err, -EINVAL, "--stall: must be 1 s to 1 d");
	if (rc == 0)
		o->http.stall = o->http.connect = (unsigned int)value;
	return rc;
}

static int take(void *data, int id, const char *arg, struct kx_err *err)
{
	struct upload_told *t = data;
	struct upload_options *o = &t->options;

	switch (id) {
	case 'h': t->help = true; return 0;
	case OPT_AGAIN: o->again = true; return 0;
	case OPT_CACERT: o->http.cacert = arg; return 0;
	case OPT_ENDPOINT: o->http.endpoint = arg; return 0;
	case OPT_HOST: o->host = arg; return 0;
	case OPT_IF: t->when_told = true; return take_when(o, arg, err);
	case OPT_JSON: t->json = true; return 0;
	case OPT_REGION: o->http.region = arg; return 0;
	case OPT_ROOT: o->root = arg; return 0;
	case OPT_SECRET: t->secret_file = arg; return 0;
	case OPT_SPREAD: t->spread_told = true;
		return take_time("spread", arg, &o->spread, err);
	case OPT_STALL: return take_stall(o, arg, err);
	case OPT_TO: o->to = arg; return 0;
	case OPT_TRIES: return take_tries(o, arg, err);
	case OPT_USER: o->http.user = arg; return 0;
	default: return 0;
	}
}

/* ---- the configuration ----------------------------------------------------------------------- */

/* What is said nearer stays. */
static void fill(const char **value, const char *with)
{
	if (!*value && with && with[0])
		*value = with;
}

static int use_target(struct upload_told *t, const struct target_config *target, struct kx_err *err)
{
	struct kx_http_options *http = &t->options.http;
	const char *path = strcmp(target->path, "/var/crash") == 0 ? "" : target->path;
	int len = -1;

	fill(&http->user, target->user);
	fill(&t->secret_file, target->secret);
	fill(&http->region, target->region);
	fill(&http->cacert, target->cacert);
	fill(&http->endpoint, target->endpoint);
	if (target->type == KX_CAPTURE_S3) {
		fill(&http->endpoint, target->where);
		len = asprintf(&t->url, "s3://%s%s", target->bucket, path);
	} else if (target->type == KX_CAPTURE_HTTP) {
		len = asprintf(&t->url, "%s%s", target->where, path);
	} else {
		return kx_fail(err, -EINVAL, "target %.60s is not of type http or s3", target->name);
	}
	if (len < 0) {
		t->url = NULL;
		return kx_fail(err, -ENOMEM, "no memory");
	}
	t->options.to = t->url;
	return 0;
}

static int resolve(struct upload_told *t, struct kx_err *err)
{
	const struct service_config *c = &t->config;

	if (!t->options.to)
		return kx_fail(err, -EDESTADDRREQ, "where to? --to says so, or to= in [upload] of "
			       "/" CONFIG_FILE);
	if (kx_http_known(t->options.to))
		return 0;
	for (size_t i = 0; i < c->targets; i++) {
		if (strcmp(c->target[i].name, t->options.to) == 0)
			return use_target(t, &c->target[i], err);
	}
	return kx_fail(err, -EINVAL, "%.80s: neither https:// nor s3://, and no target has that name",
		       t->options.to);
}

static int use_config(struct upload_told *t, struct kx_err *err)
{
	struct upload_options *o = &t->options;
	const struct upload_config *u = &t->config.upload;
	struct kx_err ignored;

	/* That it has no target for dumps is no matter here. */
	if (config_read(&t->config, o->root, &ignored) == -ENOMEM)
		return kx_fail(err, -ENOMEM, "no memory");
	if (!o->to) {
		fill(&o->to, u->to);
		fill(&o->http.user, u->user);
		fill(&t->secret_file, u->secret);
		fill(&o->http.region, u->region);
		fill(&o->http.endpoint, u->endpoint);
		fill(&o->http.cacert, u->cacert);
	}
	fill(&o->host, t->config.host_tag);
	if (!t->when_told)
		o->when = u->when;
	if (!o->same_time)
		o->same_time = u->same_time;
	if (!t->spread_told)
		o->spread = u->spread;
	return resolve(t, err);
}

/* ---- the secret ------------------------------------------------------------------------------ */

/* It is used all the same: a dump that stays here for want of it is no better kept. */
static void check_others(const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && (st.st_mode & (S_IRWXG | S_IRWXO)))
		kx_cli_say("kdump", "%s: others may read it (mode %03o): chmod 600", path,
			   st.st_mode & 0777u);
}

static int read_secret(struct upload_told *t, struct kx_err *err)
{
	struct kx_http_options *http = &t->options.http;
	size_t len;
	int rc;

	if (!t->secret_file)
		return 0;
	rc = kx_file_read(NULL, t->secret_file, SECRET_MAX, &t->secret, &len, err);
	if (rc < 0)
		return kx_context(err, rc, "secret");
	check_others(t->secret_file);
	return kx_http_secret(http, t->options.to, t->secret_file, t->secret, err);
}

int upload_options_parse(struct upload_told *ret, int argc, char **argv, struct kx_err *err)
{
	int rc;

	*ret = (struct upload_told){ .options = { .root = "/" } };
	rc = kx_cli_parse(table, argc, argv, take, ret, &ret->first, err);
	if (rc < 0 || ret->help)
		return rc;
	/* A folder that somebody names is wanted now. */
	ret->spread_told |= ret->first < argc;
	rc = use_config(ret, err);
	return rc < 0 ? rc : read_secret(ret, err);
}

void upload_options_done(struct upload_told *told)
{
	if (told->secret)
		explicit_bzero(told->secret, strlen(told->secret));
	free(told->secret);
	free(told->url);
	config_done(&told->config);
}
