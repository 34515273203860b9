/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plan's texts of addresses, routes and neighbours. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "kx/span.h"
#include "lib/network/internal.h"

/* More than any line of a plan that is one. */
enum { TEXT_MAX = 256 };

bool address_parse(const char *text, struct ip *ret, uint8_t *ret_prefix)
{
	const char *slash = strchr(text, '/');
	char address[64];
	uint64_t prefix;
	struct ip ip;

	if (!slash || (size_t)(slash - text) >= sizeof(address))
		return false;
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	if (!ip_parse(address, &ip) || !kx_span_number(kx_span_of(slash + 1), 10, &prefix) ||
	    prefix > 8 * ip_len(&ip))
		return false;
	*ret = ip;
	*ret_prefix = (uint8_t)prefix;
	return true;
}

/* "via GATEWAY" and "src ADDRESS", each once. */
static bool take_word(struct route *route, const char *word, const char *value)
{
	struct ip *to = NULL;

	if (strcmp(word, "via") == 0)
		to = &route->gateway;
	else if (strcmp(word, "src") == 0)
		to = &route->source;
	return to && !to->family && value && ip_parse(value, to);
}

bool route_parse(const char *text, struct route *ret)
{
	struct route route = { 0 };
	char copy[TEXT_MAX], *rest = copy, *word;
	bool is_default;

	if (strlen(text) >= sizeof(copy))
		return false;
	memcpy(copy, text, strlen(text) + 1);
	word = strsep(&rest, " ");
	is_default = strcmp(word, "default") == 0;
	if (!is_default && !address_parse(word, &route.to, &route.prefix))
		return false;
	while (rest && (word = strsep(&rest, " ")) != NULL) {
		if (!take_word(&route, word, strsep(&rest, " ")))
			return false;
	}
	if (is_default)
		route.to.family = route.gateway.family;
	if (!route.to.family ||
	    (route.gateway.family && route.gateway.family != route.to.family) ||
	    (route.source.family && route.source.family != route.to.family))
		return false;
	*ret = route;
	return true;
}

bool neighbour_parse(const char *text, struct ip *ret, struct mac *ret_mac)
{
	const char *blank = strchr(text, ' ');
	char address[64];

	if (!blank || (size_t)(blank - text) >= sizeof(address))
		return false;
	memcpy(address, text, (size_t)(blank - text));
	address[blank - text] = '\0';
	return ip_parse(address, ret) && mac_parse(blank + 1, ret_mac);
}
