/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes and reads packets of DHCP; sends none. */
#include <string.h>
#include <sys/socket.h>

#include "kx/bytes.h"
#include "lib/network/dhcp.h"

/* RFC 791, RFC 768, RFC 2131, 2. */
enum { IP_LEN = 20, UDP_LEN = 8, BOOTP_LEN = 236, COOKIE_LEN = 4, BOOTP_MIN = 300 };
enum { SERVER_PORT = 67, CLIENT_PORT = 68, PROTOCOL_UDP = 17 };
enum { BOOTP_ASK = 1, BOOTP_ANSWER = 2, ETHERNET = 1 };
enum { OFF_XID = 4, OFF_SECS = 8, OFF_FLAGS = 10, OFF_YIADDR = 16, OFF_CHADDR = 28 };
enum { OFF_SNAME = 44, SNAME_LEN = 64, OFF_FILE = 108, FILE_LEN = 128 };
enum { COOKIE = 0x63825363, ANSWER_TO_ALL = 0x8000, DAY = 86400 };

/* Options: RFC 2132; RFC 3442 for the routes. */
enum option {
	OPT_PAD = 0,
	OPT_MASK = 1,
	OPT_ROUTER = 3,
	OPT_ADDRESS = 50,
	OPT_TIME = 51,
	OPT_OVERLOAD = 52,
	OPT_TYPE = 53,
	OPT_SERVER = 54,
	OPT_WANTED = 55,
	OPT_SIZE = 57,
	OPT_ROUTES = 121,
	OPT_END = 255
};

static uint8_t *put_option(uint8_t *to, uint8_t option, const void *from, uint8_t len)
{
	*to++ = option;
	*to++ = len;
	memcpy(to, from, len);
	return to + len;
}

static uint16_t checksum(const uint8_t *from, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)kx_get(from + i, 2, true);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* From nobody to all; UDP's checksum may be left out (RFC 768). */
static void put_headers(uint8_t *to, size_t len)
{
	to[0] = 0x45;
	kx_put(to + 2, 2, IP_LEN + UDP_LEN + len, true);
	to[8] = 64;
	to[9] = PROTOCOL_UDP;
	memset(to + 16, 0xff, 4);
	kx_put(to + 10, 2, checksum(to, IP_LEN), true);
	kx_put(to + IP_LEN, 2, CLIENT_PORT, true);
	kx_put(to + IP_LEN + 2, 2, SERVER_PORT, true);
	kx_put(to + IP_LEN + 4, 2, UDP_LEN + len, true);
}

size_t dhcp_write(uint8_t to[DHCP_PACKET], enum dhcp_type type, uint32_t xid, uint16_t seconds,
		  const struct mac *mac, const struct dhcp_lease *offer)
{
	static const uint8_t wanted[] = { OPT_MASK, OPT_ROUTER, OPT_ROUTES };
	uint8_t *bootp = to + IP_LEN + UDP_LEN, *end = bootp + BOOTP_LEN;
	uint8_t number[4], code = (uint8_t)type;
	size_t len;

	memset(to, 0, DHCP_PACKET);
	bootp[0] = BOOTP_ASK;
	bootp[1] = ETHERNET;
	bootp[2] = MAC_LEN;
	kx_put(bootp + OFF_XID, 4, xid, true);
	kx_put(bootp + OFF_SECS, 2, seconds, true);
	kx_put(bootp + OFF_FLAGS, 2, ANSWER_TO_ALL, true);
	memcpy(bootp + OFF_CHADDR, mac->byte, MAC_LEN);
	kx_put(end, 4, COOKIE, true);
	end = put_option(end + COOKIE_LEN, OPT_TYPE, &code, 1);
	kx_put(number, 2, DHCP_PACKET, true);
	end = put_option(end, OPT_SIZE, number, 2);
	kx_put(number, 4, DAY, true);
	end = put_option(end, OPT_TIME, number, 4);
	if (type == DHCP_REQUEST) {
		end = put_option(end, OPT_ADDRESS, offer->address.byte, 4);
		end = put_option(end, OPT_SERVER, offer->server.byte, 4);
	}
	end = put_option(end, OPT_WANTED, wanted, sizeof(wanted));
	*end++ = OPT_END;
	len = (size_t)(end - bootp);
	if (len < BOOTP_MIN)
		len = BOOTP_MIN;
	put_headers(to, len);
	return IP_LEN + UDP_LEN + len;
}

static void take_ip4(struct kx_span value, struct ip *ret)
{
	/* Of several routers the first is preferred (RFC 2132, 3.5). */
	if (value.len < 4)
		return;
	ret->family = AF_INET;
	memcpy(ret->byte, value.base, 4);
}

static uint8_t prefix_of(struct kx_span mask)
{
	uint64_t bits = 0;
	uint8_t prefix = 0;

	kx_span_be(mask, 0, 4, &bits);
	while (prefix < 32 && (bits & (UINT64_C(1) << (31 - prefix))))
		prefix++;
	return prefix;
}

