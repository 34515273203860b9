/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log as records of varying length one after the other in a ring, v3.5 to v5.9. A record is its
 * header, text and dictionary; one of length 0 says that the next is at the ring's start.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "kx/cleanup.h"
#include "lib/printk/internal.h"

enum {
	HEADER_MAX = 256,
	RECORD_ALIGN = 4,	/* LOG_ALIGN: of the u64 where 4 bytes are enough for it, else 8 */
	RECORD_MAX = UINT16_MAX,
	/* Found again after damage: no record is longer than this. */
	RESYNC_RECORD_MAX = 4096,
	RESYNC_MAX = 16 << 20,	/* bytes that are searched in all */
};

/**
 * struct ring - an open log
 * @size: of the ring in bytes
 * @header: SIZE(printk_log)
 * @pri16: 3.5.0: facility and level in one u16
 * @caller_at: 0 when records have no caller
 */
struct ring {
	struct printk_walk *walk;
	struct printk_area area;
	uint64_t size, first, next;
	uint64_t header, ts_nsec, len, text_len, dict_len, caller_at;
	bool pri16;
	uint64_t clear_seq;
	uint64_t searched;
	uint8_t record[RECORD_MAX];
};

/* A record's header, checked. */
struct entry {
	uint64_t len, text_len, dict_len, ts_nsec;
};

/* OFFSET(printk_log.x), in older kernels OFFSET(log.x). */
static bool offset_of(const struct kx_vmcoreinfo *info, const char *name, uint64_t *ret)
{
	return kx_vmcoreinfo_offset(info, name, ret) ||
	       kx_vmcoreinfo_offset(info, name + strlen("printk_"), ret);
}

static int read_layout(struct ring *ring)
{
	const struct kx_vmcoreinfo *info = ring->walk->info;
	struct kx_err *err = ring->walk->err;

	/* v3.5.0 exports nothing but the symbols. */
	ring->header = 16;
	ring->ts_nsec = 0;
	ring->len = 8;
	ring->text_len = 10;
	ring->dict_len = 12;
	ring->pri16 = !kx_vmcoreinfo_size(info, "printk_log", &ring->header) &&
		      !kx_vmcoreinfo_size(info, "log", &ring->header);
	offset_of(info, "printk_log.ts_nsec", &ring->ts_nsec);
	offset_of(info, "printk_log.len", &ring->len);
	offset_of(info, "printk_log.text_len", &ring->text_len);
	offset_of(info, "printk_log.dict_len", &ring->dict_len);
	if (ring->header < 16 || ring->header > HEADER_MAX || ring->ts_nsec > ring->header - 8 ||
	    ring->len > ring->header - 2 || ring->text_len > ring->header - 2 ||
	    ring->dict_len > ring->header - 4)
		return kx_fail(err, -EINVAL,
			       "VMCOREINFO: fields of printk_log do not fit its SIZE of %" PRIu64,
			       ring->header);
	/* CONFIG_PRINTK_CALLER (v5.1) adds a u32 at the end; its OFFSET is often not exported. */
	if (!offset_of(info, "printk_log.caller_id", &ring->caller_at) && ring->header >= 20)
		ring->caller_at = 16;
	if (ring->caller_at > ring->header - 4)
		return kx_fail(err, -EINVAL, "VMCOREINFO: OFFSET(printk_log.caller_id) is %" PRIu64,
			       ring->caller_at);
	return 0;
}

static uint64_t number(const struct ring *ring, uint64_t at, unsigned int width)
{
	return kx_get(ring->record + at, width, ring->walk->big_endian);
}

/* NULL and *@ret, or what is wrong. A length of 0 is a wrap and not wrong. */
static const char *read_entry(struct ring *ring, uint64_t idx, struct entry *ret)
{
	if (idx % RECORD_ALIGN != 0 || idx > ring->size || ring->header > ring->size - idx)
		return "lies beyond the ring";
	if (printk_area_read(&ring->area, idx, ring->record, (size_t)ring->header) < 0)
		return "is not in the dump";
	ret->len = number(ring, ring->len, 2);
	ret->text_len = number(ring, ring->text_len, 2);
	ret->dict_len = number(ring, ring->dict_len, 2);
	ret->ts_nsec = number(ring, ring->ts_nsec, 8);
	if (ret->len == 0)
		return NULL;
	if (ret->len % RECORD_ALIGN != 0 || ret->len > ring->size - idx ||
	    ring->header + ret->text_len + ret->dict_len > ret->len)
		return "has lengths that contradict each other";
	return NULL;
}

