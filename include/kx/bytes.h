/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers into bytes that another kernel will read; the counterpart of kx_span_le(). */
#ifndef KX_BYTES_H
#define KX_BYTES_H

#include <stdint.h>

/** kx_put_le() - write the low @width bytes of @value at @to, lowest first */
static inline void kx_put_le(uint8_t *to, unsigned int width, uint64_t value)
{
	for (unsigned int i = 0; i < width; i++)
		to[i] = (uint8_t)(value >> 8 * i);
}

#endif
