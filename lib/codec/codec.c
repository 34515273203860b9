/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unpacks whole compressed files into memory that is a file too; knows no codec's inside. */
#include <errno.h>
#include <string.h>

#include "lib/codec/internal.h"
#include "lib/codec/libraries.h"

static bool magic(struct kx_span s, const char *bytes, size_t len)
{
	return s.len >= len && memcmp(s.base, bytes, len) == 0;
}

static bool is_gzip(struct kx_span s)
{
	return magic(s, "\x1f\x8b\x08", 3);
}

static bool is_xz(struct kx_span s)
{
	return magic(s,
		     "\xfd"
		     "7zXZ\0",
		     6);
}

/* No magic, but a header of few values: lc=3 lp=0 pb=2, dictionary, size or all ones. */
static bool is_lzma(struct kx_span s)
{
	uint64_t dictionary, size;

	if (!magic(s, "\x5d\0\0", 3) || !kx_span_le(s, 1, 4, &dictionary) ||
	    !kx_span_le(s, 5, 8, &size))
		return false;
	/* 2^n or 2^n + 2^(n-1), as every encoder writes it. */
	while (dictionary > 3 && dictionary % 2 == 0)
		dictionary /= 2;
	return dictionary >= 1 && dictionary <= 3 && (size == UINT64_MAX || size >> 40 == 0);
}

static bool is_zstd(struct kx_span s)
{
	return magic(s, "\x28\xb5\x2f\xfd", 4);
}

static bool is_lz4(struct kx_span s)
{
	return magic(s, "\x04\x22\x4d\x18", 4);
}

static bool is_lz4_legacy(struct kx_span s)
{
	return magic(s, "\x02\x21\x4c\x18", 4);
}

static bool is_bzip2(struct kx_span s)
{
	return magic(s, "BZh", 3) && s.len > 3 && s.base[3] >= '1' && s.base[3] <= '9';
}

static bool is_lzo(struct kx_span s)
{
	return magic(s, "\x89LZO\0\r\n\x1a\n", 9);
}

#ifndef HAVE_ZLIB
#define kx_expand_gzip NULL
#endif
#ifndef HAVE_LZMA
#define kx_expand_xz NULL
#define kx_expand_lzma NULL
#endif
#ifndef HAVE_ZSTD
#define kx_expand_zstd NULL
#endif
#ifndef HAVE_LZ4
#define kx_expand_lz4 NULL
#define kx_expand_lz4_legacy NULL
#endif
#ifndef HAVE_BZIP2
#define kx_expand_bzip2 NULL
#endif
#ifndef HAVE_LZO
#define kx_expand_lzo NULL
#endif

static const struct kx_codec codecs[] = {
	{ "gzip", "zlib", "--with-zlib", is_gzip, kx_expand_gzip, ZLIB_LIBRARY },
	{ "xz", "liblzma", "--with-lzma", is_xz, kx_expand_xz, LZMA_LIBRARY },
	{ "lzma", "liblzma", "--with-lzma", is_lzma, kx_expand_lzma, LZMA_LIBRARY },
	{ "zstd", "libzstd", "--with-zstd", is_zstd, kx_expand_zstd, ZSTD_LIBRARY },
	{ "lz4", "liblz4", "--with-lz4", is_lz4, kx_expand_lz4, LZ4_LIBRARY },
	{ "lz4 (legacy)", "liblz4", "--with-lz4", is_lz4_legacy, kx_expand_lz4_legacy, LZ4_LIBRARY },
	{ "bzip2", "libbz2", "--with-bzip2", is_bzip2, kx_expand_bzip2, BZIP2_LIBRARY },
	{ "lzop", "liblzo2", "--with-lzo", is_lzo, kx_expand_lzo, LZO_LIBRARY },
};

const struct kx_codec *kx_codec_of(struct kx_span s)
{
	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
		if (codecs[i].starts(s))
			return &codecs[i];
	}
	return NULL;
}

/* Behind a member: is there another one? A right size and zeros are passed over. */
static bool next_member(struct kx_unpack *u, const struct kx_codec *codec, struct kx_span *ret)
{
	struct kx_span rest = { u->in.base + u->at, u->in.len - u->at };
	uint64_t size;

	if (kx_span_le(rest, 0, 4, &size) && size == (uint32_t)u->to->len)
		kx_span_slice(rest, 4, rest.len - 4, &rest);
	while (rest.len > 0 && rest.base[0] == 0)
		kx_span_slice(rest, 1, rest.len - 1, &rest);
	*ret = rest;
	if (!codec->starts(rest))
		return false;
	u->at = u->in.len - rest.len;
	return true;
}

int kx_decompress(const struct kx_codec *codec, struct kx_span in, struct kx_memfile *to,
		  struct kx_span *ret_behind, struct kx_err *err)
{
	struct kx_unpack u = { .in = in, .to = to, .err = err };
	int rc;

	if (!codec->expand)
		return kx_fail(err, -ENOTSUP,
			       "compressed with %s, and this build has no %s (configure %s)",
			       codec->name, codec->library, codec->option);
	rc = kx_library_load(codec->needs, err);
	if (rc < 0)
		return kx_context(err, rc, "compressed with %s", codec->name);
	do
		rc = codec->expand(&u);
	while (rc == 0 && next_member(&u, codec, ret_behind));
	if (rc < 0)
		return rc;
	if (to->len == 0)
		return kx_fail(err, -ENODATA, "unpacks to nothing");
	return 0;
}
