/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decompresses single pages of kdump-compressed dumps with whatever this build has. */
#include <errno.h>

#ifdef HAVE_ZLIB
#include <zlib.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif
#ifdef HAVE_LZO
#include <lzo/lzo1x.h>
#endif
#ifdef HAVE_SNAPPY
#include <snappy-c.h>
#endif

#include "lib/dump/internal.h"

/*
 * Each returns 0 when the page came out with exactly its size, -EINVAL when not. One that is NULL
 * is not in this build.
 */
typedef int expand_function(const uint8_t *from, size_t from_len, uint8_t *to, size_t to_len);

#ifdef HAVE_ZLIB
static int expand_zlib(const uint8_t *from, size_t from_len, uint8_t *to, size_t to_len)
{
	uLongf got = to_len;
	int rc = uncompress(to, &got, from, from_len);

	if (rc == Z_MEM_ERROR)
		return -ENOMEM;
	return rc == Z_OK && got == to_len ? 0 : -EINVAL;
}
#else
static expand_function *const expand_zlib;
#endif

#ifdef HAVE_LZO
static int expand_lzo(const uint8_t *from, size_t from_len, uint8_t *to, size_t to_len)
{
	lzo_uint got = to_len;

	/* Checks only that library and header agree; it keeps no state. */
	if (lzo_init() != LZO_E_OK)
		return -EINVAL;
	return lzo1x_decompress_safe(from, from_len, to, &got, NULL) == LZO_E_OK && got == to_len ?
		       0 :
		       -EINVAL;
}
#else
static expand_function *const expand_lzo;
#endif

#ifdef HAVE_SNAPPY
static int expand_snappy(const uint8_t *from, size_t from_len, uint8_t *to, size_t to_len)
{
	const char *text = (const char *)from;
	size_t got;

	if (snappy_uncompressed_length(text, from_len, &got) != SNAPPY_OK || got != to_len)
		return -EINVAL;
	return snappy_uncompress(text, from_len, (char *)to, &got) == SNAPPY_OK && got == to_len ?
		       0 :
		       -EINVAL;
}
#else
static expand_function *const expand_snappy;
#endif

#ifdef HAVE_ZSTD
static int expand_zstd(const uint8_t *from, size_t from_len, uint8_t *to, size_t to_len)
{
	/* Errors are sizes beyond every buffer. */
	return ZSTD_decompress(to, to_len, from, from_len) == to_len ? 0 : -EINVAL;
}
#else
static expand_function *const expand_zstd;
#endif

struct codec {
	uint32_t flag;
	const char *name, *option;
};

static const struct codec codecs[] = {
	{ KX_CODEC_ZLIB, "zlib", "--with-zlib" },
	{ KX_CODEC_LZO, "LZO", "--with-lzo" },
	{ KX_CODEC_SNAPPY, "snappy", "--with-snappy" },
	{ KX_CODEC_ZSTD, "zstd", "--with-zstd" },
};

static const struct codec *codec_of(uint32_t flag)
{
	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
		if (codecs[i].flag == flag)
			return &codecs[i];
	}
	return NULL;
}

static expand_function *function_of(uint32_t flag)
{
	switch (flag) {
	case KX_CODEC_ZLIB: return expand_zlib;
	case KX_CODEC_LZO: return expand_lzo;
	case KX_CODEC_SNAPPY: return expand_snappy;
	case KX_CODEC_ZSTD: return expand_zstd;
	default: return NULL;
	}
}

const char *kx_codec_name(uint32_t codec)
{
	const struct codec *known = codec_of(codec);

	if (codec == KX_CODEC_NONE)
		return "uncompressed";
	return known ? known->name : "mixed";
}

bool kx_codec_built(uint32_t codec)
{
	return codec == KX_CODEC_NONE || function_of(codec);
}

int kx_codec_expand(uint32_t codec, const uint8_t *from, size_t from_len, uint8_t *to,
		    size_t to_len, struct kx_err *err)
{
	const struct codec *known = codec_of(codec);
	expand_function *expand = function_of(codec);
	int rc;

	if (!known)
		return kx_fail(err, -ENOTSUP, "compressed in an unknown way (flags 0x%x)", codec);
	if (!expand)
		return kx_fail(err, -ENOTSUP,
			       "compressed with %s, which this build lacks (configure %s)",
			       known->name, known->option);
	rc = expand(from, from_len, to, to_len);
	if (rc == -ENOMEM)
		return kx_fail(err, rc, "no memory");
	if (rc < 0)
		return kx_fail(err, rc, "%zu bytes are no page of %zu bytes compressed with %s",
			       from_len, to_len, known->name);
	return 0;
}
