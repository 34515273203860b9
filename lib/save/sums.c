/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A CRC is a remainder of polynomials over GF(2): that of a sum is the sum of those of its parts,
 * each multiplied by the power of x for the bytes behind it. So parts may come in any order, and
 * zeros need not come at all. See RFC 1952, section 8, and zlib's crc32_combine().
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kx/codec.h"
#include "kx/sums.h"

/* The polynomial; its bits are reversed: the highest stands for 1, the lowest for x^31. */
enum { BITS = 64 };
static const uint32_t POLYNOMIAL = 0xedb88320, ONE = 0x80000000;

/**
 * struct kx_sums - a file's
 * @chunk: bytes of each; @size: of the file
 * @sum: remainders of chunks in which all was zeros before, without CRC-32's first and last step
 * @unknown: what was written into the chunk failed
 * @lost, @lost_end: what failed behind the end of the file; it matters when the file grows over it
 * @up, @down: x^8 to the power of 2^i, and 1 / x^8
 * @head: what is in the first bytes, which may be written again
 */
struct kx_sums {
	uint64_t chunk, size;
	uint32_t sum[KX_SUMS_MAX];
	bool unknown[KX_SUMS_MAX];
	uint64_t lost, lost_end;
	uint32_t up[BITS], down[BITS];
	uint8_t head[KX_SUMS_HEAD];
};

/* ---- polynomials ---------------------------------------------------------------------------- */

static uint32_t times_x(uint32_t a)
{
	return a & 1 ? a >> 1 ^ POLYNOMIAL : a >> 1;
}

static uint32_t by_x(uint32_t a)
{
	return a & ONE ? (a ^ POLYNOMIAL) << 1 | 1 : a << 1;
}

static uint32_t multiply(uint32_t a, uint32_t b)
{
	uint32_t product = 0;

	for (uint32_t bit = ONE; bit; bit >>= 1) {
		if (a & bit)
			product ^= b;
		b = times_x(b);
	}
	return product;
}

/* @sum times @power, which is @up or @down, to the @count */
static uint32_t shift(const uint32_t power[BITS], uint32_t sum, uint64_t count)
{
	for (size_t i = 0; count; i++, count >>= 1) {
		if (count & 1)
			sum = multiply(power[i], sum);
	}
	return sum;
}

static void find_powers(struct kx_sums *sums)
{
	sums->up[0] = sums->down[0] = ONE;
	for (size_t i = 0; i < 8; i++) {
		sums->up[0] = times_x(sums->up[0]);
		sums->down[0] = by_x(sums->down[0]);
	}
	for (size_t i = 1; i < BITS; i++) {
		sums->up[i] = multiply(sums->up[i - 1], sums->up[i - 1]);
		sums->down[i] = multiply(sums->down[i - 1], sums->down[i - 1]);
	}
}

/* Of bytes alone: zlib's begins and ends with all bits turned around. */
static uint32_t remainder_of(const uint8_t *from, size_t len)
{
	uint32_t crc = UINT32_MAX;
	struct kx_err ignored;

	/* It worked when the sums were made. */
	kx_crc32(&crc, (struct kx_span){ from, len }, &ignored);
	return ~crc;
}

/* ---- chunks --------------------------------------------------------------------------------- */

uint64_t kx_sums_chunk_for(uint64_t size)
{
	uint64_t chunk = KX_SUMS_CHUNK;

	while ((size ? size - 1 : 0) / chunk >= KX_SUMS_MAX)
		chunk *= 2;
	return chunk;
}

int kx_sums_new(struct kx_sums **ret, struct kx_err *err)
{
	uint32_t crc = 0;
	int rc = kx_crc32(&crc, (struct kx_span){ (const uint8_t *)"", 1 }, err);
	struct kx_sums *sums;

	if (rc < 0)
		return rc;
	sums = calloc(1, sizeof(*sums));
	if (!sums)
		return kx_fail(err, -ENOMEM, "no memory for checksums");
	sums->chunk = KX_SUMS_CHUNK;
	sums->lost = UINT64_MAX;
	find_powers(sums);
	*ret = sums;
	return 0;
}

void kx_sums_free(struct kx_sums *sums)
{
	free(sums);
}

/* Two chunks become one until there are no more of them than there may be. */
static void make_room(struct kx_sums *sums, uint64_t size)
{
	uint64_t chunk = kx_sums_chunk_for(size);

	for (; sums->chunk < chunk; sums->chunk *= 2) {
		for (size_t i = 0; i < KX_SUMS_MAX / 2; i++) {
			sums->sum[i] = shift(sums->up, sums->sum[2 * i], sums->chunk) ^
				       sums->sum[2 * i + 1];
			sums->unknown[i] = sums->unknown[2 * i] || sums->unknown[2 * i + 1];
		}
		memset(sums->sum + KX_SUMS_MAX / 2, 0, sizeof(sums->sum) / 2);
		memset(sums->unknown + KX_SUMS_MAX / 2, 0, sizeof(sums->unknown) / 2);
	}
}

static void mark(struct kx_sums *sums, uint64_t off, uint64_t end)
{
	for (uint64_t i = off / sums->chunk; off < end && i <= (end - 1) / sums->chunk; i++)
		sums->unknown[i] = true;
}

