/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Picks out of rtnetlink's dumps what goes down with an interface, and makes requests of it. Talks
 * to nobody: see kexec/links.c.
 */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "kexec/kept.h"

enum {
	HOST_BIG_ENDIAN = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__,
	HEAD = sizeof(struct nlmsghdr),
	/* UAPI linux/rtnetlink.h and linux/nexthop.h of Linux 5.3: younger than some headers. */
	NEW_NEXTHOP = 104,
	NEXTHOP_HEAD = 8, NEXTHOP_SCOPE_AT = 1, NEXTHOP_FLAGS_AT = 4,
	NEXTHOP_ID = 1, NEXTHOP_GROUP = 2, NEXTHOP_OIF = 5,
	NEXTHOP_MEMBER = 8,
	ROUTE_NEXTHOP_ID = 30,
	ROUTE_EXPIRES = 23,
	/* Linux, include/net/if_inet6.h: IF_READY. */
	INET6_READY_BIT = 31,
	CACHEINFO_EXPIRES_AT = 8, CACHEINFO_TICKS = 100,
};

#define BIT(number) (UINT64_C(1) << (number))

/* Attributes that a request may have; dumps also have counters, and what older programs want. */
static const uint64_t address_attributes =
	BIT(IFA_ADDRESS) | BIT(IFA_LOCAL) | BIT(IFA_LABEL) | BIT(IFA_BROADCAST) | BIT(IFA_ANYCAST) |
	BIT(IFA_CACHEINFO) | BIT(IFA_FLAGS) | BIT(9 /* IFA_RT_PRIORITY */) |
	BIT(11 /* IFA_PROTO */);
static const uint64_t neighbour_attributes = BIT(NDA_DST) | BIT(NDA_LLADDR) |
					     BIT(12 /* NDA_PROTOCOL */) |
					     BIT(15 /* NDA_FLAGS_EXT */);
static const uint64_t nexthop_attributes =
	BIT(NEXTHOP_ID) | BIT(NEXTHOP_GROUP) | BIT(3 /* GROUP_TYPE */) | BIT(4 /* BLACKHOLE */) |
	BIT(NEXTHOP_OIF) | BIT(6 /* GATEWAY */) | BIT(7 /* ENCAP_TYPE */) | BIT(8 /* ENCAP */);
static const uint64_t hop_attributes = BIT(RTA_OIF) | BIT(RTA_GATEWAY) | BIT(RTA_MULTIPATH) |
				       BIT(RTA_VIA) | BIT(RTA_ENCAP_TYPE) | BIT(RTA_ENCAP);
static const uint64_t route_attributes = BIT(RTA_DST) | BIT(RTA_SRC) | BIT(RTA_PRIORITY) |
					 BIT(RTA_PREFSRC) | BIT(RTA_METRICS) | BIT(RTA_FLOW) |
					 BIT(RTA_TABLE) | BIT(RTA_PREF) | BIT(ROUTE_NEXTHOP_ID);

/* --- reading ---------------------------------------------------------------------------------- */

/* The number at @off, 0 where there is none. */
static uint64_t number(struct kx_span s, uint64_t off, unsigned int width)
{
	uint64_t value = 0;

	kx_span_get(s, off, width, HOST_BIG_ENDIAN, &value);
	return value;
}

/* Cuts an attribute, or another item that starts with its length, off @rest. */
static bool next_item(struct kx_span *rest, size_t head, struct kx_span *item)
{
	uint64_t len, step;

	if (!kx_span_get(*rest, 0, 2, HOST_BIG_ENDIAN, &len) || len < head ||
	    !kx_span_slice(*rest, 0, len, item))
		return false;
	step = RTA_ALIGN(len);
	if (step > rest->len)
		step = rest->len;
	return kx_span_slice(*rest, step, rest->len - step, rest);
}

static unsigned int type_of(struct kx_span attribute)
{
	return (unsigned int)number(attribute, 2, 2) & 0x3fff;	/* NLA_TYPE_MASK */
}

/* What attribute @type says; false when @attributes do not have it. */
static bool find(struct kx_span attributes, unsigned int type, struct kx_span *ret)
{
	struct kx_span item;

	while (next_item(&attributes, sizeof(struct rtattr), &item)) {
		if (type_of(item) == type)
			return kx_span_slice(item, sizeof(struct rtattr),
					     item.len - sizeof(struct rtattr), ret);
	}
	return false;
}

static uint32_t find_number(struct kx_span attributes, unsigned int type)
{
	struct kx_span value;

	return find(attributes, type, &value) ? (uint32_t)number(value, 0, 4) : 0;
}

static struct kept_link *link_of(const struct kept *kept, uint64_t index)
{
	for (size_t i = 0; i < kept->links; i++) {
		if (kept->link[i].index == index)
			return &kept->link[i];
	}
	return NULL;
}