/* KEY=value strings with a NUL between them. */
static struct kx_span dict_value(struct kx_span dict, const char *key)
{
	size_t skip = strlen(key);

	while (dict.len > 0) {
		size_t len = strnlen((const char *)dict.base, dict.len);
		struct kx_span item = { dict.base, len };

		if (kx_span_starts(item, key))
			return (struct kx_span){ item.base + skip, len - skip };
		len += len < dict.len;
		dict.base += len;
		dict.len -= len;
	}
	return (struct kx_span){ 0 };
}

static void fill_priority(const struct ring *ring, struct kx_printk_record *record)
{
	uint8_t packed = ring->record[ring->dict_len + 3];
	bool big = ring->walk->big_endian;

	if (ring->pri16) {
		uint64_t pri = number(ring, ring->dict_len + 2, 2);

		record->facility = (uint8_t)(pri >> 3);
		record->level = pri & 7;
		record->raw_flags = LOG_NEWLINE;
	} else {
		record->facility = ring->record[ring->dict_len + 2];
		record->level = big ? packed & 7 : packed >> 5;
		record->raw_flags = big ? packed >> 3 : packed & 31;
	}
	if (record->raw_flags & LOG_CONT)
		record->flags |= KX_PRINTK_CONT;
	if (record->raw_flags & LOG_NEWLINE)
		record->flags |= KX_PRINTK_NEWLINE;
}

static int deliver(struct ring *ring, uint64_t idx, const struct entry *entry, uint64_t seq,
		   uint32_t flags)
{
	struct kx_printk_record record = { .seq = seq, .ts_nsec = entry->ts_nsec, .flags = flags };
	struct kx_span all = { ring->record, (size_t)entry->len }, dict;

	if (printk_area_read(&ring->area, idx, ring->record, all.len) < 0) {
		ring->walk->stats->damaged++;
		printk_partial(ring->walk, "log record %" PRIu64 ": its text is not in the dump",
			       seq);
		return 0;
	}
	fill_priority(ring, &record);
	if (ring->caller_at) {
		record.has_caller = true;
		record.caller_id = (uint32_t)number(ring, ring->caller_at, 4);
	}
	if (seq < ring->clear_seq)
		record.flags |= KX_PRINTK_CLEARED;
	if (!kx_span_slice(all, ring->header, entry->text_len, &record.text) ||
	    !kx_span_slice(all, ring->header + entry->text_len, entry->dict_len, &dict))
		return 0;
	record.subsystem = dict_value(dict, "SUBSYSTEM=");
	record.device = dict_value(dict, "DEVICE=");
	return printk_deliver(ring->walk, &record);
}

/* Does a record start here that looks like one, and another or the end behind it? */
static bool plausible(struct ring *ring, uint64_t idx, uint64_t since)
{
	struct entry one, two;

	if (read_entry(ring, idx, &one) || one.len < ring->header ||
	    one.len > RESYNC_RECORD_MAX || one.text_len == 0 || one.ts_nsec < since)
		return false;
	return idx + one.len == ring->next ||
	       (!read_entry(ring, idx + one.len, &two) &&
		(two.len == 0 || two.ts_nsec >= one.ts_nsec));
}

/* The next place after @idx with a record, before the ring's end or the log's. */
static bool resync(struct ring *ring, uint64_t idx, uint64_t since, uint64_t *ret)
{
	uint64_t end = idx < ring->next ? ring->next : ring->size;

	for (idx += RECORD_ALIGN; idx < end && ring->searched < RESYNC_MAX;
	     idx += RECORD_ALIGN, ring->searched += RECORD_ALIGN) {
		if (plausible(ring, idx, since)) {
			*ret = idx;
			return true;
		}
	}
	if (end == ring->next || ring->next == 0 || ring->searched >= RESYNC_MAX)
		return false;
	*ret = 0;
	return true;
}

