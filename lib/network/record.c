/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes into a capture plan by which interfaces, address and route a server is reached. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>

#include "kx/array.h"
#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/span.h"
#include "lib/network/internal.h"

/* Interfaces on top of each other; more is a circle. */
enum { DEPTH_MAX = 8 };

/** struct record - what is being written */
struct record {
	struct kx_capture_plan *plan;
	const struct kx_network_question *question;
	const struct ip *server;
	const struct view *view;
	struct kx_err *err;
};

/*
 * What a bond is like, in the order in which it is set, and what a new one has: that is not
 * recorded, since all modes show an option that only some take. What miimon is at first depends on
 * the mode. Linux, Documentation/networking/bonding.rst.
 */
static const struct bond_option {
	const char *name, *fresh;
} bond_options[] = {
	{ "mode", NULL },
	{ "miimon", NULL },
	{ "updelay", "0" },
	{ "downdelay", "0" },
	{ "lacp_rate", "slow" },
	{ "ad_select", "stable" },
	{ "xmit_hash_policy", "layer2" },
	{ "min_links", "0" },
	{ "fail_over_mac", "none" },
	{ "arp_interval", "0" },
	{ "arp_ip_target", "" },
	{ "arp_all_targets", "any" },
	{ "arp_validate", "none" },
	{ "arp_missed_max", "2" },
	{ "primary_reselect", "always" },
	{ "ad_user_port_key", "0" },
	{ "ad_actor_sys_prio", "65535" },
	{ "ad_actor_system", "00:00:00:00:00:00" },
	{ "all_slaves_active", "0" },
};

static int no_memory(struct kx_err *err)
{
	return kx_fail(err, -ENOMEM, "no memory for the capture plan");
}

static struct kx_capture_link *find(const struct kx_capture_plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->n_links; i++) {
		if (strcmp(plan->link[i].name, name) == 0)
			return &plan->link[i];
	}
	return NULL;
}

static int append_once(struct kx_capture_list *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->item[i], text) == 0)
			return 0;
	}
	return kx_capture_append(list, "%s", text);
}

static int refuse(struct record *r, const struct link *link, const char *why)
{
	return kx_fail(r->err, -ENOTSUP, "interface %s %s", link->name, why);
}

/* Why an interface that nothing is below of is none for a crash kernel; NULL: it is. */
static const char *unsuited(const struct record *r, const struct link *link)
{
	const char *root = r->question->root, *name = link->name;
	char bus[PATH_LEN];

	if (link->flags & IFF_LOOPBACK)
		return "is this machine itself: a server elsewhere is needed";
	if (link->type == ARPHRD_INFINIBAND)
		return "is InfiniBand, which a crash kernel is not given: use another network";
	if (device_has(root, name, "wireless") || device_has(root, name, "phy80211"))
		return "is wireless, which needs programs that a crash kernel lacks: use a cable";
	if (link->type != ARPHRD_ETHER || !link->mac.known)
		return "is no Ethernet";
	if (r->question->virtual_links)
		return NULL;
	device_bus(root, name, bus);
	return bus[0] ? NULL : "has no device that a crash kernel would find";
}

static int add_physical(struct record *r, const struct link *link)
{
	struct mac mac = device_mac(r->question->root, link, r->question->virtual_links);
	struct kx_capture_link *to;
	char bus[PATH_LEN], text[3 * MAC_LEN];
	const char *why = unsuited(r, link);

	if (why)
		return refuse(r, link, why);
	to = kx_capture_add_link(r->plan, link->name);
	if (!to)
		return no_memory(r->err);
	to->kind = KX_CAPTURE_PHYSICAL;
	to->mtu = link->mtu;
	device_bus(r->question->root, link->name, bus);
	snprintf(text, sizeof(text), MAC_FORMAT, MAC_BYTES(mac));
	if ((mac.known && kx_capture_set(&to->mac, text) < 0) ||
	    (bus[0] && kx_capture_set(&to->bus, bus) < 0))
		return no_memory(r->err);
	if (!to->mac && !to->bus)
		return refuse(r, link, "has neither a hardware address of its own nor a device");
	/* Interfaces of a bond get the bond's by it. */
	snprintf(text, sizeof(text), MAC_FORMAT, MAC_BYTES(link->mac));
	if (!link->master && !mac_equal(&mac, &link->mac) &&
	    kx_capture_set(&to->hardware, text) < 0)
		return no_memory(r->err);
	return 0;
}

