/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compresses with the libraries that the codecs come from, and in lzop's and the kernel's forms. */
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_ZLIB
#include <zlib.h>
#endif
#ifdef HAVE_BZIP2
#include <bzlib.h>
#endif
#ifdef HAVE_LZMA
#include <lzma.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif
#ifdef HAVE_LZ4
#include <lz4.h>
#include <lz4frame.h>
#endif
#ifdef HAVE_LZO
#include <lzo/lzo1x.h>
#endif

#include "tests/tools/mkwrap.h"

#define MUST(condition) ((condition) ? (void)0 : abort())

/* Room behind the end for @len more bytes. */
static inline uint8_t *more(struct mkelf_buffer *to, size_t len)
{
	mkelf_bytes(to, NULL, len);
	to->len -= len;
	return to->base + to->len;
}

#ifdef HAVE_ZLIB
static void gzip(const struct mkelf_buffer *from, struct mkelf_buffer *to)
{
	size_t room = compressBound(from->len) + 64;
	z_stream s = { .next_in = from->base, .avail_in = (unsigned int)from->len };

	MUST(deflateInit2(&s, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	s.next_out = more(to, room);
	s.avail_out = (unsigned int)room;
	MUST(deflate(&s, Z_FINISH) == Z_STREAM_END);
	to->len += s.total_out;
	deflateEnd(&s);
}
#endif

#ifdef HAVE_BZIP2
static void bzip2(const struct mkelf_buffer *from, struct mkelf_buffer *to)
{
	unsigned int len = (unsigned int)(from->len + from->len / 100 + 700);
	char *out = (char *)more(to, len);

	MUST(BZ2_bzBuffToBuffCompress(out, &len, (char *)from->base, (unsigned int)from->len, 1, 0,
				      0) == BZ_OK);
	to->len += len;
}
#endif

#ifdef HAVE_LZMA
static void run_lzma(lzma_stream *s, const struct mkelf_buffer *from, struct mkelf_buffer *to)
{
	size_t room = from->len + from->len / 2 + 4096;

	s->next_in = from->base;
	s->avail_in = from->len;
	s->next_out = more(to, room);
	s->avail_out = room;
	MUST(lzma_code(s, LZMA_FINISH) == LZMA_STREAM_END);
	to->len += s->total_out;
	lzma_end(s);
}

static void xz(const struct mkelf_buffer *from, struct mkelf_buffer *to)
{
	lzma_stream s = LZMA_STREAM_INIT;

	MUST(lzma_easy_encoder(&s, 1, LZMA_CHECK_CRC32) == LZMA_OK);
	run_lzma(&s, from, to);
}

static void lzma(const struct mkelf_buffer *from, struct mkelf_buffer *to)
{
	lzma_stream s = LZMA_STREAM_INIT;
	lzma_options_lzma options;

	MUST(!lzma_lzma_preset(&options, 1));
	MUST(lzma_alone_encoder(&s, &options) == LZMA_OK);
	run_lzma(&s, from, to);
}
#endif

#ifdef HAVE_ZSTD
/* Without the content's size, as zstd writes what comes through a pipe. */
static void zstd(const struct mkelf_buffer *from, struct mkelf_buffer *to)
{
	size_t room = ZSTD_compressBound(from->len);
	ZSTD_CCtx *context = ZSTD_createCCtx();
	ZSTD_outBuffer out = { more(to, room), room, 0 };
	ZSTD_inBuffer in = { from->base, from->len, 0 }, end = { NULL, 0, 0 };

	MUST(context);
	MUST(!ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)));
	MUST(!ZSTD_isError(ZSTD_compressStream2(context, &out, &in, ZSTD_e_continue)));
	MUST(in.pos == in.size);
	MUST(ZSTD_compressStream2(context, &out, &end, ZSTD_e_end) == 0);
	ZSTD_freeCCtx(context);
	to->len += out.pos;
}
#endif

#ifdef HAVE_LZ4
static void lz4_frame(const struct mkelf_buffer *from, struct mkelf_buffer *to, bool linked)
{
	LZ4F_preferences_t how = {
		.frameInfo = {
			.blockSizeID = LZ4F_max64KB,
			.blockMode = linked ? LZ4F_blockLinked : LZ4F_blockIndependent,
			.contentChecksumFlag = LZ4F_contentChecksumEnabled,
		},
	};
	size_t room = LZ4F_compressFrameBound(from->len, &how), got;

	got = LZ4F_compressFrame(more(to, room), room, from->base, from->len, &how);
	MUST(!LZ4F_isError(got));
	to->len += got;
}

static void lz4(const struct mkelf_buffer *from, struct mkelf_buffer *to)
{
	lz4_frame(from, to, false);
}

static void lz4_linked(const struct mkelf_buffer *from, struct mkelf_buffer *to)
{
	lz4_frame(from, to, true);
}

