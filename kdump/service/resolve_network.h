/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Targets on other machines, for the table of targets.c. */
#ifndef KDUMP_SERVICE_RESOLVE_NETWORK_H
#define KDUMP_SERVICE_RESOLVE_NETWORK_H

#include "kdump/service/resolving.h"

/** resolve_nfs() - an export, by its server's addresses; 0 or negative errno */
resolve_one resolve_nfs;

/** resolve_smb() - a share; its password's file is a secret that nobody else may read */
resolve_one resolve_smb;

/** resolve_ssh() - a folder on another machine; needs a key, and the server's keys */
resolve_one resolve_ssh;

#endif
