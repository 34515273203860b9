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

void kept_init(struct kept *kept, size_t limit)
{
	*kept = (struct kept){ .limit = limit < 2 * RUN_MAX ? 2 * RUN_MAX : limit, .gap = 1 };
}

void kept_done(struct kept *kept)
{
	free(kept->bytes);
	*kept = (struct kept){ .gap = 1 };
}

/* The open run goes to @to, behind runs that end at @written_end. */
static size_t put_run(uint8_t *to, uint64_t written_end, uint64_t first, uint64_t end)
{
	size_t len = put_number(to, first - written_end);

	return len + put_number(to + len, end - first);
}

/* Join runs that are less than @kept->gap pages apart. It becomes shorter, so in place. */
static void thin(struct kept *kept)
{
	struct kept_at at = { .off = 0 };
	uint64_t first = 0, end = 0, written_end = 0;
	uint8_t run[RUN_MAX];
	size_t len = 0, n;

	while (kept_next(kept, &at)) {
		if (end > first && at.first - end < kept->gap) {
			kept->joined += at.first - end;
			kept->pages += at.first - end;
			end = at.end;
			continue;
		}
		if (end > first) {
			n = put_run(run, written_end, first, end);
			memcpy(kept->bytes + len, run, n);
			len += n;
			written_end = end;
		}
		first = at.first;
		end = at.end;
	}
	if (end > first) {
		len += put_run(kept->bytes + len, written_end, first, end);
		written_end = end;
	}
	kept->len = len;
	kept->written_end = written_end;
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
	int rc = 0;

	if (kept->end == kept->first)
		return 0;
	while (kept->room - kept->len < RUN_MAX && rc == 0) {
		if (kept->room < kept->limit) {
			rc = grow(kept, err);
			continue;
		}
		/* A gap of all numbers leaves one run, which there is room for. */
		kept->gap = kept->gap < UINT64_MAX / 2 ? 2 * kept->gap : UINT64_MAX;
		thin(kept);
	}
	if (rc < 0)
		return rc;
	kept->len += put_run(kept->bytes + kept->len, kept->written_end, kept->first, kept->end);
	kept->written_end = kept->end;
	kept->first = kept->end;
	return 0;
}

int kept_add(struct kept *kept, uint64_t first, uint64_t end, struct kx_err *err)
{
	bool open = kept->end > kept->first;
	int rc;

	if (first >= end)
		return 0;
	kept->pages += end - first;
	if (open && first - kept->end < kept->gap) {
		kept->joined += first - kept->end;
		kept->pages += first - kept->end;
		kept->end = end;
		return 0;
	}
	rc = flush(kept, err);
	kept->first = first;
	kept->end = end;
	return rc;
}

int kept_close(struct kept *kept, struct kx_err *err)
{
	return flush(kept, err);
}

bool kept_next(const struct kept *kept, struct kept_at *at)
{
	if (at->off >= kept->len)
		return false;
	at->first = at->end + take_number(kept->bytes, &at->off);
	at->end = at->first + take_number(kept->bytes, &at->off);
	return true;
}
