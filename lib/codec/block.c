/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decoders that unpack blocks where they will stay: zstd, lz4, lzop. */
#include <errno.h>
#include <string.h>

#include "lib/codec/internal.h"
#include "lib/codec/libraries.h"

static inline struct kx_span rest_of(const struct kx_unpack *u)
{
	return (struct kx_span){ u->in.base + u->at, u->in.len - u->at };
}

#ifdef HAVE_ZSTD
/*
 * A frame in one call: what was unpacked serves as the window, which would else be memory of up to
 * 128 MiB and a copy of everything. The price is that a damaged frame has no position but its own.
 */
int kx_expand_zstd(struct kx_unpack *u)
{
	struct kx_span rest = rest_of(u);
	size_t room = u->to->room - u->to->len, size, got;
	unsigned long long content = kx_zstd.ZSTD_getFrameContentSize(rest.base, rest.len);

	if (content != ZSTD_CONTENTSIZE_UNKNOWN && content != ZSTD_CONTENTSIZE_ERROR &&
	    content > room)
		return kx_memfile_full(u->to, u->err);
	size = kx_zstd.ZSTD_findFrameCompressedSize(rest.base, rest.len);
	if (kx_zstd.ZSTD_isError(size))
		return kx_zstd.ZSTD_getErrorCode(size) == ZSTD_error_srcSize_wrong ?
			       kx_unpack_truncated(u) :
			       kx_unpack_damaged(u, kx_zstd.ZSTD_getErrorName(size));
	got = kx_zstd.ZSTD_decompress(u->to->base + u->to->len, room, rest.base, size);
	if (kx_zstd.ZSTD_isError(got)) {
		switch ((int)kx_zstd.ZSTD_getErrorCode(got)) {
		case ZSTD_error_dstSize_tooSmall: return kx_memfile_full(u->to, u->err);
		case ZSTD_error_memory_allocation:
			return kx_fail(u->err, -ENOMEM, "no memory for libzstd");
		default: u->at += size; return kx_unpack_damaged(u, kx_zstd.ZSTD_getErrorName(got));
		}
	}
	u->at += size;
	u->to->len += got;
	return 0;
}
#endif

#ifdef HAVE_LZ4
static int run_lz4(struct kx_unpack *u, LZ4F_dctx *context)
{
	/* What is unpacked stays where it is: no second copy of it for later blocks. */
	const LZ4F_decompressOptions_t options = { .stableDst = 1 };
	size_t in, out, hint;

	do {
		in = u->in.len - u->at;
		out = u->to->room - u->to->len;
		hint = kx_lz4.LZ4F_decompress(context, u->to->base + u->to->len, &out,
					      u->in.base + u->at, &in, &options);
		if (kx_lz4.LZ4F_isError(hint))
			return kx_unpack_damaged(u, kx_lz4.LZ4F_getErrorName(hint));
		u->at += in;
		u->to->len += out;
	} while (hint > 0 && (in > 0 || out > 0));
	if (hint == 0)
		return 0;
	return u->to->len == u->to->room ? kx_memfile_full(u->to, u->err) : kx_unpack_truncated(u);
}

int kx_expand_lz4(struct kx_unpack *u)
{
	LZ4F_dctx *context;
	int rc;

	if (kx_lz4.LZ4F_isError(kx_lz4.LZ4F_createDecompressionContext(&context, LZ4F_VERSION)))
		return kx_fail(u->err, -ENOMEM, "no memory for liblz4");
	rc = run_lz4(u, context);
	kx_lz4.LZ4F_freeDecompressionContext(context);
	return rc;
}

/* A magic number, then blocks of 8 MiB, each behind its compressed size. There is no end mark. */
enum { LEGACY_BLOCK = 8 << 20 };

static int legacy_block(struct kx_unpack *u, struct kx_span block)
{
	size_t room = u->to->room - u->to->len;
	int got;

	got = kx_lz4.LZ4_decompress_safe((const char *)block.base, (char *)u->to->base + u->to->len,
					 (int)block.len,
					 room < LEGACY_BLOCK ? (int)room : LEGACY_BLOCK);
	/* Too little room and damage look alike. */
	if (got < 0)
		return room < LEGACY_BLOCK ? kx_memfile_full(u->to, u->err) :
					     kx_unpack_damaged(u, "liblz4 refuses the block");
	u->to->len += (size_t)got;
	return 0;
}

int kx_expand_lz4_legacy(struct kx_unpack *u)
{
	struct kx_span block;
	uint64_t size;
	int rc = 0;

	u->at += 4;
	/* Four bytes at the end cannot be a block: the caller looks whether they are the size. */
	while (rc == 0 && u->in.len - u->at > 4 && kx_span_le(u->in, u->at, 4, &size)) {
		/* The magic number of another file, or zeros. */
		if (size == 0 || size > LZ4_COMPRESSBOUND(LEGACY_BLOCK))
			return 0;
		/* What looks like a block too large may be the size of all, and zeros behind it. */
		if (!kx_span_slice(u->in, u->at + 4, size, &block))
			return size == (uint32_t)u->to->len ? 0 : kx_unpack_truncated(u);
		rc = legacy_block(u, block);
		u->at += rc == 0 ? 4 + (size_t)size : 0;
	}
	return rc;
}
#endif

