/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds struct pages: sparse memory's sections (Linux, include/linux/mmzone.h, mm/sparse.c).
 * Memory is a row of sections; each has a pointer to its struct pages, less what its first page's
 * number is worth, with flags in the lowest bits. Or flat memory's array (mm/mm_init.c).
 */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>

#include "lib/pages/internal.h"

/* Of section_mem_map. There were two flags once and are five by now; bit 5 was never an address. */
enum { SECTION_PRESENT = 1, SECTION_HAS_MEM_MAP = 2, SECTION_FLAGS = 0x1f };

enum { SECTION_BITS_MAX = 36 };

int kx_mem_map_section(const struct kx_pages *pages, const struct mem_map *map,
		       struct kx_reader *reader, uint64_t number, uint64_t *ret, struct kx_err *err)
{
	uint64_t array = map->roots, coded, first = number << map->section_shift;
	int rc;

	if (map->flat) {
		if (first < map->flat_first || first >= map->flat_end)
			return -ENOENT;
		*ret = map->flat_map;
		return 0;
	}
	if (map->n_roots) {
		if (number / map->per_root >= map->n_roots)
			return -ENOENT;
		rc = kx_reader_uint(reader,
				    map->roots + number / map->per_root * pages->long_size,
				    pages->long_size, &array, err);
		if (rc < 0)
			return rc;
		if (!array)
			return -ENOENT;
		number %= map->per_root;
	} else if (number >= map->per_root) {
		return -ENOENT;
	}
	rc = kx_reader_uint(reader, array + number * map->section_size + map->map_at,
			    pages->long_size, &coded, err);
	if (rc < 0)
		return rc;
	if (!(coded & SECTION_PRESENT) || !(coded & SECTION_HAS_MEM_MAP))
		return -ENOENT;
	*ret = coded & ~(uint64_t)SECTION_FLAGS;
	return 0;
}

/* Is there a struct page for the page at @addr by this map? Its flags are read, to see. */
static bool has_page(const struct kx_pages *pages, const struct mem_map *map,
		     struct kx_reader *reader, uint64_t addr)
{
	uint64_t pfn = addr >> pages->shift, at, flags;
	struct kx_err ignored;

	if (kx_mem_map_section(pages, map, reader, pfn >> map->section_shift, &at, &ignored) < 0)
		return false;
	return kx_reader_uint(reader, at + pfn * pages->keys.size + pages->keys.flags,
			      pages->long_size, &flags, &ignored) == 0;
}

/*
 * First and last byte of the largest piece of memory: RAM for sure. What a host dumps has ROM and
 * memory of devices in it, too, which the kernel has no struct pages for.
 */
static int find_largest(struct kx_reader *reader, uint64_t *ret_first, uint64_t *ret_last,
			struct kx_err *err)
{
	struct kx_run run = { .end = 0 };
	uint64_t largest = 0;
	int rc;

	while ((rc = kx_reader_next(reader, run.end, &run, err)) > 0) {
		if (run.kind == KX_RUN_MISSING || run.end - run.start <= largest)
			continue;
		largest = run.end - run.start;
		*ret_first = run.start;
		*ret_last = run.end - 1;
	}
	return rc < 0 || largest ? rc : kx_fail(err, -ENODATA, "the dump has no memory");
}

/*
 * Until v4.14 the symbol is the array, later it is the array's value by name and the pointer's by
 * history: both are tried. Without extreme sparse memory there is one array of sections.
 */
static bool fits(struct kx_pages *pages, struct kx_reader *reader, const struct mem_map *map,
		 uint64_t first, uint64_t last)
{
	if (!has_page(pages, map, reader, first) || !has_page(pages, map, reader, last))
		return false;
	pages->map = *map;
	return true;
}

static bool try_arrays(struct kx_pages *pages, struct kx_reader *reader, struct mem_map map,
		       uint64_t symbol, uint64_t length, uint64_t first, uint64_t last)
{
	uint64_t pointer = 0;
	struct kx_err ignored;

	map.per_root = (UINT64_C(1) << pages->shift) / map.section_size;
	map.n_roots = length;
	map.roots = symbol;
	if (fits(pages, reader, &map, first, last))
		return true;
	if (kx_reader_uint(reader, symbol, pages->long_size, &pointer, &ignored) == 0) {
		map.roots = pointer;
		if (fits(pages, reader, &map, first, last))
			return true;
	}
	map.roots = symbol;
	map.n_roots = 0;
	map.per_root = length;
	return fits(pages, reader, &map, first, last);
}

/*
 * Sizes of sections where VMCOREINFO does not tell (it does since v5.13): Linux,
 * arch/ARCH/include/asm/sparsemem.h. arm64 had 2^30 bytes until v5.11.
 */
static const struct {
	uint16_t machine;
	unsigned int bits;
} section_bits[] = {
	{ EM_X86_64, 27 }, { EM_AARCH64, 30 }, { EM_AARCH64, 27 }, { EM_AARCH64, 29 },
	{ EM_RISCV, 27 },
};

