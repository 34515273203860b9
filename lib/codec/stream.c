/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decoders that take and give any number of bytes: gzip, bzip2, xz, lzma. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "lib/codec/internal.h"
#include "lib/codec/libraries.h"

/* zlib and libbz2 count in unsigned int. */
enum { STEP = 1 << 30 };

static inline unsigned int step(size_t left)
{
	return left < STEP ? (unsigned int)left : STEP;
}

/* A decoder that can go no further: for want of room, or for want of input? */
static inline int stuck(const struct kx_unpack *u)
{
	if (u->at < u->in.len && u->to->len == u->to->room)
		return kx_memfile_full(u->to, u->err);
	return kx_unpack_truncated(u);
}

#ifdef HAVE_ZLIB
int kx_expand_gzip(struct kx_unpack *u)
{
	z_stream s = { 0 };
	char why[64];
	int rc;

	/* 16 means gzip, not zlib; the crc and the size at the end are checked. */
	if (kx_zlib.inflateInit2_(&s, MAX_WBITS + 16, ZLIB_VERSION, sizeof(s)) != Z_OK)
		return kx_fail(u->err, -ENOMEM, "no memory for zlib");
	do {
		unsigned int in = step(u->in.len - u->at), out = step(u->to->room - u->to->len);

		s.next_in = u->in.base + u->at;
		s.avail_in = in;
		s.next_out = u->to->base + u->to->len;
		s.avail_out = out;
		rc = kx_zlib.inflate(&s, Z_NO_FLUSH);
		u->at += in - s.avail_in;
		u->to->len += out - s.avail_out;
	} while (rc == Z_OK);
	snprintf(why, sizeof(why), "%s", s.msg ? s.msg : "zlib refuses it");
	kx_zlib.inflateEnd(&s);
	switch (rc) {
	case Z_STREAM_END: return 0;
	case Z_BUF_ERROR: return stuck(u);
	case Z_MEM_ERROR: return kx_fail(u->err, -ENOMEM, "no memory for zlib");
	default: return kx_unpack_damaged(u, why);
	}
}
#endif

#ifdef HAVE_BZIP2
int kx_expand_bzip2(struct kx_unpack *u)
{
	bz_stream s = { 0 };
	unsigned int in, out;
	int rc;

	if (kx_bzip2.BZ2_bzDecompressInit(&s, 0, 0) != BZ_OK)
		return kx_fail(u->err, -ENOMEM, "no memory for libbz2");
	do {
		in = step(u->in.len - u->at);
		out = step(u->to->room - u->to->len);
		/* libbz2 does not write there; its interface is older than const. */
		s.next_in = (char *)(uintptr_t)(u->in.base + u->at);
		s.avail_in = in;
		s.next_out = (char *)u->to->base + u->to->len;
		s.avail_out = out;
		rc = kx_bzip2.BZ2_bzDecompress(&s);
		in -= s.avail_in;
		out -= s.avail_out;
		u->at += in;
		u->to->len += out;
	} while (rc == BZ_OK && (in > 0 || out > 0));
	kx_bzip2.BZ2_bzDecompressEnd(&s);
	switch (rc) {
	case BZ_STREAM_END: return 0;
	case BZ_OK: return stuck(u);
	case BZ_MEM_ERROR: return kx_fail(u->err, -ENOMEM, "no memory for libbz2");
	default: return kx_unpack_damaged(u, "libbz2 refuses it");
	}
}
#endif

#ifdef HAVE_LZMA
/* The kernel's build compresses with a dictionary of 128 MiB (Linux, scripts/xz_wrap.sh). */
static const uint64_t decoder_max = UINT64_C(256) << 20;

static int lzma_failed(const struct kx_unpack *u, lzma_ret rc, uint64_t needed)
{
	/* Not an exhaustive switch: most of the enum cannot happen here. */
	if (rc == LZMA_BUF_ERROR)
		return stuck(u);
	if (rc == LZMA_MEM_ERROR)
		return kx_fail(u->err, -ENOMEM, "no memory for liblzma");
	if (rc == LZMA_MEMLIMIT_ERROR)
		return kx_fail(u->err, -EFBIG,
			       "liblzma would need %" PRIu64
			       " MiB to unpack it; at most 256 are allowed",
			       needed >> 20);
	if (rc == LZMA_OPTIONS_ERROR)
		return kx_fail(u->err, -ENOTSUP,
			       "compressed with a filter or an option that this liblzma (%s) does "
			       "not know",
			       kx_lzma.lzma_version_string());
	return kx_unpack_damaged(u, "liblzma refuses it");
}

static int run_lzma(struct kx_unpack *u, lzma_stream *s)
{
	uint64_t needed;
	lzma_ret rc;

	s->next_in = u->in.base + u->at;
	s->avail_in = u->in.len - u->at;
	s->next_out = u->to->base + u->to->len;
	s->avail_out = u->to->room - u->to->len;
	do
		rc = kx_lzma.lzma_code(s, LZMA_FINISH);
	while (rc == LZMA_OK);
	u->at = u->in.len - s->avail_in;
	u->to->len = u->to->room - s->avail_out;
	needed = kx_lzma.lzma_memusage(s);
	kx_lzma.lzma_end(s);
	return rc == LZMA_STREAM_END ? 0 : lzma_failed(u, rc, needed);
}

int kx_expand_xz(struct kx_unpack *u)
{
	lzma_stream s = LZMA_STREAM_INIT;

	/* A check that cannot be computed is an error, not a thing to pass over. */
	if (kx_lzma.lzma_stream_decoder(&s, decoder_max, LZMA_TELL_UNSUPPORTED_CHECK) != LZMA_OK)
		return kx_fail(u->err, -ENOMEM, "no memory for liblzma");
	return run_lzma(u, &s);
}

int kx_expand_lzma(struct kx_unpack *u)
{
	lzma_stream s = LZMA_STREAM_INIT;

	if (kx_lzma.lzma_alone_decoder(&s, decoder_max) != LZMA_OK)
		return kx_fail(u->err, -ENOMEM, "no memory for liblzma");
	return run_lzma(u, &s);
}
#endif