#ifdef HAVE_LZO
/* lzop's file format, as "lzop -h" and Linux, lib/decompress_unlzo.c, have it. Big-endian. */
enum {
	LZOP_ADLER32_D = 0x1,
	LZOP_ADLER32_C = 0x2,
	LZOP_EXTRA_FIELD = 0x40,
	LZOP_CRC32_D = 0x100,
	LZOP_CRC32_C = 0x200,
	LZOP_MULTIPART = 0x400,
	LZOP_FILTER = 0x800,
	LZOP_CRC32_H = 0x1000,
	LZOP_BLOCK_MAX = 64 << 20,
};

static bool take(struct kx_unpack *u, unsigned int width, uint64_t *ret)
{
	if (!kx_span_be(u->in, u->at, width, ret))
		return false;
	u->at += width;
	return true;
}

static uint32_t lzop_sum(bool crc, const uint8_t *bytes, size_t len)
{
	return crc ? kx_lzo.lzo_crc32(0, bytes, len) : kx_lzo.lzo_adler32(1, bytes, len);
}

/* From the version to the header's checksum, which covers all of it. */
static int lzop_header(struct kx_unpack *u, uint64_t *ret_flags)
{
	uint64_t version, method, flags, name, sum, skip;
	size_t start = u->at;

	if (!take(u, 2, &version) || !take(u, 2, &skip))
		return kx_unpack_truncated(u);
	if (version < 0x0940)
		return kx_fail(u->err, -ENOTSUP, "made by an lzop before 1.0 (version 0x%x)",
			       (unsigned int)version);
	if (!take(u, 2, &skip) || !take(u, 1, &method) || !take(u, 1, &skip) || !take(u, 4, &flags))
		return kx_unpack_truncated(u);
	/* Nothing but LZO1X has been written since; filters and parts never were. */
	if (method < 1 || method > 3 || flags & (LZOP_FILTER | LZOP_MULTIPART | LZOP_EXTRA_FIELD))
		return kx_fail(u->err, -ENOTSUP, "lzop method %u with flags 0x%x",
			       (unsigned int)method, (unsigned int)flags);
	if (!take(u, 4, &skip) || !take(u, 8, &skip) || !take(u, 1, &name) ||
	    name > u->in.len - u->at)
		return kx_unpack_truncated(u);
	u->at += name;
	*ret_flags = flags;
	skip = lzop_sum(flags & LZOP_CRC32_H, u->in.base + start, u->at - start);
	if (!take(u, 4, &sum))
		return kx_unpack_truncated(u);
	return sum == skip ? 0 : kx_unpack_damaged(u, "wrong checksum of the header");
}

/* The checksums that flags announce, in this order; -1 for one that is not there. */
static bool lzop_sums(struct kx_unpack *u, uint64_t flags, bool packed, int64_t sum[4])
{
	static const uint16_t flag[4] = { LZOP_ADLER32_D, LZOP_CRC32_D, LZOP_ADLER32_C,
					  LZOP_CRC32_C };

	for (int i = 0; i < 4; i++) {
		uint64_t value;

		sum[i] = -1;
		/* A block that did not shrink has no sums of its packed form. */
		if (!(flags & flag[i]) || (i >= 2 && !packed))
			continue;
		if (!take(u, 4, &value))
			return false;
		sum[i] = (int64_t)value;
	}
	return true;
}

static bool sums_fit(const int64_t sum[2], const uint8_t *bytes, size_t len)
{
	return (sum[0] < 0 || sum[0] == lzop_sum(false, bytes, len)) &&
	       (sum[1] < 0 || sum[1] == lzop_sum(true, bytes, len));
}

static int lzop_block(struct kx_unpack *u, uint64_t flags, uint64_t size)
{
	uint8_t *to = u->to->base + u->to->len;
	struct kx_span block;
	uint64_t packed;
	lzo_uint got = size;
	int64_t sum[4];

	if (!take(u, 4, &packed) || !lzop_sums(u, flags, packed < size, sum))
		return kx_unpack_truncated(u);
	if (size > LZOP_BLOCK_MAX || packed > size || packed == 0)
		return kx_unpack_damaged(u, "sizes of a block that cannot be");
	if (!kx_span_slice(u->in, u->at, packed, &block))
		return kx_unpack_truncated(u);
	if (size > u->to->room - u->to->len)
		return kx_memfile_full(u->to, u->err);
	if (!sums_fit(sum + 2, block.base, block.len))
		return kx_unpack_damaged(u, "wrong checksum of a packed block");
	if (packed == size)
		memcpy(to, block.base, block.len);
	else if (kx_lzo.lzo1x_decompress_safe(block.base, block.len, to, &got, NULL) != LZO_E_OK ||
		 got != size)
		return kx_unpack_damaged(u, "liblzo2 refuses the block");
	if (!sums_fit(sum, to, size))
		return kx_unpack_damaged(u, "wrong checksum of a block");
	u->at += block.len;
	u->to->len += size;
	return 0;
}

int kx_expand_lzo(struct kx_unpack *u)
{
	uint64_t flags = 0, size;
	int rc;

	/* Checks only that library and header agree; it keeps no state. */
	if (kx_lzo_init() != LZO_E_OK)
		return kx_fail(u->err, -ENOTSUP, "this liblzo2 does not fit the build");
	u->at += 9;
	rc = lzop_header(u, &flags);
	while (rc == 0) {
		if (!take(u, 4, &size))
			return kx_unpack_truncated(u);
		if (size == 0)
			return 0;
		rc = lzop_block(u, flags, size);
	}
	return rc;
}
#endif