void kx_sums_extend(struct kx_sums *sums, uint64_t size)
{
	if (size <= sums->size)
		return;
	make_room(sums, size);
	sums->size = size;
	if (sums->lost < size)
		mark(sums, sums->lost, sums->lost_end < size ? sums->lost_end : size);
}

void kx_sums_lose(struct kx_sums *sums, uint64_t len, uint64_t off)
{
	uint64_t end = len < UINT64_MAX - off ? off + len : UINT64_MAX;

	mark(sums, off, end < sums->size ? end : sums->size);
	if (end <= sums->size)
		return;
	if (off < sums->lost)
		sums->lost = off;
	if (end > sums->lost_end)
		sums->lost_end = end;
}

/* ---- bytes ---------------------------------------------------------------------------------- */

/* @len bytes that are in one chunk, where there were zeros. */
static void add(struct kx_sums *sums, const uint8_t *from, size_t len, uint64_t off)
{
	uint64_t behind = sums->chunk - off % sums->chunk - len;

	sums->sum[off / sums->chunk] ^= shift(sums->up, remainder_of(from, len), behind);
}

/* What is written over goes out of the sums as it came in: of two equal parts nothing is left. */
static void add_head(struct kx_sums *sums, const uint8_t *from, size_t len, size_t off)
{
	while (len > 0) {
		size_t room = (size_t)(sums->chunk - off % sums->chunk);
		size_t part = len < room ? len : room;

		add(sums, sums->head + off, part, off);
		memcpy(sums->head + off, from, part);
		add(sums, from, part, off);
		from += part;
		off += part;
		len -= part;
	}
}

void kx_sums_add(struct kx_sums *sums, const void *from, size_t len, uint64_t off)
{
	const uint8_t *bytes = from;
	uint64_t end = off + len;

	if (len == 0)
		return;
	/* It went well the second time. */
	if (off <= sums->lost && end >= sums->lost_end) {
		sums->lost = UINT64_MAX;
		sums->lost_end = 0;
	}
	kx_sums_extend(sums, end);
	if (off < KX_SUMS_HEAD) {
		size_t part = end < KX_SUMS_HEAD ? len : (size_t)(KX_SUMS_HEAD - off);

		add_head(sums, bytes, part, (size_t)off);
		off += part;
		bytes += part;
	}
	while (off < end) {
		uint64_t room = sums->chunk - off % sums->chunk;
		size_t part = end - off < room ? (size_t)(end - off) : (size_t)room;

		add(sums, bytes, part, off);
		off += part;
		bytes += part;
	}
}

/* ---- what came of it ------------------------------------------------------------------------ */

uint64_t kx_sums_size(const struct kx_sums *sums)
{
	return sums->size;
}

uint64_t kx_sums_chunk(const struct kx_sums *sums)
{
	return sums->chunk;
}

size_t kx_sums_count(const struct kx_sums *sums)
{
	return (size_t)((sums->size + sums->chunk - 1) / sums->chunk);
}

bool kx_sums_get(const struct kx_sums *sums, size_t i, uint32_t *ret)
{
	uint64_t left = sums->size - i * sums->chunk, missing;
	uint32_t sum = sums->sum[i];

	if (sums->unknown[i])
		return false;
	missing = left < sums->chunk ? sums->chunk - left : 0;
	sum = shift(sums->down, sum, missing);
	*ret = ~(sum ^ shift(sums->up, UINT32_MAX, sums->chunk - missing));
	return true;
}

/* ---- a target ------------------------------------------------------------------------------- */

static int summed_write(struct kx_save_target *target, const void *from, size_t len, uint64_t off)
{
	struct kx_save_summed *s = (struct kx_save_summed *)target;
	int rc = s->to->write(s->to, from, len, off);

	if (rc < 0)
		kx_sums_lose(s->sums, len, off);
	else
		kx_sums_add(s->sums, from, len, off);
	return rc;
}

static int summed_sync(struct kx_save_target *target)
{
	struct kx_save_summed *s = (struct kx_save_summed *)target;

	return s->to->sync(s->to);
}

static int summed_reserve(struct kx_save_target *target, uint64_t len)
{
	struct kx_save_summed *s = (struct kx_save_summed *)target;
	int rc = s->to->reserve(s->to, len);

	if (rc == 0)
		kx_sums_extend(s->sums, len);
	return rc;
}

static int summed_room(struct kx_save_target *target, uint64_t *ret)
{
	struct kx_save_summed *s = (struct kx_save_summed *)target;

	return s->to->room(s->to, ret);
}

static uint64_t summed_extra(const struct kx_save_target *target)
{
	const struct kx_save_summed *s = (const struct kx_save_summed *)target;

	return s->to->extra(s->to);
}

void kx_save_summed_init(struct kx_save_summed *summed, struct kx_save_target *to,
			 struct kx_sums *sums)
{
	*summed = (struct kx_save_summed){
		.target = { .write = summed_write, .sync = summed_sync,
			    .reserve = to->reserve ? summed_reserve : NULL,
			    .room = to->room ? summed_room : NULL,
			    .extra = to->extra ? summed_extra : NULL, .costly = to->costly },
		.to = to,
		.sums = sums,
	};
}
