/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages of all classes in a made dump, and what they must be told as. */
#ifndef TESTS_UNIT_CLASSES_H
#define TESTS_UNIT_CLASSES_H

#include "kx/pages.h"
#include "tests/tools/mkpages.h"

/** set_blocks() - some pages are of each class that @m's era knows */
void set_blocks(struct mkpages *m);

/**
 * classify_from() - the class of each page from number @first on, in calls of @step
 *
 * Return: how many had no struct page.
 */
uint64_t classify_from(struct kx_reader *reader, uint64_t first, size_t step,
		       uint8_t class[MKPAGES_COUNT]);

/** classify() - the same from page 0 on */
void classify(struct kx_reader *reader, size_t step, uint8_t class[MKPAGES_COUNT],
	      uint64_t *ret_unreadable);

/** assert_classes() - each page is what set_blocks() made of it, the others are the kernel's */
void assert_classes(const struct mkpages *m, const uint8_t class[MKPAGES_COUNT]);

#endif
