/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lock-less ring of v5.10 and later: descriptors and infos in two arrays of the same length,
 * texts in a ring of bytes. Layout from VMCOREINFO alone; arithmetic modulo the dumped machine's
 * word.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "kx/cleanup.h"
#include "lib/printk/internal.h"

enum {
	/* log_buf_len= takes up to 2 GiB (LOG_BUF_LEN_MAX); one descriptor per 32 bytes of text. */
	COUNT_BITS_MAX = 26,
	SIZE_BITS_MAX = 31,
	STRUCT_MAX = 4096,
	TEXT_MAX = UINT16_MAX,
	COMM_LEN = 16,		/* TASK_COMM_LEN */
	/* Descriptors in a row that cannot be used: what comes then is not worth the time. */
	STRANGE_MAX = 1 << 20,
};

/* Top two bits of a descriptor's state_var (enum desc_state). */
enum { STATE_RESERVED, STATE_COMMITTED, STATE_FINALIZED, STATE_REUSABLE };

/* Positions without data. v6.9 named them FAILED_LPOS and EMPTY_LINE_LPOS; values never changed. */
enum { LPOS_DATALESS = 1, LPOS_EMPTY_LINE = 3 };

/* One member for each number that VMCOREINFO has to tell. */
struct layout {
	uint64_t desc_ring, data_ring, ring_size;
	uint64_t count_bits, descs, infos, head_id, tail_id, desc_ring_size;
	uint64_t state_var, text_lpos, desc_size;
	uint64_t begin, next, lpos_size;
	uint64_t seq, ts_nsec, text_len, caller_id, dev_info, info_size;
	uint64_t subsystem, device, dev_size;
	uint64_t size_bits, data, data_ring_size;
};

/* OFFSETs, each with the SIZE that bounds it; a width of 0 means the machine's long. */
static const struct layout_key {
	const char *key;
	size_t member;
	unsigned int width;
	size_t size_member;
} layout_keys[] = {
#define KEY(name, field, bytes, size) \
	{ name, offsetof(struct layout, field), bytes, offsetof(struct layout, size) }
	KEY("printk_ringbuffer.desc_ring", desc_ring, 1, ring_size),
	KEY("printk_ringbuffer.text_data_ring", data_ring, 1, ring_size),
	KEY("prb_desc_ring.count_bits", count_bits, 4, desc_ring_size),
	KEY("prb_desc_ring.descs", descs, 0, desc_ring_size),
	KEY("prb_desc_ring.infos", infos, 0, desc_ring_size),
	KEY("prb_desc_ring.head_id", head_id, 0, desc_ring_size),
	KEY("prb_desc_ring.tail_id", tail_id, 0, desc_ring_size),
	KEY("prb_desc.state_var", state_var, 0, desc_size),
	KEY("prb_desc.text_blk_lpos", text_lpos, 1, desc_size),
	KEY("prb_data_blk_lpos.begin", begin, 0, lpos_size),
	KEY("prb_data_blk_lpos.next", next, 0, lpos_size),
	KEY("printk_info.seq", seq, 8, info_size),
	KEY("printk_info.ts_nsec", ts_nsec, 8, info_size),
	KEY("printk_info.text_len", text_len, 2, info_size),
	KEY("printk_info.caller_id", caller_id, 4, info_size),
	KEY("printk_info.dev_info", dev_info, 1, info_size),
	KEY("dev_printk_info.subsystem", subsystem, 1, dev_size),
	KEY("dev_printk_info.device", device, 1, dev_size),
	KEY("prb_data_ring.size_bits", size_bits, 4, data_ring_size),
	KEY("prb_data_ring.data", data, 0, data_ring_size),
#undef KEY
};

static const struct {
	const char *key;
	size_t member;
} size_keys[] = {
	{ "printk_ringbuffer", offsetof(struct layout, ring_size) },
	{ "prb_desc_ring", offsetof(struct layout, desc_ring_size) },
	{ "prb_desc", offsetof(struct layout, desc_size) },
	{ "prb_data_blk_lpos", offsetof(struct layout, lpos_size) },
	{ "printk_info", offsetof(struct layout, info_size) },
	{ "dev_printk_info", offsetof(struct layout, dev_size) },
	{ "prb_data_ring", offsetof(struct layout, data_ring_size) },
};

