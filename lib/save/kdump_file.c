/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes kdump-compressed files, version 6. All numbers are in the byte order and the layout of the
 * dumped machine; of the 64-bit ones here. Descriptors of pages follow in batches, each after its
 * data was synced: whatever is in the file is true.
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
#include "kx/kdump_layout.h"
#include "lib/save/format.h"

enum { UTS_NAME = 65, UTS_NAMES = 6, UTS_RELEASE = 2, UTS_MACHINE = 4, INCOMPLETE = 0x8 };

/* Of both headers, at most. */
enum { HEADER_MAX = 464, SUB_MAX = 104 };

/* Bytes of a bitmap in memory; bytes of a page descriptor, and how many are written together. */
enum { PART = 65536, DESCRIPTOR = 24, BATCH = 16384, PIECES = 512 };

/**
 * struct piece - descriptors that follow each other: from number @first on, @count of them, which
 *	are of @pages pages that could be read
 */
struct piece {
	uint64_t first;
	uint32_t count, pages;
};

/**
 * struct kdump_file - what lies where; offsets are bytes
 * @at: fields of the headers
 * @sub_blocks: of sub-header and notes; @bitmap_blocks: of each bitmap
 * @bitmaps, @descriptors: offsets; a page of zeros is at @job->front when zeros are told apart
 * @batch: descriptors to be written, @batch_len of them, in @pieces; one piece but where pages are
 *	not saved in their order
 */
struct kdump_file {
	const struct save_job *job;
	const struct kx_kdump_layout *at;
	uint64_t sub_blocks, bitmap_blocks;
	uint64_t bitmaps, descriptors;
	size_t batch_len, pieces;
	struct piece piece[PIECES];
	uint8_t batch[BATCH * DESCRIPTOR];
};

static const struct kx_dump *dump_of(const struct kdump_file *file)
{
	return kx_reader_dump(file->job->reader);
}

static void put(const struct kdump_file *file, uint8_t *to, unsigned int width, uint64_t value)
{
	kx_put(to, width, value, kx_dump_big_endian(dump_of(file)));
}

/* As programs of the dumped machine have it. */
static const struct kx_kdump_layout *layout_of(const struct kx_dump *dump)
{
	const struct kx_isa *isa = kx_isa_of_elf(kx_dump_machine(dump));

	if (kx_dump_long_size(dump) == 8)
		return &kx_kdump_layouts[KX_KDUMP_64];
	return &kx_kdump_layouts[isa == &kx_isa_i386 ? KX_KDUMP_PACKED : KX_KDUMP_32];
}

static int begin(struct save_job *job, struct kx_err *err)
{
	const struct kx_kdump_layout *at = layout_of(kx_reader_dump(job->reader));
	uint64_t page = UINT64_C(1) << job->shift, blocks, bits = (job->max_pfn + 7) / 8;
	struct kdump_file *file;

	/* Beyond these readers refuse it, and the header's numbers have no room. */
	if (job->max_pfn > KX_DUMP_PFN_MAX ||
	    job->notes_size > KX_DUMP_SUB_BLOCKS_MAX * page - at->sub_size)
		return kx_fail(err, -EOVERFLOW,
			       "memory up to page 0x%" PRIx64 " and %" PRIu64 " bytes of notes are "
			       "more than the format has room for", job->max_pfn, job->notes_size);
	file = calloc(1, sizeof(*file));
	if (!file)
		return kx_fail(err, -ENOMEM, "no memory for page descriptors");
	job->priv = file;
	file->job = job;
	file->at = at;
	file->sub_blocks = (at->sub_size + job->notes_size + page - 1) / page;
	file->bitmap_blocks = (bits + page - 1) / page;
	blocks = 1 + file->sub_blocks;
	file->bitmaps = blocks * page;
	file->descriptors = (blocks + 2 * file->bitmap_blocks) * page;
	job->front = file->descriptors + job->pages * DESCRIPTOR;
	job->bytes = job->front + (job->zeros ? page : 0);
	return 0;
}

