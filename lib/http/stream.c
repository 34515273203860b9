/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what comes but once, part by part. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/http/stream.h"

/* Amazon S3 user guide, "Multipart upload limits": the least that a part has, but for the last. */
enum { PART = 5 << 20 };

int stream_begin(struct stream *s, struct kx_http *http, int fd, struct kx_err *err)
{
	const uint64_t part = http->options.part;

	*s = (struct stream){ .http = http, .fd = fd, .room = part ? (size_t)part : PART };
	s->buffer = malloc(s->room);
	return s->buffer ? stream_next(s, err) : kx_fail(err, -ENOMEM, "no memory");
}

void stream_end(struct stream *s)
{
	free(s->buffer);
	s->buffer = NULL;
}

bool stream_broke(int fd)
{
	struct pollfd p = { .fd = fd };
	struct stat st;

	/* A socket whose other end is gone has lost both ways (Linux v6.1, net/unix/af_unix.c). */
	return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode) && poll(&p, 1, 0) == 1 &&
	       (p.revents & POLLHUP);
}

int stream_next(struct stream *s, struct kx_err *err)
{
	const struct kx_http_options *o = &s->http->options;

	s->len = 0;
	while (!s->end && s->len < s->room) {
		ssize_t n = read(s->fd, s->buffer + s->len, s->room - s->len);

		if (o->goes_on && !o->goes_on(o->data))
			return kx_fail(err, -EINTR, "stopped");
		if (n < 0 && errno != EINTR)
			return kx_fail(err, -errno, "reading: %s", strerror(errno));
		s->end = n == 0;
		if (s->end && stream_broke(s->fd))
			return kx_fail(err, -ECONNRESET, "whoever sends it is gone");
		s->len += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

void stream_grow(struct stream *s)
{
	uint8_t *more = NULL;

	/* What is in it was sent. */
	if (s->room <= s->http->options.part_max / 2)
		more = malloc(2 * s->room);
	if (!more)
		return;
	free(s->buffer);
	s->buffer = more;
	s->room *= 2;
}
