/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small files below a root directory, as /proc and /sys have them; whole reads and writes. */
#ifndef KX_FILE_H
#define KX_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "kx/error.h"
#include "kx/span.h"

/**
 * kx_file_stays_below() - is @path relative, without an empty, "." or ".." component, also at the end?
 */
bool kx_file_stays_below(struct kx_span path);

/**
 * kx_file_open() - open @path for reading as if @root were /
 * @root: "/" or a captured tree; symbolic links in it cannot lead out of it. NULL: none, and @path is
 *	as a user names it
 * @path: relative to @root, without a leading slash
 *
 * Return: a file descriptor that the caller closes, or a negative errno.
 */
int kx_file_open(const char *root, const char *path);

/**
 * kx_file_stat() - what stat(2) says of @path as kx_file_open() finds it below @root
 *
 * Nothing is opened: devices do things when they are.
 *
 * Return: 0; the negative errno of finding it.
 */
int kx_file_stat(const char *root, const char *path, struct stat *ret);

/**
 * kx_file_real() - @path without symbolic links
 * @ret: relative to @root too, "" for @root itself; for the caller to free
 *
 * Return: 0; -ENOMEM; the negative errno of finding it.
 */
int kx_file_real(const char *root, const char *path, char **ret);

/**
 * kx_file_read() - the whole of a file that tells no size (/proc, /sys)
 * @root, @path: as for kx_file_open()
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

/** kx_file_unknowable() - does this negative errno say: no such file, or not for this user? */
bool kx_file_unknowable(int rc);

/**
 * kx_file_read_some() - read(2) that goes on after a signal
 *
 * Return: bytes read, at most @size; 0 at the end; a negative errno.
 */
ssize_t kx_file_read_some(int fd, void *to, size_t size);

/** kx_file_write() - write all @len bytes; 0, or the negative errno of write(2) */
int kx_file_write(int fd, const void *from, size_t len);

/**
 * kx_file_write_at() - write all @len bytes at offset @off; the descriptor keeps its own
 *
 * Return: 0, or the negative errno of pwrite(2).
 */
int kx_file_write_at(int fd, const void *from, size_t len, uint64_t off);

/* What kx_file_read_again() wants addresses and sizes to be multiples of. */
enum { KX_FILE_BLOCK = 4096 };

/**
 * kx_file_read_again() - read what was written and synced, and not out of the page cache
 * @fd: for reading and writing
 * @to, @len, @off: multiples of KX_FILE_BLOCK
 *
 * The cache is told to drop what it has of the file, and the read goes around it (O_DIRECT) where
 * that can be done. What the drive or the server has in a cache of its own may come from there.
 *
 * Return: bytes read, fewer than @len where the file ends; the negative errno of pread(2).
 */
ssize_t kx_file_read_again(int fd, void *to, size_t len, uint64_t off);

/**
 * kx_file_compare() - is what was read again what was written, from the file's byte @off on?
 *
 * Return: 0; -EIO it is not, and @err says at which byte.
 */
int kx_file_compare(const void *found, const void *written, size_t len, uint64_t off,
		    struct kx_err *err);

#endif
