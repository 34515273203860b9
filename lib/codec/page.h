/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The codecs of pages, for those who expand and those who squeeze. */
#ifndef LIB_CODEC_PAGE_H
#define LIB_CODEC_PAGE_H

#include <stddef.h>
#include <stdint.h>

#include "kx/library.h"

/**
 * struct kx_codec_of_pages - one codec
 * @flag: of enum kx_page_codec
 * @name: for people; @option: of configure, which takes it into a build
 * @expand: 0 when the page came out with exactly its size, -EINVAL when not, -ENOMEM; NULL: it is
 *	not in this build
 * @needs: library of @expand
 */
struct kx_codec_of_pages {
	uint32_t flag;
	const char *name, *option;
	int (*expand)(const uint8_t *from, size_t from_len, uint8_t *to, size_t to_len);
	struct kx_library *needs;
};

/** kx_codec_of_pages() - by one flag of enum kx_page_codec; NULL: there is none */
const struct kx_codec_of_pages *kx_codec_of_pages(uint32_t flag);

#endif
