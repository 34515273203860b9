/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks a DHCP server for an address: RFC 2131, RFC 2132, RFC 3442. */
#ifndef LIB_NETWORK_DHCP_H
#define LIB_NETWORK_DHCP_H

#include "kx/error.h"
#include "kx/span.h"
#include "lib/network/view.h"

/* What is sent, with the headers of IP and UDP; routes that are taken. */
enum { DHCP_PACKET = 576, DHCP_ROUTES = 16 };

/** enum dhcp_type - of messages, RFC 2132, 9.6; 0 is none */
enum dhcp_type {
	DHCP_NONE,
	DHCP_DISCOVER,
	DHCP_OFFER,
	DHCP_REQUEST,
	DHCP_DECLINE,
	DHCP_ACK,
	DHCP_NAK
};

/**
 * struct dhcp_lease - what a server tells
 * @server: whom to ask for it; @router: for the rest of the world, family 0: none
 * @route: to others, a way each; @n_routes of them
 */
struct dhcp_lease {
	enum dhcp_type type;
	struct ip address, server, router;
	uint8_t prefix;
	struct {
		struct ip to, gateway;
		uint8_t prefix;
	} route[DHCP_ROUTES];
	size_t n_routes;
};

/**
 * dhcp_write() - a packet from one who has no address to all
 * @type: DHCP_DISCOVER, or DHCP_REQUEST for @offer
 * @xid: by which the answer is known; @seconds: since it began
 *
 * Return: its bytes.
 */
size_t dhcp_write(uint8_t to[DHCP_PACKET], enum dhcp_type type, uint32_t xid, uint16_t seconds,
		  const struct mac *mac, const struct dhcp_lease *offer);

/**
 * dhcp_read() - take a packet apart, from its IP header on
 *
 * Checksums are not looked at: of a packet from this very machine they are not made yet, and the
 * frame had one.
 *
 * Return: false: it is not an answer to @xid of @mac, or damaged; @ret is untouched.
 */
bool dhcp_read(struct kx_span packet, uint32_t xid, const struct mac *mac, struct dhcp_lease *ret);

/**
 * dhcp_ask() - get an address for an interface that is up
 *
 * It is asked for as long as a day, which is longer than any dump takes; it is not asked for again.
 *
 * Return: 0; -ETIMEDOUT nobody answered; negative errno of the socket.
 */
int dhcp_ask(const struct link *link, unsigned int seconds, struct dhcp_lease *ret,
	     struct kx_err *err);

#endif
