/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of kdump.conf as text: numbers, sizes, times, shares of a file system. */
#ifndef KDUMP_BASE_VALUES_H
#define KDUMP_BASE_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** struct config_share - of a file system: @percent of its size, or, if that is 0, @bytes */
struct config_share {
	uint64_t bytes;
	unsigned int percent;
};

/* Room for any number with its unit. */
enum { VALUE_TEXT = 32 };

/** value_flag() - yes, no and what else means them; false: neither, *@ret is untouched */
bool value_flag(const char *text, bool *ret);

/** value_size() - bytes; K, M, G, T, P, E: powers of 1024; "B" or "iB" behind them means nothing */
bool value_size(const char *text, uint64_t *ret);

/** value_time() - seconds; s, m or min, h, d, w; several in a row add up, as in 1h30m */
bool value_time(const char *text, uint64_t *ret);

/** value_share() - a size, or a percentage below 100 */
bool value_share(const char *text, struct config_share *ret);

/** value_print_size() - as value_size() takes it, exactly, by the largest unit that divides */
void value_print_size(uint64_t bytes, char to[VALUE_TEXT]);

/** value_print_time() - as value_time() takes it, exactly */
void value_print_time(uint64_t seconds, char to[VALUE_TEXT]);

/**
 * value_distance() - edits (a letter more, less, other, two swapped) from @a to @b; at most 99
 *
 * Capitals are no other letters: nobody who has all of them wrong means another word.
 */
unsigned int value_distance(const char *a, const char *b);

#endif
