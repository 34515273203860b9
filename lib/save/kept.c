/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs of kept pages in as few bytes as they need; see the header. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/save/kept.h"

enum { NUMBER_MAX = 10, RUN_MAX = 2 * NUMBER_MAX };

static size_t put_number(uint8_t *to, uint64_t value)
{
	size_t len = 0;

	for (; value >= 0x80; value >>= 7)
		to[len++] = (uint8_t)(value | 0x80);
	to[len++] = (uint8_t)value;
	return len;
}

static uint64_t take_number(const uint8_t *from, size_t *off)
{
	uint64_t value = 0;
	unsigned int shift = 0;
	uint8_t byte;

	do {
		byte = from[(*off)++];
		value |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80);
	return value;
}

void kept_init(struct kept *kept, size_t limit, bool marked, uint64_t blur)
{
	*kept = (struct kept){ .limit = limit < 2 * RUN_MAX ? 2 * RUN_MAX : limit, .gap = 1,
			       .marked = marked, .blur = marked ? blur : 0 };
}

void kept_done(struct kept *kept)
{
	free(kept->bytes);
	*kept = (struct kept){ .gap = 1 };
}

/** struct run - one that is not written yet; empty when the numbers are equal */
struct run {
	uint64_t first, end;
	bool valuable, barred;
};

/* A run goes to @to, behind runs that end at @written_end. */
static size_t put_run(uint8_t *to, uint64_t written_end, const struct run *run)
{
	size_t len = put_number(to, run->first - written_end);

	return len + put_number(to + len, (run->end - run->first) << 2 |
						  (uint64_t)run->barred << 1 | run->valuable);
}

/* Is @next, which begins where @run ends or behind it, to be one with it? */
static bool belongs(const struct kept *kept, const struct run *run, const struct run *next)
{
	const struct run *less = run->valuable ? next : run;

	if (next->barred || next->first - run->end >= kept->gap)
		return false;
	return run->valuable == next->valuable || less->end - less->first < kept->blur;
}

/* Put @next into @run, or return false. */
static bool join(struct kept *kept, struct run *run, const struct run *next)
{
	if (run->end == run->first || !belongs(kept, run, next))
		return false;
	kept->joined += next->first - run->end;
	kept->pages += next->first - run->end;
	run->end = next->end;
	run->valuable |= next->valuable;
	return true;
}

/* Join runs that now belong together. It becomes shorter, so in place. */
static void thin(struct kept *kept)
{
	struct run run = { .end = 0 };
	struct kept_at at = { .off = 0 };
	uint64_t written_end = 0;
	uint8_t bytes[RUN_MAX];
	size_t len = 0, n;

	while (kept_next(kept, &at)) {
		const struct run next = { at.first, at.end, at.valuable, at.barred };

		if (join(kept, &run, &next))
			continue;
		if (run.end > run.first) {
			n = put_run(bytes, written_end, &run);
			memcpy(kept->bytes + len, bytes, n);
			len += n;
			written_end = run.end;
		}
		run = next;
	}
	if (run.end > run.first) {
		len += put_run(kept->bytes + len, written_end, &run);
		written_end = run.end;
	}
	kept->len = len;
	kept->written_end = written_end;
}

/* Marks go before pages are added: what they are wrong about is the order alone. */
static void coarsen(struct kept *kept)
{
	enum { BLUR_MAX = 4096 };

	if (kept->marked && kept->blur < BLUR_MAX) {
		kept->blur = kept->blur ? 2 * kept->blur : 2;
		return;
	}
	/* Gaps of all numbers leave one run between two bars. */
	kept->blur = UINT64_MAX;
	kept->gap = kept->gap < UINT64_MAX / 2 ? 2 * kept->gap : UINT64_MAX;
}

static int grow(struct kept *kept, struct kx_err *err)
{
	size_t room = kept->room ? 2 * kept->room : 4096;
	uint8_t *bytes;

	if (room > kept->limit)
		room = kept->limit;
	bytes = realloc(kept->bytes, room);
	if (!bytes)
		return kx_fail(err, -ENOMEM, "no memory for the list of kept pages");
	kept->bytes = bytes;
	kept->room = room;
	return 0;
}

/* The run that was open is written. */
static int flush(struct kept *kept, struct kx_err *err)
{
	const struct run run = { kept->first, kept->end, kept->valuable, kept->barred };
	int rc = 0;

	if (kept->end == kept->first)
		return 0;
	while (kept->room - kept->len < RUN_MAX && rc == 0) {
		if (kept->room < kept->limit) {
			rc = grow(kept, err);
			continue;
		}
		if (kept->gap == UINT64_MAX)
			return kx_fail(err, -ENOMEM, "more pieces of memory that must not be read "
				       "than %zu bytes have room for: give more --memory",
				       kept->limit);
		coarsen(kept);
		thin(kept);
	}
	if (rc < 0)
		return rc;
	kept->len += put_run(kept->bytes + kept->len, kept->written_end, &run);
	kept->written_end = kept->end;
	kept->first = kept->end;
	return 0;
}

int kept_add(struct kept *kept, uint64_t first, uint64_t end, bool valuable, struct kx_err *err)
{
	struct run run = { kept->first, kept->end, kept->valuable, kept->barred };
	const struct run next = { first, end, valuable && kept->marked, kept->bar };
	int rc = 0;

	if (first >= end)
		return 0;
	kept->bar = false;
	kept->pages += end - first;
	if (!join(kept, &run, &next)) {
		rc = flush(kept, err);
		run = next;
	}
	kept->first = run.first;
	kept->end = run.end;
	kept->valuable = run.valuable;
	kept->barred = run.barred;
	return rc;
}

void kept_bar(struct kept *kept)
{
	kept->bar = true;
}

int kept_close(struct kept *kept, struct kx_err *err)
{
	return flush(kept, err);
}

bool kept_next(const struct kept *kept, struct kept_at *at)
{
	uint64_t number;

	if (at->off >= kept->len)
		return false;
	at->first = at->end + take_number(kept->bytes, &at->off);
	number = take_number(kept->bytes, &at->off);
	at->end = at->first + (number >> 2);
	at->barred = number >> 1 & 1;
	at->valuable = number & 1;
	return true;
}
