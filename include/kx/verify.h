/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is a saved dump what it was? By its manifest's checksums, or without them by its pages. */
#ifndef KX_VERIFY_H
#define KX_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/manifest.h"

/* Ranges that are told one by one. */
enum { KX_VERIFY_RANGES = 64 };

/** struct kx_verify_range - from @first to @last, both of them in it */
struct kx_verify_range {
	uint64_t first, last;
};

/**
 * struct kx_verify_ranges - ascending
 * @all: things in all ranges, also in those for which there was no room
 */
struct kx_verify_ranges {
	struct kx_verify_range item[KX_VERIFY_RANGES];
	size_t count;
	uint64_t all;
};

/**
 * struct kx_verify - a dump that is looked at
 * @path: of the file
 * @jobs: threads that decompress; 0 is 1
 * @tell: called now and then by one thread at a time: @done of @total bytes; may be NULL
 *
 * The rest is found out:
 * @done: bytes of the file, or of memory, that were looked at
 * @bytes: those that are not what they were: numbers of chunks
 * @size: why it is not as long as it should be; empty: it is
 * @unknown: chunks without a checksum
 * @pages: numbers of pages that are in damaged chunks, or are damaged
 * @front: what all pages are found by is damaged, so that these numbers are only likely
 * @missing: pages that the dump says it has not, since saving ended early
 * @incomplete: the dump, or its manifest, says that it is
 */
struct kx_verify {
	const char *path;
	unsigned int jobs;
	void (*tell)(void *data, uint64_t done, uint64_t total);
	void *data;
	uint64_t done;
	struct kx_verify_ranges chunks;
	char size[256];
	uint64_t unknown;
	struct kx_verify_ranges pages;
	bool front;
	uint64_t missing;
	bool incomplete;
};

/**
 * kx_verify_chunks() - compare each chunk of the file with its checksum, and its size
 * @manifest: with checksums
 *
 * Of a flattened file they are those of the ordinary one that it becomes. A chunk that cannot be
 * read is damaged. Where something is damaged the pages in it are looked up, if the dump can still
 * be opened; @verify->pages is empty where it cannot, or where there are none.
 *
 * Return: 0, also when it is damaged; -ENODATA @manifest has no checksums; -ENOTSUP no library
 * makes them; -ENOMEM; errno of open.
 */
int kx_verify_chunks(struct kx_verify *verify, const struct kx_manifest *manifest,
		     struct kx_err *err);

/**
 * kx_verify_pages() - open the dump, and read and decompress each page
 *
 * What makes no page contradict itself is not found: another byte in one that is not compressed.
 *
 * Return: 0, also when pages are damaged; as kx_dump_open(); -ENOTSUP also for pages of a codec
 * that this build lacks; -EFBIG it promises far more than its bytes are worth; errno of reading its
 * maps.
 */
int kx_verify_pages(struct kx_verify *verify, struct kx_err *err);

/** kx_verify_good() - is nothing of it damaged? An incomplete one may be good. */
bool kx_verify_good(const struct kx_verify *verify);

#endif