static void lz4_legacy(const struct mkelf_buffer *from, struct mkelf_buffer *to)
{
	enum { BLOCK = 8 << 20 };

	mkelf_number(to, false, 4, 0x184c2102);
	for (size_t at = 0; at < from->len; at += BLOCK) {
		int len = from->len - at < BLOCK ? (int)(from->len - at) : BLOCK;
		int room = LZ4_compressBound(len), got;

		mkelf_number(to, false, 4, 0);
		got = LZ4_compress_default((char *)from->base + at, (char *)more(to, (size_t)room),
					   len, room);
		MUST(got > 0);
		mkelf_set(to, to->len - 4, false, 4, (uint64_t)got);
		to->len += (size_t)got;
	}
}
#endif

#ifdef HAVE_LZO
static uint32_t lzop_sum(bool crc, const uint8_t *bytes, size_t len)
{
	return crc ? lzo_crc32(0, bytes, len) : lzo_adler32(1, bytes, len);
}

static void lzop_block(const uint8_t *from, size_t len, struct mkelf_buffer *to, bool crc)
{
	static _Alignas(16) uint8_t work[LZO1X_1_MEM_COMPRESS];
	size_t head = to->len;
	lzo_uint got = 0;
	uint8_t *packed;

	mkelf_number(to, true, 4, len);
	mkelf_number(to, true, 4, 0);
	mkelf_number(to, true, 4, lzop_sum(crc, from, len));
	mkelf_number(to, true, 4, 0);
	packed = more(to, len + len / 16 + 67);
	MUST(lzo1x_1_compress(from, len, packed, &got, work) == LZO_E_OK);
	if (got >= len) {
		/* Stored: no sum of the packed form. */
		to->len -= 4;
		mkelf_set(to, head + 4, true, 4, len);
		mkelf_bytes(to, from, len);
		return;
	}
	mkelf_set(to, head + 4, true, 4, got);
	mkelf_set(to, head + 12, true, 4, lzop_sum(crc, packed, got));
	to->len += got;
}

static void lzop_file(const struct mkelf_buffer *from, struct mkelf_buffer *to, bool crc)
{
	enum { BLOCK = 256 << 10 };
	size_t header;

	MUST(lzo_init() == LZO_E_OK);
	mkelf_bytes(to, "\x89LZO\0\r\n\x1a\n", 9);
	header = to->len;
	/* Versions of format and library, the version that can unpack it, method, level. */
	mkelf_number(to, true, 2, 0x1040);
	mkelf_number(to, true, 2, 0x20a0);
	mkelf_number(to, true, 2, 0x0940);
	mkelf_number(to, true, 1, 1);
	mkelf_number(to, true, 1, 5);
	/* Adler-32 or CRC-32 of both forms of each block, and of the header. */
	mkelf_number(to, true, 4, crc ? 0x1300 : 0x3);
	mkelf_number(to, true, 4, 0100644);
	mkelf_number(to, true, 8, 0);
	mkelf_number(to, true, 1, 5);
	mkelf_bytes(to, "Image", 5);
	mkelf_number(to, true, 4, lzop_sum(crc, to->base + header, to->len - header));
	for (size_t at = 0; at < from->len; at += BLOCK)
		lzop_block(from->base + at, from->len - at < BLOCK ? from->len - at : BLOCK, to,
			   crc);
	mkelf_number(to, true, 4, 0);
}

static void lzop(const struct mkelf_buffer *from, struct mkelf_buffer *to)
{
	lzop_file(from, to, false);
}

static void lzop_crc(const struct mkelf_buffer *from, struct mkelf_buffer *to)
{
	lzop_file(from, to, true);
}
#endif

static const struct {
	const char *name;
	void (*run)(const struct mkelf_buffer *from, struct mkelf_buffer *to);
} codecs[] = {
#ifdef HAVE_ZLIB
	{ "gzip", gzip },
#endif
#ifdef HAVE_BZIP2
	{ "bzip2", bzip2 },
#endif
#ifdef HAVE_LZMA
	{ "xz", xz },
	{ "lzma", lzma },
#endif
#ifdef HAVE_ZSTD
	{ "zstd", zstd },
#endif
#ifdef HAVE_LZ4
	{ "lz4", lz4 },
	{ "lz4-linked", lz4_linked },
	{ "lz4-legacy", lz4_legacy },
#endif
#ifdef HAVE_LZO
	{ "lzop", lzop },
	{ "lzop-crc", lzop_crc },
#endif
	{ NULL, NULL },
};

int mkwrap_compress(struct mkelf_buffer *content, const char *name)
{
	struct mkelf_buffer packed = { 0 };

	for (size_t i = 0; codecs[i].name; i++) {
		if (strcmp(codecs[i].name, name) != 0)
			continue;
		codecs[i].run(content, &packed);
		free(content->base);
		*content = packed;
		return 0;
	}
	return -1;
}