/* RFC 3442: length of the network's prefix, the bytes of it that count, the router. */
static void take_routes(struct kx_span value, struct dhcp_lease *lease)
{
	uint64_t prefix;

	lease->n_routes = 0;
	while (lease->n_routes < DHCP_ROUTES && kx_span_get(value, 0, 1, true, &prefix) &&
	       prefix <= 32) {
		size_t bytes = (size_t)(prefix + 7) / 8;
		struct kx_span to, gateway;
		struct ip *ip = &lease->route[lease->n_routes].to;

		if (!kx_span_slice(value, 1, bytes, &to) ||
		    !kx_span_slice(value, 1 + bytes, 4, &gateway))
			return;
		*ip = (struct ip){ .family = AF_INET };
		if (bytes)
			memcpy(ip->byte, to.base, bytes);
		lease->route[lease->n_routes].prefix = (uint8_t)prefix;
		take_ip4(gateway, &lease->route[lease->n_routes].gateway);
		lease->n_routes++;
		kx_span_slice(value, 5 + bytes, value.len - 5 - bytes, &value);
	}
}

static void take_option(uint8_t option, struct kx_span value, struct dhcp_lease *lease,
			uint64_t *overload)
{
	uint64_t n;

	switch (option) {
	case OPT_TYPE:
		if (kx_span_get(value, 0, 1, true, &n) && n <= DHCP_NAK)
			lease->type = (enum dhcp_type)n;
		break;
	case OPT_SERVER:
		take_ip4(value, &lease->server);
		break;
	case OPT_ROUTER:
		take_ip4(value, &lease->router);
		break;
	case OPT_MASK:
		lease->prefix = prefix_of(value);
		break;
	case OPT_ROUTES:
		take_routes(value, lease);
		break;
	case OPT_OVERLOAD:
		kx_span_get(value, 0, 1, true, overload);
		break;
	default:
		break;
	}
}

static void take_options(struct kx_span rest, struct dhcp_lease *lease, uint64_t *overload)
{
	struct kx_span value;
	uint64_t option, len;

	while (kx_span_get(rest, 0, 1, true, &option) && option != OPT_END) {
		if (option == OPT_PAD) {
			kx_span_slice(rest, 1, rest.len - 1, &rest);
			continue;
		}
		if (!kx_span_get(rest, 1, 1, true, &len) || !kx_span_slice(rest, 2, len, &value))
			return;
		take_option((uint8_t)option, value, lease, overload);
		kx_span_slice(rest, 2 + len, rest.len - 2 - len, &rest);
	}
}

/* What is in a packet from a server's port to a client's; false: it is none. */
static bool payload(struct kx_span packet, struct kx_span *ret)
{
	uint64_t first, total, part, protocol, from, to, len;
	size_t head;

	if (!kx_span_get(packet, 0, 1, true, &first) || !kx_span_be(packet, 2, 2, &total) ||
	    !kx_span_be(packet, 6, 2, &part) || !kx_span_get(packet, 9, 1, true, &protocol))
		return false;
	head = (size_t)(first & 15) * 4;
	/* Not a part of a larger one, but for "do not fragment". */
	if (first >> 4 != 4 || head < IP_LEN || protocol != PROTOCOL_UDP || (part & 0xbfff) ||
	    !kx_span_slice(packet, 0, total, &packet))
		return false;
	if (!kx_span_be(packet, head, 2, &from) || !kx_span_be(packet, head + 2, 2, &to) ||
	    !kx_span_be(packet, head + 4, 2, &len) || from != SERVER_PORT || to != CLIENT_PORT ||
	    len < UDP_LEN)
		return false;
	return kx_span_slice(packet, head + UDP_LEN, len - UDP_LEN, ret);
}

bool dhcp_read(struct kx_span packet, uint32_t xid, const struct mac *mac, struct dhcp_lease *ret)
{
	struct dhcp_lease lease = { .prefix = 32 };
	struct kx_span bootp, hardware, part;
	uint64_t op, id, cookie, overload = 0;

	if (!payload(packet, &bootp) || !kx_span_get(bootp, 0, 1, true, &op) ||
	    op != BOOTP_ANSWER || !kx_span_be(bootp, OFF_XID, 4, &id) || id != xid ||
	    !kx_span_slice(bootp, OFF_CHADDR, MAC_LEN, &hardware) ||
	    memcmp(hardware.base, mac->byte, MAC_LEN) != 0 ||
	    !kx_span_be(bootp, BOOTP_LEN, COOKIE_LEN, &cookie) || cookie != COOKIE)
		return false;
	kx_span_slice(bootp, OFF_YIADDR, 4, &part);
	take_ip4(part, &lease.address);
	kx_span_slice(bootp, BOOTP_LEN + COOKIE_LEN, bootp.len - BOOTP_LEN - COOKIE_LEN, &part);
	take_options(part, &lease, &overload);
	/* The names' places may have options, too (RFC 2132, 9.3). */
	if ((overload & 1) && kx_span_slice(bootp, OFF_FILE, FILE_LEN, &part))
		take_options(part, &lease, &overload);
	if ((overload & 2) && kx_span_slice(bootp, OFF_SNAME, SNAME_LEN, &part))
		take_options(part, &lease, &overload);
	/* Where routes are told the router is not to be used (RFC 3442). */
	if (lease.n_routes)
		lease.router = (struct ip){ 0 };
	if (lease.type == DHCP_NONE)
		return false;
	*ret = lease;
	return true;
}
