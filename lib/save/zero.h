/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages of zeros. */
#ifndef LIB_SAVE_ZERO_H
#define LIB_SAVE_ZERO_H

#include <stdbool.h>
#include <string.h>

/** page_is_zero() - are all @size bytes 0? At the speed of memory. */
static inline bool page_is_zero(const void *page, size_t size)
{
	const char *bytes = page;

	/* The first word is, and each byte equals the one 8 before it. */
	return memcmp(bytes, "\0\0\0\0\0\0\0", 8) == 0 && memcmp(bytes, bytes + 8, size - 8) == 0;
}

#endif
