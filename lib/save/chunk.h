/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a thread does with the pages of a chunk by itself: reads, compares and compresses them. */
#ifndef LIB_SAVE_CHUNK_H
#define LIB_SAVE_CHUNK_H

#include "kx/reader.h"
#include "kx/save.h"
#include "lib/save/format.h"
#include "lib/save/same.h"

/**
 * struct chunk_maker - a thread's own
 * @job: begun, of a format that it is for
 * @reader: borrowed
 * @squeezer: NULL where pages are not compressed one by one
 * @same: pages that are in the file, of all threads; NULL: equal pages are written again
 * @page: one that is read again
 * @seen: which page of the chunk had a hash last: its number and 1, by the highest bits of the hash
 */
struct chunk_maker {
	const struct save_job *job;
	struct kx_reader *reader;
	struct kx_page_squeezer *squeezer;
	struct same *same;
	uint8_t *page;
	uint16_t seen[256];
};

/**
 * chunk_maker_init() - take what memory is needed
 * @maker: job, reader and same are filled in
 *
 * Return: 0; as kx_page_squeezer_new(). chunk_maker_done() has to follow also after a failure.
 */
int chunk_maker_init(struct chunk_maker *maker, const struct kx_save_options *options,
		     struct kx_err *err);

/** chunk_maker_done() - free it, but for what it borrowed */
void chunk_maker_done(struct chunk_maker *maker);

/** chunk_init() - room for some pages; 0 or -ENOMEM. chunk_done() has to follow in any case. */
int chunk_init(struct save_chunk *chunk, const struct chunk_maker *maker);

/** chunk_done() - free it; zero-initialised is fine */
void chunk_done(struct save_chunk *chunk);

/**
 * chunk_make() - read the chunk's pages and make of them what is to be written
 *
 * Return: 0, and each page has a fate; negative errno of the codec.
 */
int chunk_make(struct chunk_maker *maker, struct save_chunk *chunk, struct kx_err *err);

/** chunk_written() - the chunk is in the file: others may be equal to its pages */
void chunk_written(struct same *same, const struct save_chunk *chunk);

#endif
