/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Single pages of kdump-compressed dumps, both ways. For whole files see kx/codec.h. */
#ifndef KX_PAGE_CODEC_H
#define KX_PAGE_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/span.h"

/**
 * enum kx_page_codec - flags of page descriptors and of the header's status
 *
 * zlib: a zlib stream, which libdeflate makes where it is there; LZO: LZO1X; snappy: a raw block;
 * zstd: one frame without a dictionary.
 */
enum kx_page_codec {
	KX_PAGE_CODEC_NONE = 0,
	KX_PAGE_CODEC_ZLIB = 0x1,
	KX_PAGE_CODEC_LZO = 0x2,
	KX_PAGE_CODEC_SNAPPY = 0x4,
	KX_PAGE_CODEC_ZSTD = 0x20,
	KX_PAGE_CODEC_ALL =
		KX_PAGE_CODEC_ZLIB | KX_PAGE_CODEC_LZO | KX_PAGE_CODEC_SNAPPY | KX_PAGE_CODEC_ZSTD,
};

/** kx_page_codec_name() - "zlib", "LZO", …; "uncompressed" for none, "mixed" for several */
const char *kx_page_codec_name(uint32_t codec);

/** kx_page_codec_usable() - does this build have it, and can its library be loaded? */
bool kx_page_codec_usable(uint32_t codec);

/**
 * kx_page_codec_expand() - decompress one page of exactly @to_len bytes
 *
 * Nothing beyond @to_len is written, whatever @from holds.
 *
 * Return: 0; -EINVAL damaged; -ENOTSUP codec unknown or missing in this build, or its library is;
 * -ENOMEM. @to is undefined after a failure.
 */
int kx_page_codec_expand(uint32_t codec, const uint8_t *from, size_t from_len, uint8_t *to,
			 size_t to_len, struct kx_err *err);

/**
 * struct kx_page_squeezer - compresses pages of one size with one codec
 *
 * It owns all memory that this takes, so that each thread has one of its own. (snappy's library
 * takes some for each page by itself.)
 */
struct kx_page_squeezer;

/**
 * kx_page_squeezer_new() - take all memory that compressing will need
 * @codec: one; KX_PAGE_CODEC_NONE makes no page smaller
 * @level: zlib 1 to 9; zstd as its library has them, also negative ones; 0 is 1 for both, and all
 *	that LZO and snappy have
 * @page_size: bytes of every page
 * @ret: for kx_page_squeezer_free()
 *
 * Return: 0; -EINVAL the codec has no such level; -ENOTSUP codec missing in this build or unknown;
 * -ENOMEM.
 */
int kx_page_squeezer_new(uint32_t codec, int level, size_t page_size, struct kx_page_squeezer **ret,
			 struct kx_err *err);

/** kx_page_squeezer_free() - free everything; NULL is fine */
void kx_page_squeezer_free(struct kx_page_squeezer *squeezer);

/** kx_page_squeezer_room() - bytes that kx_page_squeeze_into() may write: a page or more, or 0 */
size_t kx_page_squeezer_room(const struct kx_page_squeezer *squeezer);

/**
 * kx_page_squeeze_into() - compress one page to where it is to be
 * @page: the squeezer's page size
 * @to: kx_page_squeezer_room() bytes, not in @page
 * @ret_len: bytes that it became, fewer than the page's
 *
 * Return: as kx_page_squeeze(); where it does not return 0 @to is undefined.
 */
int kx_page_squeeze_into(struct kx_page_squeezer *squeezer, const uint8_t *page, uint8_t *to,
			 size_t *ret_len, struct kx_err *err);

/**
 * kx_page_squeeze() - compress one page
 * @page: the squeezer's page size
 * @ret: the compressed bytes, fewer than the page's; valid until the squeezer's next call
 *
 * Return: 0; 1 it does not get smaller, so that it is stored as it is (*@ret is untouched); -EIO
 * the codec's library failed, whatever the page; -ENOMEM.
 */
int kx_page_squeeze(struct kx_page_squeezer *squeezer, const uint8_t *page, struct kx_span *ret,
		    struct kx_err *err);

#endif
