/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks flattened device trees, and makes the next kernel's from its parts. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "lib/devtree/internal.h"

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

/*
 * What fdt_check_full() of libfdt 1.6.1 lets pass: nodes nested without limit, and properties whose
 * length is negative as an int, which make it read out of bounds or go round in circles.
 */
static int check_tags(const void *fdt, struct kx_err *err)
{
	int offset = 0, next, depth = 0;
	uint32_t tag;

	do {
		const struct fdt_property *property = NULL;

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
		offset = next;
	} while (tag != FDT_END && next >= 0);
	return 0;
}

static int check(const void *fdt, size_t len, struct kx_err *err)
{
	int rc;

	if (len < sizeof(struct fdt_header))
		return kx_fail(err, -EINVAL, "device tree: %zu bytes are less than its header",
			       len);
	rc = fdt_check_header(fdt);
	if (rc < 0)
		return kx_devtree_fail(err, rc, "device tree");
	if (fdt_totalsize(fdt) > KX_DEVTREE_LIMIT)
		return kx_fail(err, -EFBIG, "device tree: %u bytes, at most %d are sensible",
			       fdt_totalsize(fdt), KX_DEVTREE_LIMIT);
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
	rc = check_tags(fdt, err);
	if (rc < 0)
		return rc;
	rc = fdt_check_full(fdt, len);
	return rc < 0 ? kx_devtree_fail(err, rc, "device tree") : 0;
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
	rc = check(copy, blob.len, err);
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

static int start(const void *base, void *fdt, size_t room, struct kx_err *err)
{
	int rc;

	if (base) {
		rc = fdt_open_into(base, fdt, (int)room);
		return rc < 0 ? kx_devtree_fail(err, rc, "device tree") : 0;
	}
	rc = fdt_create_empty_tree(fdt, (int)room);
	/* 64-bit addresses, as Linux' EFI stub sets them in a tree that it creates. */
	if (rc == 0)
		rc = fdt_setprop_u32(fdt, 0, "#size-cells", 2);
	if (rc == 0)
		rc = fdt_setprop_u32(fdt, 0, "#address-cells", 2);
	return rc < 0 ? kx_devtree_fail(err, rc, "empty device tree") : 0;
}

/* One attempt with a buffer of @room bytes; -ENOSPC asks for a larger one. */
static int build(const struct kx_devtree_request *request, const void *running, const void *file,
		 const struct kx_ranges *stale, void *fdt, size_t room, struct kx_err *err)
{
	int rc = start(file ? file : running, fdt, room, err);

	if (rc == 0 && file && running)
		rc = kx_devtree_merge(fdt, running, err);
	for (size_t i = 0; i < request->n_overlay && rc == 0; i++) {
		rc = kx_devtree_overlay(fdt, request->overlay[i], err);
		if (rc < 0)
			rc = kx_context(err, rc, "overlay %zu", i + 1);
	}
	if (rc == 0)
		rc = kx_devtree_hand_over(fdt, request, stale, err);
	if (rc == 0 && fdt_pack(fdt) < 0)
		rc = kx_fail(err, -EINVAL, "device tree: cannot be packed");
	return rc == 0 ? check(fdt, fdt_totalsize(fdt), err) : rc;
}

static size_t estimate(const struct kx_devtree_request *request)
{
	size_t room = 8192 + request->running.len + request->file.len;

	for (size_t i = 0; i < request->n_overlay; i++)
		room += request->overlay[i].len;
	return room + (request->cmdline ? strlen(request->cmdline) : 0);
}

static int build_growing(const struct kx_devtree_request *request, const void *running,
			 const void *file, const struct kx_ranges *stale, void **ret,
			 struct kx_err *err)
{
	size_t room = estimate(request);
	int rc = -ENOSPC;

	/* What fits needs no more than the limit, and libfdt some room to move. */
	for (; rc == -ENOSPC && room <= 8 * (size_t)KX_DEVTREE_LIMIT; room *= 2) {
		void *fdt = calloc(1, room + KX_DEVTREE_GUARD);

		if (!fdt)
			return kx_fail(err, -ENOMEM, "no memory for a device tree of %zu bytes",
				       room);
		rc = build(request, running, file, stale, fdt, room, err);
		if (rc == 0)
			*ret = fdt;
		else
			free(fdt);
	}
	return rc == -ENOSPC ? kx_fail(err, -EFBIG, "device tree: more than %d bytes",
				       KX_DEVTREE_LIMIT) : rc;
}

int kx_devtree_make(const struct kx_devtree_request *request, void **ret, size_t *ret_size,
		    struct kx_err *err)
{
	_cleanup_free_ void *running = NULL, *file = NULL;
	struct kx_ranges stale = { 0 };
	void *fdt = NULL;
	int rc;

	rc = kx_devtree_copy(request->running, &running, err);
	if (rc == 0)
		rc = kx_devtree_copy(request->file, &file, err);
	if (rc == 0 && running)
		rc = kx_devtree_stale(running, &stale, err);
	if (rc == 0 && file)
		rc = kx_devtree_stale(file, &stale, err);
	if (rc == 0)
		rc = build_growing(request, running, file, &stale, &fdt, err);
	kx_ranges_done(&stale);
	if (rc < 0)
		return rc;
	*ret_size = fdt_totalsize(fdt);
	*ret = fdt;
	return 0;
}
