/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the two older logs: records of varying length, and bytes. */
#include <inttypes.h>
#include <string.h>

#include "tests/tools/mkprb.h"

static size_t header_size(const struct mkprb *m)
{
	/* A u64 is aligned to 4 bytes on i386, else to 8. */
	if (!m->p.caller)
		return 16;
	return m->p.word == 4 && !m->p.big ? 20 : 24;
}

bool mkprb_records_init(struct mkprb *m)
{
	m->log_buf = MKPRB_ARRAYS;
	mkprb_put(m, MKPRB_POINTER, m->p.word, m->base + m->log_buf);
	mkprb_put(m, MKPRB_LEN, 4, 1ULL << m->p.size_bits);
	mkprb_say(m, "SYMBOL(log_buf)=%" PRIx64, m->base + MKPRB_POINTER);
	mkprb_say(m, "SYMBOL(log_buf_len)=%" PRIx64, m->base + MKPRB_LEN);
	mkprb_say(m, "SYMBOL(log_first_idx)=%" PRIx64, m->base + MKPRB_FIRST);
	mkprb_say(m, "SYMBOL(log_next_idx)=%" PRIx64, m->base + MKPRB_NEXT);
	mkprb_say(m, "SYMBOL(clear_idx)=%" PRIx64, m->base + MKPRB_CLEAR);
	mkprb_say(m, "SIZE(printk_log)=%zu\nOFFSET(printk_log.ts_nsec)=0", header_size(m));
	mkprb_say(m, "OFFSET(printk_log.len)=8\nOFFSET(printk_log.text_len)=10");
	mkprb_say(m, "OFFSET(printk_log.dict_len)=12");
	return true;
}

/* Records until there is room for @size bytes and a header that says "go on at the start". */
static bool make_room(struct mkprb *m, uint64_t size)
{
	uint64_t ring = 1ULL << m->p.size_bits, free;

	for (;;) {
		if (m->n_alive == 0)
			free = ring - m->next_idx > m->next_idx ? ring - m->next_idx : m->next_idx;
		else if (m->next_idx > m->first_idx)
			free = ring - m->next_idx > m->first_idx ? ring - m->next_idx
								 : m->first_idx;
		else
			free = m->first_idx - m->next_idx;
		if (free >= size + header_size(m))
			return true;
		if (m->n_alive == 0)
			return false;
		m->first_idx += mkprb_get(m, m->log_buf + m->first_idx + 8, 2);
		if (m->first_idx + header_size(m) <= ring &&
		    mkprb_get(m, m->log_buf + m->first_idx + 8, 2) == 0)
			m->first_idx = 0;
		mkprb_drop_oldest(m);
	}
}

bool mkprb_records_add(struct mkprb *m, const struct mkprb_record *r)
{
	uint64_t ring = 1ULL << m->p.size_bits, header = header_size(m), size;
	char dict[128] = "";
	size_t dict_len = 0, at;

	if (r->subsystem[0]) {
		dict_len = (size_t)snprintf(dict, sizeof(dict), "SUBSYSTEM=%s", r->subsystem) + 1;
		dict_len += (size_t)snprintf(dict + dict_len, sizeof(dict) - dict_len, "DEVICE=%s",
					     r->device);
	}
	size = (header + r->len + dict_len + 7) / 8 * 8;
	if (4 * size > ring || !make_room(m, size))
		return false;
	if (m->next_idx + size + header > ring) {
		memset(m->memory + m->log_buf + m->next_idx, 0, header);
		/* An empty log goes on where its next record will be. */
		if (m->n_alive == 0)
			m->first_idx = 0;
		m->next_idx = 0;
	}
	at = m->log_buf + m->next_idx;
	memset(m->memory + at, 0, size);
	mkprb_put(m, at, 8, r->ts_nsec);
	mkprb_put(m, at + 8, 2, size);
	mkprb_put(m, at + 10, 2, r->len);
	mkprb_put(m, at + 12, 2, dict_len);
	m->memory[at + 14] = r->facility;
	m->memory[at + 15] = (uint8_t)(m->p.big ? r->flags << 3 | r->level
						: r->level << 5 | r->flags);
	if (m->p.caller)
		mkprb_put(m, at + 16, 4, r->caller_id);
	memcpy(m->memory + at + header, r->text, r->len);
	memcpy(m->memory + at + header + r->len, dict, dict_len);
	m->next_idx += size;
	m->next_seq++;
	mkprb_keep(m, r);
	mkprb_put(m, MKPRB_FIRST, 4, m->first_idx);
	mkprb_put(m, MKPRB_NEXT, 4, m->next_idx);
	return true;
}

bool mkprb_text_init(struct mkprb *m)
{
	m->log_buf = MKPRB_ARRAYS;
	mkprb_put(m, MKPRB_POINTER, m->p.word, m->base + m->log_buf);
	mkprb_put(m, MKPRB_LEN, 4, 1ULL << m->p.size_bits);
	mkprb_say(m, "SYMBOL(log_buf)=%" PRIx64, m->base + MKPRB_POINTER);
	mkprb_say(m, "SYMBOL(log_buf_len)=%" PRIx64, m->base + MKPRB_LEN);
	mkprb_say(m, "SYMBOL(log_end)=%" PRIx64, m->base + MKPRB_NEXT);
	mkprb_say(m, "SYMBOL(logged_chars)=%" PRIx64, m->base + MKPRB_CLEAR);
	return true;
}

/* Each record is a line; times are cut to microseconds. */
bool mkprb_text_add(struct mkprb *m, const struct mkprb_record *r)
{
	uint64_t ring = 1ULL << m->p.size_bits, usec = r->ts_nsec / 1000, lost = 0;
	struct mkprb_record kept = *r;
	char head[64];
	size_t n = (size_t)snprintf(head, sizeof(head), "<%u>[%5" PRIu64 ".%06" PRIu64 "] ",
				    r->facility << 3 | r->level, usec / 1000000, usec % 1000000);
	size_t len = n + r->len + 1;

	if (2 * len > ring)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = i < n ? head[i] : i < n + r->len ? r->text[i - n] : '\n';

		m->memory[m->log_buf + ((m->log_end + i) & (ring - 1))] = (uint8_t)c;
	}
	/* Where the line starts tells later whether it is still whole. */
	kept.seq = m->log_end;
	m->log_end += len;
	mkprb_put(m, MKPRB_NEXT, 4, m->log_end);
	mkprb_put(m, MKPRB_CLEAR, 4, mkprb_get(m, MKPRB_CLEAR, 4) + len);
	kept.ts_nsec = usec * 1000;
	mkprb_keep(m, &kept);
	m->next_seq++;
	if (m->log_end > ring)
		lost = m->log_end - ring;
	while (m->n_alive > 0 && m->alive[0].seq < lost)
		mkprb_drop_oldest(m);
	return true;
}
