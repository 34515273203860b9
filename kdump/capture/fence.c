/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fence_kdump's messages, see the header; times and port as of fence_kdump_send(8). */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "kdump/capture/fence.h"
#include "kdump/capture/system/trace.h"
#include "kx/network.h"

/* For interfaces, link and lease, see kx/network.h; and nobody waits longer than an hour. */
enum { NETWORK_MS = 100000, INTERVAL_MAX = 3600 };

void fence_message(uint8_t ret[FENCE_MESSAGE])
{
	static const uint32_t message[] = { 0x1b302a40, 1 };

	memcpy(ret, message, FENCE_MESSAGE);
}

static void say(void *data, const char *text)
{
	(void)data;
	capture_trace("%s", text);
}

static int bring_up(void *data)
{
	const struct capture *c = data;
	const struct kx_network_way way = { .root = "/", .log = say };
	struct kx_err err = { "" };
	int rc = kx_network_up(c->plan, &way, &err);

	if (rc < 0)
		capture_trace("fence: %s", err.text);
	return rc < 0;
}

/* What goes wrong is said when it begins to. */
static void tell_all(const struct kx_capture_plan *plan, int *before)
{
	uint8_t message[FENCE_MESSAGE];
	struct kx_err err = { "" };
	int last = 0;

	fence_message(message);
	for (size_t i = 0; i < plan->fence.count; i++) {
		int rc = kx_network_tell(plan->fence.item[i], plan->fence_port, message,
					 sizeof(message), &err);

		last = rc < 0 ? rc : last;
	}
	if (last != *before)
		capture_trace("fence: %s", last < 0 ? err.text : "the others are told again");
	*before = last;
}

static int tell(void *data)
{
	const struct capture *c = data;
	uint64_t every = c->plan->fence_interval;
	int before = 0;

	every = every == 0 ? 1 : every > INTERVAL_MAX ? INTERVAL_MAX : every;
	capture_trace("fence: %zu addresses are told every %" PRIu64 " s", c->plan->fence.count,
		      every);
	/* The first process ends no sooner than the machine. */
	while (getppid() == 1) {
		tell_all(c->plan, &before);
		sleep((unsigned int)every);
	}
	return 0;
}

static int bring_up_and_tell(void *data)
{
	/* Part of it may be there all the same. */
	bring_up(data);
	return tell(data);
}

static bool has_network(const struct kx_capture_plan *plan)
{
	bool found = false;

	for (size_t i = 0; i < plan->n_targets; i++)
		found = found || plan->target[i].server.count;
	return found;
}

void fence_begin(struct capture *c)
{
	const bool wait = has_network(c->plan);
	struct capture_process process;
	int rc;

	if (!c->plan->fence.count)
		return;
	if (wait && capture_run(c, bring_up, c, NETWORK_MS) < 0)
		capture_trace("fence: the network took too long");
	rc = capture_fork(&process, wait ? tell : bring_up_and_tell, c);
	if (rc < 0)
		capture_trace("fence: %s", strerror(-rc));
}
