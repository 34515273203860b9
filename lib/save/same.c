/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Remembers some of the pages that were written, in 16 bytes each; see the header. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lib/save/same.h"

/* Pages of one set, where a hash has its place; the one that was found or added last is first. */
enum { WAYS = 4, SETS_MIN = 64 };

/* Of struct entry; a page that is beyond is not remembered. */
enum { TAG_BITS = 16, OFF_BITS = 48, PFN_BITS = 40, SIZE_BITS = 17 };

/** struct entry - a page; all zeros: none */
struct entry {
	uint64_t tag : TAG_BITS, off : OFF_BITS;
	uint64_t pfn : PFN_BITS, size : SIZE_BITS, packed : 1;
};

struct set {
	struct entry way[WAYS];
};

/** struct same - @count sets, a power of two */
struct same {
	pthread_mutex_t lock;
	size_t count;
	struct set set[];
};

struct same *same_new(size_t limit)
{
	size_t count = SETS_MIN;
	struct same *same;

	if (limit < sizeof(*same) + count * sizeof(struct set))
		return NULL;
	while (count <= (limit - sizeof(*same)) / sizeof(struct set) / 2)
		count *= 2;
	same = calloc(1, sizeof(*same) + count * sizeof(struct set));
	if (!same)
		return NULL;
	pthread_mutex_init(&same->lock, NULL);
	same->count = count;
	return same;
}

void same_free(struct same *same)
{
	if (!same)
		return;
	pthread_mutex_destroy(&same->lock);
	free(same);
}

static uint64_t turn(uint64_t value, unsigned int bits)
{
	return value << bits | value >> (64 - bits);
}

/*
 * Half of the cache lines: reading all of them costs more than it tells apart. Numbers beside each
 * other do not wait for each other.
 */
uint64_t same_hash(const uint8_t *page, size_t size)
{
	enum { LANES = 8, STEP = 128 };
	const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t lane[LANES] = { 1, 2, 3, 4, 5, 6, 7, 8 }, hash = size;

	for (size_t at = 0; at < size; at += STEP) {
		uint64_t word[LANES];

		/* Of the two lines of each step now one, now the other. */
		memcpy(word, page + at + at / STEP % 2 * (STEP / 2), sizeof(word));
		for (size_t i = 0; i < LANES; i++)
			lane[i] = turn((lane[i] ^ word[i]) * odd, 29);
	}
	for (size_t i = 0; i < LANES; i++)
		hash = turn((hash ^ lane[i]) * odd, 31) * odd;
	return hash ^ hash >> 29;
}

static struct set *set_of(struct same *same, uint64_t hash)
{
	return &same->set[hash >> TAG_BITS & (same->count - 1)];
}

/* Entry @way comes first, those before it move by one. */
static void move_up(struct set *set, size_t way)
{
	struct entry first = set->way[way];

	memmove(set->way + 1, set->way, way * sizeof(first));
	set->way[0] = first;
}

bool same_find(struct same *same, uint64_t hash, uint64_t *ret_pfn, struct save_place *ret)
{
	struct set *set = set_of(same, hash);
	bool found = false;

	pthread_mutex_lock(&same->lock);
	for (size_t i = 0; i < WAYS && !found; i++) {
		const struct entry entry = set->way[i];

		if (!entry.size || entry.tag != (hash & ((1 << TAG_BITS) - 1)))
			continue;
		*ret_pfn = entry.pfn;
		*ret = (struct save_place){ entry.off, entry.size, entry.packed };
		move_up(set, i);
		found = true;
	}
	pthread_mutex_unlock(&same->lock);
	return found;
}

void same_add(struct same *same, uint64_t hash, uint64_t pfn, const struct save_place *place)
{
	struct set *set = set_of(same, hash);

	if (place->off >> OFF_BITS || pfn >> PFN_BITS || place->size >> SIZE_BITS)
		return;
	pthread_mutex_lock(&same->lock);
	move_up(set, WAYS - 1);
	set->way[0] = (struct entry){ .tag = hash & ((1 << TAG_BITS) - 1), .off = place->off,
				      .pfn = pfn, .size = place->size, .packed = place->packed };
	pthread_mutex_unlock(&same->lock);
}
