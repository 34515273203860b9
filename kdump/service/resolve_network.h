/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Targets on other machines, for the table of targets.c. */
#ifndef KDUMP_SERVICE_RESOLVE_NETWORK_H
#define KDUMP_SERVICE_RESOLVE_NETWORK_H

#include "kdump/service/resolving.h"

/* Where kdump propagate puts its key, and the keys of servers. */
#define NETWORK_KEY   "/etc/kdump/id_ed25519"
#define NETWORK_KNOWN "/etc/kdump/known_hosts"

/** resolve_nfs() - an export, by its server's addresses; 0 or negative errno */
resolve_one resolve_nfs;

/** resolve_smb() - a share; its password's file is a secret that nobody else may read */
resolve_one resolve_smb;

/** resolve_ssh() - a folder on another machine; without key or server's keys those of propagate */
resolve_one resolve_ssh;

#endif
