/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel tells of its interfaces, addresses, routes and neighbours. */
#ifndef LIB_NETWORK_VIEW_H
#define LIB_NETWORK_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/span.h"

enum { MAC_LEN = 6, NAME_LEN = 16, KIND_LEN = 32 };

/** struct mac - an Ethernet address; @known: there is one */
struct mac {
	uint8_t byte[MAC_LEN];
	bool known;
};

/**
 * struct ip - an address; @family: AF_INET, AF_INET6, 0: none
 * @byte: 4 or 16 of them, in the network's order
 */
struct ip {
	int family;
	uint8_t byte[16];
};

/**
 * struct link - an interface
 * @index: its number, also of what it is made of (@lower) and part of (@master), 0: of nothing
 * @type: ARPHRD_...; @flags: IFF_...; @kind: "" for one that is no software's
 * @vlan, @vlan_protocol: its number, and ETH_P_8021Q or another
 */
struct link {
	uint32_t index, lower, master, mtu, flags;
	uint16_t type, vlan, vlan_protocol;
	char name[NAME_LEN], kind[KIND_LEN];
	struct mac mac, permanent;
};

/** struct address - of the interface @index */
struct address {
	uint32_t index;
	uint8_t prefix;
	struct ip ip;
};

/** struct neighbour - whose @mac is known; @of_bridge: that is behind a port, @index */
struct neighbour {
	uint32_t index;
	struct ip ip;
	struct mac mac;
	bool of_bridge;
};

/** struct way - how an address is reached: by @index, @gateway if there is one, as @source */
struct way {
	uint32_t index;
	uint8_t type;
	struct ip gateway, source;
	bool found, other_family;
};

/** struct view - all of it */
struct view {
	struct link *link;
	size_t n_links, link_room;
	struct address *address;
	size_t n_addresses, address_room;
	struct neighbour *neighbour;
	size_t n_neighbours, neighbour_room;
	struct way way;
};

/**
 * view_take() - what one read of an rtnetlink socket gave; messages of other types are passed over
 *
 * Memory is bounded by the bytes that came.
 *
 * Return: 0; -ENOMEM.
 */
int view_take(struct view *view, struct kx_span datagram, struct kx_err *err);

/** view_done() - free what is in it; zeros are fine */
void view_done(struct view *view);

/** view_link() - the interface of that number; NULL: there is none */
const struct link *view_link(const struct view *view, uint32_t index);

/** ip_parse() - a numerical address; false: it is none */
bool ip_parse(const char *text, struct ip *ret);

/** ip_text() - the other way; @to has INET6_ADDRSTRLEN bytes, and is returned */
const char *ip_text(const struct ip *ip, char *to);

/** ip_equal() - are they the same? */
bool ip_equal(const struct ip *a, const struct ip *b);

/** ip_len() - its bytes */
size_t ip_len(const struct ip *ip);

/** mac_parse() - "aa:bb:cc:dd:ee:ff"; false: it is none */
bool mac_parse(const char *text, struct mac *ret);

/** mac_equal() - are both known and the same? */
bool mac_equal(const struct mac *a, const struct mac *b);

/** MAC_FORMAT, MAC_BYTES() - for printf */
#define MAC_FORMAT "%02x:%02x:%02x:%02x:%02x:%02x"
#define MAC_BYTES(mac) \
	(mac).byte[0], (mac).byte[1], (mac).byte[2], (mac).byte[3], (mac).byte[4], (mac).byte[5]

#endif
