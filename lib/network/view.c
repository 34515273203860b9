/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the kernel's messages apart: rtnetlink(7), linux/if_link.h, if_addr.h, neighbour.h. */
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "kx/array.h"
#include "lib/network/message.h"
#include "lib/network/view.h"

static uint32_t number(struct kx_span value)
{
	uint64_t n;

	return message_number(value, 0, 4, &n) ? (uint32_t)n : 0;
}

/* A number at a place that the caller knows to be there. */
static uint64_t head(const struct reply *reply, size_t off, unsigned int width)
{
	uint64_t n;

	return message_number(reply->body, off, width, &n) ? n : 0;
}

static bool behind(const struct reply *reply, size_t len, struct kx_span *ret)
{
	return reply->body.len >= len &&
	       kx_span_slice(reply->body, len, reply->body.len - len, ret);
}

static struct mac mac_of(struct kx_span value)
{
	struct mac mac = { .known = value.len == MAC_LEN };

	if (mac.known)
		memcpy(mac.byte, value.base, MAC_LEN);
	return mac;
}

/* The value's length has to be the family's. */
static void take_ip(struct kx_span value, int family, struct ip *ret)
{
	struct ip ip = { .family = family };

	if ((family != AF_INET && family != AF_INET6) || value.len != ip_len(&ip))
		return;
	memcpy(ip.byte, value.base, value.len);
	*ret = ip;
}

/* Names end with NUL; longer ones than ours are none that the kernel has. */
static void take_name(struct kx_span value, char *to, size_t size)
{
	size_t len = 0;

	while (len < value.len && value.base[len])
		len++;
	if (len >= size)
		return;
	if (len)
		memcpy(to, value.base, len);
	to[len] = '\0';
}

static void take_vlan(struct kx_span rest, struct link *link)
{
	struct attribute a;
	uint64_t n;

	while (message_attribute(&rest, &a)) {
		if (a.type == IFLA_VLAN_ID && message_number(a.value, 0, 2, &n))
			link->vlan = (uint16_t)n;
		else if (a.type == IFLA_VLAN_PROTOCOL && kx_span_be(a.value, 0, 2, &n))
			link->vlan_protocol = (uint16_t)n;
	}
}

/* The kind stands before its data, as the kernel writes it. */
static void take_info(struct kx_span rest, struct link *link)
{
	struct attribute a;

	while (message_attribute(&rest, &a)) {
		if (a.type == IFLA_INFO_KIND)
			take_name(a.value, link->kind, sizeof(link->kind));
		else if (a.type == IFLA_INFO_DATA && strcmp(link->kind, "vlan") == 0)
			take_vlan(a.value, link);
	}
}

static void take_link_attribute(const struct attribute *a, struct link *link)
{
	switch (a->type) {
	case IFLA_IFNAME:
		take_name(a->value, link->name, sizeof(link->name));
		break;
	case IFLA_MTU:
		link->mtu = number(a->value);
		break;
	case IFLA_LINK:
		link->lower = number(a->value);
		break;
	case IFLA_MASTER:
		link->master = number(a->value);
		break;
	case IFLA_ADDRESS:
		link->mac = mac_of(a->value);
		break;
	case IFLA_PERM_ADDRESS:
		link->permanent = mac_of(a->value);
		break;
	case IFLA_LINKINFO:
		take_info(a->value, link);
		break;
	default:
		break;
	}
}

static int take_link(struct view *view, const struct reply *reply)
{
	struct link link = { 0 };
	struct attribute a;
	struct kx_span rest;

	if (!behind(reply, sizeof(struct ifinfomsg), &rest))
		return 0;
	link.type = (uint16_t)head(reply, offsetof(struct ifinfomsg, ifi_type), 2);
	link.index = (uint32_t)head(reply, offsetof(struct ifinfomsg, ifi_index), 4);
	link.flags = (uint32_t)head(reply, offsetof(struct ifinfomsg, ifi_flags), 4);
	while (message_attribute(&rest, &a))
		take_link_attribute(&a, &link);
	if (!link.index || !link.name[0])
		return 0;
	if (kx_array_grow(&view->link, &view->link_room, view->n_links) < 0)
		return -ENOMEM;
	view->link[view->n_links++] = link;
	return 0;
}

