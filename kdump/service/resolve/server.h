/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Targets on other machines, for the table of targets.c. */
#ifndef KDUMP_SERVICE_RESOLVE_SERVER_H
#define KDUMP_SERVICE_RESOLVE_SERVER_H

#include "kdump/service/resolve/network.h"
#include "kdump/service/resolve/resolving.h"

/* Where kdump propagate puts its key, and the keys of servers. */
#define NETWORK_KEY   "/etc/kdump/id_ed25519"
#define NETWORK_KNOWN "/etc/kdump/known_hosts"

/**
 * network_target() - what all of them have: the addresses of @place, the way to them, port, folder
 *	and user of the configuration; 0 or negative errno, as network_reach()
 */
int network_target(const struct resolving *resolving, const struct network_place *place,
		   struct kx_err *err);

/** resolve_nfs() - an export, by its server's addresses; 0 or negative errno */
resolve_one resolve_nfs;

/** resolve_smb() - a share; its password's file is a secret that nobody else may read */
resolve_one resolve_smb;

/** resolve_ssh() - a folder on another machine; without key or server's keys those of propagate */
resolve_one resolve_ssh;

/** resolve_http() - a URL, or a bucket at one; without cacert= all that the system trusts */
resolve_one resolve_http;

#endif