static void end(struct save_job *job)
{
	free(job->priv);
	job->priv = NULL;
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
	    kx_reader_virt(file->job->reader, at + offset, to, UTS_NAMES * UTS_NAME,
			   &ignored) == 0) {
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
	unsigned int word = file->at->word;
	uint8_t *status = to + file->at->status;
	size_t cpus = kx_dump_cpus(dump);
	struct kx_span line;
	uint64_t time = 0;

	memcpy(to, "KDUMP   ", 8);
	put(file, to + KX_KDUMP_VERSION, 4, 6);
	put_utsname(file, to + KX_KDUMP_UTSNAME);
	if (kx_vmcoreinfo_line(kx_dump_vmcoreinfo(dump), "CRASHTIME", &line) &&
	    kx_span_number(line, 10, &time))
		put(file, to + file->at->timestamp, word, time);
	put(file, status, 4, file->job->codec | (incomplete ? INCOMPLETE : 0));
	put(file, status + KX_KDUMP_BLOCK_SIZE, 4, UINT64_C(1) << file->job->shift);
	put(file, status + KX_KDUMP_SUB_BLOCKS, 4, file->sub_blocks);
	put(file, status + KX_KDUMP_BITMAP_BLOCKS, 4, 2 * file->bitmap_blocks);
	/* Cut where it does not fit: version 6 has the whole number in the sub-header. */
	put(file, status + KX_KDUMP_MAX_PFN, 4,
	    file->job->max_pfn < UINT32_MAX ? file->job->max_pfn : UINT32_MAX);
	put(file, status + KX_KDUMP_CPUS, 4, cpus ? cpus : 1);
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
	const struct kx_kdump_layout *at = file->at;
	uint64_t notes = (UINT64_C(1) << file->job->shift) + at->sub_size, off, size;

	put(file, to, at->word, phys_base(file));
	put(file, to + at->level, 4, file->job->level);
	if (kx_dump_notes_info(dump_of(file), &off, &size)) {
		put(file, to + at->info_off, 8, notes + off);
		put(file, to + at->info_len, at->word, size);
	}
	put(file, to + at->note_off, 8, notes);
	put(file, to + at->note_len, at->word, file->job->notes_size);
	put(file, to + at->max_pfn_64, 8, file->job->max_pfn);
	if (!file->job->split)
		return;
	put(file, to + at->split, 4, 1);
	/* Cut where a long does not hold them: version 6 has them again. */
	put(file, to + at->start_pfn, at->word, file->job->first);
	put(file, to + at->end_pfn, at->word, file->job->end);
	put(file, to + at->start_pfn_64, 8, file->job->first);
	put(file, to + at->end_pfn_64, 8, file->job->end);
}

static int write_head(const struct kdump_file *file, bool incomplete, struct kx_err *err)
{
	uint8_t header[HEADER_MAX] = { 0 }, sub[SUB_MAX] = { 0 };
	const struct save_job *job = file->job;
	int rc;

	put_header(file, incomplete, header);
	put_sub_header(file, sub);
	rc = save_write(job, sub, file->at->sub_size, UINT64_C(1) << job->shift, err);
	return rc < 0 ? rc : save_write(job, header, file->at->header, 0, err);
}

static int finish(struct save_job *job, struct kx_err *err)
{
	return write_head(job->priv, false, err);
}

/* ---- bitmaps ----------------------------------------------------------------------------- */

/** struct bitmap - one that is being written, PART bytes at a time; what no run is in is a hole */
struct bitmap {
	const struct kdump_file *file;
	uint64_t off, part_at;
	uint8_t *part;
};

static int bitmap_flush(struct bitmap *b, struct kx_err *err)
{
	const struct kdump_file *file = b->file;
	uint64_t end = file->bitmap_blocks << file->job->shift, left = end - b->part_at;
	int rc = save_write(file->job, b->part, left < PART ? (size_t)left : PART,
			    b->off + b->part_at, err);

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
	struct page_runs runs = { .reader = file->job->reader, .shift = file->job->shift };
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
	struct saved_runs saved = { .kept = file->job->kept,
				    .runs = { .reader = file->job->reader,
					      .shift = file->job->shift } };
	int rc;

	b->off += file->bitmap_blocks << file->job->shift;
	while ((rc = saved_runs_next(&saved, err)) > 0) {
		rc = bitmap_add(b, saved.first, saved.end, err);
		if (rc < 0)
			return rc;
	}
	return rc < 0 ? rc : bitmap_flush(b, err);
}

static int write_maps(const struct kdump_file *file, struct kx_err *err)
{
	_cleanup_free_ uint8_t *part = calloc(1, PART);
	struct bitmap b = { .file = file, .off = file->bitmaps, .part = part };
	int rc;

	if (!part)
		return kx_fail(err, -ENOMEM, "no memory for the bitmaps");
	rc = write_ram(file, &b, err);
	return rc < 0 ? rc : write_kept(file, &b, err);
}

/* The one that all pages of zeros share. */
static int write_zeros(const struct save_job *job, struct kx_err *err)
{
	static const uint8_t zeros[4096];
	uint64_t page = UINT64_C(1) << job->shift;
	int rc = 0;

	for (uint64_t at = 0; at < page && rc == 0; at += sizeof(zeros))
		rc = save_write(job, zeros, page < sizeof(zeros) ? (size_t)page : sizeof(zeros),
				job->front + at, err);
	return rc;
}

