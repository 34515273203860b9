/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks at bitmaps through windows of 4096 bytes. Stored pages are counted once for all readers,
 * front to back and only as far as needed, and remembered for each window that the file has: never
 * for its holes, since a bitmap can claim far more bytes than there are.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dump/kdump_bitmap.h"

enum { WINDOW = KX_PEEK_MAX };

void kx_kdump_part_done(struct kx_kdump_part *part)
{
	for (size_t i = 0; i < KX_KDUMP_MARK_BLOCKS; i++)
		free(part->mark[i]);
}

/* The number of the first part that ends behind @pfn. */
static size_t part_behind(const struct kx_kdump *kdump, uint64_t pfn)
{
	size_t low = 0, high = kdump->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (kdump->part[mid].head.end_pfn <= pfn)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct kx_kdump_part *kx_kdump_part_of(const struct kx_kdump *kdump, uint64_t pfn)
{
	size_t i = part_behind(kdump, pfn);

	return i < kdump->count && kdump->part[i].head.start_pfn <= pfn ? &kdump->part[i] : NULL;
}

static int read_source(void *data, uint64_t off, void *to, size_t len, struct kx_err *err)
{
	return kx_source_read(data, off, to, len, err);
}

void kx_kdump_turn_to(struct kx_kdump_look *look, struct kx_kdump_part *part)
{
	if (look->part == part)
		return;
	*look = (struct kx_kdump_look){ .part = part,
					.stored.loaded = look->stored.loaded,
					.exists.loaded = look->exists.loaded };
	look->stored.read = look->exists.read = read_source;
	look->stored.data = look->exists.data = part->source;
	look->stored.end = look->exists.end = kx_source_size(part->source);
}

/* The window of the bitmap at @base that has @byte, as its byte @byte % WINDOW. */
static int window_of(struct kx_peek *peek, const struct kx_kdump_head *head, uint64_t base,
		     uint64_t byte, const uint8_t **ret, struct kx_err *err)
{
	uint64_t first = byte - byte % WINDOW, left = head->bitmap_len - first;
	int rc = kx_peek(peek, base + first, left < WINDOW ? (size_t)left : WINDOW, ret, err);

	return rc < 0 ? kx_context(err, rc, "bitmap") : 0;
}

static int bit_of(struct kx_peek *peek, const struct kx_kdump_head *head, uint64_t base,
		  uint64_t pfn, bool *ret, struct kx_err *err)
{
	const uint8_t *bits;
	int rc = window_of(peek, head, base, pfn / 8, &bits, err);

	if (rc == 0)
		*ret = bits[pfn / 8 % WINDOW] >> pfn % 8 & 1;
	return rc;
}

int kx_kdump_is_stored(struct kx_kdump_look *look, uint64_t pfn, bool *ret, struct kx_err *err)
{
	const struct kx_kdump_head *head = &look->part->head;

	return bit_of(&look->stored, head, head->bitmap, pfn, ret, err);
}

int kx_kdump_exists(struct kx_kdump_look *look, uint64_t pfn, bool *ret, struct kx_err *err)
{
	const struct kx_kdump_head *head = &look->part->head;

	return bit_of(&look->exists, head, head->ram, pfn, ret, err);
}

/* ---- counting ------------------------------------------------------------------------------- */

static uint64_t count_bits(const uint8_t *bytes, size_t len)
{
	uint64_t count = 0, word;

	for (; len >= 8; bytes += 8, len -= 8) {
		memcpy(&word, bytes, 8);
		count += (uint64_t)__builtin_popcountll(word);
	}
	for (; len > 0; bytes++, len--)
		count += (uint64_t)__builtin_popcount(*bytes);
	return count;
}

static struct kx_kdump_mark *mark_at(const struct kx_kdump_part *part, size_t i)
{
	unsigned int block = 63 - (unsigned int)__builtin_clzll(i / KX_KDUMP_MARKS + 1);

	return &part->mark[block][i - KX_KDUMP_MARKS * (((size_t)1 << block) - 1)];
}

static int add_mark(struct kx_kdump_part *part, uint64_t byte, uint64_t count)
{
	size_t n = atomic_load_explicit(&part->n_marks, memory_order_relaxed);
	unsigned int block = 63 - (unsigned int)__builtin_clzll(n / KX_KDUMP_MARKS + 1);
	uint64_t before = n > 0 ? mark_at(part, n - 1)->behind : 0;

	if (block >= KX_KDUMP_MARK_BLOCKS)
		return -ENOMEM;
	if (!part->mark[block]) {
		part->mark[block] = calloc((size_t)KX_KDUMP_MARKS << block, sizeof(*part->mark[0]));
		if (!part->mark[block])
			return -ENOMEM;
	}
	*mark_at(part, n) = (struct kx_kdump_mark){ byte, before, before + count };
	atomic_store_explicit(&part->n_marks, n + 1, memory_order_release);
	return 0;
}

/* The last mark at or before @byte, or NULL. */
static const struct kx_kdump_mark *find_mark(struct kx_kdump_part *part, uint64_t byte)
{
	size_t low = 0, high = atomic_load_explicit(&part->n_marks, memory_order_acquire);

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (mark_at(part, mid)->byte <= byte)
			low = mid + 1;
		else
			high = mid;
	}
	return low > 0 ? mark_at(part, low - 1) : NULL;
}

