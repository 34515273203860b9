/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The flattened format: a file as a stream of records {offset, size, bytes}, in any order, a later
 * one replacing an earlier one. Only the records' headers are read to open it.
 *
 * Layout: 16 bytes "makedumpfile", type 1, version 1 (8 bytes each, big endian), zeros up to 4096;
 * then records of two 8-byte big-endian numbers and bytes; offset and size -1 end it.
 */
#include <errno.h>
#include <string.h>

#include "lib/dump/internal.h"

static const char SIGNATURE[16] = "makedumpfile";

enum {
	HEADER_SIZE = 4096,
	RECORD_HEADER = 16,
	/* Runs of records that do not continue each other; a dump has some hundred. */
	RUNS_MAX = 1 << 20,
};

/* A piece of the file, so that small records do not cost a system call each. */
struct window {
	uint64_t off;
	size_t len;
	uint8_t bytes[4096];
};

static uint64_t big_endian(const uint8_t *from)
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | from[i];
	return value;
}

/*
 * The two numbers at @off. False where the file ends: as much as can be had in one read is taken,
 * or just the header when less is left.
 */
static bool record_at(struct kx_source *source, struct window *window, uint64_t off,
		      uint64_t *ret_off, uint64_t *ret_size)
{
	bool inside = off >= window->off && off - window->off <= window->len &&
		      window->len - (off - window->off) >= RECORD_HEADER;
	struct kx_err ignored;

	if (!inside) {
		window->off = off;
		window->len = sizeof(window->bytes);
		if (kx_source_raw(source, off, window->bytes, window->len, &ignored) < 0) {
			window->len = RECORD_HEADER;
			if (kx_source_raw(source, off, window->bytes, window->len, &ignored) < 0)
				return false;
		}
	}
	*ret_off = big_endian(window->bytes + (off - window->off));
	*ret_size = big_endian(window->bytes + (off - window->off) + 8);
	return true;
}

/* Make the last run longer when @record continues it with the same size, or a last shorter one. */
static bool continue_run(struct kx_extents *flat, const struct kx_extent *record)
{
	struct kx_extent *last = flat->count > 0 ? &flat->item[flat->count - 1] : NULL;
	uint64_t size = record->end - record->start, stored;

	if (!last || last->end != record->start || size > last->step ||
	    (last->end - last->base) % last->step != 0)
		return false;
	stored = (last->end - last->base) / last->step * (last->step + RECORD_HEADER);
	if (last->at + stored != record->at)
		return false;
	last->end = record->end;
	return true;
}

static int add_record(struct kx_source *source, uint64_t at, uint64_t off, uint64_t size,
		      struct kx_err *err)
{
	struct kx_extent record = { off, off + size, off, at + RECORD_HEADER, size };

	if (off > INT64_MAX || size == 0 || size > INT64_MAX - off ||
	    size > INT64_MAX - RECORD_HEADER - at)
		return kx_fail(err, -EINVAL,
			       "flattened: record at 0x%llx has offset 0x%llx and size 0x%llx",
			       (unsigned long long)at, (unsigned long long)off,
			       (unsigned long long)size);
	if (record.end > source->flat_size)
		source->flat_size = record.end;
	if (continue_run(&source->flat, &record))
		return 0;
	if (source->flat.count >= RUNS_MAX)
		return kx_fail(err, -EFBIG, "flattened: more than %d pieces out of order",
			       RUNS_MAX);
	if (kx_extents_add(&source->flat, &record) < 0)
		return kx_fail(err, -ENOMEM, "no memory");
	return 0;
}

/* What a cut stream has is still good: the end is remembered, not refused. */
static int index_records(struct kx_source *source, struct kx_err *err)
{
	struct window window = { .len = 0 };
	uint64_t at = HEADER_SIZE, off, size;

	source->cut = true;
	while (record_at(source, &window, at, &off, &size)) {
		int rc;

		if (off == UINT64_MAX && size == UINT64_MAX) {
			source->cut = false;
			break;
		}
		rc = add_record(source, at, off, size, err);
		if (rc < 0)
			return rc;
		at += RECORD_HEADER + size;
	}
	if (source->flat.count == 0)
		return kx_fail(err, -EINVAL, "flattened: holds nothing");
	if (kx_extents_resolve(&source->flat) < 0)
		return kx_fail(err, -ENOMEM, "no memory");
	return 0;
}

int kx_flat_open(struct kx_source *source, struct kx_err *err)
{
	uint8_t header[32];
	struct kx_err ignored;

	if (kx_source_raw(source, 0, header, sizeof(header), &ignored) < 0 ||
	    memcmp(header, SIGNATURE, sizeof(SIGNATURE)) != 0)
		return 0;
	if (big_endian(header + 16) != 1 || big_endian(header + 24) != 1)
		return kx_fail(err, -ENOTSUP, "flattened: type %llu, version %llu; known: 1, 1",
			       (unsigned long long)big_endian(header + 16),
			       (unsigned long long)big_endian(header + 24));
	source->flattened = true;
	return index_records(source, err);
}

int kx_flat_read(struct kx_source *source, uint64_t off, void *to, size_t len, struct kx_err *err)
{
	uint8_t *out = to;

	if (off > source->flat_size || len > source->flat_size - off)
		return kx_fail(err, -EFAULT, "the file ends at 0x%llx, before 0x%llx",
			       (unsigned long long)source->flat_size,
			       (unsigned long long)(off + len));
	while (len > 0) {
		const struct kx_extent *extent = kx_extents_find(&source->flat, off);
		uint64_t at, part;
		int rc;

		if (!extent) {
			/* Between records is what a file has that was never written there. */
			part = kx_extents_gap(&source->flat, off);
			part = part < len ? part : len;
			memset(out, 0, part);
		} else {
			at = kx_extent_place(extent, off, &part);
			part = part < len ? part : len;
			rc = kx_source_raw(source, at, out, part, err);
			if (rc < 0)
				return rc;
		}
		out += part;
		off += part;
		len -= part;
	}
	return 0;
}
