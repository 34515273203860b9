/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lets no flattened device tree through to libfdt that it would stumble over. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "lib/devtree/internal.h"

uint64_t kx_devtree_used(const void *fdt)
{
	return (uint64_t)fdt_size_dt_struct(fdt) + fdt_size_dt_strings(fdt) +
	       sizeof(struct fdt_reserve_entry) * (uint64_t)fdt_num_mem_rsv(fdt);
}

int kx_devtree_spend(struct kx_devtree_work *work, const void *fdt, uint64_t count, uint64_t more,
		     struct kx_err *err)
{
	uint64_t used = kx_devtree_used(fdt), all;

	if (__builtin_mul_overflow(used, count, &all) || __builtin_add_overflow(all, more, &all) ||
	    all > work->left)
		return kx_fail(err, -EFBIG,
			       "device tree of %u bytes: more to change in it than is sensible",
			       (unsigned int)used);
	work->left -= all;
	return 0;
}

int kx_devtree_fail(struct kx_err *err, int fdt_error, const char *format, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	return kx_fail(err, fdt_error == -FDT_ERR_NOSPACE ? -ENOSPC : -EINVAL, "%s: %s", text,
		       fdt_strerror(fdt_error));
}

/* devicetree-specification, 2.2.4.1: up to 31 characters; Linux has some that are longer. */
enum { NAME_MAX_LEN = 255 };

/*
 * Does the property's name end in time? libfdt looks for the end of each name that it compares: all
 * properties of a tree can have the same of some mebibytes.
 */
static bool has_name(const void *fdt, const struct fdt_property *property)
{
	const char *strings = (const char *)fdt + fdt_off_dt_strings(fdt);
	uint32_t at = fdt32_to_cpu(property->nameoff), size = fdt_size_dt_strings(fdt);

	if (at >= size)
		return false;
	size -= at;
	return memchr(strings + at, '\0', size < NAME_MAX_LEN + 1 ? size : NAME_MAX_LEN + 1);
}

/*
 * What fdt_check_full() of libfdt 1.6.1 lets pass: nodes nested without limit, names of any length,
 * and properties whose length is negative as an int, which make it read out of bounds or go round
 * in circles.
 */
static int check_tags(const void *fdt, uint32_t most, struct kx_err *err)
{
	int offset = 0, next, depth = 0;
	uint32_t tag, count = 0;

	do {
		const struct fdt_property *property = NULL;

		if (count++ == most)
			return kx_fail(err, -EFBIG, "device tree: more than %u parts", most);
		tag = fdt_next_tag(fdt, offset, &next);
		depth += (tag == FDT_BEGIN_NODE) - (tag == FDT_END_NODE);
		if (depth > KX_DEVTREE_DEPTH)
			return kx_fail(err, -EINVAL, "device tree: nodes nested deeper than %d",
				       KX_DEVTREE_DEPTH);
		if (tag == FDT_PROP)
			property = fdt_offset_ptr(fdt, offset, sizeof(*property));
		if (tag == FDT_PROP && (!property || next <= offset ||
					fdt32_to_cpu(property->len) > (uint32_t)(next - offset)))
			return kx_fail(err, -EINVAL, "device tree: property at 0x%x has no end",
				       (unsigned int)offset);
		if (tag == FDT_PROP && !has_name(fdt, property))
			return kx_fail(err, -EINVAL,
				       "device tree: property at 0x%x has no name of up to %d bytes",
				       (unsigned int)offset, NAME_MAX_LEN);
		offset = next;
	} while (tag != FDT_END && next >= 0);
	return 0;
}

/* @limit: bytes; @most: tags, each at least 4 of them. */
static int check(const void *fdt, size_t len, uint32_t limit, uint32_t most, struct kx_err *err)
{
	int rc;

	if (len < sizeof(struct fdt_header))
		return kx_fail(err, -EINVAL, "device tree: %zu bytes are less than its header",
			       len);
	rc = fdt_check_header(fdt);
	if (rc < 0)
		return kx_devtree_fail(err, rc, "device tree");
	if (fdt_totalsize(fdt) > limit)
		return kx_fail(err, -EFBIG, "device tree: %u bytes, at most %u are sensible",
			       fdt_totalsize(fdt), limit);
	if (fdt_totalsize(fdt) > len)
		return kx_devtree_fail(err, -FDT_ERR_TRUNCATED, "device tree");
	/* devicetree-specification, 5.6; libfdt 1.6.1 reads numbers at odd addresses then. */
	if (fdt_off_dt_struct(fdt) % 4 || fdt_off_mem_rsvmap(fdt) % 8)
		return kx_fail(err, -EINVAL,
			       "device tree: blocks at 0x%x and 0x%x are not aligned to 4 and 8 bytes",
			       fdt_off_dt_struct(fdt), fdt_off_mem_rsvmap(fdt));
	/* Older ones name nodes by path; fdt_check_full() of libfdt 1.6.1 crashes on some. */
	if (fdt_version(fdt) < 16)
		return kx_fail(err, -EINVAL, "device tree: version %u, at least 16 is needed",
			       fdt_version(fdt));
	rc = check_tags(fdt, most, err);
	if (rc < 0)
		return rc;
	rc = fdt_check_full(fdt, len);
	return rc < 0 ? kx_devtree_fail(err, rc, "device tree") : 0;
}

int kx_devtree_check_whole(const void *fdt, size_t len, struct kx_err *err)
{
	return check(fdt, len, KX_DEVTREE_LIMIT, KX_DEVTREE_LIMIT, err);
}

int kx_devtree_check_in_place(struct kx_span blob, uint32_t most, struct kx_err *err)
{
	if ((uintptr_t)blob.base % 8)
		return kx_fail(err, -EINVAL, "device tree: not aligned to 8 bytes");
	/* libfdt's offsets are ints. */
	return check(blob.base, blob.len, INT32_MAX, most, err);
}

int kx_devtree_copy(struct kx_span blob, void **ret, struct kx_err *err)
{
	uint8_t *copy;
	int rc;

	*ret = NULL;
	if (blob.len == 0)
		return 0;
	/* libfdt wants 8-byte alignment, which a borrowed span need not have. */
	copy = malloc(blob.len + KX_DEVTREE_GUARD);
	if (!copy)
		return kx_fail(err, -ENOMEM, "no memory for a device tree of %zu bytes", blob.len);
	memcpy(copy, blob.base, blob.len);
	memset(copy + blob.len, 0, KX_DEVTREE_GUARD);
	rc = kx_devtree_check_whole(copy, blob.len, err);
	if (rc < 0) {
		free(copy);
		return rc;
	}
	*ret = copy;
	return 0;
}

int kx_devtree_check(struct kx_span blob, struct kx_err *err)
{
	_cleanup_free_ void *copy = NULL;

	if (blob.len == 0)
		return kx_fail(err, -EINVAL, "device tree: empty file");
	return kx_devtree_copy(blob, &copy, err);
}
