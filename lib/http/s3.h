/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects that are larger than a part. */
#ifndef LIB_HTTP_S3_H
#define LIB_HTTP_S3_H

#include "lib/http/request.h"
#include "lib/http/stream.h"

/** s3_send() - kx_http_send() to a bucket; @path is encoded, @size is not 0, @part is of a part */
int s3_send(struct kx_http *http, const char *path, int fd, uint64_t size, uint64_t part,
	    struct kx_err *err);

/** s3_stream() - the same of @stream, from the part that is in its buffer on */
int s3_stream(struct stream *stream, const char *path, struct kx_err *err);

#endif
