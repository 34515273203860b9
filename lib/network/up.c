/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the network of a capture plan: interfaces from below, links, addresses, routes. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/bytes.h"
#include "kx/cleanup.h"
#include "lib/network/dhcp.h"
#include "lib/network/internal.h"
#include "lib/network/socket.h"

/*
 * A switch may hold back a port that came up for 50 s (802.1D). Servers are asked in turn, so that
 * one that is not there does not take the time of the others.
 */
enum { LEASE_SECONDS = 60, LEASE_ROUNDS = 3 };

/* What is there already is as it should be. */
static int ask(struct up *up, struct message *m, const char *name, const char *what)
{
	int rc = socket_ask(up->fd, m, NULL, up->err);

	return rc == 0 || rc == -EEXIST ? 0 : kx_context(up->err, rc, "interface %s, %s", name,
							 what);
}

/* No other machine has it: it was this one's. So nothing has to be waited for (IPv6). */
static int put_address(struct up *up, size_t i, const struct ip *ip, uint8_t prefix,
		       const char *text)
{
	const struct ifaddrmsg head = {
		.ifa_family = (unsigned char)ip->family,
		.ifa_prefixlen = prefix,
		.ifa_flags = IFA_F_NODAD,
		.ifa_index = up->index[i],
	};
	struct message m;

	message_begin(&m, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, &head, sizeof(head));
	message_put(&m, IFA_LOCAL, ip->byte, ip_len(ip));
	message_put(&m, IFA_ADDRESS, ip->byte, ip_len(ip));
	return ask(up, &m, up->plan->link[i].name, text);
}

/* The gateway may be outside of the address's network, as it was in the running system. */
static int put_route(struct up *up, size_t i, const struct route *route, const char *text)
{
	const struct rtmsg head = {
		.rtm_family = (unsigned char)route->to.family,
		.rtm_dst_len = route->prefix,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = route->gateway.family ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
		.rtm_type = RTN_UNICAST,
		.rtm_flags = route->gateway.family ? RTNH_F_ONLINK : 0,
	};
	struct message m;

	message_begin(&m, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, &head, sizeof(head));
	if (route->prefix)
		message_put(&m, RTA_DST, route->to.byte, ip_len(&route->to));
	message_put_number(&m, RTA_OIF, up->index[i]);
	if (route->gateway.family)
		message_put(&m, RTA_GATEWAY, route->gateway.byte, ip_len(&route->gateway));
	if (route->source.family)
		message_put(&m, RTA_PREFSRC, route->source.byte, ip_len(&route->source));
	return ask(up, &m, up->plan->link[i].name, text);
}

/* It is used at once, and asked for while that goes on: it may have changed. */
static void put_neighbour(struct up *up, size_t i, const char *text)
{
	struct ndmsg head = { .ndm_ifindex = (int)up->index[i], .ndm_state = NUD_STALE };
	struct message m;
	struct mac mac;
	struct ip ip;

	if (!neighbour_parse(text, &ip, &mac))
		return;
	head.ndm_family = (unsigned char)ip.family;
	message_begin(&m, RTM_NEWNEIGH, NLM_F_CREATE, &head, sizeof(head));
	message_put(&m, NDA_DST, ip.byte, ip_len(&ip));
	message_put(&m, NDA_LLADDR, mac.byte, sizeof(mac.byte));
	if (socket_ask(up->fd, &m, NULL, up->err) < 0)
		up_say(up, "interface %s, %s: %s", up->plan->link[i].name, text, up->err->text);
}

static int put_address_text(struct up *up, size_t i, const char *text)
{
	uint8_t prefix;
	struct ip ip;

	if (!address_parse(text, &ip, &prefix))
		return kx_fail(up->err, -EINVAL, "interface %s: %s is no address",
			       up->plan->link[i].name, text);
	return put_address(up, i, &ip, prefix, text);
}

static int put_route_text(struct up *up, size_t i, const char *text)
{
	struct route route;

	if (!route_parse(text, &route))
		return kx_fail(up->err, -EINVAL, "interface %s: %s is no route",
			       up->plan->link[i].name, text);
	return put_route(up, i, &route, text);
}

/* Each that can be, since another target may need no more than that; how many there are then. */
static size_t put_all(struct up *up, size_t i, const struct kx_capture_list *list,
		      int (*put)(struct up *up, size_t i, const char *text))
{
	size_t there = 0;

	for (size_t n = 0; n < list->count; n++) {
		int rc = put(up, i, list->item[n]);

		if (rc < 0)
			up_note(up, rc);
		there += rc == 0;
	}
	return there;
}

