/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the journal on a device, of which nothing is believed that its sums do not say. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "lib/raw/internal.h"

/**
 * struct journal - one that is being read
 * @at: where the next chunk is looked for; @end: of the room for them
 * @known: up to here chunks are known to be
 * @number: of the next one
 * @chunk: the one that was read, @size bytes
 */
struct journal {
	struct kx_device_io *io;
	const struct kx_device_head *head;
	struct kx_device_sink *sink;
	struct kx_device_report *report;
	uint64_t at, end, known, number;
	uint8_t *chunk;
	uint64_t size;
};

static bool sum_fits(const uint8_t *sum, const uint8_t *from, size_t len)
{
	uint8_t right[CHUNK_SUM_SIZE];

	device_sum(from, len, right, sizeof(right));
	return memcmp(sum, right, sizeof(right)) == 0;
}

/* Is a chunk's header at @at, as it should be there? */
static bool read_header(struct journal *j, uint64_t *ret_number)
{
	struct kx_span header = { j->chunk, CHUNK_HEADER };
	uint64_t id, number, size;

	if (j->io->read(j->io, j->chunk, KX_DEVICE_BLOCK, j->at) < 0)
		return false;
	if (!kx_span_starts(header, CHUNK_MAGIC) ||
	    !sum_fits(j->chunk + CHUNK_HEADER_SUM, j->chunk, CHUNK_HEADER_SUM) ||
	    !kx_span_le(header, CHUNK_ID, 8, &id) || id != j->head->id ||
	    !kx_span_le(header, CHUNK_NUMBER, 8, &number) || number < j->number ||
	    !kx_span_le(header, CHUNK_SIZE, 4, &size) || size < CHUNK_HEADER ||
	    size > KX_DEVICE_CHUNK || device_round(size) > j->end - j->at)
		return false;
	j->size = size;
	*ret_number = number;
	return true;
}

static bool read_rest(struct journal *j)
{
	uint64_t len = device_round(j->size);

	if (len > KX_DEVICE_BLOCK &&
	    j->io->read(j->io, j->chunk + KX_DEVICE_BLOCK, (size_t)len - KX_DEVICE_BLOCK,
			j->at + KX_DEVICE_BLOCK) < 0)
		return false;
	return sum_fits(j->chunk + CHUNK_SUM, j->chunk + CHUNK_HEADER,
			(size_t)j->size - CHUNK_HEADER);
}

/* A record of what nobody has written is passed over: its sums were right, so there is no harm. */
static int do_record(struct journal *j, struct kx_span record, struct kx_span data)
{
	uint64_t part, op, off;

	if (!kx_span_le(record, 0, 1, &part) || !kx_span_le(record, RECORD_OP, 1, &op) ||
	    !kx_span_le(record, RECORD_OFF, 8, &off) || part >= KX_DEVICE_PARTS ||
	    off > INT64_MAX || data.len > INT64_MAX - off)
		return 0;
	if (op == KX_DEVICE_RESIZE)
		return j->sink->resize(j->sink, (enum kx_device_part)part, off);
	if (op != KX_DEVICE_WRITE || data.len == 0)
		return 0;
	return j->sink->write(j->sink, (enum kx_device_part)part, data.base, data.len, off);
}

static int do_records(struct journal *j)
{
	struct kx_span chunk = { j->chunk, (size_t)j->size }, record, data;
	uint64_t at = CHUNK_HEADER, len;
	int rc = 0;

	while (rc == 0 && kx_span_slice(chunk, at, RECORD, &record) &&
	       kx_span_le(record, RECORD_LEN, 4, &len) &&
	       kx_span_slice(chunk, at + RECORD, len, &data)) {
		rc = do_record(j, record, data);
		at += RECORD + len;
	}
	return rc;
}

static void damaged(struct journal *j, uint64_t len)
{
	if (!j->report->damaged)
		j->report->damaged_at = j->at;
	j->report->damaged += len;
	j->at += len;
}

/* 1 one was read, or found to be damaged; 0 they end here; negative errno of the sink. */
static int next_chunk(struct journal *j)
{
	uint64_t number;
	int rc;

	if (j->end - j->at < KX_DEVICE_BLOCK)
		return 0;
	/* What was written last before the power was cut may be there only in part. */
	if (!read_header(j, &number)) {
		if (j->at >= j->known)
			return 0;
		damaged(j, KX_DEVICE_BLOCK);
		return 1;
	}
	j->report->missing += number - j->number;
	j->number = number + 1;
	if (!read_rest(j)) {
		if (j->at >= j->known)
			return 0;
		damaged(j, device_round(j->size));
		return 1;
	}
	rc = do_records(j);
	j->report->chunks++;
	j->at += device_round(j->size);
	j->report->bytes = j->at - j->head->first;
	return rc < 0 ? rc : 1;
}

int kx_device_recover(struct kx_device_io *io, const struct kx_device_head *head,
		      struct kx_device_sink *sink, struct kx_device_report *ret,
		      struct kx_err *err)
{
	_cleanup_free_ uint8_t *chunk = malloc(KX_DEVICE_CHUNK);
	uint64_t end = device_floor(head->size) - KX_DEVICE_CHUNK, there = device_floor(io->size);
	struct journal j = {
		.io = io, .head = head, .sink = sink, .report = ret, .at = head->first,
		.known = head->first + head->chunks, .chunk = chunk,
	};
	int rc;

	if (!chunk)
		return kx_fail(err, -ENOMEM, "no memory to read a device");
	*ret = (struct kx_device_report){ .chunks = 0 };
	j.end = end < there ? end : there;
	while ((rc = next_chunk(&j)) > 0)
		;
	/* Of a copy that was cut the rest is missing. */
	if (rc == 0 && j.known > there)
		damaged(&j, j.known - there);
	return rc < 0 ? kx_fail(err, rc, "%s", strerror(-rc)) : 0;
}
