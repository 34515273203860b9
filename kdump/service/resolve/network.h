/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Targets on other machines: found out while there are names and networks. */
#ifndef KDUMP_SERVICE_RESOLVE_NETWORK_H
#define KDUMP_SERVICE_RESOLVE_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/capture.h"
#include "kx/devices.h"
#include "kx/error.h"

/* Of a target that names none. */
enum { NETWORK_SSH_PORT = 22 };

/**
 * struct network_place - what "where" of a target says; texts are cut out of it
 * @user: "" none; @host: a name or an address; @port: 0 none; @path: of what is exported, with its
 *	slash for NFS, without for SMB
 */
struct network_place {
	char user[64], host[256], path[1024];
	uint64_t port;
};

/**
 * network_place() - take HOST:/FOLDER, //HOST/SHARE, [USER@]HOST[:PORT] or a URL apart, as @type
 *	has it; IPv6 addresses stand in brackets. Of a URL the port is never 0, the path not taken.
 *
 * Return: 0; -EINVAL, and @err says what is expected.
 */
int network_place(enum kx_capture_type type, const char *where, struct network_place *ret,
		  struct kx_err *err);

/**
 * struct network_wish - what is to be reached
 * @root: has to be "/": a captured tree has no network
 * @host: name or address; @dhcp: the crash kernel asks for its own address
 * @spent: milliseconds that were spent for names, see lookup()
 */
struct network_wish {
	const char *root, *host;
	bool dhcp;
	unsigned int *spent;
};

/**
 * network_reach() - all addresses of a server, and by what they are reached
 * @plan: gets the interfaces; @server: the addresses, those that this machine prefers first
 * @devices: gets what the interfaces stand on
 *
 * An address that cannot be reached is left out, unless all are.
 *
 * Return: 0; -ENOENT there is no such host; -EAGAIN no name server answers; -ENOTSUP, -EHOSTUNREACH
 * as kx_network_record(); what kx_devices_add_net() returns; -ENOMEM.
 */
int network_reach(const struct network_wish *wish, struct kx_capture_plan *plan,
		  struct kx_capture_list *server, struct kx_devices *devices, struct kx_err *err);

/**
 * network_port_option() - take "port=" out of mount options, where the plan has it by itself
 * @options: changed; @port: untouched if there is none
 *
 * Return: 0; -EINVAL it is no port; -ENOTSUP "sec=krb5…": Kerberos needs programs that ask for
 * tickets, which a crash kernel does not have.
 */
int network_port_option(char *options, uint64_t *port, struct kx_err *err);

/**
 * network_known_keys() - a server's keys, of a file as ssh has known_hosts
 * @text: of the file; @name: of it, for people
 * @host, @port: as ssh would look for them; 22 stands alone
 * @ret: lines of that server alone, for free()
 *
 * Return: 0; -ENOKEY there are none, and @err says what to do; -ENOMEM.
 */
int network_known_keys(struct kx_span text, const char *name, const char *host, uint64_t port,
		       char **ret, struct kx_err *err);

#endif
