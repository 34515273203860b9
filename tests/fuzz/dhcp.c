/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets of DHCP servers: what is taken is an answer, with prefixes and routes that can be. */
#include <sys/socket.h>

#include "lib/network/dhcp.h"
#include "tests/fuzz/fuzz.h"

int fuzz_input(const uint8_t *data, size_t size)
{
	static const struct mac own = { { 2, 0, 0, 0, 0, 1 }, true };
	struct dhcp_lease lease;

	if (!dhcp_read((struct kx_span){ data, size }, 0x12345678, &own, &lease))
		return 0;
	PROMISE(size >= 20 + 8 + 240);
	PROMISE(lease.type > DHCP_NONE && lease.type <= DHCP_NAK);
	PROMISE(lease.address.family == AF_INET);
	PROMISE(lease.prefix <= 32);
	PROMISE(lease.n_routes <= DHCP_ROUTES);
	PROMISE(!lease.n_routes || !lease.router.family);
	for (size_t i = 0; i < lease.n_routes; i++)
		PROMISE(lease.route[i].prefix <= 32 && lease.route[i].gateway.family == AF_INET);
	return 0;
}