static bool is_counted(struct kx_kdump_part *part, uint64_t byte)
{
	return atomic_load_explicit(&part->counted, memory_order_acquire) > byte;
}

/* Count the windows from @from on, up to and with the one at @last. */
static int count_windows(const struct kx_kdump *kdump, struct kx_kdump_part *part, uint64_t from,
			 uint64_t last, struct kx_err *err)
{
	while (from <= last) {
		uint64_t left = part->head.bitmap_len - from, want = last + WINDOW - from;
		size_t len = want < KX_KDUMP_BUFFER ? (size_t)want : KX_KDUMP_BUFFER;
		int rc;

		len = left < len ? (size_t)left : len;
		rc = kx_source_read(part->source, part->head.bitmap + from, kdump->buffer, len,
				    err);
		if (rc < 0)
			return kx_context(err, rc, "bitmap");
		for (size_t at = 0; at < len; at += WINDOW, from += WINDOW) {
			size_t part_len = len - at < WINDOW ? len - at : WINDOW;

			rc = add_mark(part, from, count_bits(kdump->buffer + at, part_len));
			if (rc < 0)
				return kx_fail(err, rc, "no memory");
			atomic_store_explicit(&part->counted, from + WINDOW, memory_order_release);
		}
	}
	return 0;
}

/* Count up to and with the window at @window, unless another reader has. Holes are skipped. */
static int count_to(const struct kx_kdump *kdump, struct kx_kdump_part *part, uint64_t window,
		    struct kx_err *err)
{
	uint64_t from = atomic_load_explicit(&part->counted, memory_order_relaxed);
	int rc = 0;

	while (rc == 0 && from <= window) {
		uint64_t base = part->head.bitmap;
		uint64_t data = kx_source_skip_hole(part->source, base + from) - base;
		uint64_t hole;

		data -= data % WINDOW;
		if (data > window) {
			atomic_store_explicit(&part->counted, data, memory_order_release);
			break;
		}
		hole = kx_source_skip_data(part->source, base + data) - base;
		rc = count_windows(kdump, part, data > from ? data : from,
				   hole < window ? hole - hole % WINDOW : window, err);
		from = atomic_load_explicit(&part->counted, memory_order_relaxed);
	}
	return rc;
}

/* The number of stored pages before @pfn. */
static int rank(struct kx_kdump *kdump, struct kx_kdump_look *look, uint64_t pfn, uint64_t *ret,
		struct kx_err *err)
{
	struct kx_kdump_part *part = look->part;
	uint64_t byte = pfn / 8, window = byte - byte % WINDOW, at;
	const struct kx_kdump_mark *mark;
	const uint8_t *bits;
	int rc = 0;

	if (!is_counted(part, window)) {
		pthread_mutex_lock(&kdump->lock);
		rc = count_to(kdump, part, window, err);
		pthread_mutex_unlock(&kdump->lock);
	}
	mark = find_mark(part, window);
	if (rc < 0 || !mark || mark->byte != window) {
		*ret = rc == 0 && mark ? mark->behind : 0;
		return rc;
	}
	rc = window_of(&look->stored, &part->head, part->head.bitmap, byte, &bits, err);
	if (rc < 0)
		return rc;
	/* Go on from where the reader was, if that is in the window and not behind. */
	if (look->byte < window || look->byte > byte) {
		look->byte = window;
		look->rank = mark->before;
	}
	at = look->byte - window;
	look->rank += count_bits(bits + at, byte - look->byte);
	look->byte = byte;
	*ret = look->rank + (uint64_t)__builtin_popcount(bits[byte % WINDOW] &
							 ((1U << pfn % 8) - 1));
	return 0;
}

int kx_kdump_index(struct kx_kdump *kdump, struct kx_kdump_look *look, uint64_t pfn, uint64_t *ret,
		   struct kx_err *err)
{
	uint64_t before = 0;
	int rc = 0;

