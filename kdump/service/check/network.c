/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connects to servers; check_login() goes on. */
#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kdump/service/check/dump.h"
#include "kdump/service/check/login.h"
#include "kdump/service/check/network.h"
#include "kdump/service/resolve/network.h"
#include "kx/cleanup.h"

enum { ANSWER_SECONDS = 10, NFS_PORT = 2049, SMB_PORT = 445 };

static int wait_connected(int fd, unsigned int seconds)
{
	struct pollfd wait = { .fd = fd, .events = POLLOUT };
	int rc = poll(&wait, 1, (int)seconds * 1000), error = 0;
	socklen_t len = sizeof(error);

	if (rc == 0)
		return -ETIMEDOUT;
	if (rc < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		return -errno;
	return -error;
}

int check_connect(const char *address, uint64_t port, unsigned int seconds)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
					.ai_socktype = SOCK_STREAM };
	_cleanup_fd_ int fd = -1;
	struct addrinfo *found;
	char service[24];
	int rc;

	snprintf(service, sizeof(service), "%" PRIu64, port);
	if (getaddrinfo(address, service, &hints, &found) != 0)
		return -EINVAL;
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		rc = -errno;
	else
		rc = connect(fd, found->ai_addr, found->ai_addrlen) < 0 ? -errno : 0;
	freeaddrinfo(found);
	return rc == -EINPROGRESS ? wait_connected(fd, seconds) : rc;
}

static uint64_t port_of(const struct kx_capture_target *to)
{
	if (to->port)
		return to->port;
	if (to->type == KX_CAPTURE_NFS)
		return NFS_PORT;
	return to->type == KX_CAPTURE_SMB ? SMB_PORT : NETWORK_SSH_PORT;
}

void check_network(const struct checking *c, const struct target_config *from,
		   const struct kx_capture_target *to)
{
	uint64_t port = port_of(to);
	int rc = -EINVAL;

	for (size_t i = 0; i < to->server.count; i++) {
		const char *address = to->server.item[i];

		rc = check_connect(address, port, ANSWER_SECONDS);
		if (rc < 0)
			continue;
		findings_add(c->findings, FINDING_GOOD, "connect", from->name, "the server answers at "
			     "%s, port %" PRIu64, address, port);
		if (check_login(c, to) == 0 && c->write)
			check_dump(c, to);
		return;
	}
	findings_add(c->findings, FINDING_FAULT, "connect", from->name, "%s, port %" PRIu64
		     ": nobody answers: %s", to->server.count ? to->server.item[0] : "no address", port,
		     strerror(-rc));
}
