/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Completes a device tree from a file with what firmware fills in at boot: memory, reserved memory
 * and EFI's tables, taken from the running kernel's tree.
 */
#include <errno.h>
#include <string.h>

#include "lib/devtree/internal.h"

static bool is_memory(const void *fdt, int node)
{
	const char *type = kx_devtree_text(fdt, node, "device_type");

	return type && strcmp(type, "memory") == 0;
}

/* Trees in kernel packages have memory nodes of size 0 for the firmware to fill in. */
static bool has_size(const void *fdt, int node, struct kx_devtree_cells cells)
{
	const uint8_t *reg;
	uint64_t size;
	int len;

	reg = fdt_getprop(fdt, node, "reg", &len);
	if (cells.address > 2 || cells.size > 2 || cells.size == 0)
		return reg && len > 0;
	for (int step = 4 * (int)(cells.address + cells.size); reg && len >= step; len -= step) {
		if (kx_devtree_number(reg + 4 * cells.address, 4 * (size_t)cells.size, cells.size,
				      &size) && size > 0)
			return true;
		reg += step;
	}
	return false;
}

static bool has_memory(const void *fdt)
{
	struct kx_devtree_cells cells = kx_devtree_root_cells(fdt);
	int node;

	fdt_for_each_subnode(node, fdt, 0)
		if (is_memory(fdt, node) && has_size(fdt, node, cells))
			return true;
	return false;
}

/* Room for @count numbers in turn: addresses and sizes, or sizes alone. */
static int recode(uint8_t *to, const uint8_t *from, int len, struct kx_devtree_cells cells_to,
		  struct kx_devtree_cells cells_from, bool sizes_only)
{
	const uint8_t *end = from + len;
	uint8_t *start = to;
	bool size = sizes_only;
	uint64_t value;

	while (from < end) {
		unsigned int in = size ? cells_from.size : cells_from.address;
		unsigned int out = size ? cells_to.size : cells_to.address;

		if (!kx_devtree_number(from, (size_t)(end - from), in, &value) ||
		    !kx_devtree_put(to, out, value))
			return -ERANGE;
		from += 4 * in;
		to += 4 * out;
		size = sizes_only || !size;
	}
	return (int)(to - start);
}

/* Properties that are written in the root's cells (dt-schema, memory.yaml and reserved-memory). */
static bool in_root_cells(const char *name, bool *ret_sizes_only)
{
	*ret_sizes_only = strcmp(name, "size") == 0 || strcmp(name, "alignment") == 0;
	return *ret_sizes_only || strcmp(name, "reg") == 0 || strcmp(name, "alloc-ranges") == 0;
}

/*
 * A phandle may mean another node in the file. Nothing in the file refers to a node that it does
 * not have, and what the copied node refers to cannot be found.
 */
static bool refers(const char *name)
{
	return strcmp(name, "phandle") == 0 || strcmp(name, "linux,phandle") == 0 ||
	       strcmp(name, "iommu-addresses") == 0;
}

static int copy_property(void *fdt, int node, const void *running, int property,
			 struct kx_devtree_work *work, struct kx_err *err)
{
	struct kx_devtree_cells to = kx_devtree_root_cells(fdt);
	struct kx_devtree_cells from = kx_devtree_root_cells(running);
	const void *value;
	const char *name;
	bool sizes_only;
	void *room;
	int len, rc;

	rc = kx_devtree_spend(work, fdt, 1, kx_devtree_used(running), err);
	if (rc < 0)
		return rc;
	value = fdt_getprop_by_offset(running, property, &name, &len);
	if (!value)
		return kx_devtree_fail(err, len, "running device tree");
	if (refers(name))
		return 0;
	if ((to.address == from.address && to.size == from.size) ||
	    !in_root_cells(name, &sizes_only)) {
		rc = fdt_setprop(fdt, node, name, value, len);
		return rc < 0 ? kx_devtree_fail(err, rc, "%s", name) : 0;
	}
	/* Numbers at most double. */
	if (len > KX_DEVTREE_LIMIT / 2)
		return kx_fail(err, -EINVAL, "%s: %d bytes", name, len);
	rc = fdt_setprop_placeholder(fdt, node, name, 2 * len, &room);
	if (rc < 0)
		return kx_devtree_fail(err, rc, "%s", name);
	rc = recode(room, value, len, to, from, sizes_only);
	if (rc < 0)
		return kx_fail(err, rc, "%s: does not fit into #address-cells %u and #size-cells "
			       "%u", name, to.address, to.size);
	rc = fdt_setprop_placeholder(fdt, node, name, rc, &room);
	return rc < 0 ? kx_devtree_fail(err, rc, "%s", name) : 0;
}

/* Recursion is bounded by the depth of a checked tree. */
static int copy_node(void *fdt, int parent, const void *running, int from,
		     struct kx_devtree_work *work, struct kx_err *err)
{
	const char *name = fdt_get_name(running, from, NULL);
	int node, property, child, rc;

