/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The headers of one kdump-compressed file, as far as a reader needs them. */
#ifndef LIB_DUMP_KDUMP_HEAD_H
#define LIB_DUMP_KDUMP_HEAD_H

#include "lib/dump/internal.h"

enum {
	/* struct disk_dump_header of 64-bit kernels, the larger one */
	KX_KDUMP_HEADER = 464,
	/* utsname.machine */
	KX_KDUMP_UTS = 65,
	/* in status */
	KX_KDUMP_INCOMPLETE = 0x8,
};

/**
 * struct kx_kdump_head - header and sub-header, in our own byte order
 * @common: the header's first bytes, equal in all parts of a split set; @common_len of them
 * @uts_machine: what the machine's kernel calls it
 * @machine: ELF machine number, EM_NONE when utsname says nothing known
 * @bitmap: file offset of the bitmap of stored pages; @bitmap_len bytes of it matter
 * @ram: file offset of the bitmap of existing pages; equals @bitmap when there is only one
 * @descriptors: file offset of the page descriptors
 * @start_pfn, @end_pfn: pages that this file describes
 */
struct kx_kdump_head {
	uint8_t common[KX_KDUMP_HEADER];
	size_t common_len;
	bool big_endian;
	unsigned int long_size;
	char uts_machine[KX_KDUMP_UTS + 1];
	uint16_t machine;
	int version;
	uint32_t status, level, block_size, cpus;
	uint64_t max_pfn, bitmap, bitmap_len, ram, descriptors;
	bool split;
	uint64_t start_pfn, end_pfn, phys_base;
	uint64_t info_off, info_len, note_off, note_len;
};

/** kx_kdump_probe() - does @source begin with the signature? */
bool kx_kdump_probe(struct kx_source *source);

/**
 * kx_kdump_head() - read and check both headers
 *
 * Return: 0; -EINVAL a number that no dump of that size has; -ENOTSUP an older format; or
 * as kx_source_read().
 */
int kx_kdump_head(struct kx_source *source, struct kx_kdump_head *ret, struct kx_err *err);

#endif
