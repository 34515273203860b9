/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames that were not acknowledged yet, within a bound that is set. */
#ifndef LIB_WIRE_WINDOW_H
#define LIB_WIRE_WINDOW_H

#include "kx/wire.h"

/**
 * struct window - frames one behind the other
 * @bytes, @size: the room; frames are from @start to @end of it
 * @sent: what is before that was handed to the connection that there is
 * @first: number of the frame at @start; @next: of the one that is added next
 * @unasked: bytes since the last frame that will be answered
 * @file: that is being written at @start, as in RESUME
 */
struct window {
	uint8_t *bytes;
	size_t size, start, end, sent;
	uint64_t first, next;
	size_t unasked;
	uint32_t file;
};

/** window_init() - nothing in it yet; 0 or -ENOMEM */
int window_init(struct window *window, size_t size, struct kx_err *err);

/** window_done() - free it */
void window_done(struct window *window);

/** window_has_room() - does a frame with @len bytes of data fit? Frames may move. */
bool window_has_room(struct window *window, size_t len);

/** window_add() - a frame, for which there is room; its number is given to it */
void window_add(struct window *window, enum kx_wire_type type, uint64_t arg, const void *from,
		size_t len);

/**
 * window_take_done() - frame @number was done, and all before it
 *
 * Return: 0, and they are gone; -EPROTO it was not even sent, or was done before.
 */
int window_take_done(struct window *window, uint64_t number, struct kx_err *err);

/** window_rewind() - all that is in it is to be sent over another connection */
void window_rewind(struct window *window);

#endif
