/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks the kernel: netlink(7). One question at a time, each with its answer. */
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "kx/cleanup.h"
#include "lib/network/socket.h"

/* The kernel writes at most this much at once (Linux, Documentation/userspace-api/netlink). */
enum { REPLY_MAX = 32768 };

/* It answers at once; but a driver that hangs with the lock held would let us wait for ever. */
enum { ANSWER_SECONDS = 30 };

int socket_open(struct kx_err *err)
{
	const struct timeval limit = { .tv_sec = ANSWER_SECONDS };
	const struct sockaddr_nl here = { .nl_family = AF_NETLINK };
	const int on = 1;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return kx_fail(err, -errno, "no netlink socket: %s", strerror(errno));
	/* Reasons of refusals in words, without the request; older kernels have none. */
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0 ||
	    bind(fd, (const struct sockaddr *)&here, sizeof(here)) < 0) {
		int rc = kx_fail(err, -errno, "netlink socket: %s", strerror(errno));

		close(fd);
		return rc;
	}
	return fd;
}

/* What a refusal says: its errno, and behind the header it answers the reason in words. */
static int refusal(const struct reply *reply, struct kx_err *err)
{
	uint64_t code = 0;
	struct attribute a;
	struct kx_span rest = { NULL, 0 };
	int rc;

	message_number(reply->body, 0, 4, &code);
	rc = (int)(uint32_t)code;
	if (rc >= 0)
		return 0;
	if ((reply->flags & NLM_F_ACK_TLVS) && reply->body.len > sizeof(struct nlmsgerr))
		kx_span_slice(reply->body, sizeof(struct nlmsgerr),
			      reply->body.len - sizeof(struct nlmsgerr), &rest);
	while (message_attribute(&rest, &a)) {
		if (a.type == NLMSGERR_ATTR_MSG && a.value.len > 1)
			return kx_fail(err, rc, "%s (%.*s)", strerror(-rc), (int)a.value.len - 1,
				       (const char *)a.value.base);
	}
	return kx_fail(err, rc, "%s", strerror(-rc));
}

/* Is that the end of the answer? 1 it is, 0 not yet. */
static int ended(struct kx_span datagram, struct kx_err *err)
{
	struct reply reply;
	int rc;

	while (message_reply(&datagram, &reply)) {
		if (reply.type == NLMSG_DONE)
			return 1;
		if (reply.type != NLMSG_ERROR)
			continue;
		rc = refusal(&reply, err);
		return rc < 0 ? rc : 1;
	}
	return 0;
}

static int receive(int fd, struct view *view, struct kx_err *err)
{
	_cleanup_free_ uint8_t *buffer = malloc(REPLY_MAX);
	int rc = buffer ? 0 : kx_fail(err, -ENOMEM, "no memory");

	while (rc == 0) {
		struct sockaddr_nl from = { 0 };
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(fd, buffer, REPLY_MAX, 0, (struct sockaddr *)&from, &len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return kx_fail(err, -ETIMEDOUT, "the kernel does not answer");
		if (n < 0)
			return kx_fail(err, -errno, "netlink: %s", strerror(errno));
		/* Other programs can send to this socket, too. */
		if (from.nl_pid != 0)
			continue;
		if (view)
			rc = view_take(view, (struct kx_span){ buffer, (size_t)n }, err);
		if (rc == 0)
			rc = ended((struct kx_span){ buffer, (size_t)n }, err);
	}
	return rc < 0 ? rc : 0;
}

int socket_ask(int fd, struct message *m, struct view *view, struct kx_err *err)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	uint16_t flags;

	if (m->full)
		return kx_fail(err, -EMSGSIZE, "the request is too long");
	memcpy(&flags, m->bytes + offsetof(struct nlmsghdr, nlmsg_flags), sizeof(flags));
	if ((flags & NLM_F_DUMP) != NLM_F_DUMP)
		flags |= NLM_F_ACK;
	memcpy(m->bytes + offsetof(struct nlmsghdr, nlmsg_flags), &flags, sizeof(flags));
	if (sendto(fd, m->bytes, m->len, 0, (const struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		return kx_fail(err, -errno, "netlink: %s", strerror(errno));
	return receive(fd, view, err);
}

static int list(int fd, uint16_t type, const void *head, size_t len, struct view *view,
		struct kx_err *err)
{
	struct message m;

	message_begin(&m, type, NLM_F_DUMP, head, len);
	return socket_ask(fd, &m, view, err);
}

int socket_view(int fd, struct view *view, struct kx_err *err)
{
	const struct ifinfomsg links = { .ifi_family = AF_UNSPEC };
	const struct ifaddrmsg addresses = { .ifa_family = AF_UNSPEC };
	const struct ndmsg neighbours = { .ndm_family = AF_UNSPEC };
	const struct ndmsg bridges = { .ndm_family = AF_BRIDGE };
	int rc;

	view_done(view);
	rc = list(fd, RTM_GETLINK, &links, sizeof(links), view, err);
	if (rc == 0)
		rc = list(fd, RTM_GETADDR, &addresses, sizeof(addresses), view, err);
	if (rc == 0)
		rc = list(fd, RTM_GETNEIGH, &neighbours, sizeof(neighbours), view, err);
	/* Where there are no bridges the kernel may have no code for them. */
	if (rc == 0)
		list(fd, RTM_GETNEIGH, &bridges, sizeof(bridges), view, err);
	return rc;
}