static int write_front(struct save_job *job, struct kx_err *err)
{
	const struct kdump_file *file = job->priv;
	int rc = save_notes(job, (UINT64_C(1) << job->shift) + file->at->sub_size, err);

	if (rc == 0)
		rc = write_maps(file, err);
	if (rc == 0 && job->zeros)
		rc = write_zeros(job, err);
	return rc < 0 ? rc : write_head(file, true, err);
}

/* ---- pages ---------------------------------------------------------------------------------- */

/* What descriptors refer to must be on the disk before they are. */
static int flush(struct save_job *job, struct kx_save_result *result)
{
	struct kdump_file *file = job->priv;
	const uint8_t *from = file->batch;
	int rc;

	if (!file->batch_len)
		return 0;
	rc = job->target->sync(job->target);
	for (size_t i = 0; i < file->pieces && rc == 0; i++) {
		const struct piece *piece = &file->piece[i];

		rc = job->target->write(job->target, from, piece->count * DESCRIPTOR,
					file->descriptors + piece->first * DESCRIPTOR);
		from += piece->count * DESCRIPTOR;
		if (rc == 0)
			result->written += piece->pages;
	}
	file->batch_len = file->pieces = 0;
	return rc;
}

/* Room for the descriptor of page @number, which could be read or not; NULL: flush first. */
static uint8_t *next_descriptor(struct kdump_file *file, uint64_t number, bool lost)
{
	struct piece *piece = file->pieces ? &file->piece[file->pieces - 1] : NULL;

	if (file->batch_len == BATCH)
		return NULL;
	if (!piece || piece->first + piece->count != number) {
		if (file->pieces == PIECES)
			return NULL;
		piece = &file->piece[file->pieces++];
		*piece = (struct piece){ .first = number };
	}
	piece->count++;
	piece->pages += !lost;
	return file->batch + file->batch_len++ * DESCRIPTOR;
}

/* One that says where page data is. */
static void put_descriptor(const struct kdump_file *file, uint8_t *to,
			   const struct save_place *place)
{
	put(file, to, 8, place->off);
	put(file, to + 8, 4, place->size);
	put(file, to + 12, 4, place->packed ? file->job->codec : KX_PAGE_CODEC_NONE);
	put(file, to + 16, 8, 0);
}

static int describe(struct save_job *job, const struct save_chunk *chunk, size_t i,
		    struct kx_save_result *result)
{
	struct kdump_file *file = job->priv;
	bool lost = chunk->fate[i] == SAVE_LOST;
	uint8_t *to = next_descriptor(file, chunk->number[i], lost);
	int rc = 0;

	if (!to) {
		rc = flush(job, result);
		to = next_descriptor(file, chunk->number[i], lost);
	}
	if (lost)
		memset(to, 0, DESCRIPTOR);
	else
		put_descriptor(file, to, &chunk->place[i]);
	return rc;
}

/* Where page @i is; what is written with the chunk begins at *@off, which moves behind it. */
static void find_place(const struct save_job *job, struct save_chunk *chunk, size_t i,
		       uint64_t *off, struct kx_save_result *result)
{
	struct save_place *place = &chunk->place[i];

	switch ((enum save_fate)chunk->fate[i]) {
	case SAVE_DATA:
		place->off = *off;
		*off += place->size;
		break;
	case SAVE_ZERO:
		*place = (struct save_place){ job->front, UINT32_C(1) << job->shift, false };
		result->zero++;
		break;
	case SAVE_AGAIN:
		*place = chunk->place[chunk->like[i]];
		result->shared++;
		break;
	case SAVE_THERE: result->shared++; break;
	case SAVE_LOST: result->lost++; break;
	}
}

static int take(struct save_job *job, struct save_chunk *chunk, struct kx_save_result *result)
{
	struct kdump_file *file = job->priv;
	uint64_t off = job->bytes;
	int rc = 0;

	if (chunk->out_len)
		rc = job->target->write(job->target, chunk->out, chunk->out_len, off);
	for (size_t i = 0; i < chunk->count && rc == 0; i++) {
		find_place(job, chunk, i, &off, result);
		rc = describe(job, chunk, i, result);
	}
	job->bytes = off;
	/* Data that is there is referred to without delay. */
	return rc == 0 && file->batch_len == BATCH ? flush(job, result) : rc;
}

const struct save_format save_format_kdump = {
	.name = "kdump-compressed",
	.squeezes = true,
	.splits = true,
	.per_page = DESCRIPTOR,
	.begin = begin,
	.write_front = write_front,
	.take = take,
	.flush = flush,
	.finish = finish,
	.end = end,
};