/**
 * struct prb - an open ring
 * @word: bytes of the machine's long
 * @word_mask, @id_mask: what counters and descriptor ids are taken modulo, less one
 * @claims: parts of the text that a record has
 * @foreign: bytes that may still be shown of texts that belong to other records
 * @block: id word or text of the record at hand
 */
struct prb {
	struct printk_walk *walk;
	struct layout at;
	unsigned int word;
	uint64_t word_mask, id_mask;
	unsigned int count_bits, size_bits;
	uint64_t head, tail;
	bool has_ends;
	unsigned int strange;	/* descriptors in a row that are not what they should be */
	uint64_t subsystem_len, device_len;
	struct printk_area descs, infos, text;
	struct printk_claims claims;
	uint64_t foreign;
	uint8_t desc[STRUCT_MAX], info[STRUCT_MAX];
	uint8_t block[TEXT_MAX];
};

static void prb_done(struct prb *prb)
{
	printk_area_done(&prb->descs);
	printk_area_done(&prb->infos);
	printk_area_done(&prb->text);
	printk_claims_done(&prb->claims);
}

static int read_layout(struct prb *prb)
{
	const struct kx_vmcoreinfo *info = prb->walk->info;
	struct kx_err *err = prb->walk->err;
	uint8_t *base = (uint8_t *)&prb->at;

	for (size_t i = 0; i < sizeof(size_keys) / sizeof(size_keys[0]); i++) {
		uint64_t size;

		if (!kx_vmcoreinfo_size(info, size_keys[i].key, &size) || size == 0 ||
		    size > STRUCT_MAX)
			return kx_fail(err, -EINVAL, "VMCOREINFO: SIZE(%s) is missing or not 1 to %d",
				       size_keys[i].key, STRUCT_MAX);
		memcpy(base + size_keys[i].member, &size, sizeof(size));
	}
	for (size_t i = 0; i < sizeof(layout_keys) / sizeof(layout_keys[0]); i++) {
		const struct layout_key *k = &layout_keys[i];
		unsigned int width = k->width ? k->width : prb->word;
		uint64_t offset, size;

		memcpy(&size, base + k->size_member, sizeof(size));
		if (!kx_vmcoreinfo_offset(info, k->key, &offset) || offset > size ||
		    width > size - offset)
			return kx_fail(err, -EINVAL,
				       "VMCOREINFO: OFFSET(%s) is missing or beyond its structure of "
				       "%" PRIu64 " bytes",
				       k->key, size);
		memcpy(base + k->member, &offset, sizeof(offset));
	}
	if (prb->at.text_lpos + prb->at.lpos_size > prb->at.desc_size ||
	    prb->at.dev_info + prb->at.dev_size > prb->at.info_size || prb->at.caller_id < 2)
		return kx_fail(err, -EINVAL, "VMCOREINFO: structures of the log do not fit each other");
	/* As all kernels had them, where VMCOREINFO tells nothing sensible. */
	prb->subsystem_len = 16;
	prb->device_len = 48;
	kx_vmcoreinfo_length(info, "printk_info_subsystem", &prb->subsystem_len);
	kx_vmcoreinfo_length(info, "printk_info_device", &prb->device_len);
	if (prb->subsystem_len > prb->at.dev_size - prb->at.subsystem ||
	    prb->device_len > prb->at.dev_size - prb->at.device)
		return kx_fail(err, -EINVAL, "VMCOREINFO: LENGTH(printk_info_…) is too large");
	return 0;
}

static int field(struct prb *prb, uint64_t addr, uint64_t offset, unsigned int width,
		 const char *name, uint64_t *ret)
{
	int rc = kx_reader_uint(prb->walk->reader, addr + offset, width, ret, prb->walk->err);

	return rc < 0 ? kx_context(prb->walk->err, rc, "%s", name) : 0;
}

