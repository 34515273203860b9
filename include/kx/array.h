/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arrays that grow with their items: what describes a machine or a file has no limit of ours. */
#ifndef KX_ARRAY_H
#define KX_ARRAY_H

#include <stddef.h>

/**
 * kx_array_grow() - make room for one more item
 * @items: where the pointer to the array is; NULL in it while there are no items; the caller frees
 *	the array
 * @room: items that there is room for; 0 at first
 * @count: items that there are
 *
 * The room doubles, so that appending n items copies fewer than 2n.
 *
 * Return: 0, and (*@items)[@count] may be written; -ENOMEM, and all is as it was.
 */
#define kx_array_grow(items, room, count) kx_array_more(items, room, count, sizeof(**(items)))

/** kx_array_more() - kx_array_grow() of items of @size bytes; @items points to their pointer */
int kx_array_more(void *items, size_t *room, size_t count, size_t size);

#endif
