/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the lock-less ring: what one writer at a time does to descriptors and data. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/mkprb.h"

enum { REUSABLE = 3, FAILED_LPOS = 1, EMPTY_LPOS = 3 };

/* Offsets in the structures of this ring; words are 4 or 8 bytes. */
struct at {
	size_t data_ring, descs, infos, head_id, tail_id, text_lpos, dev_info, info_size, data;
};

static struct at layout(const struct mkprb *m)
{
	size_t w = m->p.word;

	return (struct at){
		.data_ring = 6 * w, .descs = w, .infos = 2 * w, .head_id = 3 * w, .tail_id = 4 * w,
		.text_lpos = w, .dev_info = m->p.context ? 44 : 24,
		.info_size = m->p.context ? (w == 8 ? 112 : 108) : 88, .data = w,
	};
}

static uint64_t word_mask(const struct mkprb *m)
{
	return UINT64_MAX >> (64 - 8 * m->p.word);
}

static uint64_t id_mask(const struct mkprb *m)
{
	return word_mask(m) >> 2;
}

static void say_layout(struct mkprb *m)
{
	struct at at = layout(m);
	size_t w = m->p.word;

	mkprb_say(m, "SYMBOL(prb)=%" PRIx64, m->base + MKPRB_POINTER);
	mkprb_say(m, "SYMBOL(clear_seq)=%" PRIx64, m->base + MKPRB_CLEAR);
	mkprb_say(m, "SIZE(printk_ringbuffer)=%zu\nOFFSET(printk_ringbuffer.desc_ring)=0", 11 * w);
	mkprb_say(m, "OFFSET(printk_ringbuffer.text_data_ring)=%zu", at.data_ring);
	mkprb_say(m, "OFFSET(printk_ringbuffer.fail)=%zu", 10 * w);
	mkprb_say(m, "SIZE(prb_desc_ring)=%zu\nOFFSET(prb_desc_ring.count_bits)=0", 6 * w);
	mkprb_say(m, "OFFSET(prb_desc_ring.descs)=%zu", at.descs);
	mkprb_say(m, "OFFSET(prb_desc_ring.infos)=%zu", at.infos);
	mkprb_say(m, "OFFSET(prb_desc_ring.head_id)=%zu", at.head_id);
	mkprb_say(m, "OFFSET(prb_desc_ring.tail_id)=%zu", at.tail_id);
	mkprb_say(m, "SIZE(prb_desc)=%zu\nOFFSET(prb_desc.state_var)=0", 3 * w);
	mkprb_say(m, "OFFSET(prb_desc.text_blk_lpos)=%zu", at.text_lpos);
	mkprb_say(m, "SIZE(prb_data_blk_lpos)=%zu", 2 * w);
	mkprb_say(m, "OFFSET(prb_data_blk_lpos.begin)=0\nOFFSET(prb_data_blk_lpos.next)=%zu", w);
	mkprb_say(m, "SIZE(printk_info)=%zu\nOFFSET(printk_info.seq)=0", at.info_size);
	mkprb_say(m, "OFFSET(printk_info.ts_nsec)=8\nOFFSET(printk_info.text_len)=16");
	mkprb_say(m, "OFFSET(printk_info.caller_id)=20\nOFFSET(printk_info.dev_info)=%zu",
		  at.dev_info);
	mkprb_say(m, "SIZE(dev_printk_info)=64\nOFFSET(dev_printk_info.subsystem)=0");
	mkprb_say(m, "LENGTH(printk_info_subsystem)=16\nOFFSET(dev_printk_info.device)=16");
	mkprb_say(m, "LENGTH(printk_info_device)=48\nSIZE(prb_data_ring)=%zu", 4 * w);
	mkprb_say(m, "OFFSET(prb_data_ring.size_bits)=0\nOFFSET(prb_data_ring.data)=%zu", at.data);
	mkprb_say(m, "OFFSET(prb_data_ring.head_lpos)=%zu", 2 * w);
	mkprb_say(m, "OFFSET(prb_data_ring.tail_lpos)=%zu", 3 * w);
	mkprb_say(m, "SIZE(atomic_long_t)=%zu\nOFFSET(atomic_long_t.counter)=0", w);
	mkprb_say(m, "SIZE(latched_seq)=24\nOFFSET(latched_seq.val)=8");
}