static bool try_sizes(struct kx_pages *pages, struct kx_reader *reader, struct mem_map map,
		      uint64_t symbol, uint64_t length, uint64_t first, uint64_t last)
{
	const struct kx_dump *dump = kx_reader_dump(reader);
	uint64_t bits;

	if (kx_vmcoreinfo_number(kx_dump_vmcoreinfo(dump), "SECTION_SIZE_BITS", &bits)) {
		if (bits <= pages->shift || bits > SECTION_BITS_MAX)
			return false;
		map.section_shift = (unsigned int)bits - pages->shift;
		return try_arrays(pages, reader, map, symbol, length, first, last);
	}
	for (size_t i = 0; i < sizeof(section_bits) / sizeof(section_bits[0]); i++) {
		if (section_bits[i].machine != kx_dump_machine(dump))
			continue;
		map.section_shift = section_bits[i].bits - pages->shift;
		if (try_arrays(pages, reader, map, symbol, length, first, last))
			return true;
	}
	return false;
}

/* A number of the only node's structure. */
static int node_number(const struct kx_pages *pages, struct kx_reader *reader, const char *member,
		       uint64_t *ret, struct kx_err *err)
{
	const struct kx_vmcoreinfo *info = kx_dump_vmcoreinfo(kx_reader_dump(reader));
	uint64_t node, offset;

	if (!kx_vmcoreinfo_symbol(info, "contig_page_data", &node))
		return kx_fail(err, -ENODATA,
			       "VMCOREINFO lacks SYMBOL(mem_section) and SYMBOL(contig_page_data)");
	if (!kx_vmcoreinfo_offset(info, member, &offset))
		return kx_fail(err, -ENODATA, "VMCOREINFO lacks OFFSET(%s)", member);
	return kx_reader_uint(reader, node + offset, pages->long_size, ret, err);
}

/* The array has struct pages for whole blocks of the largest size, whatever memory begins with. */
static int find_flat(struct kx_pages *pages, struct kx_reader *reader, struct kx_err *err)
{
	uint64_t block = kx_pages_block_max(pages), array, start, count, end;
	struct mem_map map = { .flat = true };
	int rc;

	if (!block)
		return kx_fail(err, -ENODATA, "VMCOREINFO lacks LENGTH(zone.free_area)");
	rc = node_number(pages, reader, "pglist_data.node_mem_map", &array, err);
	if (rc == 0)
		rc = node_number(pages, reader, "pglist_data.node_start_pfn", &start, err);
	if (rc == 0)
		rc = node_number(pages, reader, "pglist_data.node_spanned_pages", &count, err);
	if (rc < 0)
		return rc == -ENOMEM ? rc : kx_context(err, -ENODATA, "flat memory");
	if (__builtin_add_overflow(start, count, &end) || end > KX_DUMP_PFN_MAX)
		return kx_fail(err, -ENODATA,
			       "flat memory: %" PRIu64 " pages from 0x%" PRIx64 " cannot be", count,
			       start);
	map.section_shift = (unsigned int)__builtin_ctzll(block);
	map.flat_first = start & ~(block - 1);
	map.flat_end = end;
	map.flat_map = array - start * pages->keys.size;
	pages->map = map;
	return 0;
}

static int find_sections(struct kx_pages *pages, struct kx_reader *reader, uint64_t symbol,
			 struct kx_err *err)
{
	const struct kx_vmcoreinfo *info = kx_dump_vmcoreinfo(kx_reader_dump(reader));
	uint64_t length, first = 0, last = 0;
	struct mem_map map = { .n_roots = 0 };
	int rc;

	if (!kx_vmcoreinfo_length(info, "mem_section", &length) || length == 0)
		return kx_fail(err, -ENODATA, "VMCOREINFO lacks LENGTH(mem_section)");
	if (!kx_vmcoreinfo_size(info, "mem_section", &map.section_size) || map.section_size < 8 ||
	    map.section_size > UINT64_C(1) << pages->shift)
		return kx_fail(err, -ENODATA, "VMCOREINFO lacks SIZE(mem_section)");
	if (!kx_vmcoreinfo_offset(info, "mem_section.section_mem_map", &map.map_at) ||
	    map.map_at > map.section_size - pages->long_size)
		return kx_fail(err, -ENODATA,
			       "VMCOREINFO lacks OFFSET(mem_section.section_mem_map)");
	rc = find_largest(reader, &first, &last, err);
	if (rc < 0)
		return rc;
	if (!try_sizes(pages, reader, map, symbol, length, first, last))
		return kx_fail(err, -ENODATA,
			       "no struct pages at mem_section, 0x%" PRIx64 ", for memory from 0x%" PRIx64
			       " to 0x%" PRIx64, symbol, first, last);
	return 0;
}

int kx_mem_map_find(struct kx_pages *pages, struct kx_reader *reader, struct kx_err *err)
{
	uint64_t symbol, first = 0, last = 0;
	int rc;

	if (kx_vmcoreinfo_symbol(kx_dump_vmcoreinfo(kx_reader_dump(reader)), "mem_section", &symbol))
		return find_sections(pages, reader, symbol, err);
	rc = find_flat(pages, reader, err);
	if (rc == 0)
		rc = find_largest(reader, &first, &last, err);
	if (rc == 0 && !fits(pages, reader, &pages->map, first, last))
		return kx_fail(err, -ENODATA,
			       "no struct pages in flat memory for that from 0x%" PRIx64
			       " to 0x%" PRIx64, first, last);
	return rc;
}