static int take_address(struct view *view, const struct reply *reply)
{
	struct address address = { 0 };
	struct ip other = { 0 };
	struct attribute a;
	struct kx_span rest;
	int family;

	if (!behind(reply, sizeof(struct ifaddrmsg), &rest))
		return 0;
	family = (int)head(reply, offsetof(struct ifaddrmsg, ifa_family), 1);
	address.prefix = (uint8_t)head(reply, offsetof(struct ifaddrmsg, ifa_prefixlen), 1);
	address.index = (uint32_t)head(reply, offsetof(struct ifaddrmsg, ifa_index), 4);
	while (message_attribute(&rest, &a)) {
		/* Of a connection between two, IFA_ADDRESS is the other one's. */
		if (a.type == IFA_LOCAL)
			take_ip(a.value, family, &address.ip);
		else if (a.type == IFA_ADDRESS)
			take_ip(a.value, family, &other);
	}
	if (!address.ip.family)
		address.ip = other;
	if (!address.ip.family || address.prefix > 8 * ip_len(&address.ip))
		return 0;
	if (kx_array_grow(&view->address, &view->address_room, view->n_addresses) < 0)
		return -ENOMEM;
	view->address[view->n_addresses++] = address;
	return 0;
}

static int take_neighbour(struct view *view, const struct reply *reply)
{
	struct neighbour n = { 0 };
	struct attribute a;
	struct kx_span rest;
	int family;

	if (!behind(reply, sizeof(struct ndmsg), &rest))
		return 0;
	family = (int)head(reply, offsetof(struct ndmsg, ndm_family), 1);
	n.index = (uint32_t)head(reply, offsetof(struct ndmsg, ndm_ifindex), 4);
	n.of_bridge = family == AF_BRIDGE;
	while (message_attribute(&rest, &a)) {
		if (a.type == NDA_DST)
			take_ip(a.value, family, &n.ip);
		else if (a.type == NDA_LLADDR)
			n.mac = mac_of(a.value);
	}
	if (!n.mac.known || (!n.ip.family && !n.of_bridge))
		return 0;
	if (kx_array_grow(&view->neighbour, &view->neighbour_room, view->n_neighbours) < 0)
		return -ENOMEM;
	view->neighbour[view->n_neighbours++] = n;
	return 0;
}

static void take_way(struct view *view, const struct reply *reply)
{
	struct way way = { .found = true };
	struct attribute a;
	struct kx_span rest;
	int family;

	if (!behind(reply, sizeof(struct rtmsg), &rest))
		return;
	family = (int)head(reply, offsetof(struct rtmsg, rtm_family), 1);
	way.type = (uint8_t)head(reply, offsetof(struct rtmsg, rtm_type), 1);
	while (message_attribute(&rest, &a)) {
		if (a.type == RTA_OIF)
			way.index = number(a.value);
		else if (a.type == RTA_GATEWAY)
			take_ip(a.value, family, &way.gateway);
		else if (a.type == RTA_PREFSRC)
			take_ip(a.value, family, &way.source);
		else if (a.type == RTA_VIA)
			way.other_family = true;
	}
	view->way = way;
}

int view_take(struct view *view, struct kx_span datagram, struct kx_err *err)
{
	struct reply reply;
	int rc = 0;

	while (rc == 0 && message_reply(&datagram, &reply)) {
		switch (reply.type) {
		case RTM_NEWLINK:
			rc = take_link(view, &reply);
			break;
		case RTM_NEWADDR:
			rc = take_address(view, &reply);
			break;
		case RTM_NEWNEIGH:
			rc = take_neighbour(view, &reply);
			break;
		case RTM_NEWROUTE:
			take_way(view, &reply);
			break;
		default:
			break;
		}
	}
	return rc < 0 ? kx_fail(err, rc, "no memory for what the kernel tells of its network") : 0;
}

void view_done(struct view *view)
{
	free(view->link);
	free(view->address);
	free(view->neighbour);
	*view = (struct view){ 0 };
}

const struct link *view_link(const struct view *view, uint32_t index)
{
	for (size_t i = 0; i < view->n_links; i++) {
		if (view->link[i].index == index)
			return &view->link[i];
	}
	return NULL;
}
