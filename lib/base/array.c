/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Grows arrays. Knows nothing of what is in them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kx/array.h"

enum { ROOM_FIRST = 16 };

int kx_array_more(void *items, size_t *room, size_t count, size_t size)
{
	size_t larger = *room > 0 ? *room * 2 : ROOM_FIRST, bytes;
	void *old, *new;

	if (count < *room)
		return 0;
	if (larger < *room || __builtin_mul_overflow(larger, size, &bytes))
		return -ENOMEM;
	/* A pointer to a pointer of any type: copied, since C does not let it be read as void *. */
	memcpy(&old, items, sizeof(old));
	new = realloc(old, bytes);
	if (!new)
		return -ENOMEM;
	memcpy(items, &new, sizeof(new));
	*room = larger;
	return 0;
}
