/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads and checks the headers of kdump-compressed files, versions 1 to 6, of 64-bit and 32-bit
 * kernels of both byte orders.
 */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "kx/bytes.h"
#include "kx/isa.h"
#include "kx/kdump_layout.h"
#include "lib/dump/kdump_head.h"

const struct kx_kdump_layout kx_kdump_layouts[KX_KDUMP_ABIS] = {
	[KX_KDUMP_64] = { 8, 408, 424, 464,
			  8, 12, 16, 24, 32, 40, 48, 56, 80, 88, 96, 104 },
	[KX_KDUMP_32] = { 4, 404, 412, 452,
			  4, 8, 12, 16, 24, 32, 40, 48, 72, 80, 88, 96 },
	[KX_KDUMP_32_TIME64] = { 4, 408, 424, 464,
				 4, 8, 12, 16, 24, 32, 40, 48, 72, 80, 88, 96 },
	[KX_KDUMP_PACKED] = { 4, 404, 412, 452,
			      4, 8, 12, 16, 20, 28, 32, 40, 56, 64, 72, 80 },
	[KX_KDUMP_I386_TIME64] = { 4, 404, 420, 460,
				   4, 8, 12, 16, 20, 28, 32, 40, 56, 64, 72, 80 },
};

enum { AT_MACHINE = KX_KDUMP_UTSNAME + 4 * 65, UTS_SIZE = KX_KDUMP_UTS };

enum { SUB_SIZE_MAX = 104, BLOCK_MIN = 1024, BLOCK_MAX = 256 << 10 };

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

