/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the fields of kdump-compressed files are, for who reads and who writes them. The headers
 * are C structures of the program that wrote them: where a field is depends on the width and the
 * alignment of its types there, which no field tells.
 */
#ifndef KX_KDUMP_LAYOUT_H
#define KX_KDUMP_LAYOUT_H

#include <stdint.h>

/** enum kx_kdump_abi - how a file may be laid out */
enum kx_kdump_abi {
	KX_KDUMP_64,
	KX_KDUMP_32,		/* 8-byte numbers aligned to 8 */
	KX_KDUMP_32_TIME64,	/* the same, of a C library whose time_t has 64 bits */
	KX_KDUMP_PACKED,	/* i386; QEMU's own structures for all 32-bit machines */
	KX_KDUMP_I386_TIME64,
	KX_KDUMP_ABIS,
};

/**
 * struct kx_kdump_layout - offsets in struct disk_dump_header, and in struct kdump_sub_header
 * @word: bytes of a long
 * @timestamp: struct timeval, of two longs but for time64; @status: see below
 * @header: bytes of the header
 * @level, @split: the first fields of the sub-header behind phys_base, which is at 0
 * @sub_size: bytes of the sub-header
 *
 * start_pfn, end_pfn, info_len and note_len are longs, level and split have 4 bytes, the others 8.
 */
struct kx_kdump_layout {
	unsigned int word;
	uint16_t timestamp, status, header;
	uint16_t level, split, start_pfn, end_pfn, info_off, info_len, note_off, note_len;
	uint16_t start_pfn_64, end_pfn_64, max_pfn_64, sub_size;
};

/* The same everywhere: offsets before the timestamp, and from the status on, with 4 bytes each. */
enum {
	KX_KDUMP_VERSION = 8, KX_KDUMP_UTSNAME = 12,
	KX_KDUMP_BLOCK_SIZE = 4, KX_KDUMP_SUB_BLOCKS = 8, KX_KDUMP_BITMAP_BLOCKS = 12,
	KX_KDUMP_MAX_PFN = 16, KX_KDUMP_CPUS = 36,
};

/** kx_kdump_layouts - by enum kx_kdump_abi */
extern const struct kx_kdump_layout kx_kdump_layouts[KX_KDUMP_ABIS];

#endif
