/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small text and binary files below a root directory, as /proc and /sys have them. */
#ifndef KX_FILE_H
#define KX_FILE_H

#include <stddef.h>

#include "kx/error.h"

/**
 * kx_file_open() - open @path for reading as if @root were /
 * @root: "/" or a captured tree; symbolic links in it cannot lead out of it
 * @path: relative to @root, without a leading slash
 *
 * Return: a file descriptor that the caller closes, or a negative errno.
 */
int kx_file_open(const char *root, const char *path);

/**
 * kx_file_read() - the whole of a file that tells no size (/proc, /sys)
 * @limit: more bytes than this are an error: the file is not what it should be
 * @ret: the bytes and a NUL behind them, for the caller to free
 * @ret_len: their number without the NUL
 *
 * Return: 0; -EFBIG beyond @limit; -ENOMEM; the negative errno of open or read. On failure @err
 * names the file; callers for whom a missing file is fine look at the code alone.
 */
int kx_file_read(const char *root, const char *path, size_t limit, char **ret, size_t *ret_len,
		 struct kx_err *err);

/**
 * kx_file_head() - like kx_file_read(), but only the first @limit bytes of a longer file
 */
int kx_file_head(const char *root, const char *path, size_t limit, char **ret, size_t *ret_len,
		 struct kx_err *err);

/**
 * kx_file_each() - call @each for every name in the directory @path, in the order of their numbers
 *
 * Names that are not decimal numbers come after the numbers, in the order of strverscmp(3): "cpu2"
 * before "cpu10".
 *
 * Return: 0; a negative errno (-ENOENT: no such directory); what @each returned if not 0, at once.
 */
int kx_file_each(const char *root, const char *path,
		 int (*each)(const char *name, void *data, struct kx_err *err), void *data,
		 struct kx_err *err);

#endif