static void put_counters(struct mkprb *m)
{
	struct at at = layout(m);
	size_t w = m->p.word;

	mkprb_put(m, MKPRB_STRUCT + at.head_id, (unsigned int)w, m->head_id);
	mkprb_put(m, MKPRB_STRUCT + at.tail_id, (unsigned int)w, m->tail_id);
	mkprb_put(m, MKPRB_STRUCT + at.data_ring + 2 * w, (unsigned int)w, m->head_lpos);
	mkprb_put(m, MKPRB_STRUCT + at.data_ring + 3 * w, (unsigned int)w, m->tail_lpos);
}

static void put_desc(struct mkprb *m, uint64_t id, unsigned int state, uint64_t begin,
		     uint64_t next)
{
	unsigned int w = m->p.word;
	size_t desc = m->descs + (id & ((1ULL << m->p.count_bits) - 1)) * 3 * w;

	mkprb_put(m, desc, w, (uint64_t)state << (8 * w - 2) | id);
	mkprb_put(m, desc + w, w, begin);
	mkprb_put(m, desc + 2 * w, w, next);
}

bool mkprb_ring_init(struct mkprb *m)
{
	uint64_t count = 1ULL << m->p.count_bits, size = 1ULL << m->p.size_bits;
	struct at at = layout(m);
	unsigned int w = m->p.word;

	m->descs = MKPRB_ARRAYS;
	m->infos = m->descs + count * 3 * w;
	m->infos += -m->infos & 7;
	m->text = m->infos + count * at.info_size;
	m->text += -m->text & 7;
	m->block_id = calloc(count, sizeof(uint64_t));
	m->block_next = calloc(count, sizeof(uint64_t));
	if (!m->block_id || !m->block_next || m->text + size > m->size)
		return false;
	/* Counters start just below their overflow. */
	m->head_id = m->tail_id = -(count + 1) & id_mask(m);
	m->head_lpos = m->tail_lpos = -size & word_mask(m);
	mkprb_put(m, MKPRB_POINTER, w, m->base + MKPRB_STRUCT);
	mkprb_put(m, MKPRB_STRUCT, 4, m->p.count_bits);
	mkprb_put(m, MKPRB_STRUCT + at.descs, w, m->base + m->descs);
	mkprb_put(m, MKPRB_STRUCT + at.infos, w, m->base + m->infos);
	mkprb_put(m, MKPRB_STRUCT + at.data_ring, 4, m->p.size_bits);
	mkprb_put(m, MKPRB_STRUCT + at.data_ring + at.data, w, m->base + m->text);
	put_desc(m, m->head_id, REUSABLE, FAILED_LPOS, FAILED_LPOS);
	say_layout(m);
	put_counters(m);
	return true;
}

static void make_reusable(struct mkprb *m, uint64_t id)
{
	unsigned int w = m->p.word;
	size_t desc = m->descs + (id & ((1ULL << m->p.count_bits) - 1)) * 3 * w;
	uint64_t seq = mkprb_get(m, m->infos + (id & ((1ULL << m->p.count_bits) - 1)) *
				 layout(m).info_size, 8);

	mkprb_put(m, desc, w, 3ULL << (8 * w - 2) | id);
	/* Older ones without text stay: they have no block that could go. */
	mkprb_drop(m, seq);
}

/* Give up the oldest data block. */
static void push_data(struct mkprb *m)
{
	make_reusable(m, m->block_id[0]);
	m->tail_lpos = m->block_next[0];
	m->n_blocks--;
	memmove(m->block_id, m->block_id + 1, m->n_blocks * sizeof(uint64_t));
	memmove(m->block_next, m->block_next + 1, m->n_blocks * sizeof(uint64_t));
}

/* The next descriptor; what it held before is gone, its text too. */
static uint64_t take_id(struct mkprb *m)
{
	uint64_t count = 1ULL << m->p.count_bits, id = (m->head_id + 1) & id_mask(m);

	if (((id - count) & id_mask(m)) == m->tail_id) {
		if (m->n_blocks > 0 && m->block_id[0] == m->tail_id)
			push_data(m);
		else if (m->next_seq >= count)
			make_reusable(m, m->tail_id);
		m->tail_id = (m->tail_id + 1) & id_mask(m);
	}
	m->head_id = id;
	return id;
}

static uint64_t next_lpos(const struct mkprb *m, uint64_t begin, uint64_t len)
{
	unsigned int bits = m->p.size_bits;
	uint64_t next = (begin + len) & word_mask(m);
	uint64_t last = (next - !m->p.old_wrap) & word_mask(m);

	if (begin >> bits == last >> bits)
		return next;
	return ((last >> bits << bits) + len) & word_mask(m);
}

