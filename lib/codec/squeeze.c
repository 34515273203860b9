/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compresses single pages with whatever this build has; knows nothing of dumps. */
#include <errno.h>
#include <stdlib.h>

#include "kx/page_codec.h"
#include "lib/codec/libraries.h"
#include "lib/codec/squeeze.h"

#ifdef HAVE_ZLIB
/* zlib counts in unsigned int and unsigned long; a page is small. */
static size_t zlib_bound(size_t len)
{
	return kx_zlib.compressBound(len);
}

/* A window of twice the page is as good as the largest, and costs less memory and less to clear. */
static int window_bits(size_t len)
{
	int bits = 9;

	while (bits < MAX_WBITS && (size_t)1 << (bits - 1) < len)
		bits++;
	return bits;
}

static int zlib_open(void **ret_work, int level, size_t len)
{
	enum { MEM_LEVEL = 8 }; /* zlib's own default */
	z_stream *z = calloc(1, sizeof(*z));

	if (!z)
		return -ENOMEM;
	if (kx_zlib.deflateInit2_(z, level ? level : 1, Z_DEFLATED, window_bits(len), MEM_LEVEL,
				  Z_DEFAULT_STRATEGY, ZLIB_VERSION, sizeof(*z)) != Z_OK) {
		free(z);
		return -ENOMEM;
	}
	*ret_work = z;
	return 0;
}

static int zlib_run(void *work, const uint8_t *page, size_t len, uint8_t *to, size_t *ret_len)
{
	z_stream *z = work;

	if (kx_zlib.deflateReset(z) != Z_OK)
		return -EIO;
	z->next_in = page;
	z->avail_in = (uInt)len;
	z->next_out = to;
	z->avail_out = (uInt)zlib_bound(len);
	if (kx_zlib.deflate(z, Z_FINISH) != Z_STREAM_END)
		return -EIO;
	*ret_len = z->total_out;
	return 0;
}

static void zlib_close(void *work)
{
	if (work)
		kx_zlib.deflateEnd(work);
	free(work);
}

static const struct kx_squeeze zlib_squeeze = {
	.needs = &kx_zlib_library,
	.level_min = 1,
	.level_max = 9,
	.bound = zlib_bound,
	.open = zlib_open,
	.run = zlib_run,
	.close = zlib_close,
};
#endif

#ifdef HAVE_LIBDEFLATE
/* It is never given more: what needs as much has not become smaller. */
static size_t deflate_bound(size_t len)
{
	return len;
}

/*
 * The lowest levels that made pages of memory no larger than zlib does at these, on dumps of 6.1
 * and 6.12; the first makes them larger, by less than equal pages save that are stored once. 10 is
 * where another method begins, of which more is much slower and hardly smaller.
 */
static int deflate_level(int level)
{
	static const int of_zlib[] = { 1, 1, 3, 4, 5, 6, 7, 8, 10, 10 };

	return of_zlib[level];
}

static int deflate_open(void **ret_work, int level, size_t len)
{
	(void)len;
	*ret_work = kx_deflate.libdeflate_alloc_compressor(deflate_level(level));
	return *ret_work ? 0 : -ENOMEM;
}

static int deflate_run(void *work, const uint8_t *page, size_t len, uint8_t *to, size_t *ret_len)
{
	size_t got = kx_deflate.libdeflate_zlib_compress(work, page, len, to, len - 1);

	/* 0: it does not fit, the only error there is. */
	*ret_len = got ? got : len;
	return 0;
}

static void deflate_close(void *work)
{
	if (work)
		kx_deflate.libdeflate_free_compressor(work);
}

/* A zlib stream in a third of the time: a library for pieces that are wholly in memory. */
static const struct kx_squeeze deflate_squeeze = {
	.needs = &kx_deflate_library,
#ifdef HAVE_ZLIB
	.instead = &zlib_squeeze,
#endif
	.level_min = 1,
	.level_max = 9,
	.bound = deflate_bound,
	.open = deflate_open,
	.run = deflate_run,
	.close = deflate_close,
};
#endif

#ifdef HAVE_LIBISAL
/* It fills whole words of its own at the end of what there is room for. */
static size_t isal_bound(size_t len)
{
	return len + 512;
}

/** struct isal - the stream, which is some 80 KiB itself, and the memory of its level */
struct isal {
	struct isal_zstream stream;
	uint8_t level_buf[ISAL_DEF_LVL1_DEFAULT];
};

static int isal_open(void **ret_work, int level, size_t len)
{
	(void)level, (void)len;
	*ret_work = calloc(1, sizeof(struct isal));
	return *ret_work ? 0 : -ENOMEM;
}

static int isal_run(void *work, const uint8_t *page, size_t len, uint8_t *to, size_t *ret_len)
{
	struct isal *isal = work;
	struct isal_zstream *s = &isal->stream;
	int rc;

	kx_isal.isal_deflate_stateless_init(s);
	s->level = 1;
	s->level_buf = isal->level_buf;
	s->level_buf_size = sizeof(isal->level_buf);
	s->gzip_flag = IGZIP_ZLIB;
	s->end_of_stream = 1;
	/* It only reads there. */
	s->next_in = (uint8_t *)(uintptr_t)page;
	s->avail_in = (uint32_t)len;
	s->next_out = to;
	s->avail_out = (uint32_t)isal_bound(len);
	rc = kx_isal.isal_deflate_stateless(s);
	if (rc != COMP_OK && rc != STATELESS_OVERFLOW)
		return -EIO;
	*ret_len = rc == COMP_OK ? s->total_out : len;
	return 0;
}

