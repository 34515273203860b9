/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Builds the identity page tables for arm64's purgatory, in memory that is loaded with it.
 *
 * Source: Arm Architecture Reference Manual (DDI 0487), "Translation table descriptor formats".
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "kexec/arch/arm64/paging.h"
#include "kx/bytes.h"
#include "kx/cleanup.h"
#include "kx/span.h"

enum { PAGE = 4096, PAGE_SHIFT = 12, LEVEL_BITS = 9, LAST_LEVEL = 3 };

/* Descriptors. MAIR index 0 is Device-nGnRnE, 1 is cached; purgatory/arch/arm64 sets it so. */
#define VALID (1ULL << 0)
#define TABLE_OR_PAGE (1ULL << 1)	/* a table above level 3, a page in level 3 */
#define ATTR_CACHED (1ULL << 2)
#define READ_ONLY (1ULL << 7)		/* AP[2] */
#define INNER_SHAREABLE (3ULL << 8)
#define ACCESSED (1ULL << 10)
/* UXN, which is XN in a regime of one privilege level, and PXN. */
#define NEVER_EXECUTE (3ULL << 53)
#define ADDRESS_MASK 0x0000fffffffff000ULL

#define ADDRESS_LIMIT (1ULL << 48)

struct tables {
	uint8_t *bytes;
	size_t used, size;
	uint64_t phys;
};

/* Bytes that one entry of a table of @level maps. */
static uint64_t span_of(unsigned int level)
{
	return 1ULL << (PAGE_SHIFT + LEVEL_BITS * (LAST_LEVEL - level));
}

static uint64_t leaf_of(uint32_t type)
{
	switch (type) {
	case ARM64_MAP_READ:
		return VALID | ACCESSED | ATTR_CACHED | INNER_SHAREABLE | READ_ONLY | NEVER_EXECUTE;
	case ARM64_MAP_CODE:
		return VALID | ACCESSED | ATTR_CACHED | INNER_SHAREABLE;
	case ARM64_MAP_DEVICE:
		return VALID | ACCESSED | NEVER_EXECUTE;
	default:
		return 0;
	}
}

/* Wherever a range lies, tables are needed only where it begins and ends within an entry. */
size_t arm64_paging_room(const struct kx_range *ranges, size_t n)
{
	size_t tables = 1;

	for (size_t i = 0; i < n; i++) {
		const uint64_t len = ranges[i].end - ranges[i].start;

		if (ranges[i].end <= ranges[i].start)
			continue;
		/* Two of level 3, two of level 2; of level 1 all that the range touches. */
		tables += 4 + (size_t)(len / span_of(0)) + 2;
	}
	return tables * PAGE;
}

static uint64_t read_entry(const struct tables *t, size_t at)
{
	const struct kx_span entry = { t->bytes + at, 8 };
	uint64_t value = 0;

	kx_span_le(entry, 0, 8, &value);
	return value;
}

/* Where in @t the entry for @addr of a table is; the table is at @table. */
static size_t entry_at(size_t table, unsigned int level, uint64_t addr)
{
	return table + 8 * (size_t)(addr / span_of(level) % (1 << LEVEL_BITS));
}

static int new_table(struct tables *t, size_t *ret, struct kx_err *err)
{
	if (t->size - t->used < PAGE)
		return kx_fail(err, -ENOSPC, "page tables need more than %zu bytes", t->size);
	memset(t->bytes + t->used, 0, PAGE);
	*ret = t->used;
	t->used += PAGE;
	return 0;
}

/* One block or page at @addr; ranges do not overlap, so its entry is empty. */
static int map_one(struct tables *t, uint64_t addr, unsigned int leaf_level, uint64_t leaf,
		   struct kx_err *err)
{
	size_t table = 0;

	for (unsigned int level = 0; level < leaf_level; level++) {
		const size_t at = entry_at(table, level, addr);
		const uint64_t entry = read_entry(t, at);
		int rc;

		if (entry & VALID) {
			table = (size_t)((entry & ADDRESS_MASK) - t->phys);
			continue;
		}
		rc = new_table(t, &table, err);
		if (rc < 0)
			return rc;
		kx_put_le(t->bytes + at, 8, (t->phys + table) | VALID | TABLE_OR_PAGE);
	}
	kx_put_le(t->bytes + entry_at(table, leaf_level, addr), 8,
		  addr | leaf | (leaf_level == LAST_LEVEL ? TABLE_OR_PAGE : 0));
	return 0;
}

static int map_range(struct tables *t, const struct kx_range *range, struct kx_err *err)
{
	uint64_t addr = range->start;

	while (addr < range->end) {
		unsigned int level = 1;	/* the first that can hold a block: 1 GiB */
		int rc;

		while (level < LAST_LEVEL &&
		       (addr % span_of(level) || range->end - addr < span_of(level)))
			level++;
		rc = map_one(t, addr, level, leaf_of(range->type), err);
		if (rc < 0)
			return rc;
		addr += span_of(level);
	}
	return 0;
}

/* Whole pages, ordered, joined where they touch. */
static int take_ranges(const struct kx_range *ranges, size_t n, struct kx_ranges *ret,
		       struct kx_err *err)
{
	uint64_t end = 0;

	for (size_t i = 0; i < n; i++) {
		const struct kx_range *r = &ranges[i];

		if (r->end > ADDRESS_LIMIT || r->start > r->end)
			return kx_fail(err, -ERANGE,
				       "page tables reach up to 2^48, not to 0x%" PRIx64, r->end);
		if (!leaf_of(r->type))
			return kx_fail(err, -EINVAL, "%" PRIu32 " is not a type of memory", r->type);
		if (r->start == r->end)
			continue;
		if (kx_ranges_add(ret, r->start & ~(uint64_t)(PAGE - 1),
				  (r->end + PAGE - 1) & ~(uint64_t)(PAGE - 1), r->type) < 0)
			return kx_fail(err, -ENOMEM, "no memory for page tables");
	}
	kx_ranges_merge(ret);
	for (size_t i = 0; i < ret->count; i++) {
		if (ret->item[i].start < end)
			return kx_fail(err, -EINVAL,
				       "the page at 0x%" PRIx64 " is wanted in two ways",
				       ret->item[i].start);
		end = ret->item[i].end;
	}
	return 0;
}

int arm64_paging_build(const struct kx_range *ranges, size_t n, uint64_t table, void *bytes,
		       size_t size, size_t *ret_used, struct kx_err *err)
{
	_cleanup_(kx_ranges_done) struct kx_ranges list = { 0 };
	struct tables t = { bytes, 0, size, table };
	size_t root;
	int rc;

	if (table % PAGE || table > ADDRESS_LIMIT || size > ADDRESS_LIMIT - table)
		return kx_fail(err, -EINVAL, "no place for page tables: 0x%" PRIx64, table);
	rc = take_ranges(ranges, n, &list, err);
	if (rc < 0)
		return rc;
	rc = new_table(&t, &root, err);
	for (size_t i = 0; rc == 0 && i < list.count; i++)
		rc = map_range(&t, &list.item[i], err);
	if (rc == 0)
		*ret_used = t.used;
	return rc;
}
