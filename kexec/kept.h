/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What Linux forgets of an interface that goes down: IPv6 addresses, permanent neighbours, nexthops
 * and routes. Picked out of rtnetlink's dumps, and kept as the requests that put it back.
 */
#ifndef KEXEC_KEPT_H
#define KEXEC_KEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/span.h"

/* Two million routes. */
enum { KEPT_LIMIT = 256 << 20 };

/**
 * struct kept_link - an interface that goes down
 * @index: its number
 * @asks_routers: what IPv6 routers say of it is for the kernel, which asks them when it is up again
 * @ready: its other end is there, and the kernel has given it what each interface gets for IPv6;
 *	written by kept_add()
 */
struct kept_link {
	uint32_t index;
	bool asks_routers, ready;
};

/**
 * struct kept - requests, one behind the other, each aligned as netlink wants it
 * @link, @links: interfaces whose things are kept; the caller's
 * @bytes, @len, @room: the requests; kept_done() frees them
 */
struct kept {
	struct kept_link *link;
	size_t links;
	uint8_t *bytes;
	size_t len, room;
};

/**
 * kept_add() - keep what @message of a dump is about, if one of the interfaces takes it along
 * @message: with its header; that about an interface itself says whether it is ready
 *
 * A group of nexthops is recognised by members that are kept already, a route by nexthops too.
 *
 * Return: 0, kept or not lost; -EBADMSG, it contradicts itself; -ENOMEM; -EFBIG beyond KEPT_LIMIT.
 */
int kept_add(struct kept *kept, struct kx_span message);

/** kept_at() - the request at *@at, which is moved behind it; false at the end */
bool kept_at(const struct kept *kept, size_t *at, struct kx_span *ret);

/**
 * kept_surplus() - is @request of a later dump something that the kernel made when a link went up
 * again, and that @kept does not have?
 */
bool kept_surplus(const struct kept *kept, struct kx_span request);

/** kept_done() - free the requests */
void kept_done(struct kept *kept);

#endif
