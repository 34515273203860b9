/* SPDX-License-Identifier: GPL-2.0-or-later */
/* U-Boot's legacy image format (U-Boot, include/image.h): a header of 64 bytes, big-endian. */
#include <errno.h>
#include <string.h>

#include "lib/unwrap/internal.h"

enum {
	UIMAGE_HEADER_SUM = 4,
	UIMAGE_SIZE = 12,
	UIMAGE_DATA_SUM = 24,
	UIMAGE_OS = 28,
	UIMAGE_ARCH = 29,
	UIMAGE_TYPE = 30,
	UIMAGE_COMPRESSION = 31,
	UIMAGE_HEADER = 64,

	OS_LINUX = 5,
	TYPE_KERNEL = 2,
	TYPE_MULTI = 4,
	TYPE_KERNEL_NOLOAD = 14,
};

bool kx_uimage_is(struct kx_span file)
{
	return file.len >= UIMAGE_HEADER && memcmp(file.base, "\x27\x05\x19\x56", 4) == 0;
}

/* The header's own sum counts as zero in it. */
static int sum_header(struct kx_span file, uint32_t *ret, struct kx_err *err)
{
	static const uint8_t zeros[4];
	const struct kx_span parts[] = {
		{ file.base, UIMAGE_HEADER_SUM },
		{ zeros, sizeof(zeros) },
		{ file.base + UIMAGE_SIZE - 4, UIMAGE_HEADER - UIMAGE_SIZE + 4 },
	};
	int rc = 0;

	*ret = 0;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && rc == 0; i++)
		rc = kx_crc32(ret, parts[i], err);
	return rc;
}

static int check_sums(struct kx_span file, struct kx_span data, struct kx_err *err)
{
	uint64_t header_sum = 0, data_sum = 0;
	uint32_t of_header, of_data = 0;
	int rc;

	rc = sum_header(file, &of_header, err);
	if (rc == 0)
		rc = kx_crc32(&of_data, data, err);
	if (rc < 0)
		return kx_context(err, rc, "its checksums");
	if (!kx_span_be(file, UIMAGE_HEADER_SUM, 4, &header_sum) || header_sum != of_header)
		return kx_fail(err, -EBADMSG, "header checksum is 0x%08x, the header says 0x%08x",
			       of_header, (unsigned int)header_sum);
	if (!kx_span_be(file, UIMAGE_DATA_SUM, 4, &data_sum) || data_sum != of_data)
		return kx_fail(err, -EBADMSG, "data checksum is 0x%08x, the header says 0x%08x",
			       of_data, (unsigned int)data_sum);
	return 0;
}

static int check_kind(struct kx_span file, const struct kx_isa *isa, struct kx_err *err)
{
	const uint8_t *head = file.base;

	if (head[UIMAGE_TYPE] == TYPE_MULTI)
		return kx_fail(err, -ENOTSUP, "a multi-file uImage; only those with one kernel");
	if (head[UIMAGE_TYPE] != TYPE_KERNEL && head[UIMAGE_TYPE] != TYPE_KERNEL_NOLOAD)
		return kx_fail(err, -ENOEXEC, "type is %u, a kernel is %u or %u", head[UIMAGE_TYPE],
			       TYPE_KERNEL, TYPE_KERNEL_NOLOAD);
	if (head[UIMAGE_OS] != OS_LINUX)
		return kx_fail(err, -ENOEXEC, "operating system is %u, Linux is %u",
			       head[UIMAGE_OS], OS_LINUX);
	if (isa && isa->uimage_arch && head[UIMAGE_ARCH] != isa->uimage_arch)
		return kx_fail(err, -ENOEXEC, "architecture is %u, %s is %u", head[UIMAGE_ARCH],
			       isa->name, isa->uimage_arch);
	return 0;
}

/* The header's word for the codec must be what the data start with. */
static int codec_of(struct kx_span file, struct kx_span data, const struct kx_codec **ret,
		    struct kx_err *err)
{
	static const char *const name[] = { "no", "gzip", "bzip2", "lzma", "lzop", "lz4", "zstd" };
	const struct kx_codec *codec = kx_codec_of(data);
	unsigned int code = file.base[UIMAGE_COMPRESSION];

	*ret = NULL;
	if (code == 0)
		return 0;
	if (code >= sizeof(name) / sizeof(name[0]))
		return kx_fail(err, -ENOTSUP, "compression is %u, known are 0 to 6", code);
	/* Both forms of lz4. */
	if (!codec || strncmp(codec->name, name[code], strlen(name[code])) != 0)
		return kx_fail(err, -ENOEXEC, "compression is %u (%s), but the data are not", code,
			       name[code]);
	*ret = codec;
	return 0;
}

int kx_uimage_open(struct kx_span file, const struct kx_isa *isa, struct kx_span *ret,
		   const struct kx_codec **ret_codec, struct kx_err *err)
{
	const struct kx_codec *codec = NULL;
	struct kx_span data;
	uint64_t size = 0;
	int rc;

	if (!kx_span_be(file, UIMAGE_SIZE, 4, &size) ||
	    !kx_span_slice(file, UIMAGE_HEADER, size, &data))
		return kx_fail(err, -EBADMSG, "the header says %u bytes, the file has %zu",
			       (unsigned int)size, file.len - UIMAGE_HEADER);
	if (size == 0)
		return kx_fail(err, -ENODATA, "the header says that it is empty");
	rc = check_sums(file, data, err);
	if (rc == 0)
		rc = check_kind(file, isa, err);
	if (rc == 0)
		rc = codec_of(file, data, &codec, err);
	if (rc < 0)
		return rc;
	*ret = data;
	*ret_codec = codec;
	return 0;
}
