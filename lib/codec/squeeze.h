/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How each codec compresses a page. */
#ifndef LIB_CODEC_SQUEEZE_H
#define LIB_CODEC_SQUEEZE_H

#include <stddef.h>
#include <stdint.h>

#include "kx/library.h"

/**
 * struct kx_squeeze - one way of compressing pages with a codec
 * @needs: the library that does it
 * @instead: another way, with the same levels, for where that one cannot be loaded; NULL: none
 * @level_min, @level_max: levels, 0 left out; both 0: it has none
 * @bound: bytes that @run writes at most for a page of @len bytes
 * @open: take the memory that @run needs; 0, -ENOMEM or -EIO. NULL: needs none
 * @run: compress @len bytes into @to, which has @bound bytes; 0, -ENOMEM or -EIO
 * @close: give it back; @work may be NULL
 */
struct kx_squeeze {
	struct kx_library *needs;
	const struct kx_squeeze *instead;
	int level_min, level_max;
	size_t (*bound)(size_t len);
	int (*open)(void **ret_work, int level, size_t len);
	int (*run)(void *work, const uint8_t *page, size_t len, uint8_t *to, size_t *ret_len);
	void (*close)(void *work);
};

/**
 * kx_squeeze_of() - the best way for one flag of enum kx_page_codec
 * @level: as it was asked for; it need not be one that there is
 *
 * Return: NULL: the build has none.
 */
const struct kx_squeeze *kx_squeeze_of(uint32_t codec, int level);

#endif