bool kept_at(const struct kept *kept, size_t *at, struct kx_span *ret)
{
	struct kx_span all = { kept->bytes, kept->len };
	uint64_t len;

	if (!kx_span_get(all, *at, 4, HOST_BIG_ENDIAN, &len) || len < HEAD ||
	    !kx_span_slice(all, *at, len, ret))
		return false;
	*at += NLMSG_ALIGN(len);
	return true;
}

static struct kx_span attributes_of(struct kx_span message, size_t body)
{
	struct kx_span ret = { NULL, 0 };

	kx_span_slice(message, HEAD + body, message.len - HEAD - body, &ret);
	return ret;
}

static bool has_nexthop(const struct kept *kept, uint32_t id)
{
	struct kx_span request;

	for (size_t at = 0; id != 0 && kept_at(kept, &at, &request);) {
		if (number(request, 4, 2) == NEW_NEXTHOP &&
		    find_number(attributes_of(request, NEXTHOP_HEAD), NEXTHOP_ID) == id)
			return true;
	}
	return false;
}

/* --- writing ---------------------------------------------------------------------------------- */

static int append(struct kept *kept, const void *bytes, size_t len)
{
	size_t padded = NLMSG_ALIGN(len);

	if (padded > KEPT_LIMIT || kept->len > KEPT_LIMIT - padded)
		return -EFBIG;
	if (padded > kept->room - kept->len) {
		size_t room = kept->room * 2 > kept->len + padded ? kept->room * 2 :
								    kept->len + padded + 4096;
		uint8_t *grown = realloc(kept->bytes, room);

		if (!grown)
			return -ENOMEM;
		kept->bytes = grown;
		kept->room = room;
	}
	memset(kept->bytes + kept->len, 0, padded);
	memcpy(kept->bytes + kept->len, bytes, len);
	kept->len += padded;
	return 0;
}

/* A request with the same @body bytes behind its header, and those attributes that are @wanted. */
static int copy(struct kept *kept, struct kx_span message, size_t body, uint64_t wanted,
		unsigned int flags)
{
	struct nlmsghdr head = {
		.nlmsg_type = (uint16_t)number(message, 4, 2),
		.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | flags),
	};
	struct kx_span item, rest = attributes_of(message, body);
	size_t start = kept->len;
	int rc = append(kept, &head, sizeof(head));

	if (rc == 0)
		rc = append(kept, message.base + HEAD, body);
	while (rc == 0 && next_item(&rest, sizeof(struct rtattr), &item)) {
		unsigned int type = type_of(item);

		if (type < 64 && (wanted & BIT(type)))
			rc = append(kept, item.base, item.len);
	}
	if (rc == 0 && rest.len > 0)
		rc = -EBADMSG;
	if (rc < 0)
		kept->len = start;
	return rc;
}

/* Writes the length of the request that starts at @start and ends here. */
static int finish(struct kept *kept, size_t start)
{
	uint32_t len = (uint32_t)(kept->len - start);

	memcpy(kept->bytes + start, &len, sizeof(len));
	return 0;
}

/* Of the flags at @at only this one may be asked for, a gateway on the link. The rest is state. */
static void clean_flags(uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	value &= RTNH_F_ONLINK;
	memcpy(at, &value, sizeof(value));
}

/* --- one of each kind ------------------------------------------------------------------------- */

static int add_link(struct kept *kept, struct kx_span message)
{
	struct kept_link *link =
		link_of(kept, number(message, HEAD + offsetof(struct ifinfomsg, ifi_index), 4));
	struct kx_span families, inet6;

	if (link)
		link->ready = find(attributes_of(message, sizeof(struct ifinfomsg)), IFLA_AF_SPEC,
				   &families) &&
			      find(families, AF_INET6, &inet6) &&
			      find_number(inet6, IFLA_INET6_FLAGS) >> INET6_READY_BIT;
	return 0;
}

static int add_address(struct kept *kept, struct kx_span message)
{
	enum { BODY = sizeof(struct ifaddrmsg) };
	size_t start = kept->len;
	int rc;

	/* IPv4 addresses stay. */
	if (number(message, HEAD, 1) != AF_INET6 ||
	    !link_of(kept, number(message, HEAD + offsetof(struct ifaddrmsg, ifa_index), 4)))
		return 0;
	rc = copy(kept, message, BODY, address_attributes, NLM_F_EXCL);
	return rc < 0 ? rc : finish(kept, start);
}

