/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the headers of x86's bzImage and of the Image of arm64 and riscv64, within their bytes. */
#include <stdbool.h>
#include <string.h>

#include "kdump/service/machine/header.h"
#include "uapi/bootparam_x86.h"

/* boot.rst: what the offset of the version counts from; the protocol that brought init_size. */
enum { X86_HEADER = 0x200, X86_WITH_INIT_SIZE = 0x20a };

static bool is_bzimage(struct kx_span image, uint64_t *ret_version)
{
	uint64_t magic;

	return kx_span_le(image, HDR_MAGIC, 4, &magic) && magic == HDR_MAGIC_VALUE &&
	       kx_span_le(image, HDR_VERSION, 2, ret_version);
}

void kernel_release_of(struct kx_span image, char *ret, size_t size)
{
	struct kx_span text;
	uint64_t version, at;
	size_t len = 0;

	ret[0] = '\0';
	if (!is_bzimage(image, &version) || !kx_span_le(image, HDR_KERNEL_VERSION, 2, &at) ||
	    at == 0 || at + X86_HEADER >= image.len ||
	    !kx_span_slice(image, at + X86_HEADER, image.len - at - X86_HEADER, &text))
		return;
	/* "6.1.0-50-amd64 (builder@...) ...". */
	while (len < text.len && len < size - 1 && text.base[len] > ' ' && text.base[len] < 0x7f)
		len++;
	memcpy(ret, text.base, len);
	ret[len] = '\0';
}

/* Linux, Documentation/arch/arm64/booting.rst, Documentation/arch/riscv/boot-image-header.rst. */
enum { IMAGE_SIZE = 16, IMAGE_MAGIC = 56, ARM64_MAGIC = 0x644d5241, RISCV_MAGIC = 0x05435352 };

uint64_t kernel_init_size(struct kx_span image)
{
	uint64_t value, magic;

	if (is_bzimage(image, &value))
		return value >= X86_WITH_INIT_SIZE && kx_span_le(image, HDR_INIT_SIZE, 4, &value) ?
			       value : 0;
	if (kx_span_le(image, IMAGE_MAGIC, 4, &magic) &&
	    (magic == ARM64_MAGIC || magic == RISCV_MAGIC) &&
	    kx_span_le(image, IMAGE_SIZE, 8, &value))
		return value;
	return 0;
}

size_t kernel_cmdline_max(struct kx_span image, const char *machine)
{
	enum { OLDEST = 255, RISCV = 1024, OTHERS = 2048 };
	uint64_t value;

	if (!is_bzimage(image, &value))
		return (strcmp(machine, "riscv64") == 0 ? RISCV : OTHERS) - 1;
	return value >= HDR_VERSION_CMDLINE_SIZE && kx_span_le(image, HDR_CMDLINE_SIZE, 4, &value) ?
		       value : OLDEST;
}
