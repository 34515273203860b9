/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log as a ring of bytes, before v3.5: lines that start with <N> and, with printk.time, with
 * [sssss.uuuuuu].
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>

#include "kx/cleanup.h"
#include "lib/printk/internal.h"

enum {
	LINE_MAX_BYTES = 65536,		/* a longer line is delivered in parts */
	DEFAULT_LEVEL = 4,		/* DEFAULT_MESSAGE_LOGLEVEL: KERN_WARNING */
};

struct text {
	struct printk_walk *walk;
	struct printk_area area;
	uint64_t size, start, end, clear;	/* positions count on beyond the size */
	uint64_t seq, line_at;
	size_t line_len;
	uint8_t line[LINE_MAX_BYTES];
};

static bool take_digits(struct kx_span *s, uint64_t *ret)
{
	size_t n = 0;

	*ret = 0;
	while (n < s->len && isdigit(s->base[n]) && n < 18)
		*ret = *ret * 10 + (uint64_t)(s->base[n++] - '0');
	s->base += n;
	s->len -= n;
	return n > 0;
}

static bool take_char(struct kx_span *s, char c)
{
	if (s->len == 0 || s->base[0] != (uint8_t)c)
		return false;
	s->base++;
	s->len--;
	return true;
}

/* "<N>": the level in the low three bits, the facility above. */
static void take_priority(struct kx_printk_record *record)
{
	struct kx_span s = record->text;
	uint64_t n;

	if (take_char(&s, '<') && take_digits(&s, &n) && n < 1024 && take_char(&s, '>')) {
		record->level = n & 7;
		record->facility = (uint8_t)(n >> 3);
		record->text = s;
		return;
	}
	record->flags |= KX_PRINTK_NO_LEVEL;
	record->level = DEFAULT_LEVEL;
}

/* "[ssss.uuuuuu] " */
static void take_time(struct kx_printk_record *record)
{
	struct kx_span s = record->text, fraction;
	uint64_t sec, usec;

	record->flags |= KX_PRINTK_NO_TIME;
	if (!take_char(&s, '['))
		return;
	while (take_char(&s, ' '))
		;
	if (!take_digits(&s, &sec) || sec > UINT64_MAX / 1000000000 - 1 || !take_char(&s, '.'))
		return;
	fraction = s;
	if (!take_digits(&s, &usec) || fraction.len - s.len != 6 || !take_char(&s, ']'))
		return;
	take_char(&s, ' ');
	record->flags &= ~(uint32_t)KX_PRINTK_NO_TIME;
	record->ts_nsec = (sec * 1000000 + usec) * 1000;
	record->text = s;
}

static int end_line(struct text *t)
{
	struct kx_printk_record record = {
		.seq = t->seq++,
		.text = { t->line, t->line_len },
		.flags = KX_PRINTK_NEWLINE,
		.raw_flags = LOG_NEWLINE,
	};

	if (t->line_at < t->clear)
		record.flags |= KX_PRINTK_CLEARED;
	t->line_len = 0;
	take_priority(&record);
	take_time(&record);
	return printk_deliver(t->walk, &record);
}

static int take_bytes(struct text *t, const uint8_t *bytes, size_t len, uint64_t at)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < len; i++) {
		if (t->line_len == 0)
			t->line_at = at + i;
		if (bytes[i] == '\n' && (t->line_len > 0 || at + i > t->start))
			rc = end_line(t);
		else if (bytes[i] != '\n')
			t->line[t->line_len++] = bytes[i];
		if (rc == 0 && t->line_len == sizeof(t->line))
			rc = end_line(t);
	}
	return rc;
}

static int walk_bytes(struct text *t)
{
	uint8_t part[AREA_PAGE];
	int rc = 0;

	for (uint64_t at = t->start; rc == 0 && at < t->end;) {
		uint64_t index = at & (t->size - 1);
		uint64_t len = sizeof(part) - index % sizeof(part);

		if (len > t->size - index)
			len = t->size - index;
		if (len > t->end - at)
			len = t->end - at;
		if (printk_area_read(&t->area, index, part, (size_t)len) == 0) {
			rc = take_bytes(t, part, (size_t)len, at);
		} else {
			t->walk->stats->damaged++;
			printk_partial(t->walk,
				       "log_buf: %" PRIu64 " bytes at 0x%" PRIx64
				       " are not in the dump",
				       len, index);
		}
		at += len;
	}
	if (rc == 0 && t->line_len > 0)
		rc = end_line(t);
	return rc;
}

static int open_ring(struct text *t)
{
	struct printk_walk *walk = t->walk;
	uint64_t buf, count, chars, addr;
	struct kx_err ignored = { "" };
	int rc;

	/* log_end was a long before v2.6.25, whose VMCOREINFO says nothing of the log. */
	if ((rc = printk_variable(walk, "log_buf", walk->word, &buf)) < 0 ||
	    (rc = printk_variable(walk, "log_buf_len", 4, &t->size)) < 0 ||
	    (rc = printk_variable(walk, "log_end", 4, &count)) < 0)
		return rc;
	walk->stats->text_size = t->size;
	if (t->size == 0 || t->size > 1ULL << 31 || (t->size & (t->size - 1)) != 0)
		return kx_fail(walk->err, -EINVAL,
			       "log_buf_len is %" PRIu64 ", must be a power of 2 up to 2 GiB",
			       t->size);
	t->end = count;
	t->start = count > t->size ? count - t->size : 0;
	if (kx_vmcoreinfo_symbol(walk->info, "logged_chars", &addr) &&
	    kx_reader_uint(walk->reader, addr, 4, &chars, &ignored) == 0) {
		walk->stats->has_clear_seq = true;
		t->clear = chars < t->end - t->start ? t->end - chars : t->start;
	}
	return printk_area_init(&t->area, walk, buf, t->size, "log_buf");
}

int printk_text(struct printk_walk *walk)
{
	_cleanup_free_ struct text *t = calloc(1, sizeof(*t));
	int rc;

	walk->stats->format = "byte ring";
	if (!t)
		return kx_fail(walk->err, -ENOMEM, "no memory to read the log");
	t->walk = walk;
	rc = open_ring(t);
	if (rc == 0)
		rc = walk_bytes(t);
	printk_area_done(&t->area);
	return rc;
}
