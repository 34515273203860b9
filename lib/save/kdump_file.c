/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes what a kdump-compressed file has around its pages. All numbers are in the byte order and
 * the layout of the dumped machine; of the 64-bit ones here.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kx/bytes.h"
#include "kx/cleanup.h"
#include "kx/dump.h"
#include "kx/file.h"
#include "kx/isa.h"
#include "lib/save/kdump_file.h"

/* struct disk_dump_header of 64-bit machines, and the sub-header behind it. */
enum {
	HEADER_VERSION = 8, UTSNAME = 12, TIMESTAMP = 408, STATUS = 424, BLOCK_SIZE = 428,
	SUB_BLOCKS = 432, BITMAP_BLOCKS = 436, MAX_MAPNR = 440, NR_CPUS = 460, HEADER = 464,
	PHYS_BASE = 0, DUMP_LEVEL = 8, INFO_OFFSET = 32, INFO_SIZE = 40, NOTE_OFFSET = 48,
	NOTE_SIZE = 56, MAX_PFN = 96, SUB_HEADER = 104,
};

enum { UTS_NAME = 65, UTS_NAMES = 6, UTS_RELEASE = 2, UTS_MACHINE = 4, INCOMPLETE = 0x8 };
enum { PART = 65536 };

static const struct kx_dump *dump_of(const struct kdump_file *file)
{
	return kx_reader_dump(file->reader);
}

static void put(const struct kdump_file *file, uint8_t *to, unsigned int width, uint64_t value)
{
	kx_put(to, width, value, kx_dump_big_endian(dump_of(file)));
}

int kdump_file_layout(struct kdump_file *file, struct kx_err *err)
{
	uint64_t page = UINT64_C(1) << file->shift, blocks, bits = file->max_pfn / 8 + 1;

	/* Beyond these readers refuse it, and the header's numbers have no room. */
	if (file->max_pfn > KX_DUMP_PFN_MAX ||
	    file->notes_size > KX_DUMP_SUB_BLOCKS_MAX * page - SUB_HEADER)
		return kx_fail(err, -EOVERFLOW,
			       "memory up to page 0x%" PRIx64 " and %" PRIu64 " bytes of notes are "
			       "more than the format has room for", file->max_pfn,
			       file->notes_size);
	file->sub_blocks = (SUB_HEADER + file->notes_size + page - 1) / page;
	file->bitmap_blocks = (bits + page - 1) / page;
	blocks = 1 + file->sub_blocks;
	file->bitmaps = blocks * page;
	file->descriptors = (blocks + 2 * file->bitmap_blocks) * page;
	file->data = file->descriptors + file->pages * KDUMP_DESCRIPTOR;
	return 0;
}

/* ---- headers -------------------------------------------------------------------------------- */

/* The kernel's own utsname where it can be read, else what is known of it. */
static void put_utsname(const struct kdump_file *file, uint8_t *to)
{
	const struct kx_vmcoreinfo *info = kx_dump_vmcoreinfo(dump_of(file));
	const struct kx_isa *isa = kx_isa_of_elf(kx_dump_machine(dump_of(file)));
	struct kx_span release;
	uint64_t at, offset;
	struct kx_err ignored;

	if (kx_vmcoreinfo_symbol(info, "init_uts_ns", &at) &&
	    kx_vmcoreinfo_offset(info, "uts_namespace.name", &offset) &&
	    kx_reader_virt(file->reader, at + offset, to, UTS_NAMES * UTS_NAME, &ignored) == 0) {
		for (size_t i = 1; i <= UTS_NAMES; i++)
			to[i * UTS_NAME - 1] = '\0';
		return;
	}
	memset(to, 0, UTS_NAMES * UTS_NAME);
	memcpy(to, "Linux", sizeof("Linux"));
	if (kx_vmcoreinfo_line(info, "OSRELEASE", &release) && release.len < UTS_NAME)
		memcpy(to + UTS_RELEASE * UTS_NAME, release.base, release.len);
	if (isa && isa->uname)
		memcpy(to + UTS_MACHINE * UTS_NAME, isa->uname, strnlen(isa->uname, UTS_NAME - 1));
}

