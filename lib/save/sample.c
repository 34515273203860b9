/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes a sample of pages while they are classified, and tells from it what all of them take. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "kx/page_codec.h"
#include "lib/save/sample.h"
#include "lib/save/zero.h"

/* ---- taking it ------------------------------------------------------------------------------ */

struct sample *sample_new(void)
{
	struct sample *sample = calloc(1, sizeof(*sample));

	if (sample)
		sample->chance = UINT64_C(0x9e3779b97f4a7c15);
	return sample;
}

/* Xorshift (Marsaglia, 2003): chance enough for a sample, and the same each time. */
static uint64_t draw(struct sample *sample)
{
	sample->chance ^= sample->chance << 13;
	sample->chance ^= sample->chance >> 7;
	sample->chance ^= sample->chance << 17;
	return sample->chance;
}

/* It is full: of two that follow each other one stays, so that each page had the same chance. */
static void halve(struct sample *sample, struct sample_class *class)
{
	class->count = SAMPLE_MAX / 2;
	class->shift++;
	for (size_t i = 0; i < class->count; i++)
		class->pfn[i] = class->pfn[2 * i + (draw(sample) >> 32) % 2];
}

void sample_add(struct sample *sample, enum kx_page_class which, uint64_t first, uint64_t count)
{
	struct sample_class *class = &sample->class[which];

	while (class->next - class->seen < count) {
		uint64_t block;

		class->pfn[class->count++] = first + (class->next - class->seen);
		if (class->count == SAMPLE_MAX)
			halve(sample, class);
		/* In the block of pages that no page was taken of yet. */
		block = (uint64_t)class->count << class->shift;
		class->next = block + (draw(sample) >> 11) % (UINT64_C(1) << class->shift);
	}
	class->seen += count;
}

/* ---- measuring it --------------------------------------------------------------------------- */

static void free_squeezer(struct kx_page_squeezer **squeezer)
{
	kx_page_squeezer_free(*squeezer);
}

static int measure_page(const uint8_t *page, size_t size, struct kx_page_squeezer *squeezer,
			struct tally *tally, struct kx_err *err)
{
	struct kx_span bytes = { page, size };
	bool zero = page_is_zero(page, size);
	double len;
	int rc = kx_page_squeeze(squeezer, page, &bytes, err);

	if (rc < 0)
		return rc;
	len = (double)bytes.len;
	tally->count++;
	tally->zero += zero;
	tally->sum[0] += len;
	tally->squares[0] += len * len;
	if (!zero) {
		tally->sum[1] += len;
		tally->squares[1] += len * len;
	}
	return 0;
}

int sample_measure(const struct sample *sample, struct kx_reader *reader, unsigned int shift,
		   uint32_t codec, int level, struct tally ret[KX_PAGE_CLASSES],
		   struct kx_err *err)
{
	_cleanup_(free_squeezer) struct kx_page_squeezer *squeezer = NULL;
	_cleanup_free_ uint8_t *page = malloc((size_t)1 << shift);
	size_t size = (size_t)1 << shift;
	struct kx_err ignored;
	int rc;

	if (!page)
		return kx_fail(err, -ENOMEM, "no memory to look at pages");
	rc = kx_page_squeezer_new(codec, level, size, &squeezer, err);
	memset(ret, 0, KX_PAGE_CLASSES * sizeof(*ret));
	for (enum kx_page_class c = 0; c < KX_PAGE_CLASSES; c++) {
		const struct sample_class *class = &sample->class[c];

		/* What nobody may read is not looked at. */
		for (size_t i = 0; i < class->count && rc == 0 && !kx_page_excluded(c, 0); i++) {
			if (kx_reader_phys(reader, class->pfn[i] << shift, page, size,
					   &ignored) == 0)
				rc = measure_page(page, size, squeezer, &ret[c], err);
		}
	}
	return rc;
}

/* ---- what all of them take ------------------------------------------------------------------ */

/* By Newton, from above; libm is not worth a dependency. */
static double square_root(double value)
{
	double root = value > 1 ? value : 1;

	for (int i = 0; i < 200; i++) {
		double next = (root + value / root) / 2;

		if (next >= root)
			break;
		root = next;
	}
	return value > 0 ? root : 0;
}

/* Of @pages of which the mean was taken of @n: what the sum's variance is. */
static double variance(double pages, double n, double sum, double squares)
{
	double rest = squares - sum * sum / n;

	/* Of those that were not seen alone there is doubt. */
	if (n < 2 || pages <= n || rest <= 0)
		return 0;
	return pages * pages * (1 - n / pages) * (rest / (n - 1)) / n;
}

struct kx_save_size sample_expect(const struct tally tally[KX_PAGE_CLASSES],
				      const uint64_t pages[KX_PAGE_CLASSES], unsigned int level,
				      uint64_t page_size)
{
	bool zero = level & KX_LEVEL_ZERO;
	double sum = 0, doubt = 0, unknown = 0, most = 0, low, high;

	for (enum kx_page_class c = 0; c < KX_PAGE_CLASSES; c++) {
		const struct tally *t = &tally[c];
		double n = (double)t->count, all = (double)pages[c];

		if (kx_page_excluded(c, level) || !pages[c])
			continue;
		most += all * (double)page_size;
		if (!t->count) {
			/* Nothing is known of any of them. */
			unknown += all * (double)page_size;
			continue;
		}
		sum += t->sum[zero] / n * all;
		doubt += variance(all, n, t->sum[zero], t->squares[zero]);
	}
	doubt = KX_SAVE_ERRORS * square_root(doubt);
	low = doubt < sum ? sum - doubt : 0;
	sum += unknown;
	high = sum + doubt < most ? sum + doubt : most;
	return (struct kx_save_size){ (uint64_t)low, (uint64_t)sum, (uint64_t)high };
}