/* What was there before is used meanwhile. */
static void put_addresses(struct up *up, size_t i)
{
	const struct kx_capture_link *link = &up->plan->link[i];

	if (!up->index[i])
		return;
	up->usable |= put_all(up, i, &link->address, put_address_text) > 0;
	put_all(up, i, &link->route, put_route_text);
	for (size_t n = 0; n < link->neighbour.count; n++)
		put_neighbour(up, i, link->neighbour.item[n]);
}

static int take_lease(struct up *up, size_t i, unsigned int seconds)
{
	const struct kx_capture_link *link = &up->plan->link[i];
	const struct link *own = view_link(&up->view, up->index[i]);
	char address[INET6_ADDRSTRLEN], text[96];
	struct dhcp_lease lease;
	struct route route;
	int rc;

	if (!own)
		return kx_fail(up->err, -ENODEV, "interface %s is not there", link->name);
	rc = dhcp_ask(own, seconds, &lease, up->err);
	if (rc < 0)
		return kx_context(up->err, rc, "interface %s", link->name);
	snprintf(text, sizeof(text), "%s/%u", ip_text(&lease.address, address), lease.prefix);
	up_say(up, "interface %s: %s by DHCP", link->name, text);
	rc = put_address(up, i, &lease.address, lease.prefix, text);
	for (size_t n = 0; rc == 0 && n < lease.n_routes; n++) {
		route = (struct route){ lease.route[n].to, lease.route[n].gateway, { 0 },
					lease.route[n].prefix };
		/* 0.0.0.0 is for what needs no gateway. */
		if (route.gateway.family && kx_get(route.gateway.byte, 4, true) == 0)
			route.gateway.family = 0;
		rc = put_route(up, i, &route, "a route that the DHCP server told");
	}
	if (rc < 0 || !lease.router.family)
		return rc;
	route = (struct route){ .to.family = AF_INET, .gateway = lease.router };
	return put_route(up, i, &route, "the router that the DHCP server told");
}

/* What lies on it is not there either. */
static void each_link(struct up *up, int (*step)(struct up *up, size_t i))
{
	for (size_t i = 0; i < up->plan->n_links; i++) {
		int rc = step(up, i);

		if (rc == 0)
			continue;
		up_note(up, rc);
		up->index[i] = 0;
	}
}

/* While nothing can be used at all each is asked again; else whoever needs one comes again. */
static void take_leases(struct up *up)
{
	const unsigned int all = up->way->lease ? up->way->lease : LEASE_SECONDS;

	for (int round = 0; round < LEASE_ROUNDS && (round == 0 || !up->usable); round++) {
		for (size_t i = 0; i < up->plan->n_links; i++) {
			int rc;

			if (!up->index[i] || !up->plan->link[i].dhcp)
				continue;
			rc = take_lease(up, i, (all + LEASE_ROUNDS - 1) / LEASE_ROUNDS);
			if (rc < 0)
				up_note(up, rc);
			up->usable |= rc == 0;
		}
	}
}

static int make(struct up *up)
{
	int rc = up_physical(up);

	if (rc < 0)
		return rc;
	each_link(up, up_link);
	each_link(up, up_start);
	rc = socket_view(up->fd, &up->view, up->err);
	if (rc == 0)
		rc = up_carrier(up);
	if (rc < 0)
		return up->failed ? up_first(up) : rc;
	for (size_t i = 0; i < up->plan->n_links; i++)
		put_addresses(up, i);
	take_leases(up);
	return up->usable || up->failed == 0 ? 0 : up_first(up);
}

int kx_network_up(const struct kx_capture_plan *plan, const struct kx_network_way *way,
		  struct kx_err *err)
{
	struct up up = { .plan = plan, .way = way, .fd = -1, .err = err };
	int rc;

	if (!plan->n_links)
		return kx_fail(err, -EINVAL, "the capture plan has no network");
	for (size_t i = 0; i < plan->n_links; i++) {
		if (!plan->link[i].name)
			return kx_fail(err, -EINVAL, "an interface of the plan has no name");
	}
	up.index = calloc(plan->n_links, sizeof(*up.index));
	if (!up.index)
		return kx_fail(err, -ENOMEM, "no memory");
	up.fd = socket_open(err);
	rc = up.fd < 0 ? up.fd : make(&up);
	view_done(&up.view);
	kx_cleanup_fd(&up.fd);
	free(up.index);
	return rc;
}

bool kx_network_may_differ(const struct kx_capture_plan *plan)
{
	for (size_t i = 0; i < plan->n_links; i++) {
		if (plan->link[i].kind == KX_CAPTURE_BOND || plan->link[i].dhcp)
			return true;
	}
	return false;
}