static int bits(struct prb *prb, const char *name, uint64_t value, unsigned int limit)
{
	if (value == 0 || value > limit)
		return kx_fail(prb->walk->err, -EINVAL, "%s is %" PRIu64 ", must be 1 to %u", name,
			       value, limit);
	return 0;
}

static int read_ring(struct prb *prb, uint64_t ring)
{
	uint64_t desc_ring = ring + prb->at.desc_ring, data_ring = ring + prb->at.data_ring;
	uint64_t count_bits, size_bits, descs, infos, data;
	struct printk_walk *walk = prb->walk;
	struct kx_err ends = { "" };
	int rc;

	if ((rc = field(prb, desc_ring, prb->at.count_bits, 4, "count_bits", &count_bits)) < 0 ||
	    (rc = field(prb, data_ring, prb->at.size_bits, 4, "size_bits", &size_bits)) < 0 ||
	    (rc = field(prb, desc_ring, prb->at.descs, prb->word, "descs", &descs)) < 0 ||
	    (rc = field(prb, desc_ring, prb->at.infos, prb->word, "infos", &infos)) < 0 ||
	    (rc = field(prb, data_ring, prb->at.data, prb->word, "data", &data)) < 0 ||
	    (rc = bits(prb, "count_bits of the log's descriptors", count_bits,
		       COUNT_BITS_MAX)) < 0 ||
	    (rc = bits(prb, "size_bits of the log's text", size_bits, SIZE_BITS_MAX)) < 0)
		return rc;
	prb->has_ends = kx_reader_uint(walk->reader, desc_ring + prb->at.head_id, prb->word,
				       &prb->head, &ends) == 0 &&
			kx_reader_uint(walk->reader, desc_ring + prb->at.tail_id, prb->word,
				       &prb->tail, &ends) == 0;
	prb->count_bits = (unsigned int)count_bits;
	prb->size_bits = (unsigned int)size_bits;
	walk->stats->descriptors = 1ULL << count_bits;
	walk->stats->text_size = 1ULL << size_bits;
	if ((rc = printk_area_init(&prb->descs, walk, descs, prb->at.desc_size << count_bits,
				   "descs")) < 0 ||
	    (rc = printk_area_init(&prb->infos, walk, infos, prb->at.info_size << count_bits,
				   "infos")) < 0 ||
	    (rc = printk_area_init(&prb->text, walk, data, 1ULL << size_bits, "text")) < 0)
		return rc;
	prb->foreign = 1ULL << size_bits;
	return printk_claims_init(&prb->claims, 1ULL << size_bits, prb->word, walk->err);
}

/* printk_ringbuffer.fail and clear_seq are extras: a log without them is complete. */
static void read_extras(struct prb *prb, uint64_t ring)
{
	struct printk_walk *walk = prb->walk;
	struct kx_printk_stats *stats = walk->stats;
	struct kx_err ignored = { "" };
	uint64_t addr, offset, count = 0;

	if (kx_vmcoreinfo_offset(walk->info, "printk_ringbuffer.fail", &offset))
		kx_reader_uint(walk->reader, ring + offset, prb->word, &stats->failed, &ignored);
	if (!kx_vmcoreinfo_symbol(walk->info, "clear_seq", &addr))
		return;
	/* A struct latched_seq {seqcount; u64 val[2]} since v5.12, a u64 before. */
	if (kx_vmcoreinfo_offset(walk->info, "latched_seq.val", &offset)) {
		if (kx_reader_uint(walk->reader, addr, 4, &count, &ignored) < 0)
			return;
		addr += offset + 8 * (count & 1);
	}
	stats->has_clear_seq =
		kx_reader_uint(walk->reader, addr, 8, &stats->clear_seq, &ignored) == 0;
}

static uint64_t number_at(const struct prb *prb, const uint8_t *from, unsigned int width)
{
	return kx_get(from, width, prb->walk->big_endian);
}

static uint64_t word_at(const struct prb *prb, const uint8_t *from)
{
	return number_at(prb, from, prb->word);
}

