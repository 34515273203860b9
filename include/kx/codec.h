/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole compressed files: told apart by how they start, unpacked into a file in memory. */
#ifndef KX_CODEC_H
#define KX_CODEC_H

#include <stdbool.h>
#include <stddef.h>

#include "kx/error.h"
#include "kx/library.h"
#include "kx/memfile.h"
#include "kx/span.h"

/**
 * struct kx_unpack - one member of a compressed file on its way
 * @in: all compressed bytes
 * @at: next byte to look at; a decoder moves it behind its member
 * @to: gets the bytes
 */
struct kx_unpack {
	struct kx_span in;
	size_t at;
	struct kx_memfile *to;
	struct kx_err *err;
};

/**
 * struct kx_codec - one way to compress whole files
 * @name: in messages
 * @library, @option: what a build without @expand lacks
 * @starts: is this the beginning of a member?
 * @expand: unpack one member; NULL: not in this build. -EBADMSG, -ENOTSUP, -EFBIG, -ENOMEM
 * @needs: to be loaded before @expand
 */
struct kx_codec {
	const char *name, *library, *option;
	bool (*starts)(struct kx_span s);
	int (*expand)(struct kx_unpack *u);
	struct kx_library *needs;
};

/** kx_codec_of() - the codec whose file starts like @s; NULL: none that is known */
const struct kx_codec *kx_codec_of(struct kx_span s);

/**
 * kx_decompress() - all members of @in into @to
 * @ret_behind: what follows the last one, for the caller to make sense of
 *
 * The kernel's build puts the unpacked size as 4 little-endian bytes behind what it compressed
 * (Linux, scripts/Makefile.lib, size_append): such a number is passed over when it is right, and so
 * are zeros, which pad files to blocks.
 *
 * Return: 0; a negative errno as kx_unwrap() has them.
 */
int kx_decompress(const struct kx_codec *codec, struct kx_span in, struct kx_memfile *to,
		  struct kx_span *ret_behind, struct kx_err *err);

/**
 * kx_crc32() - go on with the CRC-32 of zlib and RFC 1952
 * @crc: of all bytes before @s, 0 at the beginning; becomes that with @s
 *
 * Return: 0; -ENOTSUP there is no zlib.
 */
int kx_crc32(uint32_t *crc, struct kx_span s, struct kx_err *err);

#endif
