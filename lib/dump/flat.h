/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The flattened format: a file as a stream of records {offset, size, bytes}, in any order, a later
 * one replacing an earlier one.
 */
#ifndef LIB_DUMP_FLAT_H
#define LIB_DUMP_FLAT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "lib/dump/extents.h"
#include "lib/dump/file.h"

/**
 * struct kx_flat - the file that records make; zero-initialised is empty
 * @records: where its bytes are in the flattened file; what lies between is zeros
 * @size: bytes
 * @cut: does the stream lack its end mark?
 * @pieces: that were needed so far to read what was asked for, by all threads
 */
struct kx_flat {
	struct kx_extents records;
	uint64_t size;
	bool cut;
	atomic_uint_fast64_t pieces;
};

/** kx_flat_probe() - does @file begin as a flattened one does? */
bool kx_flat_probe(struct kx_dump_file *file);

/**
 * kx_flat_open() - index the records of @file; only their headers are read
 *
 * Return: 0, or as kx_dump_open(). kx_flat_done() in either case.
 */
int kx_flat_open(struct kx_flat *ret, struct kx_dump_file *file, struct kx_err *err);

/** kx_flat_done() - free what it holds */
void kx_flat_done(struct kx_flat *flat);

/**
 * kx_flat_read() - exactly @len bytes at @off of the file that the records of @file make
 *
 * Return: as kx_dump_file_read().
 */
int kx_flat_read(struct kx_flat *flat, struct kx_dump_file *file, uint64_t off, void *to,
		 size_t len, struct kx_err *err);

/** kx_flat_skip_hole() - the first offset from @off on that may hold other bytes than zeros */
uint64_t kx_flat_skip_hole(const struct kx_flat *flat, const struct kx_dump_file *file,
			   uint64_t off);

/** kx_flat_skip_data() - the first offset behind @off in a hole; UINT64_MAX: none known */
uint64_t kx_flat_skip_data(const struct kx_flat *flat, uint64_t off);

#endif