static int add_link(struct record *r, const struct link *link, unsigned int depth,
		    const char **name);

/* One that is made of @below, which is in the plan already. */
static struct kx_capture_link *add_above(struct record *r, const struct link *link,
					 enum kx_capture_link_kind kind)
{
	struct kx_capture_link *to = kx_capture_add_link(r->plan, link->name);

	if (!to)
		return NULL;
	to->kind = kind;
	to->mtu = link->mtu;
	return to;
}

static int add_vlan(struct record *r, const struct link *link, unsigned int depth)
{
	const struct link *below = view_link(r->view, link->lower);
	struct kx_capture_link *to;
	char text[3 * MAC_LEN];
	const char *name;
	int rc;

	if (link->vlan_protocol && link->vlan_protocol != ETH_P_8021Q)
		return refuse(r, link, "is a VLAN by 802.1ad, which is not recorded");
	if (!below)
		return refuse(r, link, "lies on an interface of another name space");
	rc = add_link(r, below, depth, &name);
	if (rc < 0)
		return rc;
	to = add_above(r, link, KX_CAPTURE_VLAN);
	if (!to || kx_capture_append(&to->lower, "%s", name) < 0)
		return no_memory(r->err);
	to->vlan = link->vlan;
	/* It has that of what it lies on, unless somebody gave it one. */
	snprintf(text, sizeof(text), MAC_FORMAT, MAC_BYTES(link->mac));
	if (!mac_equal(&link->mac, &below->mac) && kx_capture_set(&to->hardware, text) < 0)
		return no_memory(r->err);
	return 0;
}

/* What /sys shows of an option: of "802.3ad 4" only the word, which can be written back. */
static int add_bond_option(struct record *r, const struct link *link,
			   const struct bond_option *option, struct kx_capture_link *to)
{
	_cleanup_free_ char *text = NULL;
	struct kx_span value, rest;
	struct kx_err ignored;
	char path[PATH_LEN];
	size_t len;

	snprintf(path, sizeof(path), "sys/class/net/%s/bonding/%s", link->name, option->name);
	if (kx_file_read(r->question->root, path, 4096, &text, &len, &ignored) < 0)
		return 0;
	rest = value = kx_span_trim((struct kx_span){ (const uint8_t *)text, len });
	if (strcmp(option->name, "arp_ip_target") != 0)
		kx_span_word(&rest, &value);
	if (!value.len || (option->fresh && kx_span_equal(value, option->fresh)))
		return 0;
	return kx_capture_append(&to->bond, "%s=%.*s", option->name, (int)value.len,
				 (const char *)value.base);
}

/* Of an active-backup bond the active one stands first: it is the one to be used alone. */
static bool is_active(const struct record *r, const struct link *bond, const struct link *slave)
{
	_cleanup_free_ char *text = NULL;
	struct kx_err ignored;
	char path[PATH_LEN];
	size_t len;

	snprintf(path, sizeof(path), "sys/class/net/%s/bonding/active_slave", bond->name);
	if (kx_file_read(r->question->root, path, 4096, &text, &len, &ignored) < 0)
		return false;
	return kx_span_equal(kx_span_trim((struct kx_span){ (const uint8_t *)text, len }),
			     slave->name);
}

static int add_slaves(struct record *r, const struct link *bond, unsigned int depth,
		      struct kx_capture_list *names)
{
	for (int active = 1; active >= 0; active--) {
		for (size_t i = 0; i < r->view->n_links; i++) {
			const struct link *slave = &r->view->link[i];
			const char *name;
			int rc;

			if (slave->master != bond->index || is_active(r, bond, slave) != active)
				continue;
			rc = add_link(r, slave, depth, &name);
			if (rc < 0)
				return rc;
			if (kx_capture_append(names, "%s", name) < 0)
				return no_memory(r->err);
		}
	}
	return names->count ? 0 : refuse(r, bond, "is a bond of nothing");
}

