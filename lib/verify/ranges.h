/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is damaged, as few ranges. */
#ifndef LIB_VERIFY_RANGES_H
#define LIB_VERIFY_RANGES_H

#include "kx/verify.h"

/** verify_ranges_add() - @first to @last, all of which are in one or in none yet */
void verify_ranges_add(struct kx_verify_ranges *ranges, uint64_t first, uint64_t last);

/**
 * verify_find_pages() - which pages lie in the damaged chunks of @chunk bytes
 *
 * Nothing is found in a dump that cannot be opened.
 */
void verify_find_pages(struct kx_verify *verify, const bool *damaged, size_t count,
		       uint64_t chunk);

#endif
