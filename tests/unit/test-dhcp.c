/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DHCP: what is asked is as RFC 2131 has it, and only the answer to it is taken. */
#include <sys/socket.h>

#include "kx/bytes.h"
#include "lib/network/dhcp.h"
#include "tests/unit/kxtest.h"

enum { BOOTP = 28, OPTIONS = BOOTP + 240, XID = 0x12345678 };

static const struct mac own = { { 2, 0, 0, 0, 0, 1 }, true };

/* An answer with those options, which end by themselves, or with the packet. */
static size_t answer(uint8_t to[DHCP_PACKET], const char *options, size_t len)
{
	dhcp_write(to, DHCP_DISCOVER, XID, 0, &own, NULL);
	to[BOOTP] = 2;
	memcpy(to + BOOTP + 16, "\300\0\2\62", 4);
	kx_put(to + 20, 2, 67, true);
	kx_put(to + 22, 2, 68, true);
	memset(to + OPTIONS, 0, DHCP_PACKET - OPTIONS);
	memcpy(to + OPTIONS, options, len);
	kx_put(to + 2, 2, OPTIONS + len, true);
	kx_put(to + 24, 2, OPTIONS + len - 20, true);
	return OPTIONS + len;
}

static bool take(const uint8_t *packet, size_t len, struct dhcp_lease *ret)
{
	return dhcp_read((struct kx_span){ packet, len }, XID, &own, ret);
}

#define ANSWER(to, options) answer(to, options, sizeof(options) - 1)

TEST(an_offer_is_taken_apart)
{
	uint8_t packet[DHCP_PACKET];
	struct dhcp_lease lease = { 0 };
	size_t len = ANSWER(packet, "\65\1\2\0\1\4\377\377\377\0\3\10\300\0\2\1\300\0\2\3"
				    "\66\4\300\0\2\1\377");

	assert_true(take(packet, len, &lease));
	assert_int_equal(lease.type, DHCP_OFFER);
	assert_memory_equal(lease.address.byte, "\300\0\2\62", 4);
	assert_memory_equal(lease.server.byte, "\300\0\2\1", 4);
	assert_int_equal(lease.router.family, AF_INET);
	assert_memory_equal(lease.router.byte, "\300\0\2\1", 4);
	assert_int_equal(lease.prefix, 24);
	/* Cut anywhere it is none, or one of what was before. */
	for (size_t i = 0; i < len; i++)
		assert_false(take(packet, i, &lease));
}

TEST(routes_are_taken_instead_of_the_router)
{
	uint8_t packet[DHCP_PACKET];
	struct dhcp_lease lease = { 0 };
	size_t len = ANSWER(packet, "\65\1\5\3\4\300\0\2\1"
				    "\171\14\30\306\63\144\300\0\2\11\0\300\0\2\10");

	assert_true(take(packet, len, &lease));
	assert_int_equal(lease.type, DHCP_ACK);
	assert_int_equal(lease.router.family, 0);
	/* The second one lacks a byte. */
	assert_int_equal(lease.n_routes, 1);
	assert_int_equal(lease.route[0].prefix, 24);
	assert_memory_equal(lease.route[0].to.byte, "\306\63\144\0", 4);
	assert_memory_equal(lease.route[0].gateway.byte, "\300\0\2\11", 4);
}

TEST(options_may_go_on_where_names_stand)
{
	uint8_t packet[DHCP_PACKET];
	struct dhcp_lease lease = { 0 };
	size_t len = ANSWER(packet, "\64\1\3\377");

	memcpy(packet + BOOTP + 108, "\65\1\5\377", 4);
	memcpy(packet + BOOTP + 44, "\3\4\300\0\2\1\377", 7);
	assert_true(take(packet, len, &lease));
	assert_int_equal(lease.type, DHCP_ACK);
	assert_memory_equal(lease.router.byte, "\300\0\2\1", 4);
}

TEST(what_is_no_answer_to_us_is_not_taken)
{
	/* Where a byte is changed: another version, a part, protocol, ports, kind, number, card. */
	static const uint16_t at[] = { 0, 7, 9, 21, 23, BOOTP, BOOTP + 4, BOOTP + 28, BOOTP + 236 };
	uint8_t packet[DHCP_PACKET];
	struct dhcp_lease lease = { .prefix = 7 };
	size_t len;

	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		len = ANSWER(packet, "\65\1\2\377");
		assert_true(take(packet, len, &lease));
		packet[at[i]] ^= 0x11;
		lease.prefix = 7;
		assert_false(take(packet, len, &lease));
		assert_int_equal(lease.prefix, 7);
	}
	/* BOOTP without DHCP. */
	len = ANSWER(packet, "\1\4\377\377\377\0\377");
	assert_false(take(packet, len, &lease));
}

TEST(a_request_names_the_offer)
{
	const struct dhcp_lease offer = {
		.address = { AF_INET, { 192, 0, 2, 50 } },
		.server = { AF_INET, { 192, 0, 2, 1 } },
	};
	uint8_t packet[DHCP_PACKET];
	size_t len = dhcp_write(packet, DHCP_REQUEST, XID, 3, &own, &offer);
	uint32_t sum = 0;

	/* Servers may drop less than 300 bytes of BOOTP (RFC 1542, 2.1). */
	assert_int_equal(len, BOOTP + 300);
	for (size_t i = 0; i < 20; i += 2)
		sum += (uint32_t)kx_get(packet + i, 2, true);
	assert_int_equal((sum & 0xffff) + (sum >> 16), 0xffff);
	assert_int_equal(kx_get(packet + BOOTP + 8, 2, true), 3);
	assert_memory_equal(packet + BOOTP + 28, own.byte, 6);
	assert_memory_equal(packet + OPTIONS, "\65\1\3", 3);
	assert_memory_equal(packet + OPTIONS + 13, "\62\4\300\0\2\62\66\4\300\0\2\1", 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_offer_is_taken_apart),
		cmocka_unit_test(routes_are_taken_instead_of_the_router),
		cmocka_unit_test(options_may_go_on_where_names_stand),
		cmocka_unit_test(what_is_no_answer_to_us_is_not_taken),
		cmocka_unit_test(a_request_names_the_offer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
