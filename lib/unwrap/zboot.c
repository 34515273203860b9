/* SPDX-License-Identifier: GPL-2.0-or-later */
/* EFI zboot: a PE program that holds a compressed kernel and unpacks it under EFI. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/unwrap/internal.h"

/* Linux, drivers/firmware/efi/libstub/zboot-header.S. */
enum { ZBOOT_OFFSET = 8, ZBOOT_SIZE = 12, ZBOOT_CODEC = 24 };

bool kx_zboot_is(struct kx_span file)
{
	return file.len >= ZBOOT_CODEC + KX_ZBOOT_CODEC_LEN && memcmp(file.base, "MZ", 2) == 0 &&
	       memcmp(file.base + 4, "zimg", 4) == 0;
}

/* The names in Makefile.zboot beside that header; what they stand for starts with its magic. */
static const struct kx_codec *zboot_codec(const char *name, struct kx_span payload)
{
	static const struct {
		const char *name, *codec;
	} names[] = {
		{ "gzip", "gzip" },	{ "lz4", "lz4 (legacy)" }, { "lz4", "lz4" },
		{ "lzma", "lzma" },	{ "lzo", "lzop" },	   { "xzkern", "xz" },
		{ "zstd22", "zstd" },	{ "zstd", "zstd" },
	};
	const struct kx_codec *codec = kx_codec_of(payload);

	for (size_t i = 0; codec && i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i].name, name) == 0 && strcmp(names[i].codec, codec->name) == 0)
			return codec;
	}
	return NULL;
}

int kx_zboot_open(struct kx_span file, const struct kx_isa *isa, struct kx_span *ret,
		  const struct kx_codec **ret_codec, char name[KX_ZBOOT_CODEC_LEN + 1],
		  struct kx_err *err)
{
	uint64_t at = 0, size = 0;

	memcpy(name, file.base + ZBOOT_CODEC, KX_ZBOOT_CODEC_LEN);
	name[KX_ZBOOT_CODEC_LEN] = '\0';
	for (char *c = name; *c; c++)
		*c = *c > ' ' && *c <= '~' ? *c : '?';
	if (!kx_span_le(file, ZBOOT_OFFSET, 4, &at) || !kx_span_le(file, ZBOOT_SIZE, 4, &size) ||
	    !kx_span_slice(file, at, size, ret))
		return kx_fail(err, -ENOEXEC,
			       "the payload's %" PRIu64 " bytes at %" PRIu64
			       " do not lie in the %zu bytes of the file",
			       size, at, file.len);
	*ret_codec = zboot_codec(name, *ret);
	if (!*ret_codec)
		return kx_fail(err, -ENOTSUP,
			       "the payload is called \"%s\", and does not start like anything of "
			       "that name that is known",
			       name);
	return kx_pe_check_machine(file, isa, err);
}
