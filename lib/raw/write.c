/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps a dump on a block device, as a journal; the layout is in kx/device.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kx/bytes.h"
#include "kx/file.h"
#include "lib/raw/internal.h"

/*
 * What stays free of the dump for what comes last: the manifest, and heads of the dump. LAST_SHARE:
 * the part of a device that is added, since a manifest grows with its dump. WHOLE_SIZE: shorter
 * writes are parts of a dump that are written again and again, and were not reserved.
 */
enum { LAST = 512 << 10, LAST_SHARE = 8192, WHOLE_SIZE = 4096 };

struct device_part {
	struct kx_save_target target;
	struct kx_device_writer *writer;
	enum kx_device_part number;
};

/**
 * struct kx_device_writer - see the header
 * @chunk: that is being filled; @used: its bytes, 0 when none is
 * @at: where it goes; @end: of the room for chunks
 * @chunks: their number so far; @last: bytes for what comes last
 * @reserve_end: of the dump: what is before it may use all the room
 * @reserved: bytes of that which are still to come
 * @back: the head at the end of the device is the older one
 * @top_at: where the chunk with the dump's first bytes is, as they were written last; 0: none was
 * @top, @top_size: the header of that chunk, and its bytes, 0 until it is written
 */
struct kx_device_writer {
	struct kx_device_io *io;
	struct kx_device_head head;
	struct device_part part[KX_DEVICE_PARTS];
	uint8_t *chunk;
	size_t used;
	uint64_t at, end, chunks, last, reserve_end, reserved;
	bool back;
	uint64_t top_at;
	uint8_t top[CHUNK_HEADER];
	size_t top_size;
};

/* ---- chunks --------------------------------------------------------------------------------- */

static int flush(struct kx_device_writer *w)
{
	size_t size = (size_t)device_round(w->used);
	uint8_t *chunk = w->chunk;
	int rc;

	if (!w->used)
		return 0;
	memset(chunk + w->used, 0, size - w->used);
	memset(chunk, 0, CHUNK_HEADER);
	memcpy(chunk, CHUNK_MAGIC, 8);
	kx_put_le(chunk + CHUNK_ID, 8, w->head.id);
	kx_put_le(chunk + CHUNK_NUMBER, 8, w->chunks);
	kx_put_le(chunk + CHUNK_SIZE, 4, w->used);
	device_sum(chunk + CHUNK_HEADER, w->used - CHUNK_HEADER, chunk + CHUNK_SUM, CHUNK_SUM_SIZE);
	device_sum(chunk, CHUNK_HEADER_SUM, chunk + CHUNK_HEADER_SUM, CHUNK_SUM_SIZE);
	rc = w->io->write(w->io, chunk, size, w->at);
	/* What failed is tried again at the same place, if anybody tries. */
	if (rc < 0)
		return rc;
	if (w->at == w->top_at) {
		memcpy(w->top, chunk, CHUNK_HEADER);
		w->top_size = w->used;
	}
	w->at += size;
	w->chunks++;
	w->used = 0;
	return 0;
}

/* Bytes that are left, if a chunk ends here. */
static uint64_t left(const struct kx_device_writer *w)
{
	return w->end - w->at - device_round(w->used);
}

/* What is around @len bytes. */
static uint64_t around(uint64_t len)
{
	return (len / (KX_DEVICE_CHUNK / 2) + 2) * (KX_DEVICE_BLOCK + CHUNK_HEADER + RECORD);
}

/* What @len bytes take, with all of that. */
static uint64_t cost(uint64_t len)
{
	return len + around(len);
}

static int add(struct kx_device_writer *w, const struct device_part *part, enum kx_device_op op,
	       const uint8_t *from, size_t len, uint64_t off)
{
	size_t n;
	int rc = 0;

	do {
		uint8_t *record;

		/* No crumbs at the end of a chunk. */
		if (KX_DEVICE_CHUNK - w->used < (len < 1024 ? len : 1024) + RECORD)
			rc = flush(w);
		if (rc < 0)
			return rc;
		if (!w->used)
			w->used = CHUNK_HEADER;
		if (part->number == KX_DEVICE_DUMP && op == KX_DEVICE_WRITE && off == 0)
			w->top_at = w->at;
		record = w->chunk + w->used;
		n = KX_DEVICE_CHUNK - w->used - RECORD;
		n = n < len ? n : len;
		memset(record, 0, RECORD);
		record[0] = (uint8_t)part->number;
		record[RECORD_OP] = (uint8_t)op;
		kx_put_le(record + RECORD_LEN, 4, n);
		kx_put_le(record + RECORD_OFF, 8, off);
		if (n)
			memcpy(record + RECORD, from, n);
		w->used += RECORD + n;
		from += n;
		off += n;
		len -= n;
	} while (len);
	return 0;
}

