/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Targets on SMB servers, mounted without a mount program: Linux, Documentation/admin-guide/cifs,
 * and mount.cifs(8) for the options. The address is said, so that nobody asks for its name.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kdump/capture/system/mounts.h"
#include "kdump/capture/target/network.h"
#include "kdump/capture/target/target.h"
#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/span.h"

enum { SMB_PORT = 445, SECRET_MAX = 4096, OPTIONS_MAX = 3000 };

/** struct login - of @file, as mount.cifs(8) reads credentials, or the password alone */
struct login {
	struct kx_span user, password, domain;
};

static struct kx_span behind(struct kx_span line, const char *key)
{
	struct kx_span value = { NULL, 0 };

	kx_span_slice(line, strlen(key), line.len - strlen(key), &value);
	return value;
}

static void read_login(struct kx_span text, struct login *ret)
{
	struct kx_span rest = text, line;
	bool keys = false;

	*ret = (struct login){ .password = { NULL, 0 } };
	while (kx_span_line(&rest, &line)) {
		if (kx_span_starts(line, "username="))
			ret->user = behind(line, "username=");
		else if (kx_span_starts(line, "password="))
			ret->password = behind(line, "password=");
		else if (kx_span_starts(line, "domain="))
			ret->domain = behind(line, "domain=");
		else
			continue;
		keys = true;
	}
	if (!keys)
		kx_span_line(&text, &ret->password);
}

/* One more option; a comma in a password is written twice. */
static bool add(char *to, size_t *len, const char *key, struct kx_span value, bool twice)
{
	size_t need = strlen(key) + 2 * value.len + 2;

	if (!value.len)
		return true;
	if (need > OPTIONS_MAX - *len)
		return false;
	to[(*len)++] = ',';
	memcpy(to + *len, key, strlen(key));
	*len += strlen(key);
	for (size_t i = 0; i < value.len; i++) {
		to[(*len)++] = (char)value.base[i];
		if (twice && value.base[i] == ',')
			to[(*len)++] = ',';
	}
	to[*len] = '\0';
	return true;
}

static int make_options(const struct kx_capture_target *from, const char *server, uint64_t port,
			const char *given, const struct login *login, char to[OPTIONS_MAX],
			struct kx_err *err)
{
	struct kx_span user = login->user;
	size_t len;
	bool fits;

	if (from->user)
		user = kx_span_of(from->user);
	/* "soft": a server that is gone is an error. Locks are nobody's here. */
	len = (size_t)snprintf(to, OPTIONS_MAX, "ip=%s,port=%" PRIu64 ",soft,nobrl%s%s", server,
			       port, strstr(given, "vers=") ? "" : ",vers=3",
			       strstr(given, "sec=") ? "" : ",sec=ntlmssp");
	fits = add(to, &len, "user=", user, false) &&
	       add(to, &len, "domain=", login->domain, false) &&
	       add(to, &len, "pass=", login->password, true) &&
	       add(to, &len, "", kx_span_of(given), false);
	return fits ? 0 : kx_fail(err, -ENAMETOOLONG, "mount options are too long");
}

static int smb_mount(struct capture_target *target, unsigned long flags, const char *given,
		     const struct login *login, struct kx_err *err)
{
	char source[600], options[OPTIONS_MAX];
	struct kx_err why = { "" };
	const char *server;
	uint64_t port;
	int rc = capture_network(target, SMB_PORT, &server, &port, err);

	if (rc == 0)
		rc = make_options(target->from, server, port, given, login, options, err);
	if (rc < 0)
		return rc;
	snprintf(source, sizeof(source), "//%s/%s", server, target->from->share);
	rc = capture_mount(target, source, "cifs", flags, options, &why);
	explicit_bzero(options, sizeof(options));
	/* What that says has the options in it, and so the password. */
	return rc < 0 ? kx_fail(err, rc, "%s cannot be mounted: %s%s", source, strerror(-rc),
				rc == -EACCES ? ": user or password are refused" :
				rc == -ENOENT ? ": no such share, or a cipher's module is lacking" :
						"") : 0;
}

static int smb_prepare(struct capture_target *target, struct kx_err *err)
{
	_cleanup_free_ char *text = NULL;
	struct login login = { .user = { NULL, 0 } };
	char path[512], given[1024];
	unsigned long flags;
	size_t len = 0;
	int rc;

	if (!target->from->share || !target->from->share[0] || strlen(target->from->share) > 500)
		return kx_fail(err, -EINVAL, "the plan does not say which share");
	target->style.no_colons = true;
	rc = mounts_flags(target->from->options, &flags, given, sizeof(given), err);
	if (rc == 0 && capture_secret(target, target->from->secret, path)) {
		rc = kx_file_read("/", path + 1, SECRET_MAX, &text, &len, err);
		if (rc == 0)
			read_login((struct kx_span){ (const uint8_t *)text, len }, &login);
	}
	if (rc == 0)
		rc = smb_mount(target, flags, given, &login, err);
	if (text)
		explicit_bzero(text, len);
	return rc;
}

const struct capture_kind capture_kind_smb = {
	.type = KX_CAPTURE_SMB,
	.prepare = smb_prepare,
	.dest = capture_dest_in_mount,
};
