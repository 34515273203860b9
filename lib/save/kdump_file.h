/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of a kdump-compressed file, version 6, other than its pages. */
#ifndef LIB_SAVE_KDUMP_FILE_H
#define LIB_SAVE_KDUMP_FILE_H

#include "kx/reader.h"
#include "lib/save/kept.h"
#include "lib/save/select.h"

/**
 * struct kdump_file - what lies where; offsets and sizes are bytes
 * @pages: that are kept and there
 * @max_pfn: one more than the last page's number
 * @sub_blocks: of sub-header and notes; @bitmap_blocks: of each bitmap
 * @bitmaps, @descriptors, @data: offsets; a page of zeros is at @data when @zero
 */
struct kdump_file {
	struct kx_save_target *target;
	struct kx_reader *reader;
	const struct kept *kept;
	unsigned int shift, level;
	uint32_t codec;
	bool zero;
	uint64_t pages, max_pfn, notes_size;
	uint64_t sub_blocks, bitmap_blocks;
	uint64_t bitmaps, descriptors, data;
};

/* A page descriptor (reference: the format's version 6). */
enum { KDUMP_DESCRIPTOR = 24 };

/**
 * kdump_file_layout() - find out what lies where
 *
 * All but the offsets is filled in by the caller.
 *
 * Return: 0; -EOVERFLOW a file that large cannot be.
 */
int kdump_file_layout(struct kdump_file *file, struct kx_err *err);

/** kdump_file_write_head() - both headers, marked as incomplete or not; 0 or negative errno */
int kdump_file_write_head(const struct kdump_file *file, bool incomplete, struct kx_err *err);

/** kdump_file_write_maps() - notes, both bitmaps, and room for the descriptors; as above */
int kdump_file_write_maps(const struct kdump_file *file, struct kx_err *err);

/** kdump_file_descriptor() - one that says: page data of @size bytes is at @off */
void kdump_file_descriptor(const struct kdump_file *file, uint8_t to[KDUMP_DESCRIPTOR],
			   uint64_t off, uint32_t size, uint32_t flags);

#endif
