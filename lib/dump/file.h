/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A dump's file as it is, or what comes through a pipe in its place. */
#ifndef LIB_DUMP_FILE_H
#define LIB_DUMP_FILE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"

/**
 * struct kx_dump_file - where bytes come from
 * @fd: where positioned reads go: the file, or a nameless one that keeps what came from a pipe
 * @pipe: where the rest comes from, or -1
 * @spooled: bytes that came from the pipe so far
 * @size: bytes, UINT64_MAX while unknown (a pipe whose end was not seen)
 * @maps: large reads may be copied out of a mapping; of files below /proc until one refuses
 * @lock: of @spooled and @size, which change while a pipe is read
 *
 * Any number of threads may read at once.
 */
struct kx_dump_file {
	int fd, pipe;
	uint64_t spooled, size;
	atomic_bool maps;
	pthread_mutex_t lock;
};

/**
 * kx_dump_file_open() - open @path, "-" for standard input
 *
 * A pipe is spooled into a nameless file in /var/tmp, /tmp or memory, only as far as reads go.
 *
 * Return: 0, or the negative errno of opening with @err. kx_dump_file_done() in either case.
 */
int kx_dump_file_open(struct kx_dump_file *ret, const char *path, struct kx_err *err);

/** kx_dump_file_done() - close */
void kx_dump_file_done(struct kx_dump_file *file);

/** kx_dump_file_size() - bytes in it; UINT64_MAX while unknown */
uint64_t kx_dump_file_size(struct kx_dump_file *file);

/** kx_dump_file_stored() - its bytes as far as they are there: of a pipe, what came so far */
uint64_t kx_dump_file_stored(struct kx_dump_file *file);

/**
 * kx_dump_file_read() - exactly @len bytes at @off
 *
 * Return: 0; -EFAULT the file ends before; other negative errno of reading.
 */
int kx_dump_file_read(struct kx_dump_file *file, uint64_t off, void *to, size_t len,
		      struct kx_err *err);

/** kx_dump_file_skip_hole() - the first offset from @off on that may hold other bytes than zeros */
uint64_t kx_dump_file_skip_hole(const struct kx_dump_file *file, uint64_t off);

/** kx_dump_file_skip_data() - the first offset behind @off in a hole; UINT64_MAX: none known */
uint64_t kx_dump_file_skip_data(const struct kx_dump_file *file, uint64_t off);

#endif
