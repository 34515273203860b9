/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads Bech32 as BIP 173 has it, with its limit of 90 characters. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "lib/age/bech32.h"

enum { CHECKSUM = 6 };

/* The checksum's generator. */
static uint32_t step(uint32_t sum, uint8_t value)
{
	static const uint32_t generator[] = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
					      0x2a1462b3 };
	uint32_t top = sum >> 25;

	sum = (sum & 0x1ffffff) << 5 ^ value;
	for (size_t i = 0; i < 5; i++) {
		if (top >> i & 1)
			sum ^= generator[i];
	}
	return sum;
}

static bool check(const struct bech32 *b, size_t len)
{
	uint32_t sum = 1;

	for (const char *c = b->prefix; *c; c++)
		sum = step(sum, (uint8_t)*c >> 5);
	sum = step(sum, 0);
	for (const char *c = b->prefix; *c; c++)
		sum = step(sum, (uint8_t)*c & 31);
	for (size_t i = 0; i < len; i++)
		sum = step(sum, b->data[i]);
	return sum == 1;
}

/* In lower case; what has both is none. */
static int fold(const char *text, size_t len, char *to)
{
	bool upper = false, lower = false;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c < '!' || c > '~')
			return -EINVAL;
		upper |= c >= 'A' && c <= 'Z';
		lower |= c >= 'a' && c <= 'z';
		to[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	to[len] = '\0';
	return upper && lower ? -EINVAL : 0;
}

int bech32_parse(const char *text, struct bech32 *ret)
{
	static const char letters[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
	size_t len = strnlen(text, BECH32_MAX + 1);
	char folded[BECH32_MAX + 1];
	struct bech32 b = { .len = 0 };
	const char *one, *found;

	if (len > BECH32_MAX || fold(text, len, folded) < 0)
		return -EINVAL;
	one = strrchr(folded, '1');
	if (!one || one == folded || strlen(one + 1) < CHECKSUM)
		return -EINVAL;
	memcpy(b.prefix, folded, (size_t)(one - folded));
	for (const char *c = one + 1; *c; c++) {
		found = strchr(letters, *c);
		if (!found)
			return -EINVAL;
		b.data[b.len++] = (uint8_t)(found - letters);
	}
	memcpy(ret, &b, sizeof(b));
	if (!check(&b, b.len))
		return -EBADMSG;
	ret->len -= CHECKSUM;
	return 0;
}

int bech32_bytes(const struct bech32 *from, uint8_t *to, size_t size)
{
	unsigned int bits = 0, value = 0;
	size_t len = 0;

	for (size_t i = 0; i < from->len; i++) {
		value = (value << 5 | from->data[i]) & 0xfff;
		bits += 5;
		if (bits < 8)
			continue;
		bits -= 8;
		if (len == size)
			return -EINVAL;
		to[len++] = (uint8_t)(value >> bits);
	}
	if (bits >= 5 || (value & ((1U << bits) - 1)) != 0)
		return -EINVAL;
	return (int)len;
}
