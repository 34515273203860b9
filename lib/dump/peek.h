/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at small things that follow each other without one system call for each. */
#ifndef LIB_DUMP_PEEK_H
#define LIB_DUMP_PEEK_H

#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"

enum { KX_PEEK_MAX = 4096 };

/**
 * struct kx_peek - the piece that was read last; set @read, @data and @end, the rest to zeros
 * @read: exactly @len bytes at @off; 0 or a negative errno
 * @end: nothing behind it is looked at; UINT64_MAX where the end is not known
 * @at, @len: where @bytes are from
 * @loaded: bytes that were read so far
 */
struct kx_peek {
	int (*read)(void *data, uint64_t off, void *to, size_t len, struct kx_err *err);
	void *data;
	uint64_t end;
	uint64_t at, loaded;
	size_t len;
	uint8_t bytes[KX_PEEK_MAX];
};

/**
 * kx_peek() - look at @len bytes at @off, at most KX_PEEK_MAX
 * @ret: the bytes, until the next call
 *
 * Return: 0; -EFAULT behind the end; what @read returned.
 */
int kx_peek(struct kx_peek *peek, uint64_t off, size_t len, const uint8_t **ret,
	    struct kx_err *err);

#endif