/* The level that is no more than fast; @instead has all of them. */
static const struct kx_squeeze isal_squeeze = {
	.needs = &kx_isal_library,
#if defined(HAVE_LIBDEFLATE)
	.instead = &deflate_squeeze,
#elif defined(HAVE_ZLIB)
	.instead = &zlib_squeeze,
#endif
	.level_min = 1,
	.level_max = 9,
	.bound = isal_bound,
	.open = isal_open,
	.run = isal_run,
	.close = free,
};
#endif

#ifdef HAVE_LZO
/* LZO, doc/LZO.FAQ: what does not shrink grows by no more than this. */
static size_t lzo_bound(size_t len)
{
	return len + len / 16 + 64 + 3;
}

static int lzo_open(void **ret_work, int level, size_t len)
{
	(void)level, (void)len;
	/* Checks only that library and header agree; it keeps no state. */
	if (kx_lzo_init() != LZO_E_OK)
		return -EIO;
	*ret_work = malloc(LZO1X_1_MEM_COMPRESS);
	return *ret_work ? 0 : -ENOMEM;
}

static int lzo_run(void *work, const uint8_t *page, size_t len, uint8_t *to, size_t *ret_len)
{
	lzo_uint got = 0;

	if (kx_lzo.lzo1x_1_compress(page, len, to, &got, work) != LZO_E_OK)
		return -EIO;
	*ret_len = got;
	return 0;
}

static const struct kx_squeeze lzo_squeeze = {
	.needs = &kx_lzo_library,
	.bound = lzo_bound,
	.open = lzo_open,
	.run = lzo_run,
	.close = free,
};
#endif

#ifdef HAVE_SNAPPY
static size_t snappy_bound(size_t len)
{
	return kx_snappy.snappy_max_compressed_length(len);
}

static int snappy_run(void *work, const uint8_t *page, size_t len, uint8_t *to, size_t *ret_len)
{
	size_t got = kx_snappy.snappy_max_compressed_length(len);

	(void)work;
	if (kx_snappy.snappy_compress((const char *)page, len, (char *)to, &got) != SNAPPY_OK)
		return -EIO;
	*ret_len = got;
	return 0;
}

static const struct kx_squeeze snappy_squeeze = {
	.needs = &kx_snappy_library,
	.bound = snappy_bound,
	.run = snappy_run,
};
#endif

#ifdef HAVE_ZSTD
static size_t zstd_bound(size_t len)
{
	return kx_zstd.ZSTD_compressBound(len);
}

struct zstd {
	ZSTD_CCtx *context;
	int level;
};

static void zstd_close(void *work)
{
	struct zstd *zstd = work;

	if (zstd)
		kx_zstd.ZSTD_freeCCtx(zstd->context);
	free(zstd);
}

static int zstd_open(void **ret_work, int level, size_t len)
{
	struct zstd *zstd = calloc(1, sizeof(*zstd));

	(void)len;
	if (!zstd)
		return -ENOMEM;
	zstd->level = level ? level : 1;
	zstd->context = kx_zstd.ZSTD_createCCtx();
	if (!zstd->context) {
		zstd_close(zstd);
		return -ENOMEM;
	}
	*ret_work = zstd;
	return 0;
}

/* That the size is known makes window and tables no larger than a page needs them. */
static int zstd_run(void *work, const uint8_t *page, size_t len, uint8_t *to, size_t *ret_len)
{
	const struct zstd *zstd = work;
	size_t got = kx_zstd.ZSTD_compressCCtx(zstd->context, to, kx_zstd.ZSTD_compressBound(len),
					       page, len, zstd->level);

	if (kx_zstd.ZSTD_isError(got))
		return kx_zstd.ZSTD_getErrorCode(got) == ZSTD_error_memory_allocation ? -ENOMEM :
											-EIO;
	*ret_len = got;
	return 0;
}

static const struct kx_squeeze zstd_squeeze = {
	.needs = &kx_zstd_library,
	/* ZSTD_minCLevel() and ZSTD_maxCLevel(), which are not constants. */
	.level_min = -(1 << 17),
	.level_max = 22,
	.bound = zstd_bound,
	.open = zstd_open,
	.run = zstd_run,
	.close = zstd_close,
};
#endif

const struct kx_squeeze *kx_squeeze_of(uint32_t codec, int level)
{
#ifdef HAVE_LIBISAL
	if (codec == KX_PAGE_CODEC_ZLIB && (level <= 1 || !isal_squeeze.instead))
		return &isal_squeeze;
#endif
	(void)level;
	switch (codec) {
#if defined(HAVE_LIBDEFLATE)
	case KX_PAGE_CODEC_ZLIB: return &deflate_squeeze;
#elif defined(HAVE_ZLIB)
	case KX_PAGE_CODEC_ZLIB: return &zlib_squeeze;
#endif
#ifdef HAVE_LZO
	case KX_PAGE_CODEC_LZO: return &lzo_squeeze;
#endif
#ifdef HAVE_SNAPPY
	case KX_PAGE_CODEC_SNAPPY: return &snappy_squeeze;
#endif
#ifdef HAVE_ZSTD
	case KX_PAGE_CODEC_ZSTD: return &zstd_squeeze;
#endif
	default: return NULL;
	}
}