/* ---- as a target ---------------------------------------------------------------------------- */

static bool has_room(const struct kx_device_writer *w, const struct device_part *part, size_t len,
		     uint64_t off)
{
	uint64_t room = left(w), keep = 0;

	if (part->number == KX_DEVICE_DUMP)
		keep = off < w->reserve_end ? w->last / 2 : w->last + cost(w->reserved);
	return room >= keep && cost(len) <= room - keep;
}

static int part_write(struct kx_save_target *target, const void *from, size_t len, uint64_t off)
{
	struct device_part *part = (struct device_part *)target;
	struct kx_device_writer *w = part->writer;

	if (!len)
		return 0;
	if (!has_room(w, part, len, off))
		return -ENOSPC;
	if (part->number == KX_DEVICE_DUMP && off < w->reserve_end && len >= WHOLE_SIZE)
		w->reserved -= len < w->reserved ? len : w->reserved;
	return add(w, part, KX_DEVICE_WRITE, from, len, off);
}

/* The head that says so goes to the disk with the next one: it costs no time of its own. */
static int sync_chunks(struct kx_device_writer *w)
{
	int rc = flush(w);

	if (rc == 0)
		rc = w->io->sync(w->io);
	if (rc < 0)
		return rc;
	w->head.chunks = w->at - w->head.first;
	w->head.sequence++;
	rc = device_write_head(w->io, &w->head, w->back, w->chunk);
	w->back = !w->back;
	return rc;
}

static int part_sync(struct kx_save_target *target)
{
	const struct device_part *part = (struct device_part *)target;

	return sync_chunks(part->writer);
}

static int part_reserve(struct kx_save_target *target, uint64_t len)
{
	struct device_part *part = (struct device_part *)target;
	struct kx_device_writer *w = part->writer;

	if (len > w->head.size || left(w) < w->last || cost(len) > left(w) - w->last)
		return -ENOSPC;
	w->reserve_end = w->reserved = len;
	return 0;
}

/* In pieces of a chunk at most, the last of which has to fit, too; and with what comes last. */
static int part_room(struct kx_save_target *target, uint64_t *ret)
{
	const struct kx_device_writer *w = ((struct device_part *)target)->writer;
	uint64_t room = left(w) > w->last ? left(w) - w->last : 0;

	uint64_t lost = around(room) + around(KX_DEVICE_CHUNK);

	*ret = room > lost ? room - lost : 0;
	return 0;
}

struct kx_save_target *kx_device_target(struct kx_device_writer *w, enum kx_device_part part)
{
	return &w->part[part].target;
}

int kx_device_resize(struct kx_device_writer *w, enum kx_device_part part, uint64_t size)
{
	if (cost(0) > left(w))
		return -ENOSPC;
	return add(w, &w->part[part], KX_DEVICE_RESIZE, NULL, 0, size);
}

/* ---- beginning and end ---------------------------------------------------------------------- */

/* Both margins, so that no mark of anything else is left; the chunk has room for one. */
static int write_margins(struct kx_device_writer *w)
{
	uint64_t back = device_floor(w->io->size) - KX_DEVICE_CHUNK;
	int rc;

	memset(w->chunk, 0, KX_DEVICE_CHUNK);
	rc = w->io->write(w->io, w->chunk, KX_DEVICE_CHUNK, 0);
	if (rc == 0)
		rc = w->io->write(w->io, w->chunk, KX_DEVICE_CHUNK, back);
	if (rc == 0)
		rc = device_write_head(w->io, &w->head, false, w->chunk);
	if (rc == 0)
		rc = device_write_head(w->io, &w->head, true, w->chunk);
	return rc < 0 ? rc : w->io->sync(w->io);
}

static int writer_new(struct kx_device_io *io, struct kx_device_writer **ret, struct kx_err *err)
{
	struct kx_device_writer *w = calloc(1, sizeof(*w));

	if (w)
		w->chunk = aligned_alloc(KX_DEVICE_BLOCK, KX_DEVICE_CHUNK);
	if (!w || !w->chunk) {
		kx_device_free(w);
		return kx_fail(err, -ENOMEM, "no memory to write to a device");
	}
	w->io = io;
	for (size_t i = 0; i < KX_DEVICE_PARTS; i++)
		w->part[i] = (struct device_part){
			.target = { .write = part_write, .sync = part_sync },
			.writer = w,
			.number = (enum kx_device_part)i,
		};
	w->part[KX_DEVICE_DUMP].target.reserve = part_reserve;
	w->part[KX_DEVICE_DUMP].target.room = part_room;
	*ret = w;
	return 0;
}