	rc = kx_devtree_spend(work, fdt, 1, 0, err);
	if (rc < 0)
		return rc;
	node = fdt_add_subnode(fdt, parent, name);
	if (node < 0)
		return kx_devtree_fail(err, node, "%s of the running device tree", name);
	fdt_for_each_property_offset(property, running, from)
	{
		rc = copy_property(fdt, node, running, property, work, err);
		if (rc < 0)
			return kx_context(err, rc, "%s of the running device tree", name);
	}
	fdt_for_each_subnode(child, running, from)
	{
		rc = copy_node(fdt, node, running, child, work, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int first_memory(const void *fdt)
{
	int node;

	fdt_for_each_subnode(node, fdt, 0)
		if (is_memory(fdt, node))
			return node;
	return node;
}

static int merge_memory(void *fdt, const void *running, struct kx_devtree_work *work,
			struct kx_err *err)
{
	int node, rc;

	while ((node = first_memory(fdt)) >= 0) {
		if (kx_devtree_spend(work, fdt, 1, 0, err) < 0)
			return kx_context(err, -EFBIG, "memory");
		rc = fdt_del_node(fdt, node);
		if (rc < 0)
			return kx_devtree_fail(err, rc, "memory");
	}
	fdt_for_each_subnode(node, running, 0)
	{
		rc = is_memory(running, node) ? copy_node(fdt, 0, running, node, work, err) : 0;
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int merge_reservations(void *fdt, const void *running, struct kx_devtree_work *work,
			      struct kx_err *err)
{
	int before = fdt_num_mem_rsv(fdt), count = fdt_num_mem_rsv(running);

	for (int i = 0; i < count; i++) {
		uint64_t start = 0, size = 0, start_too, size_too;
		int rc = fdt_get_mem_rsv(running, i, &start, &size);
		bool there = size == 0;

		if (kx_devtree_spend(work, fdt, 1, 0, err) < 0)
			return kx_context(err, -EFBIG, "memory reservations");

		for (int k = 0; k < before && rc == 0; k++)
			there |= fdt_get_mem_rsv(fdt, k, &start_too, &size_too) == 0 &&
				 start == start_too && size == size_too;
		if (rc == 0 && !there)
			rc = fdt_add_mem_rsv(fdt, start, size);
		if (rc < 0)
			return kx_devtree_fail(err, rc, "memory reservations");
	}
	return 0;
}

/* Linux wants the root's cells and an empty ranges here (drivers/of/of_reserved_mem.c). */
static int add_reserved_memory(void *fdt)
{
	struct kx_devtree_cells cells = kx_devtree_root_cells(fdt);
	int node = fdt_add_subnode(fdt, 0, "reserved-memory"), rc = node;

	if (rc >= 0)
		rc = fdt_setprop(fdt, node, "ranges", NULL, 0);
	if (rc >= 0)
		rc = fdt_setprop_u32(fdt, node, "#size-cells", cells.size);
	if (rc >= 0)
		rc = fdt_setprop_u32(fdt, node, "#address-cells", cells.address);
	return rc < 0 ? rc : node;
}

static int merge_reserved_memory(void *fdt, const void *running, struct kx_devtree_work *work,
				 struct kx_err *err)
{
	int from = fdt_path_offset(running, "/reserved-memory"), child, to, rc = 0;

	if (from < 0)
		return 0;
	to = fdt_path_offset(fdt, "/reserved-memory");
	if (to == -FDT_ERR_NOTFOUND)
		to = add_reserved_memory(fdt);
	if (to < 0)
		return kx_devtree_fail(err, to, "/reserved-memory");
	fdt_for_each_subnode(child, running, from)
	{
		rc = kx_devtree_spend(work, fdt, 1, 0, err);
		if (rc < 0)
			break;
		/* The file's own child of that name stands: the file's devices refer to it. */
		if (fdt_subnode_offset(fdt, to, fdt_get_name(running, child, NULL)) >= 0)
			continue;
		rc = copy_node(fdt, to, running, child, work, err);
		if (rc < 0)
			break;
	}
	return rc;
}

static bool is_efi(const void *fdt, int property)
{
	const char *name = NULL;

	/* A checked tree's names are strings. */
	fdt_getprop_by_offset(fdt, property, &name, NULL);
	return name && strncmp(name, "linux,uefi-", 11) == 0;
}

static int merge_efi(void *fdt, const void *running, struct kx_devtree_work *work,
		     struct kx_err *err)
{
	int from = fdt_path_offset(running, "/chosen"), to, property, rc;

	to = fdt_path_offset(fdt, "/chosen");
	if (from < 0 || (to >= 0 && fdt_getprop(fdt, to, "linux,uefi-system-table", NULL)))
		return 0;
	if (to == -FDT_ERR_NOTFOUND)
		to = fdt_add_subnode(fdt, 0, "chosen");
	if (to < 0)
		return kx_devtree_fail(err, to, "/chosen");
	fdt_for_each_property_offset(property, running, from)
	{
		if (!is_efi(running, property))
			continue;
		rc = copy_property(fdt, to, running, property, work, err);
		if (rc < 0)
			return kx_context(err, rc, "/chosen of the running device tree");
	}
	return 0;
}

int kx_devtree_merge(void *fdt, const void *running, struct kx_devtree_work *work,
		     struct kx_err *err)
{
	int rc = 0;

	if (!has_memory(fdt)) {
		rc = merge_memory(fdt, running, work, err);
		if (rc == 0)
			rc = merge_reserved_memory(fdt, running, work, err);
		if (rc == 0)
			rc = merge_reservations(fdt, running, work, err);
	}
	return rc == 0 ? merge_efi(fdt, running, work, err) : rc;
}
