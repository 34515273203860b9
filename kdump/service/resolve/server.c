/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resolves servers to addresses, and takes along what logs in there. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/service/resolve/network.h"
#include "kdump/service/resolve/secrets.h"
#include "kdump/service/resolve/server.h"
#include "kx/cleanup.h"
#include "kx/file.h"

/* Where ssh keeps the servers' keys of root and of the machine (ssh(1), FILES). */
#define KNOWN_HOSTS	   "/root/.ssh/known_hosts"
#define KNOWN_HOSTS_SYSTEM "/etc/ssh/ssh_known_hosts"

static int no_memory(int rc, struct kx_err *err)
{
	return rc < 0 ? kx_fail(err, rc, "no memory") : 0;
}

/* What all of them have: addresses in place of the name, the way to them, folder and user. */
int network_target(const struct resolving *r, const struct network_place *place,
		   struct kx_err *err)
{
	const struct network_wish wish = {
		.root = r->root,
		.host = place->host,
		.dhcp = r->config->network.mode == CONFIG_NETWORK_DHCP,
		.spent = &r->resolved->spent,
	};
	const char *user = r->from->user[0] ? r->from->user : place->user;
	int rc = network_reach(&wish, r->plan, &r->to->server, &r->resolved->devices, err);

	if (rc < 0)
		return rc;
	r->to->port = place->port;
	rc = kx_capture_set(&r->to->path, r->from->path);
	if (rc == 0 && user[0])
		rc = kx_capture_set(&r->to->user, user);
	return no_memory(rc, err);
}

/* Options of the mount, of which the port is told apart; empty ones are none. */
static int take_options(const struct resolving *r, struct kx_err *err)
{
	_cleanup_free_ char *options = strdup(r->from->options);
	int rc = options ? network_port_option(options, &r->to->port, err) :
			   kx_fail(err, -ENOMEM, "no memory");

	if (rc < 0)
		return rc;
	return no_memory(kx_capture_set(&r->to->options, options[0] ? options : NULL), err);
}

static int resolve_mounted(const struct resolving *r, struct kx_err *err)
{
	struct network_place place = { .port = 0 };
	int rc = network_place(r->from->type, r->from->where, &place, err);

	if (rc == 0)
		rc = network_target(r, &place, err);
	if (rc == 0)
		rc = take_options(r, err);
	return rc < 0 ? rc : no_memory(kx_capture_set(&r->to->share, place.path), err);
}

int resolve_nfs(const struct resolving *r, struct kx_err *err)
{
	int rc = resolve_mounted(r, err);
	const bool v3 = rc == 0 && r->to->options && strstr(r->to->options, "vers=3");

	/* They have modules of their own, which nothing names but what is mounted. */
	return rc < 0 ? rc : no_memory(kx_capture_set(&r->to->fs, v3 ? "nfs" : "nfs4"), err);
}

int resolve_smb(const struct resolving *r, struct kx_err *err)
{
	int rc = resolve_mounted(r, err);

	if (rc == 0 && !r->from->secret[0] && !strstr(r->from->options, "sec=none"))
		rc = kx_fail(err, -ENOKEY, "secret = FILE with the password is lacking");
	if (rc < 0 || !r->from->secret[0])
		return rc;
	return secret_add(r, r->from->secret, "password", true, &r->to->secret, err);
}

/* The lines of known_hosts that are this server's, so that only they are in the image. */
static int take_host_key(const struct resolving *r, const char *file, const struct network_place *p,
			 struct kx_err *err)
{
	_cleanup_free_ char *text = NULL, *lines = NULL;
	size_t len = 0;
	int rc = kx_file_read(r->root, file + 1, 1 << 20, &text, &len, err);

	if (rc == 0)
		rc = network_known_keys((struct kx_span){ (const uint8_t *)text, len }, file,
					p->host, p->port ? p->port : NETWORK_SSH_PORT, &lines, err);
	if (rc == 0)
		rc = secret_add_bytes(r, kx_span_of(lines), "known_hosts", &r->to->host_key, err);
	return rc;
}

static int find_host_key(const struct resolving *r, const struct network_place *place,
			 struct kx_err *err)
{
	struct kx_err first = { "" };
	int rc;

	if (r->from->host_key[0])
		return take_host_key(r, r->from->host_key, place, err);
	rc = take_host_key(r, NETWORK_KNOWN, place, &first);
	if (rc == -ENOENT)
		kx_fail(&first, rc, "no key of %s is known: run kdump propagate, which asks for it",
			place->host);
	if (rc < 0 && (take_host_key(r, KNOWN_HOSTS, place, err) == 0 ||
		       take_host_key(r, KNOWN_HOSTS_SYSTEM, place, err) == 0))
		return 0;
	if (rc < 0)
		*err = first;
	return rc;
}

int resolve_ssh(const struct resolving *r, struct kx_err *err)
{
	const char *key = r->from->secret[0] ? r->from->secret : NETWORK_KEY;
	struct network_place place = { .port = 0 };
	int rc = network_place(r->from->type, r->from->where, &place, err);

	if (rc < 0)
		return rc;
	if (r->from->path[0] != '/')
		return kx_fail(err, -EINVAL, "path = has to be a folder of the server, from / on");
	rc = secret_add(r, key, "key", true, &r->to->secret, err);
	if (rc == -ENOENT)
		return kx_fail(err, -ENOKEY, "%s is not there: kdump propagate makes a key, which has "
			       "no passphrase, since nobody can be asked after a crash", key);
	if (rc == 0)
		rc = network_target(r, &place, err);
	/* The name by which it is known, for the folder that a dump gets there and for messages. */
	if (rc == 0)
		rc = no_memory(kx_capture_set(&r->to->share, place.host), err);
	return rc < 0 ? rc : find_host_key(r, &place, err);
}
