/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks the kernel how a server is reached. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "kx/cleanup.h"
#include "lib/network/internal.h"
#include "lib/network/socket.h"

static int ask_way(int fd, const struct ip *server, struct view *view, struct kx_err *err)
{
	const struct rtmsg head = {
		.rtm_family = (unsigned char)server->family,
		.rtm_dst_len = (unsigned char)(8 * ip_len(server)),
	};
	struct message m;

	message_begin(&m, RTM_GETROUTE, 0, &head, sizeof(head));
	message_put(&m, RTA_DST, server->byte, ip_len(server));
	return socket_ask(fd, &m, view, err);
}

int kx_network_record(struct kx_capture_plan *plan, const struct kx_network_question *question,
		      struct kx_err *err)
{
	_cleanup_(view_done) struct view view = { 0 };
	_cleanup_fd_ int fd = -1;
	struct ip server;
	int rc;

	if (!ip_parse(question->server, &server))
		return kx_fail(err, -EINVAL, "%s is no address", question->server);
	fd = socket_open(err);
	if (fd < 0)
		return fd;
	rc = socket_view(fd, &view, err);
	if (rc < 0)
		return rc;
	rc = ask_way(fd, &server, &view, err);
	if (rc == -ENETUNREACH || rc == -EHOSTUNREACH)
		return kx_fail(err, -EHOSTUNREACH, "%s cannot be reached: there is no route",
			       question->server);
	return rc < 0 ? kx_context(err, rc, "%s", question->server) :
			record_way(plan, question, &server, &view, err);
}