/* How large a device must be for @need bytes, and for what comes last. */
static uint64_t want(uint64_t need)
{
	uint64_t room = cost(need) + LAST;

	return KX_DEVICE_MARGINS + device_round(room + room / (LAST_SHARE - 1) + 1);
}

int kx_device_begin(struct kx_device_io *io, uint64_t need, uint64_t id, uint64_t time,
		    struct kx_device_writer **ret, struct kx_err *err)
{
	struct kx_device_writer *w = NULL;
	uint64_t room;
	int rc;

	if (need > io->size || want(need) > io->size)
		return kx_fail(err, -ENOSPC, "%" PRIu64 " bytes are too small: log and head of the "
			       "dump alone want %" PRIu64, io->size,
			       need > UINT64_MAX / 4 ? need : want(need));
	room = device_floor(io->size) - KX_DEVICE_MARGINS;
	rc = writer_new(io, &w, err);
	if (rc < 0)
		return rc;
	w->head = (struct kx_device_head){
		.state = KX_DEVICE_WRITING,
		.sequence = 1,
		.size = io->size,
		.first = KX_DEVICE_CHUNK,
		.id = id,
		.time = time,
	};
	w->at = KX_DEVICE_CHUNK;
	w->end = KX_DEVICE_CHUNK + room;
	w->last = LAST + room / LAST_SHARE;
	rc = write_margins(w);
	if (rc < 0) {
		kx_device_free(w);
		return kx_fail(err, rc, "%s", strerror(-rc));
	}
	*ret = w;
	return 0;
}

static int read_back(struct kx_device_writer *w, uint8_t *to, size_t len, uint64_t off,
		     struct kx_err *err)
{
	int rc = (w->io->reread ? w->io->reread : w->io->read)(w->io, to, len, off);

	return rc < 0 ? kx_fail(err, rc, "what was written at byte %" PRIu64 " cannot be read again: %s",
				off, strerror(-rc)) : 0;
}

static int check_head(struct kx_device_writer *w, struct kx_err *err)
{
	/* The chunk is empty, and has room for two. */
	uint8_t *found = w->chunk, *written = w->chunk + KX_DEVICE_BLOCK;
	const uint64_t at = device_head_at(w->io, !w->back);
	int rc = read_back(w, found, KX_DEVICE_BLOCK, at, err);

	device_make_head(&w->head, written);
	return rc < 0 ? rc : kx_file_compare(found, written, KX_DEVICE_BLOCK, at, err);
}

static int check_top(struct kx_device_writer *w, struct kx_err *err)
{
	uint8_t sum[CHUNK_SUM_SIZE];
	int rc;

	if (!w->top_at)
		return 0;
	rc = read_back(w, w->chunk, (size_t)device_round(w->top_size), w->top_at, err);
	if (rc == 0)
		rc = kx_file_compare(w->chunk, w->top, CHUNK_HEADER, w->top_at, err);
	if (rc < 0)
		return rc;
	device_sum(w->chunk + CHUNK_HEADER, w->top_size - CHUNK_HEADER, sum, sizeof(sum));
	if (memcmp(sum, w->top + CHUNK_SUM, sizeof(sum)) != 0)
		return kx_fail(err, -EIO, "what is on the disk is not what was written, in the %zu "
			       "bytes behind byte %" PRIu64, w->top_size, w->top_at);
	return 0;
}

int kx_device_check(struct kx_device_writer *w, struct kx_err *err)
{
	int rc = sync_chunks(w);

	/* Its head, too. */
	if (rc == 0)
		rc = w->io->sync(w->io);
	if (rc < 0)
		return kx_fail(err, rc, "%s", strerror(-rc));
	rc = check_head(w, err);
	return rc < 0 ? rc : check_top(w, err);
}

int kx_device_end(struct kx_device_writer *w, bool whole, struct kx_err *err)
{
	int rc = sync_chunks(w);

	w->head.state = whole ? KX_DEVICE_WHOLE : KX_DEVICE_INCOMPLETE;
	w->head.sequence++;
	if (rc == 0)
		rc = device_write_head(w->io, &w->head, false, w->chunk);
	if (rc == 0)
		rc = device_write_head(w->io, &w->head, true, w->chunk);
	if (rc == 0)
		rc = w->io->sync(w->io);
	return rc < 0 ? kx_fail(err, rc, "%s", strerror(-rc)) : 0;
}

void kx_device_free(struct kx_device_writer *w)
{
	if (w)
		free(w->chunk);
	free(w);
}
