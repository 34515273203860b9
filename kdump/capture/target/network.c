/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reaches the server of a target. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kdump/capture/target/network.h"
#include "kx/network.h"

/* Switches may hold back a port that came up for 30 s (802.1D) to 50 s. */
enum { CONNECT_SECONDS = 10, WHOLE_SECONDS = 45, PAUSE_SECONDS = 1 };

static void say(void *data, const char *text)
{
	(void)data;
	capture_trace("%s", text);
}

/* All addresses once; 0 and which one answers. */
static int try_all(struct capture_target *target, uint64_t port, const char **ret,
		   struct kx_err *err)
{
	int rc = kx_fail(err, -EINVAL, "the plan has no address of the server");

	for (size_t i = 0; i < target->from->server.count; i++) {
		const char *server = target->from->server.item[i];
		int fd = kx_network_connect(server, port, CONNECT_SECONDS, err);

		capture_moved(target);
		if (fd >= 0) {
			close(fd);
			*ret = server;
			return 0;
		}
		rc = fd;
	}
	return rc;
}

static int try_for(struct capture_target *target, uint64_t port, const char **ret,
		   struct kx_err *err)
{
	uint64_t end = capture_process_now(NULL) + WHOLE_SECONDS * 1000;
	int rc;

	while ((rc = try_all(target, port, ret, err)) < 0 && rc != -EINVAL &&
	       capture_process_now(NULL) < end)
		sleep(PAUSE_SECONDS);
	return rc;
}

static int make(struct capture_target *target, bool alone, uint64_t port, const char **ret,
		struct kx_err *err)
{
	const struct kx_network_way way = { .root = "/", .log = say, .alone = alone };
	int rc = kx_network_up(target->plan, &way, err);

	return rc < 0 ? rc : try_for(target, port, ret, err);
}

/* A machine that works has its network, and whoever checks a target must not touch it. */
static bool is_crash_kernel(void)
{
	return access("/proc/vmcore", F_OK) == 0;
}

int capture_network(struct capture_target *target, uint64_t port, const char **ret_server,
		    uint64_t *ret_port, struct kx_err *err)
{
	int rc;

	if (target->from->port)
		port = target->from->port;
	*ret_port = port;
	/* Before there is an address this fails at once. */
	rc = try_all(target, port, ret_server, err);
	if (rc == 0 || rc == -EINVAL || !is_crash_kernel())
		return rc;
	rc = make(target, false, port, ret_server, err);
	/* A bond's other side may not play its part, or a DHCP server answer late. */
	if (rc < 0 && kx_network_may_differ(target->plan)) {
		capture_trace("%s", err->text);
		rc = make(target, true, port, ret_server, err);
	}
	if (rc == 0)
		capture_trace("%s: %s answers", target->from->name, *ret_server);
	return rc;
}

const char *capture_secret(const struct capture_target *target, const char *name,
			   char to[512])
{
	if (!name)
		return NULL;
	snprintf(to, 512, "%s/%s", target->here ? target->here->secrets : KX_CAPTURE_SECRETS, name);
	return to;
}
