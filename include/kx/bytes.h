/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers of any width and byte order, out of and into memory that is known to be large enough. For
 * bytes that we did not write see kx_span_get(), which checks first.
 */
#ifndef KX_BYTES_H
#define KX_BYTES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/** kx_get() - the number in the @width bytes (1 to 8) at @from */
static inline uint64_t kx_get(const uint8_t *from, unsigned int width, bool big_endian)
{
	const bool other = big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	uint64_t value = 0;
	uint32_t half;

	/* What there are hundreds of millions of, in struct pages, as the processor does it. */
	if (width == sizeof(value)) {
		memcpy(&value, from, sizeof(value));
		return other ? __builtin_bswap64(value) : value;
	}
	if (width == sizeof(half)) {
		memcpy(&half, from, sizeof(half));
		return other ? __builtin_bswap32(half) : half;
	}
	for (unsigned int i = 0; i < width; i++)
		value = value << 8 | from[big_endian ? i : width - 1 - i];
	return value;
}

/** kx_put() - write the low @width bytes (1 to 8) of @value at @to */
static inline void kx_put(uint8_t *to, unsigned int width, uint64_t value, bool big_endian)
{
	for (unsigned int i = 0; i < width; i++)
		to[big_endian ? width - 1 - i : i] = (uint8_t)(value >> 8 * i);
}

/** kx_put_le() - kx_put(), lowest byte first */
static inline void kx_put_le(uint8_t *to, unsigned int width, uint64_t value)
{
	kx_put(to, width, value, false);
}

#endif