static int add_neighbour(struct kept *kept, struct kx_span message)
{
	enum { BODY = sizeof(struct ndmsg) };
	uint64_t family = number(message, HEAD, 1);
	size_t start = kept->len;
	int rc;

	if ((family != AF_INET && family != AF_INET6) ||
	    !link_of(kept, number(message, HEAD + offsetof(struct ndmsg, ndm_ifindex), 4)))
		return 0;
	/* All others the kernel learns again. */
	if (!(number(message, HEAD + offsetof(struct ndmsg, ndm_state), 2) & NUD_PERMANENT) &&
	    !(number(message, HEAD + offsetof(struct ndmsg, ndm_flags), 1) & NTF_PROXY))
		return 0;
	rc = copy(kept, message, BODY, neighbour_attributes, NLM_F_EXCL);
	return rc < 0 ? rc : finish(kept, start);
}

static bool group_has_kept(const struct kept *kept, struct kx_span group)
{
	uint64_t id;

	for (uint64_t off = 0; kx_span_get(group, off, 4, HOST_BIG_ENDIAN, &id);
	     off += NEXTHOP_MEMBER) {
		if (has_nexthop(kept, (uint32_t)id))
			return true;
	}
	return false;
}

static int add_nexthop(struct kept *kept, struct kx_span message)
{
	struct kx_span attributes = attributes_of(message, NEXTHOP_HEAD), group;
	bool grouped = find(attributes, NEXTHOP_GROUP, &group);
	size_t start = kept->len;
	int rc;

	if (has_nexthop(kept, find_number(attributes, NEXTHOP_ID)))
		return 0;
	if (grouped ? !group_has_kept(kept, group) :
		      !link_of(kept, find_number(attributes, NEXTHOP_OIF)))
		return 0;
	/* A group goes on without the member that it lost: it is there, and not what it was. */
	rc = copy(kept, message, NEXTHOP_HEAD, nexthop_attributes,
		  grouped ? NLM_F_REPLACE : NLM_F_EXCL);
	if (rc < 0)
		return rc;
	/* The kernel tells the scope and takes none. */
	kept->bytes[start + HEAD + NEXTHOP_SCOPE_AT] = 0;
	clean_flags(kept->bytes + start + HEAD + NEXTHOP_FLAGS_AT);
	return finish(kept, start);
}

/* The interface that takes the route along: its own, or that of one of its ways. */
static const struct kept_link *route_link(const struct kept *kept, struct kx_span attributes)
{
	const struct kept_link *link = link_of(kept, find_number(attributes, RTA_OIF));
	struct kx_span rest, hop;

	if (link || !find(attributes, RTA_MULTIPATH, &rest))
		return link;
	while (!link && next_item(&rest, sizeof(struct rtnexthop), &hop))
		link = link_of(kept, number(hop, offsetof(struct rtnexthop, rtnh_ifindex), 4));
	return link;
}

/* clean_flags() for each way of a route that has several. */
static int clean_hops(struct kept *kept, size_t start)
{
	struct kx_span request = { kept->bytes + start, kept->len - start }, rest, hop;

	if (!find(attributes_of(request, sizeof(struct rtmsg)), RTA_MULTIPATH, &rest))
		return 0;
	while (next_item(&rest, sizeof(struct rtnexthop), &hop)) {
		size_t at = (size_t)(hop.base - kept->bytes);

		kept->bytes[at + offsetof(struct rtnexthop, rtnh_flags)] &= RTNH_F_ONLINK;
	}
	return rest.len > 0 ? -EBADMSG : 0;
}

/* Dumps tell the time in ticks and among other things, requests in seconds. */
static int add_expiry(struct kept *kept, uint32_t ticks)
{
	struct {
		struct rtattr head;
		uint32_t seconds;
	} expires = {
		{ .rta_len = sizeof(expires), .rta_type = ROUTE_EXPIRES },
		(ticks + CACHEINFO_TICKS - 1) / CACHEINFO_TICKS,
	};

	return ticks ? append(kept, &expires, sizeof(expires)) : 0;
}

/* Does it come back without us? */
static bool route_returns(const struct kept_link *link, struct kx_span message, uint32_t ticks)
{
	uint64_t protocol = number(message, HEAD + offsetof(struct rtmsg, rtm_protocol), 1);

	/* With the link: an interface's own addresses, broadcasts and multicasts. */
	if (protocol == RTPROT_KERNEL &&
	    number(message, HEAD + offsetof(struct rtmsg, rtm_type), 1) != RTN_UNICAST)
		return true;
	/* With a router's answer. The kernel would stumble over one that it did not make. */
	return link && link->asks_routers && number(message, HEAD, 1) == AF_INET6 &&
	       (protocol == RTPROT_RA || (protocol == RTPROT_KERNEL && ticks));
}