static int add_bond(struct record *r, const struct link *link, unsigned int depth)
{
	_cleanup_(kx_capture_list_done) struct kx_capture_list names = { 0 };
	struct kx_capture_link *to;
	char text[3 * MAC_LEN];
	int rc = add_slaves(r, link, depth, &names);

	if (rc < 0)
		return rc;
	to = add_above(r, link, KX_CAPTURE_BOND);
	snprintf(text, sizeof(text), MAC_FORMAT, MAC_BYTES(link->mac));
	if (!to || kx_capture_set(&to->hardware, text) < 0)
		return no_memory(r->err);
	to->lower = names;
	names = (struct kx_capture_list){ 0 };
	for (size_t i = 0; i < sizeof(bond_options) / sizeof(bond_options[0]); i++) {
		if (add_bond_option(r, link, &bond_options[i], to) < 0)
			return no_memory(r->err);
	}
	return 0;
}

/* Behind which port of a bridge it learned the gateway's, or the server's, hardware address. */
static const struct link *learned_port(const struct record *r, const struct link *bridge)
{
	const struct ip *next = r->view->way.gateway.family ? &r->view->way.gateway : r->server;
	const struct view *v = r->view;
	const struct mac *mac = NULL;

	for (size_t i = 0; i < v->n_neighbours; i++) {
		if (!v->neighbour[i].of_bridge && v->neighbour[i].index == v->way.index &&
		    ip_equal(&v->neighbour[i].ip, next))
			mac = &v->neighbour[i].mac;
	}
	for (size_t i = 0; mac && i < v->n_neighbours; i++) {
		const struct link *port = view_link(v, v->neighbour[i].index);

		if (v->neighbour[i].of_bridge && mac_equal(mac, &v->neighbour[i].mac) && port &&
		    port->master == bridge->index)
			return port;
	}
	return NULL;
}

/* May the other machines be behind it? */
static bool is_port(const struct record *r, const struct link *port)
{
	return strcmp(port->kind, "bond") == 0 || strcmp(port->kind, "vlan") == 0 ||
	       !unsuited(r, port);
}

/*
 * The port below what joins several: bridges and teams are its master; what Open vSwitch calls a
 * bridge and its ports have one master together, and the bridge the address of a port.
 */
static int add_port(struct record *r, const struct link *link, unsigned int depth,
		    const char **name)
{
	const bool ovs = strcmp(link->kind, "openvswitch") == 0;
	const struct link *port = ovs ? NULL : learned_port(r, link), *only = NULL;
	size_t count = 0;

	for (size_t i = 0; !port && i < r->view->n_links; i++) {
		const struct link *other = &r->view->link[i];
		const struct link *master = view_link(r->view, other->master);

		if (other == link || !master || !is_port(r, other) ||
		    (ovs ? strcmp(master->kind, "openvswitch") != 0 : master != link))
			continue;
		if (ovs && mac_equal(&other->mac, &link->mac))
			port = other;
		only = other;
		count++;
	}
	if (!port && count == 1)
		port = only;
	if (!port && count == 0)
		return refuse(r, link, "joins no port that leads out of this machine");
	if (!port)
		return refuse(r, link, "joins several ports, and behind which the server is, is not known");
	return add_link(r, port, depth, name);
}

/* What lies on one other and has its network: the address goes there. */
static int add_below(struct record *r, const struct link *link, unsigned int depth,
		     const char **name)
{
	const struct link *below = view_link(r->view, link->lower);

	if (!below)
		return refuse(r, link, "lies on an interface of another name space");
	return add_link(r, below, depth, name);
}

static bool is_one_of(const char *kind, const char *const *names)
{
	while (*names && strcmp(kind, *names) != 0)
		names++;
	return *names != NULL;
}

static int add_new(struct record *r, const struct link *link, unsigned int depth)
{
	char why[KIND_LEN + 64];

	if (!link->kind[0] || (r->question->virtual_links && strcmp(link->kind, "veth") == 0))
		return add_physical(r, link);
	if (strcmp(link->kind, "vlan") == 0)
		return add_vlan(r, link, depth);
	if (strcmp(link->kind, "bond") == 0)
		return add_bond(r, link, depth);
	snprintf(why, sizeof(why), "is of the kind %s, which a crash kernel cannot make", link->kind);
	return refuse(r, link, why);
}