static void put_header(const struct kdump_file *file, bool incomplete, uint8_t *to)
{
	const struct kx_dump *dump = dump_of(file);
	struct kx_span line;
	uint64_t time = 0;
	size_t cpus = kx_dump_cpus(dump);

	memcpy(to, "KDUMP   ", 8);
	put(file, to + HEADER_VERSION, 4, 6);
	put_utsname(file, to + UTSNAME);
	if (kx_vmcoreinfo_line(kx_dump_vmcoreinfo(dump), "CRASHTIME", &line) &&
	    kx_span_number(line, 10, &time))
		put(file, to + TIMESTAMP, 8, time);
	put(file, to + STATUS, 4, file->codec | (incomplete ? INCOMPLETE : 0));
	put(file, to + BLOCK_SIZE, 4, UINT64_C(1) << file->shift);
	put(file, to + SUB_BLOCKS, 4, file->sub_blocks);
	put(file, to + BITMAP_BLOCKS, 4, 2 * file->bitmap_blocks);
	/* Cut where it does not fit: version 6 has the whole number in the sub-header. */
	put(file, to + MAX_MAPNR, 4, file->max_pfn < UINT32_MAX ? file->max_pfn : UINT32_MAX);
	put(file, to + NR_CPUS, 4, cpus ? cpus : 1);
}

/* Where memory begins, or how far the image was moved: readers take it from here on these. */
static uint64_t phys_base(const struct kdump_file *file)
{
	static const char *const key[] = { "phys_base", "PHYS_OFFSET", "phys_ram_base" };
	const struct kx_vmcoreinfo *info = kx_dump_vmcoreinfo(dump_of(file));
	uint64_t value;

	for (size_t i = 0; i < sizeof(key) / sizeof(key[0]); i++) {
		if (kx_vmcoreinfo_number(info, key[i], &value))
			return value;
	}
	return 0;
}

static void put_sub_header(const struct kdump_file *file, uint8_t *to)
{
	uint64_t notes = (UINT64_C(1) << file->shift) + SUB_HEADER, at, size;

	put(file, to + PHYS_BASE, 8, phys_base(file));
	put(file, to + DUMP_LEVEL, 4, file->level);
	if (kx_dump_notes_info(dump_of(file), &at, &size)) {
		put(file, to + INFO_OFFSET, 8, notes + at);
		put(file, to + INFO_SIZE, 8, size);
	}
	put(file, to + NOTE_OFFSET, 8, notes);
	put(file, to + NOTE_SIZE, 8, file->notes_size);
	put(file, to + MAX_PFN, 8, file->max_pfn);
}

static int write_at(const struct kdump_file *file, const void *from, size_t len, uint64_t off,
		    struct kx_err *err)
{
	int rc = file->target->write(file->target, from, len, off);

	return rc < 0 ? kx_fail(err, rc, "%s", strerror(-rc)) : 0;
}

int kdump_file_write_head(const struct kdump_file *file, bool incomplete, struct kx_err *err)
{
	uint8_t header[HEADER] = { 0 }, sub[SUB_HEADER] = { 0 };
	int rc;

	put_header(file, incomplete, header);
	put_sub_header(file, sub);
	rc = write_at(file, sub, sizeof(sub), UINT64_C(1) << file->shift, err);
	return rc < 0 ? rc : write_at(file, header, sizeof(header), 0, err);
}

/* ---- notes and bitmaps ---------------------------------------------------------------------- */