static struct kx_span string_at(const uint8_t *from, uint64_t len)
{
	return (struct kx_span){ from, strnlen((const char *)from, (size_t)len) };
}

/*
 * v7.0 can put caller_id2 and comm between caller_id and dev_info and exports neither, but the
 * distance tells.
 */
static void read_context(struct prb *prb, struct kx_printk_record *record)
{
	const uint8_t *id2 = prb->info + prb->at.caller_id + 4;

	if (prb->at.dev_info - prb->at.caller_id != 4 + 4 + COMM_LEN)
		return;
	record->has_context = true;
	record->caller_id2 = (uint32_t)number_at(prb, id2, 4);
	record->comm = string_at(id2 + 4, COMM_LEN);
}

static void read_info(struct prb *prb, struct kx_printk_record *record)
{
	bool big = prb->walk->big_endian;
	const uint8_t *info = prb->info, *dev = info + prb->at.dev_info;
	/* Bit fields are not in VMCOREINFO: {u8 facility; u8 flags:5, level:3} end at caller_id. */
	uint8_t packed = info[prb->at.caller_id - 1];

	record->seq = number_at(prb, info + prb->at.seq, 8);
	record->ts_nsec = number_at(prb, info + prb->at.ts_nsec, 8);
	record->facility = info[prb->at.caller_id - 2];
	/* Compilers fill bit fields from the low end on little-endian machines, else the high. */
	record->level = big ? packed & 7 : packed >> 5;
	record->raw_flags = big ? packed >> 3 : packed & 31;
	record->caller_id = (uint32_t)number_at(prb, info + prb->at.caller_id, 4);
	record->has_caller = true;
	record->subsystem = string_at(dev + prb->at.subsystem, prb->subsystem_len);
	record->device = string_at(dev + prb->at.device, prb->device_len);
	read_context(prb, record);
	if (record->raw_flags & LOG_CONT)
		record->flags |= KX_PRINTK_CONT;
	if (record->raw_flags & LOG_NEWLINE)
		record->flags |= KX_PRINTK_NEWLINE;
	if (prb->walk->stats->has_clear_seq && record->seq < prb->walk->stats->clear_seq)
		record->flags |= KX_PRINTK_CLEARED;
}

/*
 * Where the text of the block [begin, next) is. Up to v6.18 a block that would end exactly at the
 * ring's end was wrapped; since v6.19 (commit 67e1b0052f6b) it is not. next - 1 tells in both: the
 * old code never made a next that is a multiple of the size.
 */
static const char *locate(const struct prb *prb, uint64_t begin, uint64_t next, uint64_t *at,
			  uint64_t *len)
{
	uint64_t size = 1ULL << prb->size_bits;
	uint64_t span = (next - begin) & prb->word_mask;
	uint64_t last = (next - 1) & prb->word_mask;

	if (((begin | next) & (prb->word - 1)) != 0)
		return "its text block is not aligned";
	if (span == 0 || span > size)
		return "its text block is empty or larger than the ring";
	*at = begin & (size - 1);
	*len = span;
	if (begin >> prb->size_bits != last >> prb->size_bits) {
		*at = 0;
		*len = next & (size - 1);
	}
	if (*len < prb->word)
		return "its text block has no room for an id";
	return NULL;
}

/*
 * A block that belongs to another record. It may still be worth a look, but many records can name
 * the same one: all of these together show no more than the ring has.
 */
static const char *read_foreign(struct prb *prb, uint64_t at, uint64_t len,
				struct kx_printk_record *record)
{
	if (prb->walk->recover && !(record->flags & KX_PRINTK_UNCOMMITTED) &&
	    len <= prb->foreign &&
	    printk_area_read(&prb->text, at + prb->word, prb->block, (size_t)len) == 0) {
		record->text = (struct kx_span){ prb->block, (size_t)len };
		prb->foreign -= len;
	}
	return "its text block belongs to another record";
}