static int check_header(const struct kx_kdump_head *head, uint64_t sub_blocks, struct kx_err *err)
{
	uint64_t block = head->block_size;

	if (!block_size_good(block))
		return kx_fail(err, -EINVAL, "block size %" PRIu64, block);
	if (sub_blocks < 1 || sub_blocks > KX_DUMP_SUB_BLOCKS_MAX)
		return kx_fail(err, -EINVAL, "sub-header of %" PRIu64 " blocks", sub_blocks);
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
	if (head->max_pfn == 0 || head->max_pfn > KX_DUMP_PFN_MAX ||
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
static void parse_sub(struct kx_kdump_head *head, const struct kx_kdump_layout *at,
		      const uint8_t *bytes)
{
	bool be = head->big_endian;
	unsigned int width = head->long_size;

	head->phys_base = kx_get(bytes, width, be);
	head->end_pfn = head->max_pfn;
	if (head->version >= 1)
		head->level = (uint32_t)kx_get(bytes + at->level, 4, be);
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

/* What is at the same place in all layouts. */
static int parse_start(struct kx_kdump_head *head, struct kx_err *err)
{
	const uint8_t *bytes = head->common;
	uint64_t version = kx_get(bytes + KX_KDUMP_VERSION, 4, false);
	const struct kx_isa *isa;

	if (memcmp(bytes, "KDUMP   ", 8) != 0)
		return kx_fail(err, -ENOTSUP, "diskdump, a format older than kdump's");
	/* Versions are small: read in the wrong order they are not. */
	head->big_endian = version > 255;
	if (head->big_endian)
		version = kx_get(bytes + KX_KDUMP_VERSION, 4, true);
	if (version > 255)
		return kx_fail(err, -EINVAL, "version %" PRIu64, version);
	head->version = (int)version;
	memcpy(head->uts_machine, bytes + AT_MACHINE, UTS_SIZE);
	isa = kx_isa_of_uname(head->uts_machine);
	head->machine = isa ? isa->elf_machine : EM_NONE;
	return 0;
}

/* The rest of both headers, if they are laid out so: *@head is complete afterwards. */
static int parse_as(struct kx_source *source, enum kx_kdump_abi layout, struct kx_kdump_head *head,
		    struct kx_err *err)
{
	const uint8_t *at = head->common + kx_kdump_layouts[layout].status;
	uint64_t sub_blocks = kx_get(at + KX_KDUMP_SUB_BLOCKS, 4, head->big_endian);
	uint64_t bitmap_blocks = kx_get(at + KX_KDUMP_BITMAP_BLOCKS, 4, head->big_endian);
	uint8_t bytes[SUB_SIZE_MAX] = { 0 };
	int rc;

	head->common_len = kx_kdump_layouts[layout].status;
	head->long_size = kx_kdump_layouts[layout].word;
	head->status = (uint32_t)kx_get(at, 4, head->big_endian);
	head->block_size = (uint32_t)kx_get(at + KX_KDUMP_BLOCK_SIZE, 4, head->big_endian);
	head->max_pfn = kx_get(at + KX_KDUMP_MAX_PFN, 4, head->big_endian);
	head->cpus = (uint32_t)kx_get(at + KX_KDUMP_CPUS, 4, head->big_endian);
	rc = check_header(head, sub_blocks, err);
	if (rc == 0)
		rc = kx_source_read(source, head->block_size, bytes,
				    kx_kdump_layouts[layout].sub_size, err);
	if (rc < 0)
		return rc;
	parse_sub(head, &kx_kdump_layouts[layout], bytes);
	if (head->start_pfn > head->end_pfn || head->end_pfn > head->max_pfn)
		return kx_fail(err, -EINVAL, "pages %" PRIu64 " to %" PRIu64 " of %" PRIu64,
			       head->start_pfn, head->end_pfn, head->max_pfn);
	return place_bitmaps(head, sub_blocks, bitmap_blocks, kx_source_size(source), err);
}

/* Nothing, or bytes between the first header and the bitmaps, where all writers have them. */
static bool is_piece(const struct kx_kdump_head *head, uint64_t off, uint64_t len)
{
	if (off == 0)
		return len == 0;
	return off >= head->block_size && off <= head->ram && len <= head->ram - off;
}

/* The number of pages stands in both headers since version 6. */
static bool counts_agree(const struct kx_kdump_head *head, enum kx_kdump_abi layout)
{
	uint64_t max = kx_get(head->common + kx_kdump_layouts[layout].status + KX_KDUMP_MAX_PFN, 4,
			      head->big_endian);

	return head->version < 6 ||
	       max == (head->max_pfn < UINT32_MAX ? head->max_pfn : UINT32_MAX);
}

/*
 * Do the numbers of a layout that could be read agree with each other? Read in a wrong layout they
 * do not: there are two numbers of pages, and before version 6 an offset has its halves in two
 * fields.
 */
static bool agrees(const struct kx_kdump_head *head, enum kx_kdump_abi layout)
{
	return counts_agree(head, layout) && is_piece(head, head->info_off, head->info_len) &&
	       is_piece(head, head->note_off, head->note_len);
}

/*
 * The layouts in the order in which they are tried. A machine's own comes first; others are there
 * because QEMU's structures are packed for every machine, and because a 32-bit program may have
 * written the dump of a 64-bit kernel.
 */
static const enum kx_kdump_abi *order_of(const struct kx_kdump_head *head)
{
	static const enum kx_kdump_abi order_64[KX_KDUMP_ABIS] = {
		KX_KDUMP_64, KX_KDUMP_32, KX_KDUMP_PACKED, KX_KDUMP_32_TIME64, KX_KDUMP_I386_TIME64,
	};
	static const enum kx_kdump_abi order_32[KX_KDUMP_ABIS] = {
		KX_KDUMP_32, KX_KDUMP_32_TIME64, KX_KDUMP_PACKED, KX_KDUMP_I386_TIME64, KX_KDUMP_64,
	};
	static const enum kx_kdump_abi order_i386[KX_KDUMP_ABIS] = {
		KX_KDUMP_PACKED, KX_KDUMP_I386_TIME64, KX_KDUMP_32, KX_KDUMP_32_TIME64, KX_KDUMP_64,
	};
	const struct kx_isa *isa = kx_isa_of_uname(head->uts_machine);

	if (!isa || isa->long_size == 8)
		return order_64;
	return isa == &kx_isa_i386 ? order_i386 : order_32;
}

int kx_kdump_head(struct kx_source *source, struct kx_kdump_head *ret, struct kx_err *err)
{
	struct kx_kdump_head start = { .version = 0 }, usable;
	struct kx_err first_err = { "" };
	const enum kx_kdump_abi *order;
	bool found = false;
	int rc, first = 0;

	rc = kx_source_read(source, 0, start.common, sizeof(start.common), err);
	if (rc == 0)
		rc = parse_start(&start, err);
	if (rc < 0)
		return rc;
	order = order_of(&start);
	for (size_t i = 0; i < KX_KDUMP_ABIS; i++) {
		struct kx_kdump_head head = start;
		struct kx_err why = { "" };

		rc = parse_as(source, order[i], &head, &why);
		if (rc == 0 && agrees(&head, order[i])) {
			*ret = head;
			return 0;
		}
		/*
		 * What is not quite right may be all that there is: the first of them counts. But
		 * no other than the machine's own where that gives two numbers of pages.
		 */
		if (rc == 0 && !found && (i == 0 || counts_agree(&head, order[i]))) {
			usable = head;
			found = true;
		}
		if (i == 0) {
			first = rc;
			first_err = why;
		}
	}
	if (!found) {
		*err = first_err;
		return first;
	}
	*ret = usable;
	return 0;
}
