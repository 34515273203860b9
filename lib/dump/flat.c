/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The flattened format: a file as a stream of records {offset, size, bytes}, in any order, a later
 * one replacing an earlier one. Only the records' headers are read to open it.
 *
 * Layout: 16 bytes "makedumpfile", type 1, version 1 (8 bytes each, big endian), zeros up to 4096;
 * then records of two 8-byte big-endian numbers and bytes; offset and size -1 end it.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "kx/bytes.h"
#include "lib/dump/flat.h"
#include "lib/dump/peek.h"

static const char SIGNATURE[16] = "makedumpfile";

enum {
	/* Signature, type and version; then zeros up to HEADER_SIZE. */
	START_SIZE = 32,
	HEADER_SIZE = 4096,
	RECORD_HEADER = 16,
	/* Runs of records that do not continue each other; a dump has some hundred. */
	RUNS_MAX = 1 << 20,
};

static int read_file(void *data, uint64_t off, void *to, size_t len, struct kx_err *err)
{
	return kx_dump_file_read(data, off, to, len, err);
}

/* Extend the last run if @record continues it: of the same size, or shorter and the last. */
static bool continue_run(struct kx_extents *records, const struct kx_extent *record)
{
	struct kx_extent *last = records->count > 0 ? &records->item[records->count - 1] : NULL;
	uint64_t size = record->end - record->start, stored;

	if (!last || last->end != record->start || size > last->step ||
	    (last->end - last->base) % last->step != 0)
		return false;
	stored = (last->end - last->base) / last->step * (last->step + last->gap);
	if (last->at + stored != record->at)
		return false;
	last->end = record->end;
	return true;
}

static int add_record(struct kx_flat *flat, uint64_t at, uint64_t off, uint64_t size,
		      struct kx_err *err)
{
	struct kx_extent record = { .start = off,
				    .end = off + size,
				    .base = off,
				    .at = at + RECORD_HEADER,
				    .step = size,
				    .gap = RECORD_HEADER };

	if (off > INT64_MAX || size == 0 || size > INT64_MAX - off ||
	    size > INT64_MAX - RECORD_HEADER - at)
		return kx_fail(err, -EINVAL,
			       "flattened: record at 0x%" PRIx64 " has offset 0x%" PRIx64
			       " and size 0x%" PRIx64,
			       at, off, size);
	if (record.end > flat->size)
		flat->size = record.end;
	if (continue_run(&flat->records, &record))
		return 0;
	if (flat->records.count >= RUNS_MAX)
		return kx_fail(err, -EFBIG, "flattened: more than %d pieces out of order",
			       RUNS_MAX);
	if (kx_extents_add(&flat->records, &record) < 0)
		return kx_fail(err, -ENOMEM, "no memory");
	return 0;
}

/* A stream that was cut is good as far as it goes: that is remembered, and not an error. */
static int index_records(struct kx_flat *flat, struct kx_dump_file *file, struct kx_err *err)
{
	struct kx_peek peek = { .read = read_file, .data = file, .end = kx_dump_file_size(file) };
	uint64_t at = HEADER_SIZE;
	const uint8_t *header;
	struct kx_err ignored;

	flat->cut = true;
	while (kx_peek(&peek, at, RECORD_HEADER, &header, &ignored) == 0) {
		uint64_t off = kx_get(header, 8, true), size = kx_get(header + 8, 8, true);
		int rc;

		if (off == UINT64_MAX && size == UINT64_MAX) {
			flat->cut = false;
			break;
		}
		rc = add_record(flat, at, off, size, err);
		if (rc < 0)
			return rc;
		at += RECORD_HEADER + size;
	}
	if (flat->records.count == 0)
		return kx_fail(err, -EINVAL, "flattened: holds nothing");
	if (kx_extents_resolve(&flat->records) < 0)
		return kx_fail(err, -ENOMEM, "no memory");
	return 0;
}

bool kx_flat_probe(struct kx_dump_file *file)
{
	uint8_t start[START_SIZE];
	struct kx_err ignored;

	return kx_dump_file_read(file, 0, start, sizeof(start), &ignored) == 0 &&
	       memcmp(start, SIGNATURE, sizeof(SIGNATURE)) == 0;
}

int kx_flat_open(struct kx_flat *ret, struct kx_dump_file *file, struct kx_err *err)
{
	uint8_t start[START_SIZE];
	uint64_t type, version;
	int rc;

	*ret = (struct kx_flat){ .cut = false };
	rc = kx_dump_file_read(file, 0, start, sizeof(start), err);
	if (rc < 0)
		return rc;
	type = kx_get(start + sizeof(SIGNATURE), 8, true);
	version = kx_get(start + sizeof(SIGNATURE) + 8, 8, true);
	if (type != 1 || version != 1)
		return kx_fail(err, -ENOTSUP,
			       "flattened: type %" PRIu64 ", version %" PRIu64 "; known: 1, 1",
			       type, version);
	return index_records(ret, file, err);
}

void kx_flat_done(struct kx_flat *flat)
{
	kx_extents_done(&flat->records);
}

int kx_flat_read(struct kx_flat *flat, struct kx_dump_file *file, uint64_t off, void *to,
		 size_t len, struct kx_err *err)
{
	uint_fast64_t pieces = 0;
	uint8_t *out = to;
	int rc = 0;

	if (off > flat->size || len > flat->size - off)
		return kx_fail(err, -EFAULT, "the file ends at 0x%" PRIx64 ", before 0x%" PRIx64,
			       flat->size, off + len);
	for (; rc == 0 && len > 0; pieces++) {
		const struct kx_extent *extent = kx_extents_find(&flat->records, off);
		uint64_t at, part;

		if (!extent) {
			/* What no record wrote reads as zeros, as in any file. */
			part = kx_extents_gap(&flat->records, off);
			part = part < len ? part : len;
			memset(out, 0, part);
		} else {
			at = kx_extent_place(extent, off, &part);
			part = part < len ? part : len;
			rc = kx_dump_file_read(file, at, out, part, err);
		}
		out += part;
		off += part;
		len -= part;
	}
	atomic_fetch_add_explicit(&flat->pieces, pieces, memory_order_relaxed);
	return rc;
}

uint64_t kx_flat_skip_hole(const struct kx_flat *flat, const struct kx_dump_file *file,
			   uint64_t off)
{
	const struct kx_extent *extent = kx_extents_next(&flat->records, off);
	uint64_t at, len, hole;

	if (!extent)
		return off < flat->size ? flat->size : off;
	if (off < extent->start)
		return extent->start;
	at = kx_extent_place(extent, off, &len);
	hole = kx_dump_file_skip_hole(file, at) - at;
	return off + (hole < len ? hole : len);
}

uint64_t kx_flat_skip_data(const struct kx_flat *flat, uint64_t off)
{
	const struct kx_extent *extent = kx_extents_find(&flat->records, off);

	return extent ? extent->end : UINT64_MAX;
}
