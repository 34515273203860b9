/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads numbers, strings and paths of a checked device tree. */
#include <string.h>

#include "kx/bytes.h"
#include "lib/devtree/internal.h"

bool kx_devtree_number(const void *p, size_t len, unsigned int cells, uint64_t *ret)
{
	if (!p || cells < 1 || cells > 2 || len < 4 * (size_t)cells)
		return false;
	*ret = kx_get(p, 4 * cells, true);
	return true;
}

bool kx_devtree_put(uint8_t *to, unsigned int cells, uint64_t value)
{
	if (cells < 1 || cells > 2 || (cells == 1 && value > UINT32_MAX))
		return false;
	kx_put(to, 4 * cells, value, true);
	return true;
}

static unsigned int cells_of(const void *fdt, int node, const char *name, unsigned int other)
{
	const void *p;
	uint64_t value;
	int len;

	p = fdt_getprop(fdt, node, name, &len);
	/* One that is not a number leaves 0 cells: nothing below can be read. */
	if (!p)
		return other;
	return len == 4 && kx_devtree_number(p, 4, 1, &value) ? (unsigned int)value : 0;
}

struct kx_devtree_cells kx_devtree_node_cells(const void *fdt, int node,
					      struct kx_devtree_cells other)
{
	return (struct kx_devtree_cells){
		cells_of(fdt, node, "#address-cells", other.address),
		cells_of(fdt, node, "#size-cells", other.size),
	};
}

struct kx_devtree_cells kx_devtree_root_cells(const void *fdt)
{
	return kx_devtree_node_cells(fdt, 0, (struct kx_devtree_cells){ 1, 1 });
}

const char *kx_devtree_text(const void *fdt, int node, const char *name)
{
	const char *text;
	int len;

	text = fdt_getprop(fdt, node, name, &len);
	return text && len > 0 && text[len - 1] == '\0' ? text : NULL;
}

int kx_devtree_path(const void *fdt, const char *path, size_t len)
{
	const char *slash = memchr(path, '/', len), *target;
	size_t name_len = slash ? (size_t)(slash - path) : len;
	char name[64];
	int node;

	if (len == 0)
		return -FDT_ERR_BADPATH;
	if (slash == path)
		return fdt_path_offset_namelen(fdt, path, (int)len);
	node = fdt_path_offset(fdt, "/aliases");
	if (node < 0 || name_len >= sizeof(name))
		return -FDT_ERR_BADPATH;
	memcpy(name, path, name_len);
	name[name_len] = '\0';
	target = kx_devtree_text(fdt, node, name);
	node = target && target[0] == '/' ? fdt_path_offset(fdt, target) : -FDT_ERR_BADPATH;
	/* "serial0/child": a path below what the alias names. */
	while (slash && node >= 0) {
		path = slash + 1;
		len -= name_len + 1;
		slash = memchr(path, '/', len);
		name_len = slash ? (size_t)(slash - path) : len;
		node = fdt_subnode_offset_namelen(fdt, node, path, (int)name_len);
	}
	return node;
}