/* @name becomes that of the interface of the plan that stands for @link. */
static int add_link(struct record *r, const struct link *link, unsigned int depth,
		    const char **name)
{
	static const char *const joins[] = { "bridge", "openvswitch", "team", NULL };
	static const char *const lies[] = { "macvlan", "macvtap", "ipvlan", "ipvtap", NULL };

	if (depth >= DEPTH_MAX)
		return refuse(r, link, "lies on too many others");
	*name = link->name;
	if (find(r->plan, link->name))
		return 0;
	if (is_one_of(link->kind, joins))
		return add_port(r, link, depth + 1, name);
	if (is_one_of(link->kind, lies))
		return add_below(r, link, depth + 1, name);
	return add_new(r, link, depth + 1);
}

/* Of which length the network is that the machine has that address in. */
static unsigned int prefix_of(const struct view *view, const struct ip *ip)
{
	for (size_t i = 0; i < view->n_addresses; i++) {
		if (ip_equal(&view->address[i].ip, ip))
			return view->address[i].prefix;
	}
	return (unsigned int)(8 * ip_len(ip));
}

/* Address, route and neighbour of the way, which go to @to. */
static int add_way(struct record *r, struct kx_capture_link *to)
{
	const struct way *way = &r->view->way;
	char server[INET6_ADDRSTRLEN], source[INET6_ADDRSTRLEN], gateway[INET6_ADDRSTRLEN];
	const struct ip *next = way->gateway.family ? &way->gateway : r->server;
	char text[4 * INET6_ADDRSTRLEN];

	ip_text(r->server, server);
	ip_text(&way->source, source);
	snprintf(text, sizeof(text), "%s/%u", source, prefix_of(r->view, &way->source));
	if (append_once(&to->address, text) < 0)
		return -ENOMEM;
	if (way->gateway.family)
		snprintf(text, sizeof(text), "%s/%zu via %s src %s", server,
			 8 * ip_len(r->server), ip_text(&way->gateway, gateway), source);
	else
		snprintf(text, sizeof(text), "%s/%zu src %s", server, 8 * ip_len(r->server),
			 source);
	if (append_once(&to->route, text) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < r->view->n_neighbours; i++) {
		const struct neighbour *n = &r->view->neighbour[i];

		if (n->of_bridge || n->index != way->index || !ip_equal(&n->ip, next))
			continue;
		snprintf(text, sizeof(text), "%s " MAC_FORMAT, ip_text(next, gateway),
			 MAC_BYTES(n->mac));
		return append_once(&to->neighbour, text);
	}
	return 0;
}

int record_way(struct kx_capture_plan *plan, const struct kx_network_question *question,
	       const struct ip *server, const struct view *view, struct kx_err *err)
{
	struct record r = { plan, question, server, view, err };
	const struct way *way = &view->way;
	const struct link *link = view_link(view, way->index);
	const size_t before = plan->n_links;
	struct kx_capture_link *to;
	const char *name;
	int rc;

	if (way->other_family)
		return kx_fail(err, -ENOTSUP, "%s is reached by a gateway of the other family",
			       question->server);
	if (!way->found || way->type != RTN_UNICAST || !link)
		return kx_fail(err, way->type == RTN_LOCAL ? -ENOTSUP : -EHOSTUNREACH, "%s %s",
			       question->server, way->type == RTN_LOCAL ?
			       "is this machine itself" : "cannot be reached: there is no route");
	rc = add_link(&r, link, 0, &name);
	if (rc < 0) {
		/* What was below of what cannot be. */
		kx_capture_keep_links(plan, before);
		return kx_context(err, rc, "%s", question->server);
	}
	to = find(plan, name);
	/* Of IPv6 it tells nothing: there the address stays as it was. */
	if (question->dhcp && server->family == AF_INET) {
		to->dhcp = true;
		return 0;
	}
	if (!way->source.family)
		return kx_fail(err, -EHOSTUNREACH, "%s is reached without an address of this machine",
			       question->server);
	return add_way(&r, to) < 0 ? no_memory(err) : 0;
}