static int add_route(struct kept *kept, struct kx_span message)
{
	enum { BODY = sizeof(struct rtmsg), FLAGS_AT = HEAD + offsetof(struct rtmsg, rtm_flags) };
	struct kx_span attributes = attributes_of(message, BODY), info;
	const struct kept_link *link = route_link(kept, attributes);
	uint64_t family = number(message, HEAD, 1);
	uint32_t id = find_number(attributes, ROUTE_NEXTHOP_ID), ticks = 0;
	size_t start = kept->len;
	int rc;

	if (find(attributes, RTA_CACHEINFO, &info))
		ticks = (uint32_t)number(info, CACHEINFO_EXPIRES_AT, 4);
	if ((family != AF_INET && family != AF_INET6) || (!link && !has_nexthop(kept, id)) ||
	    (number(message, FLAGS_AT, 4) & RTM_F_CLONED) || route_returns(link, message, ticks))
		return 0;
	/* Behind others of the same metric, as it was. A nexthop by number excludes words of it. */
	rc = copy(kept, message, BODY, route_attributes | (id ? 0 : hop_attributes), NLM_F_APPEND);
	if (rc < 0)
		return rc;
	clean_flags(kept->bytes + start + FLAGS_AT);
	finish(kept, start);
	rc = clean_hops(kept, start);
	if (rc == 0)
		rc = add_expiry(kept, ticks);
	if (rc == 0)
		return finish(kept, start);
	kept->len = start;
	return rc;
}

int kept_add(struct kept *kept, struct kx_span message)
{
	static const struct {
		unsigned int type;
		size_t body;
		int (*add)(struct kept *kept, struct kx_span message);
	} kinds[] = {
		{ RTM_NEWLINK, sizeof(struct ifinfomsg), add_link },
		{ RTM_NEWADDR, sizeof(struct ifaddrmsg), add_address },
		{ RTM_NEWNEIGH, sizeof(struct ndmsg), add_neighbour },
		{ NEW_NEXTHOP, NEXTHOP_HEAD, add_nexthop },
		{ RTM_NEWROUTE, sizeof(struct rtmsg), add_route },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (number(message, 4, 2) != kinds[i].type)
			continue;
		return message.len < HEAD + kinds[i].body ? -EBADMSG : kinds[i].add(kept, message);
	}
	return 0;
}

void kept_done(struct kept *kept)
{
	free(kept->bytes);
	kept->bytes = NULL;
	kept->len = kept->room = 0;
}

/* --- what was not there ----------------------------------------------------------------------- */

/* Addresses are the same if they are spelt the same: lifetimes and origins may differ. */
static bool same_address(struct kx_span a, struct kx_span b)
{
	enum { BODY = sizeof(struct ifaddrmsg),
	       INDEX_AT = HEAD + offsetof(struct ifaddrmsg, ifa_index) };
	struct kx_span x, y;

	return number(b, 4, 2) == RTM_NEWADDR && number(a, INDEX_AT, 4) == number(b, INDEX_AT, 4) &&
	       find(attributes_of(a, BODY), IFA_ADDRESS, &x) &&
	       find(attributes_of(b, BODY), IFA_ADDRESS, &y) && x.len == y.len &&
	       memcmp(x.base, y.base, x.len) == 0;
}

/* Sequence number and sender are whoever's who sends it. */
static bool same_request(struct kx_span a, struct kx_span b)
{
	enum { SEQUENCE_AT = offsetof(struct nlmsghdr, nlmsg_seq) };

	return a.len == b.len && memcmp(a.base, b.base, SEQUENCE_AT) == 0 &&
	       memcmp(a.base + HEAD, b.base + HEAD, a.len - HEAD) == 0;
}

/* An interface that goes up gets its link's address, and routes to its addresses' networks. */
static bool comes_with_link(struct kx_span request)
{
	struct kx_span ignored;

	switch (number(request, 4, 2)) {
	case RTM_NEWADDR:
		return number(request, HEAD + offsetof(struct ifaddrmsg, ifa_scope), 1) ==
			       RT_SCOPE_LINK &&
		       (number(request, HEAD + offsetof(struct ifaddrmsg, ifa_flags), 1) &
			IFA_F_PERMANENT);
	case RTM_NEWROUTE:
		return number(request, HEAD + offsetof(struct rtmsg, rtm_protocol), 1) ==
			       RTPROT_KERNEL &&
		       !find(attributes_of(request, sizeof(struct rtmsg)), ROUTE_EXPIRES, &ignored);
	default:
		return false;
	}
}

bool kept_surplus(const struct kept *kept, struct kx_span request)
{
	bool address = number(request, 4, 2) == RTM_NEWADDR;
	struct kx_span other;

	if (!comes_with_link(request))
		return false;
	for (size_t at = 0; kept_at(kept, &at, &other);) {
		if (address ? same_address(request, other) : same_request(request, other))
			return false;
	}
	return true;
}
