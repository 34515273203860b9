/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the decoders of whole files share. */
#ifndef LIB_CODEC_INTERNAL_H
#define LIB_CODEC_INTERNAL_H

#include "kx/codec.h"

/** kx_unpack_truncated(), kx_unpack_damaged() - errors of decoders; both return -EBADMSG */
int kx_unpack_truncated(const struct kx_unpack *u);
int kx_unpack_damaged(const struct kx_unpack *u, const char *why);

/* The decoders; those whose library is missing are not defined. */
int kx_expand_gzip(struct kx_unpack *u);
int kx_expand_bzip2(struct kx_unpack *u);
int kx_expand_xz(struct kx_unpack *u);
int kx_expand_lzma(struct kx_unpack *u);
int kx_expand_zstd(struct kx_unpack *u);
int kx_expand_lz4(struct kx_unpack *u);
int kx_expand_lz4_legacy(struct kx_unpack *u);
int kx_expand_lzo(struct kx_unpack *u);

#endif