/* Is a step to @idx, without having come to the log's end, one too many? */
static bool went_round(const struct ring *ring, uint64_t from, uint64_t idx, bool wrapped)
{
	bool back = idx <= from;

	return idx != ring->next &&
	       ((back && wrapped) || ((back || wrapped) && idx >= ring->first));
}

/*
 * Every step goes forward, over the ring's end once, and not beyond where it began: no byte is
 * looked at twice.
 * @print: deliver records; else only look for the one at @clear_idx
 */
static int walk_ring(struct ring *ring, bool print, uint64_t clear_idx)
{
	uint64_t idx = ring->first, seq = 0, last = 0;
	bool wrapped = false;
	struct entry entry;
	uint32_t flags = 0;
	int rc = 0;

	while (rc == 0 && idx != ring->next) {
		const char *wrong = read_entry(ring, idx, &entry);
		uint64_t from = idx;

		if (idx == clear_idx)
			ring->clear_seq = seq;
		if (wrong && print) {
			ring->walk->stats->damaged++;
			printk_partial(ring->walk,
				       "log record at 0x%" PRIx64 " of 0x%" PRIx64 " %s", idx,
				       ring->size, wrong);
		}
		if (wrong) {
			if (!ring->walk->recover || !resync(ring, idx, last, &idx))
				return 0;
			flags = KX_PRINTK_DAMAGED;	/* what is before this one is not known */
		} else if (entry.len == 0) {
			idx = 0;
		} else {
			if (print)
				rc = deliver(ring, idx, &entry, seq, flags);
			flags = 0;
			last = entry.ts_nsec;
			seq++;
			idx += entry.len;
		}
		if (went_round(ring, from, idx, wrapped)) {
			if (print)
				printk_partial(ring->walk, "the log's records never reach its end");
			return rc;
		}
		wrapped |= idx <= from;
	}
	if (idx == clear_idx)
		ring->clear_seq = seq;
	return rc;
}

static int open_ring(struct ring *ring)
{
	struct printk_walk *walk = ring->walk;
	uint64_t buf;
	int rc;

	if ((rc = printk_variable(walk, "log_buf", walk->word, &buf)) < 0 ||
	    (rc = printk_variable(walk, "log_buf_len", 4, &ring->size)) < 0 ||
	    (rc = printk_variable(walk, "log_first_idx", 4, &ring->first)) < 0 ||
	    (rc = printk_variable(walk, "log_next_idx", 4, &ring->next)) < 0)
		return rc;
	walk->stats->text_size = ring->size;
	/* LOG_BUF_LEN_MAX */
	if (ring->size == 0 || ring->size > 1ULL << 31)
		return kx_fail(walk->err, -EINVAL, "log_buf_len is %" PRIu64 ", must be 1 to 2 GiB",
			       ring->size);
	if (ring->first >= ring->size) {
		printk_partial(walk,
			       "log_first_idx is 0x%" PRIx64 ", beyond the ring of 0x%" PRIx64,
			       ring->first, ring->size);
		ring->first = 0;
	}
	return printk_area_init(&ring->area, walk, buf, ring->size, "log_buf");
}

int printk_log(struct printk_walk *walk)
{
	_cleanup_free_ struct ring *ring = calloc(1, sizeof(*ring));
	struct kx_err ignored = { "" };
	uint64_t addr, clear_idx;
	int rc;

	walk->stats->format = "records";
	if (!ring)
		return kx_fail(walk->err, -ENOMEM, "no memory to read the log");
	ring->walk = walk;
	rc = read_layout(ring);
	if (rc == 0)
		rc = open_ring(ring);
	/* 0 is also what it was before any dmesg -c. */
	if (rc == 0 && kx_vmcoreinfo_symbol(walk->info, "clear_idx", &addr) &&
	    kx_reader_uint(walk->reader, addr, 4, &clear_idx, &ignored) == 0) {
		walk->stats->has_clear_seq = true;
		if (clear_idx != 0)
			rc = walk_ring(ring, false, clear_idx);
		walk->stats->clear_seq = ring->clear_seq;
	}
	if (rc == 0)
		rc = walk_ring(ring, true, UINT64_MAX);
	printk_area_done(&ring->area);
	return rc;
}
