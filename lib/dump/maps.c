/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the dumped kernel has its memory: said by the file, else by formulas and page tables. */
#include <assert.h>

#include "lib/dump/internal.h"

/* The direct map, where it is searched for, begins at a multiple of this. */
#define STEP (UINT64_C(1) << 30)

/* What is mapped of an image is found out in pieces of this size, if it is no larger than that. */
#define IMAGE_STEP (UINT64_C(1) << 21)
#define IMAGE_MAX  (UINT64_C(1) << 30)

enum { STEPS_MAX = 1 << 16, WORK_MIN = 16 << 20 };

void kx_dump_add_map(struct kx_dump *dump, uint64_t virt, uint64_t phys, uint64_t size)
{
	for (size_t i = 0; i < dump->n_maps; i++) {
		struct kx_dump_map *m = &dump->map[i];
		uint64_t end = m->phys + m->size;

		if (m->virt - m->phys != virt - phys)
			continue;
		if (phys < m->phys) {
			m->virt = virt;
			m->phys = phys;
		}
		m->size = (end > phys + size ? end : phys + size) - m->phys;
		return;
	}
	if (dump->n_maps < KX_DUMP_MAPS_MAX)
		dump->map[dump->n_maps++] = (struct kx_dump_map){ phys, virt, size };
}

/* Do page tables have @phys at @virt? */
static bool walks_to(struct kx_reader *reader, uint64_t virt, uint64_t phys)
{
	struct kx_err ignored;
	uint64_t at, len;

	return kx_virt_walk(&reader->virt, virt, &at, &len, &ignored) == 0 && at == phys;
}

/*
 * From the first to the last step that page tables have at this distance: a formula covers all
 * addresses that an image may have. Between them something may be unmapped, as what only booting
 * needed.
 */
static void trim(struct kx_reader *reader, struct kx_dump_map *map)
{
	uint64_t first = map->size, end = 0;

	for (uint64_t off = 0; off < map->size && map->size <= IMAGE_MAX; off += IMAGE_STEP) {
		if (!walks_to(reader, map->virt + off, map->phys + off))
			continue;
		first = off < first ? off : first;
		end = off + IMAGE_STEP;
	}
	if (end == 0)
		return;
	map->phys += first;
	map->virt += first;
	map->size = (end < map->size ? end : map->size) - first;
}

/* Some memory that the dump has, to see whether page tables have it where it should be. */
static bool some_memory(struct kx_reader *reader, uint64_t *ret)
{
	struct kx_run run;
	struct kx_err ignored;
	uint64_t at = 0;

	/* Not the first: what is below 1 MiB may be the firmware's. */
	while (kx_reader_next(reader, at, &run, &ignored) > 0) {
		at = run.end;
		if (run.kind == KX_RUN_STORED && run.end > UINT64_C(1) << 24) {
			*ret = run.start > UINT64_C(1) << 24 ? run.start : UINT64_C(1) << 24;
			return true;
		}
	}
	return false;
}

/*
 * KASLR of x86_64 moves the direct map by gibibytes, and nothing says where to. Tables may make a
 * step dear: all of them shall cost no more than to read the file, or as much as a small one bears.
 */
static bool search_direct(struct kx_reader *reader, uint64_t phys, struct kx_dump_map *ret)
{
	const struct kx_virt_arch *arch = reader->virt.arch;
	uint64_t base = UINT64_C(0xffff888000000000), begun = kx_reader_work(reader);
	uint64_t most = kx_dump_stored(reader->dump);

	if (!arch || arch->direct_align != STEP || reader->virt.levels != 4)
		return false;
	most = most < WORK_MIN ? WORK_MIN : most;
	for (unsigned int i = 0; i < STEPS_MAX; i++, base += STEP) {
		if (kx_reader_work(reader) - begun > most)
			return false;
		if (walks_to(reader, base + phys, phys)) {
			*ret = (struct kx_dump_map){ 0, base, UINT64_C(64) << 40 };
			return true;
		}
	}
	return false;
}

/* Addresses of an image below the first that is in memory. */
static void above_zero(struct kx_dump_map *map)
{
	uint64_t below = -map->phys;

	if (map->phys == 0 || below >= map->size)
		return;
	map->phys = 0;
	map->virt += below;
	map->size -= below;
}

static size_t from_formulas(struct kx_reader *reader, struct kx_dump_map *ret)
{
	const struct kx_dump *dump = reader->dump;
	bool walks = dump->proof[KX_WAY_WALK] == KX_PROOF_GOOD, direct = false;
	bool proven = dump->proof[KX_WAY_FORMULA] == KX_PROOF_GOOD;
	uint64_t memory = 0;
	size_t count = 0;

	if (!some_memory(reader, &memory))
		return 0;
	for (size_t i = 0; i < dump->virt.count && proven; i++) {
		const struct kx_virt_linear *l = &dump->virt.linear[i];
		struct kx_dump_map map = { l->phys, l->first, l->last - l->first + 1 };
		uint64_t there = l->first + (memory - l->phys);

		if (l->kind == KX_VIRT_DIRECT &&
		    (direct || (walks && !walks_to(reader, there, memory))))
			continue;
		direct |= l->kind == KX_VIRT_DIRECT;
		if (l->kind == KX_VIRT_IMAGE && walks)
			trim(reader, &map);
		above_zero(&map);
		ret[count++] = map;
	}
	if (!direct && walks && search_direct(reader, memory, &ret[count]))
		count++;
	return count;
}

size_t kx_dump_maps(struct kx_reader *reader, struct kx_dump_map ret[KX_DUMP_MAPS_MAX])
{
	static_assert((int)KX_VIRT_LINEAR_MAX < (int)KX_DUMP_MAPS_MAX, "and one that is searched for");
	const struct kx_dump *dump = reader->dump;

	if (dump->n_maps == 0)
		return from_formulas(reader, ret);
	for (size_t i = 0; i < dump->n_maps; i++)
		ret[i] = dump->map[i];
	return dump->n_maps;
}
