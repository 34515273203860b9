/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For which board a device tree is. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "kx/devtree_nodes.h"
#include "lib/devtree/internal.h"

bool kx_devtree_same_board(struct kx_span a, struct kx_span b)
{
	_cleanup_free_ void *left = NULL, *right = NULL;
	const char *board, *other;
	struct kx_err ignored;

	if (!a.len || !b.len || kx_devtree_copy(a, &left, &ignored) < 0 ||
	    kx_devtree_copy(b, &right, &ignored) < 0)
		return false;
	board = kx_devtree_text(left, 0, "compatible");
	other = kx_devtree_text(right, 0, "compatible");
	return board && other && strcmp(board, other) == 0;
}

int kx_devtree_compatible(struct kx_span blob, char **ret, size_t *ret_len)
{
	_cleanup_free_ void *fdt = NULL;
	struct kx_err ignored;
	const char *text;
	char *copy;
	int rc, len;

	rc = blob.len ? kx_devtree_copy(blob, &fdt, &ignored) : -ENOENT;
	if (rc < 0)
		return rc;
	text = kx_devtree_text(fdt, 0, "compatible");
	if (!text)
		return -ENOENT;
	fdt_getprop(fdt, 0, "compatible", &len);
	copy = malloc((size_t)len);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, text, (size_t)len);
	*ret = copy;
	*ret_len = (size_t)len;
	return 0;
}
