/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages of dumps: what is squeezed expands to the same bytes, and whatever is expanded stays in its
 * page. Byte 0: codec, and whether the rest is a page or a compressed one; byte 1: what is changed.
 */
#include <errno.h>
#include <string.h>

#include "kx/page_codec.h"
#include "tests/fuzz/fuzz.h"

enum { PAGE = 4096, GUARD = 64 };

/* Expand into a page with a guard behind it; true when the bytes are a page. */
static bool expand(uint32_t codec, const uint8_t *from, size_t len, uint8_t *to)
{
	struct kx_err err = { "" };
	int rc;

	memset(to + PAGE, 0xa5, GUARD);
	rc = kx_page_codec_expand(codec, from, len, to, PAGE, &err);
	PROMISE(rc == 0 || ((rc == -EINVAL || rc == -ENOTSUP) && err.text[0]));
	for (size_t i = 0; i < GUARD; i++)
		PROMISE(to[PAGE + i] == 0xa5);
	return rc == 0;
}

static void round_trip(uint32_t codec, int level, uint8_t change, const uint8_t *page)
{
	struct kx_page_squeezer *squeezer;
	uint8_t found[PAGE + GUARD], damaged[PAGE];
	struct kx_err err = { "" };
	struct kx_span packed;
	int rc;

	PROMISE(kx_page_squeezer_new(codec, level, PAGE, &squeezer, &err) == 0);
	rc = kx_page_squeeze(squeezer, page, &packed, &err);
	PROMISE(rc == 0 || rc == 1);
	if (rc == 0) {
		PROMISE(packed.len > 0 && packed.len < PAGE);
		PROMISE(expand(codec, packed.base, packed.len, found));
		PROMISE(memcmp(found, page, PAGE) == 0);
		memcpy(damaged, packed.base, packed.len);
		damaged[change * packed.len / 256] ^= (uint8_t)(change | 1);
		expand(codec, damaged, packed.len, found);
	}
	kx_page_squeezer_free(squeezer);
}

int fuzz_input(const uint8_t *data, size_t size)
{
	static const uint32_t codecs[] = { KX_PAGE_CODEC_ZLIB, KX_PAGE_CODEC_LZO,
					   KX_PAGE_CODEC_SNAPPY, KX_PAGE_CODEC_ZSTD };
	uint8_t page[PAGE + GUARD];
	uint32_t codec;
	int level = 0;

	if (size < 3)
		return 0;
	codec = codecs[data[0] & 3];
	if (data[0] & 4) {
		expand(codec, data + 2, size - 2, page);
		return 0;
	}
	if (!kx_page_codec_usable(codec))
		return 0;
	if (codec == KX_PAGE_CODEC_ZLIB || codec == KX_PAGE_CODEC_ZSTD)
		level = data[0] >> 3 & 7;
	/* The input over and over, so that most pages get smaller. */
	for (size_t i = 0; i < PAGE; i++)
		page[i] = data[2 + i % (size - 2)];
	round_trip(codec, level, data[1], page);
	return 0;
}