static int write_notes(const struct kdump_file *file, uint8_t *part, struct kx_err *err)
{
	uint64_t to = (UINT64_C(1) << file->shift) + SUB_HEADER;
	int rc = 0;

	for (uint64_t at = 0; at < file->notes_size && rc == 0; at += PART) {
		uint64_t left = file->notes_size - at;
		size_t len = left < PART ? (size_t)left : PART;

		rc = kx_dump_notes_read(dump_of(file), at, part, len, err);
		if (rc == 0)
			rc = write_at(file, part, len, to + at, err);
	}
	return rc;
}

/** struct bitmap - one that is being written, PART bytes at a time; what no run is in is a hole */
struct bitmap {
	const struct kdump_file *file;
	uint64_t off, part_at;
	uint8_t *part;
};

static int bitmap_flush(struct bitmap *b, struct kx_err *err)
{
	const struct kdump_file *file = b->file;
	uint64_t end = file->bitmap_blocks << file->shift, left = end - b->part_at;
	int rc = write_at(file, b->part, left < PART ? (size_t)left : PART, b->off + b->part_at,
			  err);

	memset(b->part, 0, PART);
	return rc;
}

/* Bits [@first, @end), which are all in the part. */
static void set_bits(uint8_t *part, uint64_t first, uint64_t end)
{
	for (; first < end && first % 8; first++)
		part[first / 8] |= (uint8_t)(1 << first % 8);
	if (end > first)
		memset(part + first / 8, 0xff, (size_t)((end - first) / 8));
	for (first += (end - first) / 8 * 8; first < end; first++)
		part[first / 8] |= (uint8_t)(1 << first % 8);
}

static int bitmap_add(struct bitmap *b, uint64_t first, uint64_t end, struct kx_err *err)
{
	const uint64_t bits = UINT64_C(8) * PART;
	int rc = 0;

	while (first < end && rc == 0) {
		uint64_t at = first / bits * PART, from = first % bits, to;

		if (at != b->part_at) {
			rc = bitmap_flush(b, err);
			b->part_at = at;
		}
		to = end - first < bits - from ? from + (end - first) : bits;
		set_bits(b->part, from, to);
		first += to - from;
	}
	return rc;
}

static int write_ram(const struct kdump_file *file, struct bitmap *b, struct kx_err *err)
{
	struct page_runs runs = { .reader = file->reader, .shift = file->shift };
	int rc;

	while ((rc = page_runs_next(&runs, err)) > 0) {
		rc = bitmap_add(b, runs.first, runs.end, err);
		if (rc < 0)
			return rc;
	}
	return rc < 0 ? rc : bitmap_flush(b, err);
}

static int write_kept(const struct kdump_file *file, struct bitmap *b, struct kx_err *err)
{
	struct saved_runs saved = { .kept = file->kept,
				    .runs = { .reader = file->reader, .shift = file->shift } };
	int rc;

	b->off += file->bitmap_blocks << file->shift;
	while ((rc = saved_runs_next(&saved, err)) > 0) {
		rc = bitmap_add(b, saved.first, saved.end, err);
		if (rc < 0)
			return rc;
	}
	return rc < 0 ? rc : bitmap_flush(b, err);
}

int kdump_file_write_maps(const struct kdump_file *file, struct kx_err *err)
{
	_cleanup_free_ uint8_t *part = calloc(1, PART);
	struct bitmap b = { .file = file, .off = file->bitmaps, .part = part };
	int rc;

	if (!part)
		return kx_fail(err, -ENOMEM, "no memory for the bitmaps");
	rc = write_notes(file, part, err);
	memset(part, 0, PART);
	if (rc == 0)
		rc = write_ram(file, &b, err);
	if (rc == 0)
		rc = write_kept(file, &b, err);
	return rc;
}

void kdump_file_descriptor(const struct kdump_file *file, uint8_t to[KDUMP_DESCRIPTOR],
			   uint64_t off, uint32_t size, uint32_t flags)
{
	put(file, to, 8, off);
	put(file, to + 8, 4, size);
	put(file, to + 12, 4, flags);
	put(file, to + 16, 8, 0);
}
