/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decompresses single pages of dumps with whatever this build has. */
#include <errno.h>

#include "kx/page_codec.h"
#include "lib/codec/libraries.h"
#include "lib/codec/page.h"

#ifdef HAVE_ZLIB
static int expand_zlib(const uint8_t *from, size_t from_len, uint8_t *to, size_t to_len)
{
	uLongf got = to_len;
	int rc = kx_zlib.uncompress(to, &got, from, from_len);

	if (rc == Z_MEM_ERROR)
		return -ENOMEM;
	return rc == Z_OK && got == to_len ? 0 : -EINVAL;
}
#else
#define expand_zlib NULL
#endif

#ifdef HAVE_LZO
static int expand_lzo(const uint8_t *from, size_t from_len, uint8_t *to, size_t to_len)
{
	lzo_uint got = to_len;

	/* Checks only that library and header agree; it keeps no state. */
	if (kx_lzo_init() != LZO_E_OK)
		return -EINVAL;
	return kx_lzo.lzo1x_decompress_safe(from, from_len, to, &got, NULL) == LZO_E_OK &&
			       got == to_len ?
		       0 :
		       -EINVAL;
}
#else
#define expand_lzo NULL
#endif

#ifdef HAVE_SNAPPY
static int expand_snappy(const uint8_t *from, size_t from_len, uint8_t *to, size_t to_len)
{
	const char *text = (const char *)from;
	size_t got;

	if (kx_snappy.snappy_uncompressed_length(text, from_len, &got) != SNAPPY_OK ||
	    got != to_len)
		return -EINVAL;
	return kx_snappy.snappy_uncompress(text, from_len, (char *)to, &got) == SNAPPY_OK &&
			       got == to_len ?
		       0 :
		       -EINVAL;
}
#else
#define expand_snappy NULL
#endif

#ifdef HAVE_ZSTD
static int expand_zstd(const uint8_t *from, size_t from_len, uint8_t *to, size_t to_len)
{
	/* Errors are sizes beyond every buffer. */
	return kx_zstd.ZSTD_decompress(to, to_len, from, from_len) == to_len ? 0 : -EINVAL;
}
#else
#define expand_zstd NULL
#endif

static const struct kx_codec_of_pages codecs[] = {
	{ KX_PAGE_CODEC_ZLIB, "zlib", "--with-zlib", expand_zlib, ZLIB_LIBRARY },
	{ KX_PAGE_CODEC_LZO, "LZO", "--with-lzo", expand_lzo, LZO_LIBRARY },
	{ KX_PAGE_CODEC_SNAPPY, "snappy", "--with-snappy", expand_snappy, SNAPPY_LIBRARY },
	{ KX_PAGE_CODEC_ZSTD, "zstd", "--with-zstd", expand_zstd, ZSTD_LIBRARY },
};

const struct kx_codec_of_pages *kx_codec_of_pages(uint32_t flag)
{
	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
		if (codecs[i].flag == flag)
			return &codecs[i];
	}
	return NULL;
}

const char *kx_page_codec_name(uint32_t codec)
{
	const struct kx_codec_of_pages *known = kx_codec_of_pages(codec);

	if (codec == KX_PAGE_CODEC_NONE)
		return "uncompressed";
	return known ? known->name : "mixed";
}

static int load(const struct kx_codec_of_pages *codec, struct kx_err *err)
{
	int rc;

	if (!codec->expand)
		return kx_fail(err, -ENOTSUP,
			       "compressed with %s, which this build lacks (configure %s)",
			       codec->name, codec->option);
	rc = kx_library_load(codec->needs, err);
	return rc < 0 ? kx_context(err, rc, "compressed with %s", codec->name) : 0;
}

bool kx_page_codec_usable(uint32_t codec)
{
	const struct kx_codec_of_pages *known = kx_codec_of_pages(codec);
	struct kx_err ignored;

	return codec == KX_PAGE_CODEC_NONE || (known && load(known, &ignored) == 0);
}

int kx_page_codec_expand(uint32_t codec, const uint8_t *from, size_t from_len, uint8_t *to,
			 size_t to_len, struct kx_err *err)
{
	const struct kx_codec_of_pages *known = kx_codec_of_pages(codec);
	int rc;

	if (!known)
		return kx_fail(err, -ENOTSUP, "compressed in an unknown way (flags 0x%x)", codec);
	rc = load(known, err);
	if (rc < 0)
		return rc;
	rc = known->expand(from, from_len, to, to_len);
	if (rc == -ENOMEM)
		return kx_fail(err, rc, "no memory");
	if (rc < 0)
		return kx_fail(err, rc, "%zu bytes are not a page of %zu bytes compressed with %s",
			       from_len, to_len, known->name);
	return 0;
}
