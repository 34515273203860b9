/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Some pages of each class, and what they take when they are compressed. */
#ifndef LIB_SAVE_SAMPLE_H
#define LIB_SAVE_SAMPLE_H

#include "kx/reader.h"
#include "kx/save.h"

/* Pages of a class that are sampled: all, if it has no more, else at least half as many. */
enum { SAMPLE_MAX = 2048 };

/**
 * struct sample - pages of each class, one out of each 2^@shift that follow each other
 * @seen: pages of the class
 * @next: which of them is taken next, by its number among them
 * @pfn: those that were taken, @count of them
 *
 * Which page out of 2^@shift it is is left to chance, since much in memory comes in blocks of a
 * power of two, and begins with what is not like the rest. The same pages give the same sample.
 */
struct sample {
	uint64_t chance;
	struct sample_class {
		unsigned int shift;
		size_t count;
		uint64_t seen, next;
		uint64_t pfn[SAMPLE_MAX];
	} class[KX_PAGE_CLASSES];
};

/** sample_new() - an empty one, for free(); NULL: no memory */
struct sample *sample_new(void);

/** sample_add() - @count pages from @first on are of @class; not below what was added before */
void sample_add(struct sample *sample, enum kx_page_class class, uint64_t first, uint64_t count);

/**
 * struct tally - what pages of a class take when they are compressed one by one
 * @count: pages that were read; @zero: of them, those of zeros
 * @sum, @squares: of their bytes, and of these squared; [1]: with nothing for pages of zeros
 */
struct tally {
	uint64_t count, zero;
	double sum[2], squares[2];
};

/**
 * sample_measure() - read the sampled pages and compress them
 * @shift: log2 of the page size
 * @codec, @level: as for kx_page_squeezer_new()
 * @ret: for each class; what cannot be read any more is not in it
 *
 * Return: 0; as kx_page_squeezer_new() and kx_page_squeeze().
 */
int sample_measure(const struct sample *sample, struct kx_reader *reader, unsigned int shift,
		   uint32_t codec, int level, struct tally ret[KX_PAGE_CLASSES],
		   struct kx_err *err);

/**
 * sample_expect() - what the pages that @level keeps will take
 * @tally: of sample_measure()
 * @pages: there are, by class
 * @page_size: bytes that a page takes at most
 */
struct kx_save_size sample_expect(const struct tally tally[KX_PAGE_CLASSES],
				      const uint64_t pages[KX_PAGE_CLASSES], unsigned int level,
				      uint64_t page_size);

#endif