/* The text into @record; NULL when it is sound, else what is wrong with it. */
static const char *read_text(struct prb *prb, uint64_t id, struct kx_printk_record *record)
{
	const uint8_t *lpos = prb->desc + prb->at.text_lpos;
	uint64_t begin = word_at(prb, lpos + prb->at.begin);
	uint64_t next = word_at(prb, lpos + prb->at.next);
	uint64_t len = number_at(prb, prb->info + prb->at.text_len, 2);
	uint64_t at, room;
	const char *wrong;

	if ((begin & LPOS_DATALESS) && (next & LPOS_DATALESS)) {
		if (begin != LPOS_EMPTY_LINE || next != LPOS_EMPTY_LINE)
			record->flags |= KX_PRINTK_LOST;
		return NULL;
	}
	wrong = locate(prb, begin, next, &at, &room);
	if (wrong)
		return wrong;
	room -= prb->word;
	if (record->flags & KX_PRINTK_UNCOMMITTED)
		len = room;		/* the length comes last */
	wrong = len > room ? "its text is longer than its block" : NULL;
	len = len > room ? room : len;
	len = len > TEXT_MAX ? TEXT_MAX : len;
	if (printk_area_read(&prb->text, at, prb->block, prb->word) < 0)
		return "its text is not in the dump";
	/* The writer puts the id there before the text: a check that the block is this record's. */
	if (word_at(prb, prb->block) != id)
		return read_foreign(prb, at, len, record);
	if (!printk_claims_free(&prb->claims, at, prb->word + len))
		return "its text block overlaps another record's";
	if (printk_area_read(&prb->text, at + prb->word, prb->block, (size_t)len) < 0)
		return "its text is not in the dump";
	printk_claims_take(&prb->claims, at, prb->word + len);
	record->text = (struct kx_span){ prb->block, (size_t)len };
	if (record->flags & KX_PRINTK_UNCOMMITTED)
		record->text = string_at(record->text.base, record->text.len);
	if (wrong)
		record->flags |= KX_PRINTK_DAMAGED;
	return wrong;
}

/* A descriptor that holds another id than is due in its place. */
static int foreign(struct prb *prb, uint64_t id, uint64_t found, unsigned int state)
{
	uint64_t before = (id - (1ULL << prb->count_bits)) & prb->id_mask;

	/* The writer had moved head_id, but not yet taken the descriptor over. */
	if (found == before && state == STATE_REUSABLE) {
		prb->walk->stats->uncommitted++;
		return 0;
	}
	prb->walk->stats->damaged++;
	printk_partial(prb->walk,
		       "log record with id 0x%" PRIx64 ": its descriptor holds id 0x%" PRIx64, id,
		       found);
	return 0;
}

static int read_record(struct prb *prb, uint64_t id, unsigned int state)
{
	struct printk_walk *walk = prb->walk;
	struct kx_printk_record record = { 0 };
	uint64_t index = id & ((1ULL << prb->count_bits) - 1);
	const char *wrong;

	if (printk_area_read(&prb->infos, index * prb->at.info_size, prb->info,
			     (size_t)prb->at.info_size) < 0) {
		walk->stats->damaged++;
		printk_partial(walk,
			       "log record with id 0x%" PRIx64 ": its info is not in the dump", id);
		return 0;
	}
	if (state == STATE_RESERVED) {
		record.flags |= KX_PRINTK_UNCOMMITTED;
		walk->stats->uncommitted++;
		if (!walk->recover)
			return 0;
	}
	read_info(prb, &record);
	wrong = read_text(prb, id, &record);
	if (wrong && state != STATE_RESERVED) {
		walk->stats->damaged++;
		printk_partial(walk, "log record %" PRIu64 ": %s", record.seq, wrong);
		/* A text that is only too long is right as far as its block goes. */
		if (!walk->recover && !(record.flags & KX_PRINTK_DAMAGED))
			return 0;
		record.flags |= KX_PRINTK_DAMAGED;
	}
	return printk_deliver(walk, &record);
}

