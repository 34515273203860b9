/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decompresses and compresses single pages of dumps with whatever this build has. */
#include <errno.h>
#include <stdlib.h>

#include "kx/cleanup.h"
#include "kx/page_codec.h"
#include "lib/codec/libraries.h"
#include "lib/codec/squeeze.h"

/*
 * Each returns 0 when the page came out with exactly its size, -EINVAL when not. One that is NULL
 * is not in this build.
 */
typedef int expand_function(const uint8_t *from, size_t from_len, uint8_t *to, size_t to_len);

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

static const struct codec {
	uint32_t flag;
	const char *name, *option;
	expand_function *expand;
	struct kx_library *needs;
} codecs[] = {
	{ KX_PAGE_CODEC_ZLIB, "zlib", "--with-zlib", expand_zlib, ZLIB_LIBRARY },
	{ KX_PAGE_CODEC_LZO, "LZO", "--with-lzo", expand_lzo, LZO_LIBRARY },
	{ KX_PAGE_CODEC_SNAPPY, "snappy", "--with-snappy", expand_snappy, SNAPPY_LIBRARY },
	{ KX_PAGE_CODEC_ZSTD, "zstd", "--with-zstd", expand_zstd, ZSTD_LIBRARY },
};

static const struct codec *codec_of(uint32_t flag)
{
	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
		if (codecs[i].flag == flag)
			return &codecs[i];
	}
	return NULL;
}

const char *kx_page_codec_name(uint32_t codec)
{
	const struct codec *known = codec_of(codec);

	if (codec == KX_PAGE_CODEC_NONE)
		return "uncompressed";
	return known ? known->name : "mixed";
}

static int load(const struct codec *codec, struct kx_err *err)
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
	const struct codec *known = codec_of(codec);
	struct kx_err ignored;

	return codec == KX_PAGE_CODEC_NONE || (known && load(known, &ignored) == 0);
}

int kx_page_codec_expand(uint32_t codec, const uint8_t *from, size_t from_len, uint8_t *to,
			 size_t to_len, struct kx_err *err)
{
	const struct codec *known = codec_of(codec);
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

/* ---- compressing ---------------------------------------------------------------------------- */

/* @way: NULL: nothing gets smaller. @out: room for what @way makes of a page that does not. */
struct kx_page_squeezer {
	const struct kx_squeeze *way;
	size_t page_size;
	void *work;
	uint8_t *out;
};

static int squeeze_failed(int rc, struct kx_err *err)
{
	if (rc == -ENOMEM)
		return kx_fail(err, rc, "no memory to compress pages");
	return kx_fail(err, rc, "the library that compresses pages failed");
}

static int find_way(uint32_t flag, int level, const struct kx_squeeze **ret, struct kx_err *err)
{
	const struct codec *codec = codec_of(flag);
	const struct kx_squeeze *way = kx_squeeze_of(flag);

	if (!codec)
		return kx_fail(err, -ENOTSUP, "no codec of pages has the flag 0x%x", flag);
	if (!way)
		return kx_fail(err, -ENOTSUP,
			       "this build has no %s to compress pages with (configure %s)",
			       codec->name, codec->option);
	if (level != 0 && way->level_max == 0)
		return kx_fail(err, -EINVAL, "%s has no levels", codec->name);
	if (level != 0 && (level < way->level_min || level > way->level_max))
		return kx_fail(err, -EINVAL, "%s has levels %d to %d, not %d", codec->name,
			       way->level_min, way->level_max, level);
	*ret = way;
	return kx_library_load(codec->needs, err);
}

/* Compress a page of zeros: some libraries take their memory only then. */
static int prepare(struct kx_page_squeezer *squeezer, int level)
{
	const struct kx_squeeze *way = squeezer->way;
	_cleanup_free_ uint8_t *page = calloc(1, squeezer->page_size);
	size_t len;
	int rc = 0;

	squeezer->out = malloc(way->bound(squeezer->page_size));
	if (!page || !squeezer->out)
		return -ENOMEM;
	if (way->open)
		rc = way->open(&squeezer->work, level, squeezer->page_size);
	if (rc == 0)
		rc = way->run(squeezer->work, page, squeezer->page_size, squeezer->out, &len);
	return rc;
}

int kx_page_squeezer_new(uint32_t codec, int level, size_t page_size, struct kx_page_squeezer **ret,
			 struct kx_err *err)
{
	const struct kx_squeeze *way = NULL;
	struct kx_page_squeezer *squeezer;
	int rc = 0;

	if (codec != KX_PAGE_CODEC_NONE)
		rc = find_way(codec, level, &way, err);
	if (rc < 0)
		return rc;
	squeezer = calloc(1, sizeof(*squeezer));
	if (!squeezer)
		return squeeze_failed(-ENOMEM, err);
	squeezer->way = way;
	squeezer->page_size = page_size;
	if (way)
		rc = prepare(squeezer, level);
	if (rc < 0) {
		kx_page_squeezer_free(squeezer);
		return squeeze_failed(rc, err);
	}
	*ret = squeezer;
	return 0;
}

void kx_page_squeezer_free(struct kx_page_squeezer *squeezer)
{
	if (!squeezer)
		return;
	if (squeezer->way && squeezer->way->close)
		squeezer->way->close(squeezer->work);
	free(squeezer->out);
	free(squeezer);
}

int kx_page_squeeze(struct kx_page_squeezer *squeezer, const uint8_t *page, struct kx_span *ret,
		    struct kx_err *err)
{
	size_t len;
	int rc;

	if (!squeezer->way)
		return 1;
	rc = squeezer->way->run(squeezer->work, page, squeezer->page_size, squeezer->out, &len);
	if (rc < 0)
		return squeeze_failed(rc, err);
	if (len >= squeezer->page_size)
		return 1;
	*ret = (struct kx_span){ squeezer->out, len };
	return 0;
}
