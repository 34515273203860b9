/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that unwrap kernels share: memory that unpacked bytes go to, codecs, headers. */
#ifndef LIB_UNWRAP_INTERNAL_H
#define LIB_UNWRAP_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/span.h"
#include "kx/unwrap.h"

/**
 * struct kx_memory - a file in memory, mapped as large as it may become
 * @room: bytes mapped at @base; nothing takes memory before it is written
 * @len: bytes written so far
 * @limit: for the message when @room is full
 * @short_of_space: @room is less than was allowed: the address space has no more
 */
struct kx_memory {
	int fd;
	uint8_t *base;
	size_t room, len;
	uint64_t limit;
	bool short_of_space;
};

/**
 * kx_memory_init() - a file of up to @room bytes
 * @limit: what the user calls the limit
 *
 * Return: 0; -EFBIG when @room is 0; the negative errno of the system call that failed.
 */
int kx_memory_init(struct kx_memory *memory, uint64_t room, uint64_t limit, struct kx_err *err);

/**
 * kx_memory_keep() - end the file behind its first @len bytes and make it read-only in memory
 * @held: gets file and memory; @memory is empty then
 *
 * Return: 0; a negative errno, and @memory still needs kx_memory_done().
 */
int kx_memory_keep(struct kx_memory *memory, size_t len, struct kx_unwrap_held *held,
		   struct kx_err *err);

/** kx_memory_done() - unmap and close */
void kx_memory_done(struct kx_memory *memory);

/** kx_memory_full() - the error when @memory has no room left: -EFBIG, -ENOMEM */
int kx_memory_full(const struct kx_memory *memory, struct kx_err *err);

/**
 * struct kx_unpack - one member of a compressed file on its way
 * @in: all compressed bytes
 * @at: next byte to look at; a decoder moves it behind its member
 * @to: gets the bytes
 */
struct kx_unpack {
	struct kx_span in;
	size_t at;
	struct kx_memory *to;
	struct kx_err *err;
};

/**
 * struct kx_codec - one way to compress whole files
 * @name: in messages
 * @library, @option: what a build without @expand lacks
 * @starts: is this the beginning of a member?
 * @expand: unpack one member; NULL: not in this build. -EBADMSG, -ENOTSUP, -EFBIG, -ENOMEM
 */
struct kx_codec {
	const char *name, *library, *option;
	bool (*starts)(struct kx_span s);
	int (*expand)(struct kx_unpack *u);
};

/** kx_codec_of() - the codec whose file starts like @s; NULL: none that is known */
const struct kx_codec *kx_codec_of(struct kx_span s);

/**
 * kx_decompress() - all members of @in into @to
 *
 * The kernel's build puts the unpacked size as 4 little-endian bytes behind what it compressed
 * (Linux, scripts/Makefile.lib, size_append): such a number is accepted when it is right, and so
 * are zeros, which pad files to blocks.
 *
 * Return: 0; a negative errno as kx_unwrap() has them.
 */
int kx_decompress(const struct kx_codec *codec, struct kx_span in, struct kx_memory *to,
		  struct kx_err *err);

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

/**
 * struct kx_pe - a PE file's headers
 * @sections: the section table
 * @signed_end: end of the certificate table; 0: none
 */
struct kx_pe {
	uint16_t machine;
	uint16_t n_sections;
	struct kx_span sections;
	uint64_t signed_end;
};

/**
 * kx_pe_parse() - is @file a PE file?
 *
 * Return: true; false for anything else, and for one whose headers do not fit into it.
 */
bool kx_pe_parse(struct kx_span file, struct kx_pe *ret);

/**
 * kx_pe_section() - find a section before the first .profile
 * @ret: its bytes in @file; empty when there is none of that name
 *
 * Return: 0; -ENOEXEC with @err when it lies outside @file or is there twice.
 */
int kx_pe_section(const struct kx_pe *pe, struct kx_span file, const char *name,
		  struct kx_span *ret, struct kx_err *err);

/** kx_uimage_is() - does @file start like a uImage? */
bool kx_uimage_is(struct kx_span file);

/**
 * kx_uimage_open() - check a uImage
 * @ret: the bytes behind the header
 * @ret_codec: how they are compressed; NULL: not at all
 *
 * Return: 0; -ENOEXEC, -EBADMSG (checksum), -ENOTSUP with @err.
 */
int kx_uimage_open(struct kx_span file, const struct kx_unwrap_target *target,
		   struct kx_span *ret, const struct kx_codec **ret_codec, struct kx_err *err);

/** kx_span_be() - like kx_span_le() for a big-endian number */
static inline bool kx_span_be(struct kx_span s, uint64_t off, unsigned int width, uint64_t *ret)
{
	struct kx_span bytes;
	uint64_t value = 0;

	if (!kx_span_slice(s, off, width, &bytes))
		return false;
	for (unsigned int i = 0; i < width; i++)
		value = value << 8 | bytes.base[i];
	*ret = value;
	return true;
}

#endif
