/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads and checks the headers of kdump-compressed files, versions 1 to 6, of 64-bit and 32-bit
 * kernels of both byte orders. They are the dumped kernel's C structures: where a field is depends
 * on the width and the alignment of its types.
 */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "kx/bytes.h"
#include "kx/isa.h"
#include "lib/dump/kdump_head.h"

/* Offsets of the same fields in three ABIs. */
enum abi {
	ABI_64,
	ABI_I386, /* 32 bit, 8-byte numbers aligned to 4 */
	ABI_32,	  /* 32 bit, 8-byte numbers aligned to 8 */
	ABIS,
};

/* struct disk_dump_header */
static const struct header_layout {
	uint16_t status, block_size, sub_blocks, bitmap_blocks, max_pfn, cpus;
} header_layout[ABIS] = {
	[ABI_64] = { 424, 428, 432, 436, 440, 460 },
	[ABI_I386] = { 412, 416, 420, 424, 428, 448 },
	[ABI_32] = { 412, 416, 420, 424, 428, 448 },
};

enum { AT_VERSION = 8, AT_MACHINE = 12 + 4 * 65, UTS_SIZE = 65 };

/* struct kdump_sub_header */
static const struct sub_layout {
	uint16_t split, start_pfn, end_pfn, info_off, info_len, note_off, note_len;
	uint16_t start_pfn_64, end_pfn_64, max_pfn_64, size;
} sub_layout[ABIS] = {
	[ABI_64] = { 12, 16, 24, 32, 40, 48, 56, 80, 88, 96, 104 },
	[ABI_I386] = { 8, 12, 16, 20, 28, 32, 40, 56, 64, 72, 80 },
	[ABI_32] = { 8, 12, 16, 24, 32, 40, 48, 72, 80, 88, 96 },
};

enum { SUB_SIZE_MAX = 104, BLOCK_MIN = 1024, BLOCK_MAX = 256 << 10, SUB_BLOCKS_MAX = 1 << 20 };

/* 2^40 pages: what 52 address bits can name. */
#define PFN_MAX (UINT64_C(1) << 40)

bool kx_kdump_probe(struct kx_source *source)
{
	struct kx_err ignored;
	uint8_t magic[8];

	return kx_source_read(source, 0, magic, sizeof(magic), &ignored) == 0 &&
	       (memcmp(magic, "KDUMP   ", 8) == 0 || memcmp(magic, "DISKDUMP", 8) == 0);
}

static bool block_size_good(uint64_t size)
{
	return size >= BLOCK_MIN && size <= BLOCK_MAX && (size & (size - 1)) == 0;
}

/* The machine's name tells the ABI; if it is unknown, where there is a sensible page size does. */
static enum abi find_abi(struct kx_kdump_head *head, const uint8_t *bytes)
{
	char machine[UTS_SIZE + 1] = "";
	const struct kx_isa *isa;

	memcpy(machine, bytes + AT_MACHINE, UTS_SIZE);
	isa = kx_isa_of_uname(machine);
	head->machine = isa ? isa->elf_machine : EM_NONE;
	if (isa && isa->long_size == 8)
		return ABI_64;
	if (isa)
		return isa == &kx_isa_i386 ? ABI_I386 : ABI_32;
	return block_size_good(
		       kx_get(bytes + header_layout[ABI_64].block_size, 4, head->big_endian)) ?
		       ABI_64 :
		       ABI_32;
}

static int check_header(const struct kx_kdump_head *head, uint64_t sub_blocks, uint64_t size,
			struct kx_err *err)
{
	uint64_t block = head->block_size;

	if (!block_size_good(block))
		return kx_fail(err, -EINVAL, "block size %" PRIu64, block);
	if (sub_blocks < 1 || sub_blocks > SUB_BLOCKS_MAX)
		return kx_fail(err, -EINVAL, "sub-header of %" PRIu64 " blocks", sub_blocks);
	if (block > size)
		return kx_fail(err, -EINVAL, "the file ends within its header");
	return 0;
}

/* Two bitmaps of equal length, or, where they would not hold all pages, only one. */
static int place_bitmaps(struct kx_kdump_head *head, uint64_t sub_blocks, uint64_t bitmap_blocks,
			 uint64_t size, struct kx_err *err)
{
	uint64_t block = head->block_size, half = bitmap_blocks / 2 * block;

	head->bitmap_len = (head->max_pfn + 7) / 8;
	head->ram = (1 + sub_blocks) * block;
	head->descriptors = head->ram + bitmap_blocks * block;
	head->bitmap = head->bitmap_len <= half ? head->ram + half : head->ram;
	if (head->max_pfn == 0 || head->max_pfn > PFN_MAX ||
	    head->bitmap_len > bitmap_blocks * block)
		return kx_fail(err, -EINVAL, "%" PRIu64 " pages, and %" PRIu64 " blocks of bitmaps",
			       head->max_pfn, bitmap_blocks);
	if (head->bitmap > size || head->bitmap_len > size - head->bitmap)
		return kx_fail(err, -EINVAL,
			       "the bitmap ends at 0x%" PRIx64 ", the file at 0x%" PRIx64,
			       head->bitmap + head->bitmap_len, size);
	return 0;
}

