/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses as text and back. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "lib/network/view.h"

bool ip_parse(const char *text, struct ip *ret)
{
	struct ip ip = { 0 };

	for (int i = 0; i < 2; i++) {
		ip.family = i ? AF_INET6 : AF_INET;
		if (inet_pton(ip.family, text, ip.byte) != 1)
			continue;
		*ret = ip;
		return true;
	}
	return false;
}

const char *ip_text(const struct ip *ip, char *to)
{
	if (!ip->family || !inet_ntop(ip->family, ip->byte, to, INET6_ADDRSTRLEN))
		to[0] = '\0';
	return to;
}

size_t ip_len(const struct ip *ip)
{
	return ip->family == AF_INET6 ? 16 : 4;
}

bool ip_equal(const struct ip *a, const struct ip *b)
{
	return a->family == b->family && memcmp(a->byte, b->byte, ip_len(a)) == 0;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool mac_parse(const char *text, struct mac *ret)
{
	struct mac mac = { .known = true };

	if (strlen(text) != 3 * MAC_LEN - 1)
		return false;
	for (size_t i = 0; i < MAC_LEN; i++) {
		int high = digit(text[3 * i]), low = digit(text[3 * i + 1]);

		if (high < 0 || low < 0 || (i < MAC_LEN - 1 && text[3 * i + 2] != ':'))
			return false;
		mac.byte[i] = (uint8_t)(high << 4 | low);
	}
	*ret = mac;
	return true;
}

bool mac_equal(const struct mac *a, const struct mac *b)
{
	return a->known && b->known && memcmp(a->byte, b->byte, MAC_LEN) == 0;
}
