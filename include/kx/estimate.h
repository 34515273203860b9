/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a dump would take, before it is saved: from a sample of its pages. */
#ifndef KX_ESTIMATE_H
#define KX_ESTIMATE_H

#include "kx/dump.h"
#include "kx/error.h"
#include "kx/pages.h"
#include "kx/save.h"

/** struct kx_estimate_codec - a way of compressing, as for kx_page_squeezer_new() */
struct kx_estimate_codec {
	uint32_t codec;
	int level;
};

/**
 * struct kx_estimate_class - what was found of a class
 * @pages: of RAM that the source has; @sampled: of them that were looked at
 * @zero: pages of zeros among @sampled
 */
struct kx_estimate_class {
	uint64_t pages, sampled, zero;
};

/** struct kx_estimate - pages of each class, and what some of them take by each codec */
struct kx_estimate;

/**
 * kx_estimate_new() - classify all pages of @dump, and compress some
 * @codec: @codecs of them, at least one
 * @tell: as in struct kx_save_options; may be NULL
 * @ret: for kx_estimate_free()
 *
 * Of a running kernel, too: whatever changes meanwhile is taken as it is found. Of each class all
 * pages are looked at, if it has no more than some thousand, else a thousand at least, spread over
 * all of memory. Memory: some 300 KiB and a reader, for machines of all sizes.
 *
 * Return: 0; -EINTR @tell stopped it; -ENODATA the dump does not say its page size; -ENOMEM; errno
 * of reading, and of kx_page_squeezer_new().
 */
int kx_estimate_new(struct kx_dump *dump, const struct kx_estimate_codec *codec, size_t codecs,
		    bool (*tell)(void *data, const struct kx_save_progress *progress), void *data,
		    struct kx_estimate **ret, struct kx_err *err);

/** kx_estimate_free() - free everything; NULL is fine */
void kx_estimate_free(struct kx_estimate *estimate);

/** kx_estimate_page_size() - bytes */
uint64_t kx_estimate_page_size(const struct kx_estimate *estimate);

/** kx_estimate_unfiltered() - why pages are not told apart, so that all count as the kernel's; "" */
const char *kx_estimate_unfiltered(const struct kx_estimate *estimate);

/** kx_estimate_missing() - the key without which @class is not told; NULL: it is */
const char *kx_estimate_missing(const struct kx_estimate *estimate, enum kx_page_class class);

/** kx_estimate_class() - what was found of @class */
struct kx_estimate_class kx_estimate_class(const struct kx_estimate *estimate,
					   enum kx_page_class class);

/**
 * kx_estimate_size() - of a dump in the format kdump
 * @level: bits of enum kx_page_level
 * @codec: number of one of kx_estimate_new()'s
 */
struct kx_save_size kx_estimate_size(const struct kx_estimate *estimate, unsigned int level,
					 size_t codec);

#endif
