/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where pages that were written are, so that a page equal to one of them need not be written again.
 * What it finds may be wrong: bytes are to be compared. Threads may share it.
 */
#ifndef LIB_SAVE_SAME_H
#define LIB_SAVE_SAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct save_place - the data of a page in the file
 * @off: bytes; @size: of them; @packed: they are compressed
 */
struct save_place {
	uint64_t off;
	uint32_t size;
	bool packed;
};

struct same;

/**
 * same_new() - with room for pages of which most are forgotten again
 * @limit: bytes that it may take; of less than some KiB nothing comes
 *
 * Return: for same_free(); NULL: no memory, or too little: nothing is ever found.
 */
struct same *same_new(size_t limit);

/** same_free() - NULL is fine */
void same_free(struct same *same);

/**
 * same_hash() - a number that equal pages have in common, and few others
 * @size: of the page, a multiple of 512
 *
 * A part of the page's bytes is looked at. Whoever makes pages can make many with one hash: then
 * equal ones are not found, and each costs one comparison.
 */
uint64_t same_hash(const uint8_t *page, size_t size);

/**
 * same_find() - a page that was added with this hash, the one of which that was last
 * @ret_pfn: its page number; @ret: where it is
 */
bool same_find(struct same *same, uint64_t hash, uint64_t *ret_pfn, struct save_place *ret);

/** same_add() - page @pfn is in the file; what was not found for longest makes room */
void same_add(struct same *same, uint64_t hash, uint64_t pfn, const struct save_place *place);

#endif
