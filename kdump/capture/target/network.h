/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What targets on other machines have in common: the network, and a server that answers. */
#ifndef KDUMP_CAPTURE_TARGET_NETWORK_H
#define KDUMP_CAPTURE_TARGET_NETWORK_H

#include <stdint.h>

#include "kdump/capture/target/target.h"
#include "kx/error.h"

/**
 * capture_network() - make the network of the plan, unless the server is reached already, and find
 *	one of the target's addresses that answers
 * @port: where it listens, unless the target says otherwise
 * @ret_server, @ret_port: the address, borrowed from the plan
 *
 * Of a bond one interface alone is tried when nobody answered for 45 s. In a machine that has not
 * crashed the network is left as it is.
 *
 * Return: 0; -EINVAL the target has no address; what kx_network_up() and kx_network_connect() say.
 */
int capture_network(struct capture_target *target, uint64_t port, const char **ret_server,
		    uint64_t *ret_port, struct kx_err *err);

/** capture_secret() - the path of a target's file @name; NULL: it has none, as @name is NULL */
const char *capture_secret(const struct capture_target *target, const char *name,
			   char to[512]);

#endif
