/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What comes but once, part by part. */
#ifndef LIB_HTTP_STREAM_H
#define LIB_HTTP_STREAM_H

#include "lib/http/request.h"

/**
 * struct stream - @len bytes of it are in @buffer, which has room for @room
 * @end: nothing follows them
 */
struct stream {
	struct kx_http *http;
	int fd;
	uint8_t *buffer;
	size_t room, len;
	bool end;
};

/**
 * stream_begin() - read the first part of what @fd has
 * @stream: for stream_end(), whatever is returned
 *
 * Return: as stream_next(); -ENOMEM.
 */
int stream_begin(struct stream *stream, struct kx_http *http, int fd, struct kx_err *err);

/**
 * stream_next() - the next part: the buffer is filled, unless the stream ends before that
 *
 * Return: 0; -EINTR stopped; -ECONNRESET it broke off; errno of reading it.
 */
int stream_next(struct stream *stream, struct kx_err *err);

/**
 * stream_broke() - has what @fd gave ended because whoever sent it did?
 *
 * Only a socket tells: who has sent all ends one way of it (shutdown(2)), and waits.
 */
bool stream_broke(int fd);

/** stream_grow() - twice the room, if the options allow it and there is memory */
void stream_grow(struct stream *stream);

/** stream_end() - free the buffer */
void stream_end(struct stream *stream);

#endif