/* The state and id of the descriptor with that number. */
static bool read_desc(struct prb *prb, uint64_t index, uint64_t *id, unsigned int *state)
{
	uint64_t state_var;

	prb->strange++;
	if (printk_area_read(&prb->descs, index * prb->at.desc_size, prb->desc,
			     (size_t)prb->at.desc_size) < 0) {
		prb->walk->stats->damaged++;
		printk_partial(prb->walk, "log descriptor %" PRIu64 " is not in the dump", index);
		return false;
	}
	state_var = word_at(prb, prb->desc + prb->at.state_var);
	*id = state_var & prb->id_mask;
	*state = (unsigned int)(state_var >> (8 * prb->word - 2));
	if ((*id & ((1ULL << prb->count_bits) - 1)) == index)
		prb->strange = 0;
	return true;
}

static int walk_ids(struct prb *prb)
{
	uint64_t count = ((prb->head - prb->tail) & prb->id_mask) + 1;
	uint64_t id = prb->tail & prb->id_mask;
	int rc = 0;

	for (uint64_t i = 0; rc == 0 && i < count; i++, id = (id + 1) & prb->id_mask) {
		uint64_t found;
		unsigned int state;

		if (prb->strange > STRANGE_MAX)
			break;
		if (!read_desc(prb, id & ((1ULL << prb->count_bits) - 1), &found, &state))
			continue;
		if (found != id)
			rc = foreign(prb, id, found, state);
		else if (state != STATE_REUSABLE)
			rc = read_record(prb, id, state);
	}
	return rc;
}

/* Ids follow each other round the array, and sequence numbers with them: start at the lowest. */
static int walk_without_ends(struct prb *prb)
{
	uint64_t count = 1ULL << prb->count_bits, first = 0, lowest = UINT64_MAX, id;
	unsigned int state;
	int rc = 0;

	for (uint64_t i = 0; i < count && prb->strange <= STRANGE_MAX; i++) {
		uint64_t seq;

		if (!read_desc(prb, i, &id, &state) || (id & (count - 1)) != i ||
		    (state != STATE_COMMITTED && state != STATE_FINALIZED) ||
		    printk_area_read(&prb->infos, i * prb->at.info_size, prb->info,
				     (size_t)prb->at.info_size) < 0)
			continue;
		seq = number_at(prb, prb->info + prb->at.seq, 8);
		if (seq < lowest) {
			lowest = seq;
			first = i;
		}
	}
	prb->walk->stats->damaged = 0;		/* the second round counts them */
	prb->strange = 0;
	for (uint64_t i = 0; rc == 0 && lowest != UINT64_MAX && i < count; i++) {
		uint64_t index = (first + i) & (count - 1);

		if (prb->strange > STRANGE_MAX)
			break;
		if (read_desc(prb, index, &id, &state) && (id & (count - 1)) == index &&
		    (state == STATE_COMMITTED || state == STATE_FINALIZED))
			rc = read_record(prb, id, state);
	}
	return rc;
}

int printk_prb(struct printk_walk *walk)
{
	_cleanup_free_ struct prb *prb = calloc(1, sizeof(*prb));
	uint64_t ring;
	int rc;

	walk->stats->format = "lockless ring";
	if (!prb)
		return kx_fail(walk->err, -ENOMEM, "no memory to read the log");
	prb->walk = walk;
	prb->word = walk->word;
	prb->word_mask = UINT64_MAX >> (64 - 8 * prb->word);
	prb->id_mask = prb->word_mask >> 2;
	rc = read_layout(prb);
	if (rc == 0)
		rc = printk_variable(walk, "prb", prb->word, &ring);
	if (rc == 0)
		rc = read_ring(prb, ring);
	if (rc == 0) {
		read_extras(prb, ring);
		if (prb->has_ends &&
		    ((prb->head - prb->tail) & prb->id_mask) < walk->stats->descriptors) {
			rc = walk_ids(prb);
		} else {
			printk_partial(walk,
				       "the log's head (0x%" PRIx64 ") and tail (0x%" PRIx64
				       ") are damaged",
				       prb->head, prb->tail);
			rc = walk_without_ends(prb);
		}
	}
	prb_done(prb);
	return rc;
}
