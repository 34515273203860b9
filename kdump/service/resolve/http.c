/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resolves HTTP servers and object storage, and takes along whom to trust there, and who we are. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kdump/service/resolve/network.h"
#include "kdump/service/resolve/secrets.h"
#include "kdump/service/resolve/server.h"
#include "kx/cleanup.h"
#include "kx/file.h"

/* The certificates that the system trusts, as Debian, Fedora and SUSE have them, and OpenSSL. */
static const char *const bundles[] = {
	"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
	"/var/lib/ca-certificates/ca-bundle.pem", "/etc/ssl/cert.pem",
};

static int need_program(const struct resolving *r, struct kx_err *err)
{
	_cleanup_fd_ int fd = kx_file_open(r->root, &KDUMP_HTTP[strspn(KDUMP_HTTP, "/")]);

	return fd >= 0 ? 0 : kx_fail(err, -ENOTSUP, "type = %s needs kdump-http, which is built "
				     "where libcurl is there as an archive",
				     kx_capture_type_name(r->from->type));
}

/* One certificate, where it is said which, is a few hundred bytes of image; all are 200 KB. */
static int take_cacert(const struct resolving *r, struct kx_err *err)
{
	int rc = -ENOENT;

	if (r->from->cacert[0])
		return secret_add(r, r->from->cacert, "cacert", false, &r->to->cacert, err);
	for (size_t i = 0; i < sizeof(bundles) / sizeof(bundles[0]) && rc == -ENOENT; i++)
		rc = secret_add(r, bundles[i], "cacert", false, &r->to->cacert, err);
	return rc == -ENOENT ? kx_fail(err, rc, "the system trusts no certificates (package "
				       "ca-certificates): cacert = FILE with the one that the "
				       "server's is signed by") : rc;
}

/* What is said of the path but by default, without slashes at its end. */
static int take_path(const struct resolving *r, struct kx_err *err)
{
	const char *path = r->from->path;
	char own[1024];
	size_t len = strlen(path);

	if (strcmp(path, "/var/crash") == 0)
		len = 0;
	while (len > 0 && path[len - 1] == '/')
		len--;
	if (len >= sizeof(own) || memchr(path, ' ', len))
		return kx_fail(err, -EINVAL, "path = %.160s: has a blank, or is too long", path);
	snprintf(own, sizeof(own), "%.*s", (int)len, path);
	return kx_capture_set(&r->to->path, len ? own : NULL);
}

static int take_identity(const struct resolving *r, struct kx_err *err)
{
	const struct target_config *from = r->from;
	int rc = 0;

	if (strchr(from->user, ' '))
		return kx_fail(err, -EINVAL, "user = %.160s: has a blank", from->user);
	if (from->type == KX_CAPTURE_S3 && !from->secret[0])
		return kx_fail(err, -ENOKEY, "secret = FILE with the access key and its secret, a line "
			       "each, is lacking");
	if (from->secret[0])
		rc = secret_add(r, from->secret, "secret", true, &r->to->secret, err);
	if (rc == 0 && from->user[0])
		rc = kx_capture_set(&r->to->user, from->user);
	return rc;
}

int resolve_http(const struct resolving *r, struct kx_err *err)
{
	const struct target_config *from = r->from;
	const bool s3 = from->type == KX_CAPTURE_S3;
	_cleanup_free_ char *url = strdup(s3 && from->endpoint[0] ? from->endpoint : from->where);
	struct network_place place = { .port = 0 };
	int rc = url ? network_place(from->type, url, &place, err) : -ENOMEM;

	for (size_t len = rc == 0 ? strlen(url) : 0; len > 0 && url[len - 1] == '/';)
		url[--len] = '\0';
	if (rc == 0)
		rc = need_program(r, err);
	if (rc == 0)
		rc = network_target(r, &place, err);
	if (rc == 0)
		rc = take_path(r, err);
	if (rc == 0)
		rc = take_identity(r, err);
	if (rc == 0 && strncmp(url, "https:", 6) == 0)
		rc = take_cacert(r, err);
	if (rc == 0)
		rc = kx_capture_set(&r->to->url, url);
	if (rc == 0 && s3)
		rc = kx_capture_set(&r->to->share, from->bucket);
	if (rc == 0 && s3 && from->region[0])
		rc = kx_capture_set(&r->to->region, from->region);
	return rc == -ENOMEM ? kx_fail(err, rc, "no memory") : rc;
}
