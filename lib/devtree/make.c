/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the next kernel's device tree from its parts. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "lib/devtree/internal.h"

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
		 const struct kx_ranges *stale, struct kx_devtree_work *work, void *fdt,
		 size_t room, struct kx_err *err)
{
	int rc = start(file ? file : running, fdt, room, err);

	if (rc == 0 && file && running)
		rc = kx_devtree_merge(fdt, running, work, err);
	for (size_t i = 0; i < request->n_overlay && rc == 0; i++) {
		rc = kx_devtree_overlay(fdt, request->overlay[i], work, err);
		if (rc < 0)
			rc = kx_context(err, rc, "overlay %zu", i + 1);
	}
	if (rc == 0)
		rc = kx_devtree_hand_over(fdt, request, stale, work, err);
	if (rc == 0 && fdt_pack(fdt) < 0)
		rc = kx_fail(err, -EINVAL, "device tree: cannot be packed");
	return rc == 0 ? kx_devtree_check_whole(fdt, fdt_totalsize(fdt), err) : rc;
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
	struct kx_devtree_work work = { KX_DEVTREE_WORK };
	size_t room = estimate(request);
	int rc = -ENOSPC;

	/* What fits needs no more than the limit, and libfdt some room to move. */
	for (; rc == -ENOSPC && room <= 8 * (size_t)KX_DEVTREE_LIMIT; room *= 2) {
		void *fdt = calloc(1, room + KX_DEVTREE_GUARD);

		if (!fdt)
			return kx_fail(err, -ENOMEM, "no memory for a device tree of %zu bytes",
				       room);
		rc = build(request, running, file, stale, &work, fdt, room, err);
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
