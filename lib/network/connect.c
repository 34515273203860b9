/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connects to a server's address, within a limit. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/network/internal.h"

static socklen_t fill(const struct ip *ip, uint16_t port, struct sockaddr_storage *ret)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;

	memset(ret, 0, sizeof(*ret));
	if (ip->family == AF_INET) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		memcpy(&v4->sin_addr, ip->byte, 4);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	memcpy(&v6->sin6_addr, ip->byte, 16);
	return sizeof(*v6);
}

/* 0 when the connection is there. */
static int finish(int fd, unsigned int seconds)
{
	struct pollfd wait = { .fd = fd, .events = POLLOUT };
	int error = 0, n;
	socklen_t len = sizeof(error);

	do {
		n = poll(&wait, 1, (int)(seconds * 1000));
	} while (n < 0 && errno == EINTR);
	if (n == 0)
		return -ETIMEDOUT;
	if (n < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		return -errno;
	return -error;
}

/* A socket of that kind, and where to. */
static int open_to(const char *server, uint64_t port, int kind, struct sockaddr_storage *to,
		   socklen_t *len, struct kx_err *err)
{
	struct ip ip;
	int fd;

	if (!ip_parse(server, &ip) || port == 0 || port > UINT16_MAX)
		return kx_fail(err, -EINVAL, "%s port %" PRIu64 ": no such address", server, port);
	fd = socket(ip.family, kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return kx_fail(err, -errno, "%s: no socket: %s", server, strerror(errno));
	*len = fill(&ip, (uint16_t)port, to);
	return fd;
}

int kx_network_tell(const char *server, uint64_t port, const void *bytes, size_t size,
		    struct kx_err *err)
{
	struct sockaddr_storage to;
	socklen_t len = 0;
	int fd = open_to(server, port, SOCK_DGRAM, &to, &len, err), rc;

	if (fd < 0)
		return fd;
	rc = sendto(fd, bytes, size, MSG_NOSIGNAL, (const struct sockaddr *)&to, len) < 0 ?
		     -errno : 0;
	close(fd);
	return rc < 0 ? kx_fail(err, rc, "%s port %" PRIu64 ": %s", server, port, strerror(-rc)) : 0;
}

int kx_network_connect(const char *server, uint64_t port, unsigned int seconds, struct kx_err *err)
{
	struct sockaddr_storage to;
	socklen_t len = 0;
	int fd, rc;

	if (seconds > 3600)
		return kx_fail(err, -EINVAL, "%s: %u seconds are too many", server, seconds);
	fd = open_to(server, port, SOCK_STREAM, &to, &len, err);
	if (fd < 0)
		return fd;
	rc = connect(fd, (const struct sockaddr *)&to, len) == 0 ? 0 : -errno;
	if (rc == -EINPROGRESS)
		rc = finish(fd, seconds);
	if (rc == 0)
		return fd;
	close(fd);
	return kx_fail(err, rc, "%s port %" PRIu64 ": %s", server, port,
		       rc == -ETIMEDOUT ? "no answer" : strerror(-rc));
}
