/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files in memory: what was unpacked, came from a pipe, or was joined from several files. */
#ifndef KX_MEMFILE_H
#define KX_MEMFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/span.h"

/**
 * struct kx_memfile - a file in memory, mapped as large as it may become
 * @fd: the file, owned; meaningless while @base is NULL
 * @room: bytes mapped at @base; nothing takes memory before it is written
 * @len: bytes written so far
 * @limit: for the message when @room is full
 * @short_of_space: @room is less than was allowed: the address space has no more
 */
struct kx_memfile {
	int fd;
	uint8_t *base;
	size_t room, len;
	uint64_t limit;
	bool short_of_space;
};

/**
 * kx_memfile_init() - a file of up to @room bytes, to be written through @ret->base
 * @name: as /proc/self/fd shows it
 * @limit: what the user calls the limit
 *
 * More than 4 GiB is never mapped, which is what kexec_file_load takes (1 GiB on 32-bit hosts).
 *
 * Return: 0; -EFBIG when @room is 0; the negative errno of the system call that failed.
 */
int kx_memfile_init(struct kx_memfile *ret, const char *name, uint64_t room, uint64_t limit,
		    struct kx_err *err);

/**
 * kx_memfile_keep() - end the file behind its first @len bytes and make it read-only in memory
 *
 * Afterwards @file->len is @len, and @file->room the whole pages that stay mapped.
 *
 * Return: 0; a negative errno. kx_memfile_done() in either case.
 */
int kx_memfile_keep(struct kx_memfile *file, size_t len, struct kx_err *err);

/**
 * kx_memfile_seal() - from now on nobody changes the file, nor its size
 *
 * As far as the kernel can: what is mapped writable may still be written through that mapping.
 */
void kx_memfile_seal(int fd);

/** kx_memfile_done() - unmap and close; a zeroed or released one is fine too */
void kx_memfile_done(struct kx_memfile *file);

/** kx_memfile_full() - the error when @file has no room left: -EFBIG, -ENOMEM */
int kx_memfile_full(const struct kx_memfile *file, struct kx_err *err);

/**
 * kx_memfile_of() - a new file in memory that holds @count runs of bytes, one after the other
 * @part: the runs
 * @name: as /proc/self/fd shows it
 * @align: each run starts at a multiple of this, with zeros before it; 1: none
 * @ret: a descriptor for the caller to close, sealed; its offset is 0
 *
 * Return: 0; the negative errno of memfd_create(2) or write(2) with @err.
 */
int kx_memfile_of(const struct kx_span *part, size_t count, size_t align, const char *name,
		  int *ret, struct kx_err *err);

/**
 * kx_memfile_from() - a new file in memory with all that can be read from @fd
 * @limit: more bytes than this are an error
 * @ret: a descriptor for the caller to close, sealed; its offset is 0
 *
 * Return: 0; -EFBIG beyond @limit; -ENOMEM; the negative errno of memfd_create(2), read(2) or
 * write(2).
 */
int kx_memfile_from(int fd, uint64_t limit, const char *name, int *ret);

#endif
