/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects that are larger than a part. */
#ifndef LIB_HTTP_S3_H
#define LIB_HTTP_S3_H

#include "lib/http/request.h"

/** s3_send() - kx_http_send() to a bucket; @path is encoded, @size is not 0 */
int s3_send(struct kx_http *http, const char *path, int fd, uint64_t size, struct kx_err *err);

#endif
