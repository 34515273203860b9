/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which bytes of a ring belong to a record already. No writer gives the same bytes to two records,
 * so what is handed out of a ring is never more than the ring.
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/printk/internal.h"

enum { BITS = 64 };

int printk_claims_init(struct printk_claims *claims, uint64_t size, unsigned int unit,
		       struct kx_err *err)
{
	/* calloc() of what is large takes memory only where a bit is set. */
	claims->unit = unit;
	claims->taken = calloc((size_t)(size / unit / BITS) + 1, sizeof(*claims->taken));
	return claims->taken ? 0 : kx_fail(err, -ENOMEM, "no memory to read the log");
}

void printk_claims_done(struct printk_claims *claims)
{
	free(claims->taken);
	claims->taken = NULL;
}

/* The bits of units [@first, @end) that are in word @word. */
static uint64_t bits_of(uint64_t word, uint64_t first, uint64_t end)
{
	uint64_t bits = UINT64_MAX;

	if (word == first / BITS)
		bits <<= first % BITS;
	if (word == (end - 1) / BITS)
		bits &= UINT64_MAX >> (BITS - 1 - (end - 1) % BITS);
	return bits;
}

bool printk_claims_free(const struct printk_claims *claims, uint64_t at, uint64_t len)
{
	uint64_t first = at / claims->unit, end = (at + len - 1) / claims->unit + 1;

	for (uint64_t word = first / BITS; word <= (end - 1) / BITS; word++) {
		if (claims->taken[word] & bits_of(word, first, end))
			return false;
	}
	return true;
}

void printk_claims_take(struct printk_claims *claims, uint64_t at, uint64_t len)
{
	uint64_t first = at / claims->unit, end = (at + len - 1) / claims->unit + 1;

	for (uint64_t word = first / BITS; word <= (end - 1) / BITS; word++)
		claims->taken[word] |= bits_of(word, first, end);
}
