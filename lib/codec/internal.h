/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the decoders of whole files share. */
#ifndef LIB_CODEC_INTERNAL_H
#define LIB_CODEC_INTERNAL_H

#include "kx/codec.h"

/** kx_unpack_truncated() - say that the input ends early; returns -EBADMSG */
int kx_unpack_truncated(const struct kx_unpack *u);

/** kx_unpack_damaged() - say that the input is wrong, and @why; returns -EBADMSG */
int kx_unpack_damaged(const struct kx_unpack *u, const char *why);

/* The decoders, see kx_codec.expand; those whose library is missing are not defined. */

/** kx_expand_gzip() - RFC 1952 */
int kx_expand_gzip(struct kx_unpack *u);

/** kx_expand_bzip2() - what bzip2(1) writes */
int kx_expand_bzip2(struct kx_unpack *u);

/** kx_expand_xz() - what xz(1) writes */
int kx_expand_xz(struct kx_unpack *u);

/** kx_expand_lzma() - the format before xz, which has no magic number */
int kx_expand_lzma(struct kx_unpack *u);

/** kx_expand_zstd() - RFC 8878 */
int kx_expand_zstd(struct kx_unpack *u);

/** kx_expand_lz4() - the frame format of lz4(1) */
int kx_expand_lz4(struct kx_unpack *u);

/** kx_expand_lz4_legacy() - the format before the frames, which the kernel's build makes */
int kx_expand_lz4_legacy(struct kx_unpack *u);

/** kx_expand_lzo() - what lzop(1) writes */
int kx_expand_lzo(struct kx_unpack *u);

#endif
