/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bech32 (BIP 173): a few bytes for people to copy, with a checksum. */
#ifndef LIB_AGE_BECH32_H
#define LIB_AGE_BECH32_H

#include <stddef.h>
#include <stdint.h>

enum { BECH32_MAX = 90 };

/**
 * struct bech32 - one taken apart
 * @prefix: what it is of, in lower case
 * @data: @len values of 5 bits, without the checksum
 */
struct bech32 {
	char prefix[BECH32_MAX];
	uint8_t data[BECH32_MAX];
	size_t len;
};

/**
 * bech32_parse() - take @text apart
 *
 * Return: 0; -EINVAL it is none: too long, of both cases, with a character that none has, or
 * without a prefix; -EBADMSG its checksum is another one: @ret has the prefix all the same.
 */
int bech32_parse(const char *text, struct bech32 *ret);

/**
 * bech32_bytes() - the values as whole bytes
 * @to: room for @size of them
 *
 * Return: how many; -EINVAL they are more, or what is left over is not zeros of less than 5 bits.
 */
int bech32_bytes(const struct bech32 *from, uint8_t *to, size_t size);

#endif
