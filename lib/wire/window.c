/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps frames until they are acknowledged; knows nothing of connections. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/wire/frame.h"
#include "lib/wire/window.h"

int window_init(struct window *w, size_t size, struct kx_err *err)
{
	*w = (struct window){ .bytes = malloc(size), .size = size, .first = 1, .next = 1,
			      .file = KX_WIRE_NO_FILE };
	return w->bytes ? 0 : kx_fail(err, -ENOMEM, "no memory for what waits to be acknowledged");
}

void window_done(struct window *w)
{
	free(w->bytes);
}

bool window_has_room(struct window *w, size_t len)
{
	if (w->size - w->end < KX_WIRE_HEADER + len) {
		memmove(w->bytes, w->bytes + w->start, w->end - w->start);
		w->sent -= w->start;
		w->end -= w->start;
		w->start = 0;
	}
	return w->size - w->end >= KX_WIRE_HEADER + len;
}

void window_add(struct window *w, enum kx_wire_type type, uint64_t arg, const void *from,
		size_t len)
{
	const struct kx_wire_frame frame = { type, w->next++, arg, { from, len } };

	w->end += kx_wire_put(w->bytes + w->end, &frame);
	w->unasked += KX_WIRE_HEADER + len;
	if (frame_is_answered(type))
		w->unasked = 0;
}

int window_take_done(struct window *w, uint64_t number, struct kx_err *err)
{
	struct kx_wire_frame frame;

	if (number < w->first)
		return kx_fail(err, -EPROTO, "frame %" PRIu64 " is done twice", number);
	while (w->first <= number) {
		size_t len = w->start < w->end ? frame_of_ours(w->bytes + w->start, &frame) : 0;

		if (len == 0 || len > w->sent - w->start)
			return kx_fail(err, -EPROTO, "frame %" PRIu64 " is done before it was sent",
				       number);
		if (frame.type == KX_WIRE_OPEN)
			w->file = (uint32_t)frame.arg;
		else if (frame.type == KX_WIRE_FINISH || frame.type == KX_WIRE_DROP)
			w->file = KX_WIRE_NO_FILE;
		w->start += len;
		w->first++;
	}
	return 0;
}

void window_rewind(struct window *w)
{
	w->sent = w->start;
}
