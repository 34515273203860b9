/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many free pages the zones count (Linux, include/linux/mmzone.h): a second opinion, from which
 * nothing is left out or kept.
 */
#include <errno.h>
#include <inttypes.h>

#include "lib/pages/internal.h"

/* Linux: 2^NODES_SHIFT nodes, and zones of enum zone_type; no kernel can have more. */
enum { NODES_MAX = 1024, ZONES_MAX = 8 };

/**
 * struct zones - where the counts are
 * @node_data: array of @nodes pointers to nodes; 0: @node is the only one
 * @node_zones, @n_zones: in a node; @zone_size: of a zone
 * @free_area: of a zone, array of @orders; @area_size: of its elements; @nr_free: in each
 */
struct zones {
	uint64_t node_data, nodes, node;
	uint64_t node_zones, n_zones, zone_size;
	uint64_t free_area, area_size, nr_free, orders;
};

static int lacks(struct kx_err *err, const char *key)
{
	return kx_fail(err, -ENODATA, "VMCOREINFO lacks %s", key);
}

/*
 * Behind the lists of an order is how many blocks they have, and nothing else. That member has no
 * key of its own: only a size that says so is taken for it.
 */
static int find_areas(const struct kx_pages *pages, const struct kx_vmcoreinfo *info,
		      struct zones *z, struct kx_err *err)
{
	uint64_t lists, list, types;

	if (!kx_vmcoreinfo_offset(info, "zone.free_area", &z->free_area))
		return lacks(err, "OFFSET(zone.free_area)");
	if (!kx_vmcoreinfo_size(info, "free_area", &z->area_size))
		return lacks(err, "SIZE(free_area)");
	if (!kx_vmcoreinfo_offset(info, "free_area.free_list", &lists) ||
	    !kx_vmcoreinfo_length(info, "free_area.free_list", &types))
		return lacks(err, "LENGTH(free_area.free_list)");
	if (!kx_vmcoreinfo_size(info, "list_head", &list))
		return lacks(err, "SIZE(list_head)");
	z->orders = pages->keys.max_order;
	if (z->orders == 0)
		return lacks(err, "LENGTH(zone.free_area)");
	z->nr_free = lists + types * list;
	if (z->area_size != z->nr_free + pages->long_size ||
	    z->free_area + z->orders * z->area_size > z->zone_size)
		return kx_fail(err, -ENODATA, "zone.free_area is not as it is known");
	return 0;
}

static int find_zones(const struct kx_pages *pages, const struct kx_vmcoreinfo *info,
		      struct zones *z, struct kx_err *err)
{
	uint64_t size;

	if (kx_vmcoreinfo_symbol(info, "node_data", &z->node_data)) {
		if (!kx_vmcoreinfo_length(info, "node_data", &z->nodes) || z->nodes > NODES_MAX)
			return lacks(err, "LENGTH(node_data)");
	} else if (!kx_vmcoreinfo_symbol(info, "contig_page_data", &z->node)) {
		return lacks(err, "SYMBOL(node_data)");
	}
	if (!kx_vmcoreinfo_size(info, "pglist_data", &size))
		return lacks(err, "SIZE(pglist_data)");
	if (!kx_vmcoreinfo_offset(info, "pglist_data.node_zones", &z->node_zones))
		return lacks(err, "OFFSET(pglist_data.node_zones)");
	if (!kx_vmcoreinfo_offset(info, "pglist_data.nr_zones", &z->n_zones))
		return lacks(err, "OFFSET(pglist_data.nr_zones)");
	if (!kx_vmcoreinfo_size(info, "zone", &z->zone_size))
		return lacks(err, "SIZE(zone)");
	if (z->n_zones < z->node_zones || z->n_zones > size)
		return kx_fail(err, -ENODATA, "struct pglist_data is not as it is known");
	return find_areas(pages, info, z, err);
}

static int count_zone(const struct kx_pages *pages, struct kx_reader *reader, const struct zones *z,
		      uint64_t zone, uint64_t *free, struct kx_err *err)
{
	int rc = 0;

	for (uint64_t order = 0; order < z->orders && rc == 0; order++) {
		uint64_t blocks = 0;

		rc = kx_reader_uint(reader, zone + z->free_area + order * z->area_size + z->nr_free,
				    pages->long_size, &blocks, err);
		/* Numbers that cannot be become a sum that is not right. */
		*free += blocks << order;
	}
	return rc;
}

static int count_node(const struct kx_pages *pages, struct kx_reader *reader, const struct zones *z,
		      uint64_t node, uint64_t *free, struct kx_err *err)
{
	uint64_t count;
	int rc = kx_reader_uint(reader, node + z->n_zones, 4, &count, err);

	if (rc == 0 && (count > ZONES_MAX || count * z->zone_size > z->n_zones - z->node_zones))
		return kx_fail(err, -ENODATA, "a node says that it has %" PRIu64 " zones", count);
	for (uint64_t i = 0; rc == 0 && i < count; i++)
		rc = count_zone(pages, reader, z, node + z->node_zones + i * z->zone_size, free,
				err);
	return rc;
}

int kx_pages_zones_free(const struct kx_pages *pages, struct kx_reader *reader, uint64_t *ret,
			struct kx_err *err)
{
	struct zones z = { .nodes = 0 };
	uint64_t free = 0;
	int rc;

	rc = find_zones(pages, kx_dump_vmcoreinfo(kx_reader_dump(reader)), &z, err);
	if (rc == 0 && !z.node_data)
		rc = count_node(pages, reader, &z, z.node, &free, err);
	for (uint64_t i = 0; rc == 0 && i < z.nodes; i++) {
		uint64_t node = 0;

		rc = kx_reader_uint(reader, z.node_data + i * pages->long_size, pages->long_size,
				    &node, err);
		if (rc == 0 && node)
			rc = count_node(pages, reader, &z, node, &free, err);
	}
	if (rc == 0)
		*ret = free;
	return rc;
}