	if (!look->has_first) {
		rc = rank(kdump, look, look->part->head.start_pfn, &look->first, err);
		look->has_first = rc == 0;
	}
	if (rc == 0)
		rc = rank(kdump, look, pfn, &before, err);
	if (rc == 0)
		*ret = before - look->first;
	return rc;
}

/* ---- runs ----------------------------------------------------------------------------------- */

/* Pages [@first, @end) of both bitmaps. */
struct bits {
	const uint8_t *stored, *exists;
	uint64_t first, end;
};

enum state { ABSENT, LEFT_OUT, STORED };

static enum state state_of(const struct bits *bits, uint64_t pfn)
{
	uint64_t at = pfn - bits->first;

	if (bits->stored[at / 8] >> at % 8 & 1)
		return STORED;
	return bits->exists[at / 8] >> at % 8 & 1 ? LEFT_OUT : ABSENT;
}

/* The first page behind @pfn that is in another state, or the end. */
static uint64_t state_end(const struct bits *bits, uint64_t pfn)
{
	enum state state = state_of(bits, pfn);
	uint8_t stored = state == STORED ? UINT8_MAX : 0;
	uint8_t exists = state == ABSENT ? 0 : UINT8_MAX;

	while (pfn < bits->end) {
		uint64_t at = (pfn - bits->first) / 8;

		/* A byte at a time where all its pages are alike. */
		if (pfn % 8 == 0 && bits->end - pfn >= 8 && bits->stored[at] == stored &&
		    (state == STORED || bits->exists[at] == exists))
			pfn += 8;
		else if (state_of(bits, pfn) == state)
			pfn++;
		else
			break;
	}
	return pfn;
}

/* The bits of @pfn and of those around it, of pages before @end. */
static int load_bits(struct kx_kdump_look *look, uint64_t pfn, uint64_t end, struct bits *ret,
		     struct kx_err *err)
{
	const struct kx_kdump_head *head = &look->part->head;
	uint64_t pages = WINDOW * 8;
	int rc;

	ret->first = pfn - pfn % pages;
	ret->end = end - ret->first < pages ? end : ret->first + pages;
	rc = window_of(&look->stored, head, head->bitmap, pfn / 8, &ret->stored, err);
	if (rc == 0)
		rc = window_of(&look->exists, head, head->ram, pfn / 8, &ret->exists, err);
	return rc;
}

/* The first page from @pfn on whose bits, in one bitmap or the other, are not in a hole. */
static uint64_t skip_holes(const struct kx_kdump_part *part, uint64_t pfn)
{
	const struct kx_kdump_head *head = &part->head;
	uint64_t byte = pfn / 8;
	uint64_t stored = kx_source_skip_hole(part->source, head->bitmap + byte) - head->bitmap;
	uint64_t exists = kx_source_skip_hole(part->source, head->ram + byte) - head->ram;
	uint64_t data = stored < exists ? stored : exists;

	return data > byte ? data * 8 : pfn;
}

/*
 * Turn to the part that describes @pfn, or if that was not given to the first, since each has all
 * bits. Return: the page behind @pfn where that changes.
 */
static uint64_t turn_to_page(const struct kx_kdump *kdump, struct kx_kdump_look *look, uint64_t pfn,
			     bool *ret_given)
{
	size_t i = part_behind(kdump, pfn);

	*ret_given = i < kdump->count && kdump->part[i].head.start_pfn <= pfn;
	kx_kdump_turn_to(look, &kdump->part[*ret_given ? i : 0]);
	if (*ret_given)
		return kdump->part[i].head.end_pfn;
	return i < kdump->count ? kdump->part[i].head.start_pfn : kdump->part[0].head.max_pfn;
}

int kx_kdump_next(const struct kx_kdump *kdump, struct kx_kdump_look *look, uint64_t pfn,
		  uint64_t *ret_pfn, uint64_t *ret_end, enum kx_run_kind *ret_kind,
		  struct kx_err *err)
{
	while (pfn < kdump->part[0].head.max_pfn) {
		uint64_t end, behind;
		enum state state;
		struct bits bits;
		bool given;
		int rc;

		end = turn_to_page(kdump, look, pfn, &given);
		rc = load_bits(look, pfn, end, &bits, err);
		if (rc < 0)
			return rc;
		state = state_of(&bits, pfn);
		behind = state_end(&bits, pfn);
		if (state != ABSENT) {
			*ret_pfn = pfn;
			*ret_end = behind;
			*ret_kind = state == STORED && given ? KX_RUN_STORED : KX_RUN_MISSING;
			return 1;
		}
		pfn = behind == bits.end ? skip_holes(look->part, behind) : behind;
	}
	return 0;
}
