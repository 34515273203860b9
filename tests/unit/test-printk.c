/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the log writers wrote is what the log readers read, on any machine, in any state. */
#include <inttypes.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kx/printk.h"
#include "tests/tools/mkprb.h"
#include "tests/unit/kxtest.h"

static uint64_t seed;

/* splitmix64: the same rings in every run. */
static uint64_t next_random(void)
{
	uint64_t z = seed += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static unsigned int pick(unsigned int below)
{
	return (unsigned int)(next_random() % below);
}

static struct kx_reader *open_log(struct mkprb *m, struct kx_dump **ret)
{
	int fd = memfd_create("log", 0);
	FILE *file = fdopen(fd, "w+");
	struct kx_err err = { "" };
	struct kx_reader *reader = NULL;
	struct kx_dump *dump = NULL;
	char path[32];
	const char *paths[] = { path };

	assert_non_null(file);
	assert_int_equal(mkprb_write(m, file), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (kx_dump_open(&dump, paths, 1, &err) < 0 || kx_reader_new(dump, &reader, &err) < 0)
		fail_msg("%s", err.text);
	fclose(file);
	*ret = dump;
	return reader;
}

/* What a walk saw, against what should be there. */
struct check {
	const struct mkprb *m;
	size_t next, seen;
	uint64_t cleared;	/* records that a dmesg -c had printed */
};

static void assert_text(struct kx_span found, const char *text, size_t len, uint64_t seq)
{
	if (found.len != len || (len > 0 && memcmp(found.base, text, len) != 0))
		fail_msg("record %" PRIu64 " is \"%.*s\", not \"%.*s\"", seq, (int)found.len,
			 (const char *)found.base, (int)len, text);
}

static void assert_record(const struct check *c, const struct kx_printk_record *found,
			  const struct mkprb_record *r)
{
	if (!(found->flags & KX_PRINTK_LOST))
		assert_text(found->text, r->text, r->len, r->seq);
	assert_int_equal(!!(found->flags & KX_PRINTK_LOST), r->fate == MKPRB_LOST);
	assert_int_equal(found->ts_nsec, r->ts_nsec);
	assert_int_equal(found->facility, r->facility);
	assert_int_equal(found->level, r->level);
	if (c->m->p.kind == MKPRB_TEXT)
		return;
	assert_int_equal(found->raw_flags, r->flags);
	assert_span(found->subsystem, r->subsystem);
	assert_span(found->device, r->device);
	if (c->m->p.kind == MKPRB_RING)
		assert_int_equal(found->seq, r->seq);
	if (c->m->p.kind == MKPRB_RING || c->m->p.caller)
		assert_int_equal(found->caller_id, r->caller_id);
	assert_int_equal(found->has_context, c->m->p.context);
	if (c->m->p.context) {
		assert_span(found->comm, r->comm);
		assert_int_equal(found->caller_id2, r->caller_id2);
	}
}

static int check_record(const struct kx_printk_record *found, void *data)
{
	struct check *c = data;

	c->seen++;
	/* The oldest line of a byte ring may have lost its start. */
	if (c->m->p.kind == MKPRB_TEXT && c->seen == 1 && found->flags & KX_PRINTK_NO_LEVEL)
		return 0;
	while (c->next < c->m->n_alive && c->m->alive[c->next].fate == MKPRB_RESERVED)
		c->next++;
	assert_true(c->next < c->m->n_alive);
	assert_record(c, found, &c->m->alive[c->next++]);
	return 0;
}

static void assert_log(struct mkprb *m)
{
	struct kx_dump *dump;
	struct kx_reader *reader = open_log(m, &dump);
	struct kx_printk_stats stats;
	struct kx_err err = { "" };
	struct check c = { .m = m };
	int rc = kx_printk_each(reader, false, check_record, &c, &stats, &err);

	if (rc != 0)
		fail_msg("%d: %s", rc, err.text);
	while (c.next < m->n_alive && m->alive[c.next].fate == MKPRB_RESERVED)
		c.next++;
	assert_int_equal(c.next, m->n_alive);
	assert_int_equal(stats.damaged, 0);
	assert_int_equal(stats.records + stats.lost, c.seen);
	kx_reader_free(reader);
	kx_dump_close(dump);
}

static void random_text(struct mkprb_record *r, bool any_byte)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz 0123456789.,-";

	for (size_t i = 0; i < r->len; i++)
		r->text[i] = any_byte ? (char)next_random() : letters[pick(sizeof(letters) - 1)];
}

static struct mkprb_record random_record(const struct mkprb *m, uint64_t ns)
{
	struct mkprb_record r = { .ts_nsec = ns, .level = (uint8_t)pick(8),
				  .facility = (uint8_t)pick(24), .flags = (uint8_t)pick(16),
				  .caller_id = (uint32_t)next_random(),
				  .caller_id2 = (uint32_t)next_random() };

	r.len = pick(pick(8) ? 80 : 300);
	random_text(&r, m->p.kind != MKPRB_TEXT && pick(4) == 0);
	if (pick(3) == 0) {
		snprintf(r.subsystem, sizeof(r.subsystem), "sub%u", pick(1000));
		snprintf(r.device, sizeof(r.device), "+pci:%u", pick(1000));
	}
	if (m->p.context)
		snprintf(r.comm, sizeof(r.comm), "task%u", pick(1000));
	if (m->p.kind == MKPRB_RING && pick(20) == 0)
		r.fate = (enum mkprb_fate)pick(4);
	return r;
}

static void random_log(enum mkprb_kind kind, uint64_t number)
{
	struct mkprb_params p = { .kind = kind };
	unsigned int count;
	struct mkprb *m;
	uint64_t ns = 0;

	seed = number;
	p.word = pick(2) ? 8 : 4;
	p.big = pick(2);
	p.count_bits = 3 + pick(5);
	p.size_bits = 10 + pick(4);
	p.old_wrap = pick(2);
	p.context = kind == MKPRB_RING && pick(2);
	p.caller = pick(2);
	m = mkprb_new(&p);
	assert_non_null(m);
	count = pick(4) ? pick(400) : pick(10);
	for (unsigned int i = 0; i < count; i++) {
		struct mkprb_record r = random_record(m, ns);

		mkprb_add(m, &r);
		ns += next_random() % 1000000000;
	}
	assert_log(m);
	mkprb_free(m);
}

TEST(random_rings_are_read_as_written)
{
	for (uint64_t i = 0; i < 1500; i++)
		random_log(MKPRB_RING, i);
}

TEST(random_record_logs_are_read_as_written)
{
	for (uint64_t i = 0; i < 800; i++)
		random_log(MKPRB_RECORDS, i);
}

TEST(random_byte_rings_are_read_as_written)
{
	for (uint64_t i = 0; i < 800; i++)
		random_log(MKPRB_TEXT, i);
}

/* Blocks of 64 bytes fill a ring of 1024 exactly: one of them ends at the ring's end. */
static void perfect_fit(bool old_wrap, unsigned int word)
{
	struct mkprb_params p = { .kind = MKPRB_RING, .word = word, .count_bits = 6,
				  .size_bits = 10, .old_wrap = old_wrap };
	struct mkprb *m = mkprb_new(&p);

	assert_non_null(m);
	for (unsigned int i = 0; i < 100; i++) {
		struct mkprb_record r = { .ts_nsec = i, .len = 64 - word };

		memset(r.text, 'a' + (int)(i % 26), r.len);
		assert_true(mkprb_add(m, &r));
		assert_log(m);
	}
	/* Without the wrap all sixteen fit, with it one less. */
	assert_int_equal(m->n_alive, old_wrap ? 15 : 16);
	mkprb_free(m);
}

TEST(blocks_that_end_at_the_rings_end_are_read_by_both_rules)
{
	perfect_fit(false, 8);
	perfect_fit(true, 8);
	perfect_fit(false, 4);
	perfect_fit(true, 4);
}

/* What of the text that is recovered from a block of @span bytes arrives. */
static int take_length(const struct kx_printk_record *record, void *data)
{
	assert_true(record->flags & KX_PRINTK_UNCOMMITTED);
	*(size_t *)data = record->text.len;
	return 0;
}

/* The length of a record's text is a number of 16 bits, and not yet there while it is written. */
static size_t recovered_length(uint64_t span)
{
	struct mkprb_params p = { .kind = MKPRB_RING, .word = 8, .count_bits = 4, .size_bits = 18 };
	struct mkprb_record r = { .fate = MKPRB_RESERVED, .len = 8, .text = "xxxxxxxx" };
	struct mkprb *m = mkprb_new(&p);
	struct kx_err err = { "" };
	struct kx_printk_stats stats;
	struct kx_reader *reader;
	struct kx_dump *dump;
	size_t len = 0;

	assert_non_null(m);
	assert_true(mkprb_add(m, &r));
	memset(m->memory + m->text + 8, 'x', (1 << 18) - 8);
	assert_true(mkprb_poke(m, "next", 0, -(UINT64_C(1) << 18) + span));
	reader = open_log(m, &dump);
	assert_true(kx_printk_each(reader, true, take_length, &len, &stats, &err) >= 0);
	kx_reader_free(reader);
	kx_dump_close(dump);
	mkprb_free(m);
	return len;
}

TEST(a_recovered_text_is_no_longer_than_a_record_can_be)
{
	assert_int_equal(recovered_length(24), 16);
	assert_int_equal(recovered_length(8 + 65528), 65528);
	assert_int_equal(recovered_length(8 + 65536), 65535);
	assert_int_equal(recovered_length(1 << 18), 65535);
}

static int count_cleared(const struct kx_printk_record *record, void *data)
{
	size_t *count = data;

	/* None behind one that is not. */
	if (record->flags & KX_PRINTK_CLEARED)
		assert_int_equal(count[1], 0);
	count[record->flags & KX_PRINTK_CLEARED ? 0 : 1]++;
	return 0;
}

static void assert_cleared(enum mkprb_kind kind, size_t before, size_t behind)
{
	struct mkprb_params p = { .kind = kind, .word = 8, .count_bits = 5, .size_bits = 12 };
	struct mkprb_record r = { .len = 5, .text = "hello" };
	struct mkprb *m = mkprb_new(&p);
	struct kx_err err = { "" };
	struct kx_printk_stats stats;
	struct kx_reader *reader;
	struct kx_dump *dump;
	size_t count[2] = { 0 };

	assert_non_null(m);
	for (size_t i = 0; i < before + behind; i++) {
		if (i == before)
			mkprb_clear(m);
		r.ts_nsec = i * 1000;
		assert_true(mkprb_add(m, &r));
	}
	if (behind == 0)
		mkprb_clear(m);
	reader = open_log(m, &dump);
	assert_int_equal(kx_printk_each(reader, false, count_cleared, count, &stats, &err), 0);
	assert_true(stats.has_clear_seq);
	assert_int_equal(count[0], before);
	assert_int_equal(count[1], behind);
	kx_reader_free(reader);
	kx_dump_close(dump);
	mkprb_free(m);
}

TEST(what_a_dmesg_c_had_printed_is_marked)
{
	for (enum mkprb_kind kind = MKPRB_RING; kind <= MKPRB_TEXT; kind++) {
		assert_cleared(kind, 3, 2);
		assert_cleared(kind, 1, 1);
		assert_cleared(kind, 3, 0);
		assert_cleared(kind, 0, 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_rings_are_read_as_written),
		cmocka_unit_test(random_record_logs_are_read_as_written),
		cmocka_unit_test(random_byte_rings_are_read_as_written),
		cmocka_unit_test(blocks_that_end_at_the_rings_end_are_read_by_both_rules),
		cmocka_unit_test(what_a_dmesg_c_had_printed_is_marked),
		cmocka_unit_test(a_recovered_text_is_no_longer_than_a_record_can_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
