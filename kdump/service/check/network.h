/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does a server answer? For the table of targets.c. */
#ifndef KDUMP_SERVICE_CHECK_NETWORK_H
#define KDUMP_SERVICE_CHECK_NETWORK_H

#include <stdint.h>

#include "kdump/service/check/checking.h"
#include "kx/error.h"

/** check_network() - of NFS, SMB and ssh: the first address that answers, and a login there */
check_one check_network;

/**
 * check_connect() - have a TCP connection to a numerical address accepted, and close it
 * @seconds: for all of it
 *
 * Return: 0; -EINVAL no address; -ETIMEDOUT; what else connect(2) says, negative.
 */
int check_connect(const char *address, uint64_t port, unsigned int seconds);

#endif
