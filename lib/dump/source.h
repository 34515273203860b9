/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bytes of one file, with the flattened format already undone. */
#ifndef LIB_DUMP_SOURCE_H
#define LIB_DUMP_SOURCE_H

#include "lib/dump/flat.h"

/**
 * struct kx_source - one file of a dump
 * @file: as it is
 * @flat: the file in it; valid when @flattened
 */
struct kx_source {
	struct kx_dump_file file;
	struct kx_flat flat;
	bool flattened;
};

/**
 * kx_source_open() - open @path, "-" for standard input
 *
 * What comes through a pipe is kept as far as reads go; of a flattened file all of it, since its
 * last record may replace its first.
 *
 * Return: 0, or as kx_dump_open(); then nothing is left open.
 */
int kx_source_open(struct kx_source *ret, const char *path, struct kx_err *err);

/** kx_source_done() - close and free */
void kx_source_done(struct kx_source *source);

/** kx_source_size() - bytes in it; UINT64_MAX while unknown */
uint64_t kx_source_size(struct kx_source *source);

/** kx_source_read() - exactly @len bytes at @off; result as kx_dump_file_read() */
int kx_source_read(struct kx_source *source, uint64_t off, void *to, size_t len,
		   struct kx_err *err);

/**
 * kx_source_pieces() - how many pieces of a flattened file were read so far, by all threads
 *
 * Return: 0 for any other file, whose bytes are in one place.
 */
uint64_t kx_source_pieces(const struct kx_source *source);

/** kx_source_skip_hole() - the first offset from @off on that may hold other bytes than zeros */
uint64_t kx_source_skip_hole(const struct kx_source *source, uint64_t off);

/** kx_source_skip_data() - the first offset behind @off in a hole; UINT64_MAX: none known */
uint64_t kx_source_skip_data(const struct kx_source *source, uint64_t off);

#endif