/* Text into the data ring, with the id before it, twice when it wraps. */
static uint64_t put_text(struct mkprb *m, uint64_t id, const struct mkprb_record *r, uint64_t *next)
{
	uint64_t size = 1ULL << m->p.size_bits, begin = m->head_lpos, at;
	unsigned int w = m->p.word;
	uint64_t len = (w + r->len + w - 1) / w * w;

	*next = next_lpos(m, begin, len);
	while (m->n_blocks > 0 && ((*next - m->tail_lpos) & word_mask(m)) > size)
		push_data(m);
	if (m->n_blocks == 0)
		m->tail_lpos = begin;
	m->head_lpos = *next;
	at = begin & (size - 1);
	mkprb_put(m, m->text + at, w, id);
	if (((*next - begin) & word_mask(m)) != len || at + len > size) {
		at = 0;
		mkprb_put(m, m->text, w, id);
	}
	memcpy(m->memory + m->text + at + w, r->text, r->len);
	m->block_id[m->n_blocks] = id;
	m->block_next[m->n_blocks++] = *next;
	return begin;
}

static void put_info(struct mkprb *m, uint64_t id, const struct mkprb_record *r)
{
	struct at at = layout(m);
	size_t info = m->infos + (id & ((1ULL << m->p.count_bits) - 1)) * at.info_size;

	memset(m->memory + info, 0, at.info_size);
	mkprb_put(m, info, 8, r->seq);
	mkprb_put(m, info + 8, 8, r->ts_nsec);
	mkprb_put(m, info + 16, 2, r->fate == MKPRB_RESERVED ? 0 : r->len);
	m->memory[info + 18] = r->facility;
	m->memory[info + 19] = (uint8_t)(m->p.big ? r->flags << 3 | r->level
						  : r->level << 5 | r->flags);
	mkprb_put(m, info + 20, 4, r->caller_id);
	if (m->p.context) {
		mkprb_put(m, info + 24, 4, r->caller_id2);
		memcpy(m->memory + info + 28, r->comm, 16);
	}
	memcpy(m->memory + info + at.dev_info, r->subsystem, 16);
	memcpy(m->memory + info + at.dev_info + 16, r->device, 48);
}

bool mkprb_ring_add(struct mkprb *m, const struct mkprb_record *r)
{
	static const unsigned int states[] = {
		[MKPRB_FINALIZED] = 2, [MKPRB_COMMITTED] = 1, [MKPRB_RESERVED] = 0,
		[MKPRB_LOST] = 2,
	};
	uint64_t begin, next, id;

	if (2 * (r->len + 2 * m->p.word) > 1ULL << m->p.size_bits)
		return false;
	id = take_id(m);
	if (r->fate == MKPRB_LOST)
		begin = next = FAILED_LPOS;
	else if (r->len == 0)
		begin = next = EMPTY_LPOS;
	else
		begin = put_text(m, id, r, &next);
	put_desc(m, id, states[r->fate], begin, next);
	put_info(m, id, r);
	m->next_seq++;
	mkprb_keep(m, r);
	put_counters(m);
	return true;
}

bool mkprb_ring_poke(struct mkprb *m, const char *name, uint64_t index, uint64_t value)
{
	struct at at = layout(m);
	unsigned int w = m->p.word;
	uint64_t id = (m->head_id - index) & ((1ULL << m->p.count_bits) - 1);
	size_t desc = m->descs + id * 3 * w, info = m->infos + id * at.info_size;
	const struct {
		const char *name;
		size_t where;
		unsigned int width;
	} names[] = {
		{ "count_bits", MKPRB_STRUCT, 4 },
		{ "size_bits", MKPRB_STRUCT + at.data_ring, 4 },
		{ "descs", MKPRB_STRUCT + at.descs, w },
		{ "infos", MKPRB_STRUCT + at.infos, w },
		{ "data", MKPRB_STRUCT + at.data_ring + at.data, w },
		{ "head_id", MKPRB_STRUCT + at.head_id, w },
		{ "tail_id", MKPRB_STRUCT + at.tail_id, w },
		{ "fail", MKPRB_STRUCT + 10 * w, w },
		/* Of the record that is @index before the last. */
		{ "state_var", desc, w },
		{ "begin", desc + w, w },
		{ "next", desc + 2 * w, w },
		{ "seq", info, 8 },
		{ "text_len", info + 16, 2 },
		{ "id_word", m->text + (mkprb_get(m, desc + w, w) & ((1ULL << m->p.size_bits) - 1)),
		  w },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i].name) == 0) {
			mkprb_put(m, names[i].where, names[i].width, value);
			return true;
		}
	}
	return false;
}