/* What later versions added stays at zero for earlier ones. */
static void parse_sub(struct kx_kdump_head *head, enum abi abi, const uint8_t *bytes)
{
	const struct sub_layout *at = &sub_layout[abi];
	bool be = head->big_endian;
	unsigned int width = head->long_size;

	head->phys_base = kx_get(bytes, width, be);
	head->end_pfn = head->max_pfn;
	if (head->version >= 2 && kx_get(bytes + at->split, 4, be) != 0) {
		head->split = true;
		head->start_pfn = kx_get(bytes + at->start_pfn, width, be);
		head->end_pfn = kx_get(bytes + at->end_pfn, width, be);
	}
	if (head->version >= 3) {
		head->info_off = kx_get(bytes + at->info_off, 8, be);
		head->info_len = kx_get(bytes + at->info_len, width, be);
	}
	if (head->version >= 4) {
		head->note_off = kx_get(bytes + at->note_off, 8, be);
		head->note_len = kx_get(bytes + at->note_len, width, be);
	}
	if (head->version >= 6) {
		head->max_pfn = kx_get(bytes + at->max_pfn_64, 8, be);
		head->end_pfn = head->max_pfn;
		if (head->split) {
			head->start_pfn = kx_get(bytes + at->start_pfn_64, 8, be);
			head->end_pfn = kx_get(bytes + at->end_pfn_64, 8, be);
		}
	}
}

static int parse_header(struct kx_kdump_head *head, enum abi *ret_abi, struct kx_err *err)
{
	const uint8_t *bytes = head->common;
	uint64_t version = kx_get(bytes + AT_VERSION, 4, false);

	if (memcmp(bytes, "KDUMP   ", 8) != 0)
		return kx_fail(err, -ENOTSUP, "diskdump, a format older than kdump's");
	/* Versions are small: read in the wrong order they are not. */
	head->big_endian = version > 255;
	if (head->big_endian)
		version = kx_get(bytes + AT_VERSION, 4, true);
	if (version > 255)
		return kx_fail(err, -EINVAL, "version %" PRIu64, version);
	head->version = (int)version;
	*ret_abi = find_abi(head, bytes);
	head->long_size = *ret_abi == ABI_64 ? 8 : 4;
	head->common_len = header_layout[*ret_abi].status;
	return 0;
}

int kx_kdump_head(struct kx_source *source, struct kx_kdump_head *ret, struct kx_err *err)
{
	struct kx_kdump_head head = { .version = 0 };
	uint8_t sub[SUB_SIZE_MAX] = { 0 };
	const struct header_layout *at;
	uint64_t sub_blocks, bitmap_blocks;
	enum abi abi = ABI_64;
	int rc;

	rc = kx_source_read(source, 0, head.common, sizeof(head.common), err);
	if (rc == 0)
		rc = parse_header(&head, &abi, err);
	if (rc < 0)
		return rc;
	at = &header_layout[abi];
	head.status = (uint32_t)kx_get(head.common + at->status, 4, head.big_endian);
	head.block_size = (uint32_t)kx_get(head.common + at->block_size, 4, head.big_endian);
	head.max_pfn = kx_get(head.common + at->max_pfn, 4, head.big_endian);
	head.cpus = (uint32_t)kx_get(head.common + at->cpus, 4, head.big_endian);
	sub_blocks = kx_get(head.common + at->sub_blocks, 4, head.big_endian);
	bitmap_blocks = kx_get(head.common + at->bitmap_blocks, 4, head.big_endian);
	rc = check_header(&head, sub_blocks, kx_source_size(source), err);
	if (rc == 0)
		rc = kx_source_read(source, head.block_size, sub, sub_layout[abi].size, err);
	if (rc < 0)
		return rc;
	parse_sub(&head, abi, sub);
	if (head.start_pfn > head.end_pfn || head.end_pfn > head.max_pfn)
		return kx_fail(err, -EINVAL, "pages %" PRIu64 " to %" PRIu64 " of %" PRIu64,
			       head.start_pfn, head.end_pfn, head.max_pfn);
	rc = place_bitmaps(&head, sub_blocks, bitmap_blocks, kx_source_size(source), err);
	if (rc == 0)
		*ret = head;
	return rc;
}
