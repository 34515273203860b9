/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nodes and properties of a checked tree (kx_devtree_read(), kx_devtree_check()), beyond what
 * libfdt has: numbers of several cells, strings that are strings, paths with aliases.
 */
#ifndef KX_DEVTREE_NODES_H
#define KX_DEVTREE_NODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** struct kx_devtree_cells - cells of 32 bits in an address and in a size below a node */
struct kx_devtree_cells {
	unsigned int address, size;
};

/** kx_devtree_node_cells() - what @node says of addresses below it, or @other if it does not */
struct kx_devtree_cells kx_devtree_node_cells(const void *fdt, int node,
					      struct kx_devtree_cells other);

/**
 * kx_devtree_root_cells() - the root's; 1 and 1 where it says nothing, as Linux has it
 * (drivers/of/fdt.c, early_init_dt_scan_root())
 */
struct kx_devtree_cells kx_devtree_root_cells(const void *fdt);

/** kx_devtree_number() - a number of @cells (1 or 2) cells; false when @p holds fewer bytes */
bool kx_devtree_number(const void *p, size_t len, unsigned int cells, uint64_t *ret);

/** kx_devtree_text() - the property as a string; NULL when there is none or it is not a string */
const char *kx_devtree_text(const void *fdt, int node, const char *name);

/**
 * kx_devtree_path() - the node of a path, or of an alias and what follows it
 *
 * libfdt follows an alias that names itself without end; here an alias has to be a path.
 *
 * Return: the node's offset, or a negative FDT_ERR_*.
 */
int kx_devtree_path(const void *fdt, const char *path, size_t len);

#endif
