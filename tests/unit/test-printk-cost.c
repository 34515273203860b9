/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a log costs: its output and the work for it are bounded by bytes, not by numbers in them. */
#include <inttypes.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kx/printk.h"
#include "tests/tools/mkelf.h"
#include "tests/tools/mkprb.h"
#include "tests/unit/dumping.h"

enum { COUNT_BITS = 10, COUNT = 1 << COUNT_BITS, SIZE_BITS = 17, SIZE = 1 << SIZE_BITS };

/* What a walk handed out, and what it took. */
struct cost {
	uint64_t records, bytes, work, stored;
	struct kx_printk_stats stats;
	struct kx_err err;
	int rc;
};

static int count_record(const struct kx_printk_record *record, void *data)
{
	struct cost *cost = data;

	cost->records++;
	cost->bytes += record->text.len;
	return 0;
}

static struct cost walk(int fd, bool recover)
{
	struct cost cost = { .rc = 0 };
	struct kx_reader *reader;
	uint64_t before;
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	reader = open_path(path);
	before = kx_reader_work(reader);
	cost.rc = kx_printk_each(reader, recover, count_record, &cost, &cost.stats, &cost.err);
	cost.work = kx_reader_work(reader) - before;
	cost.stored = kx_dump_stored(kx_reader_dump(reader));
	close_reader(reader);
	return cost;
}

static struct cost walk_log(struct mkprb *m, bool recover)
{
	int fd = memfd_create("log", 0);
	FILE *file = fdopen(fd, "w+");
	struct cost cost;

	assert_non_null(file);
	assert_int_equal(mkprb_write(m, file), 0);
	cost = walk(fd, recover);
	fclose(file);
	return cost;
}

/* A full ring, whose every record claims 64 KiB from @begin(its number) on. */
static struct mkprb *overlapping(unsigned int word, uint64_t (*begin)(uint64_t, unsigned int))
{
	struct mkprb_params p = { .kind = MKPRB_RING, .word = word, .count_bits = COUNT_BITS,
				  .size_bits = SIZE_BITS };
	struct mkprb *m = mkprb_new(&p);
	struct mkprb_record r = { .len = 1, .text = "x" };

	assert_non_null(m);
	for (unsigned int i = 0; i < COUNT; i++)
		assert_true(mkprb_add(m, &r));
	memset(m->memory + m->text, 'A', SIZE);
	for (uint64_t i = 0; i < COUNT; i++) {
		uint64_t at = begin(i, word);

		assert_true(mkprb_poke(m, "begin", i, at));
		assert_true(mkprb_poke(m, "next", i, at + 65536 + word));
		assert_true(mkprb_poke(m, "text_len", i, 65535));
		assert_true(mkprb_poke(m, "id_word", i, m->head_id - i));
	}
	return m;
}

static uint64_t newest_first(uint64_t i, unsigned int word)
{
	return i * word;
}

static uint64_t oldest_first(uint64_t i, unsigned int word)
{
	return (COUNT - 1 - i) * word;
}

/* Each number below COUNT once, in no order. */
static uint64_t scattered(uint64_t i, unsigned int word)
{
	return i * 617 % COUNT * word;
}

TEST(overlapping_texts_are_damage_and_handed_out_once)
{
	uint64_t (*const orders[])(uint64_t, unsigned int) = { newest_first, oldest_first,
							       scattered };

	for (size_t i = 0; i < 12; i++) {
		struct mkprb *m = overlapping(i & 1 ? 8 : 4, orders[i / 4]);
		bool recover = i & 2;
		struct cost cost = walk_log(m, recover);

		assert_int_equal(cost.rc, 1);
		assert_says(&cost.err, "overlaps another record's");
		/* One fits; two would be as large as the ring, ids and all. */
		assert_int_equal(cost.stats.damaged, COUNT - 1);
		assert_int_equal(cost.stats.records, recover ? COUNT : 1);
		assert_int_equal(cost.bytes, 65535);
		mkprb_free(m);
	}
}

/* --recover shows what is left of a record whose block has been given to another. */
TEST(texts_of_others_are_shown_up_to_the_rings_size)
{
	struct mkprb *m = overlapping(8, newest_first);
	struct cost cost;

	for (uint64_t i = 0; i < COUNT; i++)
		assert_true(mkprb_poke(m, "id_word", i, 0));
	cost = walk_log(m, true);
	assert_int_equal(cost.rc, 1);
	assert_int_equal(cost.stats.damaged, COUNT);
	assert_true(cost.bytes > 0 && cost.bytes <= SIZE);
	cost = walk_log(m, false);
	assert_int_equal(cost.bytes, 0);
	mkprb_free(m);
}

/* A reserved block's text is all of it up to a NUL: that it is empty makes it no cheaper. */
TEST(overlapping_unfinished_texts_are_read_once)
{
	struct mkprb *m = overlapping(8, oldest_first);
	struct cost cost;

	for (uint64_t i = 0; i < COUNT; i++)
		assert_true(mkprb_poke(m, "state_var", i, m->head_id - i));
	cost = walk_log(m, true);
	assert_int_equal(cost.stats.uncommitted, COUNT);
	assert_true(cost.bytes <= SIZE);
	mkprb_free(m);
}

/* Where the records of v3.5 do not lead to the log's end they are not read over and over. */
TEST(records_that_never_reach_the_end_are_no_more_than_the_ring)
{
	enum { RING_BITS = 12, TEXT_LEN = 20, ENTRY = 16 + TEXT_LEN };
	unsigned int closed = 0;

	for (unsigned int added = 300; added < 420; added++) {
		struct mkprb_params p = { .kind = MKPRB_RECORDS, .word = 8,
					  .size_bits = RING_BITS };
		struct mkprb *m = mkprb_new(&p);
		struct mkprb_record r = { .len = TEXT_LEN, .text = "twenty bytes of text" };
		struct cost cost;

		assert_non_null(m);
		for (unsigned int i = 0; i < added; i++)
			assert_true(mkprb_add(m, &r));
		/* One record from the newest to the oldest closes the circle. */
		if (m->next_idx + 16 <= m->first_idx) {
			mkprb_put(m, m->log_buf + m->next_idx + 8, 2, m->first_idx - m->next_idx);
			mkprb_put(m, m->log_buf + m->next_idx + 10, 4, 0);
			closed++;
		}
		mkprb_put(m, MKPRB_NEXT, 4, added & 1 ? 2 : SIZE);
		cost = walk_log(m, false);
		assert_int_equal(cost.rc, 1);
		assert_says(&cost.err, "never reach its end");
		assert_true(cost.records >= m->n_alive);
		assert_true((cost.records - 1) * ENTRY + 16 <= 1 << RING_BITS);
		mkprb_free(m);
	}
	assert_true(closed > 50);
}

/* ---- work ----------------------------------------------------------------------------------- */

/* A sound log takes little more work than to copy its ring: nothing real comes to the limit. */
TEST(a_sound_log_takes_no_more_work_than_its_ring_is_large)
{
	for (enum mkprb_kind kind = MKPRB_RING; kind <= MKPRB_TEXT; kind++) {
		struct mkprb_params p = { .kind = kind, .word = 8, .count_bits = 12,
					  .size_bits = SIZE_BITS };
		struct mkprb *m = mkprb_new(&p);
		struct mkprb_record r = { .len = 40 };
		struct cost cost;

		assert_non_null(m);
		memset(r.text, 'x', r.len);
		for (unsigned int i = 0; i < 5000; i++)
			mkprb_add(m, &r);
		cost = walk_log(m, false);
		assert_int_equal(cost.rc, 0);
		assert_true(cost.records > 1000);
		if (cost.work > 2 * cost.stored)
			fail_msg("kind %d: %" PRIu64 " for %" PRIu64, (int)kind, cost.work,
				 cost.stored);
		mkprb_free(m);
	}
}

/* A dump of some KiB, of a machine with a gibibyte of zeros at the direct map's 256 MiB. */
static struct cost walk_zeros(const char *lines, const uint64_t *variables, size_t count)
{
	int fd = memfd_create("zeros", 0);
	struct mkelf_load *load;
	struct mkelf dump;
	struct cost cost;

	model_kernel(&dump);
	for (size_t len; *lines; lines += len + (lines[len] == '\n')) {
		len = strcspn(lines, "\n");
		mkelf_info(&dump, "%.*s", (int)len, lines);
	}
	for (size_t i = 0; i < count; i++)
		mkelf_set(&dump.load[1].data, 0x100 + 8 * i, false, 8, variables[i]);
	load = mkelf_load(&dump, DIRECT + 256 * MIB, 256 * MIB);
	mkelf_bytes(&load->data, NULL, 4096);
	load->memsz = UINT64_C(2049) * MIB;
	mkelf_write(&dump, fd);
	cost = walk(fd, true);
	mkelf_done(&dump);
	close(fd);
	return cost;
}

static void assert_gave_up(const struct cost *cost)
{
	assert_int_equal(cost->rc, 1);
	assert_says(&cost->err, "more work than a dump of");
	/* And did so at once: half as much again is for what was begun. */
	assert_true(cost->stored < (128 << 10));
	assert_true(cost->work < 3 * ((UINT64_C(1) << 20) + 64 * cost->stored) / 2);
	assert_true(cost->bytes < cost->work);
}

TEST(a_byte_ring_of_zeros_that_the_file_does_not_have_ends_soon)
{
	/* log_buf, log_buf_len, log_end */
	static const uint64_t variables[] = { DIRECT + 256 * MIB, UINT64_C(1) << 31, UINT32_MAX };
	struct cost cost = walk_zeros("SYMBOL(log_buf)=ffff888001000100\n"
				      "SYMBOL(log_buf_len)=ffff888001000108\n"
				      "SYMBOL(log_end)=ffff888001000110", variables, 3);

	assert_gave_up(&cost);
}

TEST(descriptors_that_the_file_does_not_have_end_soon)
{
	enum { RING = 0x200 };
	static const uint64_t variables[] = { [0] = DIRECT + 16 * MIB + RING,
					      [(RING - 0x100) / 8] = 26, DIRECT + 256 * MIB,
					      DIRECT + 256 * MIB, 0x3ffffff, 0, 0,
					      17, DIRECT + 256 * MIB };
	struct cost cost = walk_zeros("SYMBOL(prb)=ffff888001000100\n"
				      "SIZE(printk_ringbuffer)=64\n"
				      "OFFSET(printk_ringbuffer.desc_ring)=0\n"
				      "OFFSET(printk_ringbuffer.text_data_ring)=48\n"
				      "SIZE(prb_desc_ring)=48\n"
				      "OFFSET(prb_desc_ring.count_bits)=0\n"
				      "OFFSET(prb_desc_ring.descs)=8\n"
				      "OFFSET(prb_desc_ring.infos)=16\n"
				      "OFFSET(prb_desc_ring.head_id)=24\n"
				      "OFFSET(prb_desc_ring.tail_id)=32\n"
				      "SIZE(prb_desc)=24\n"
				      "OFFSET(prb_desc.state_var)=0\n"
				      "OFFSET(prb_desc.text_blk_lpos)=8\n"
				      "SIZE(prb_data_blk_lpos)=16\n"
				      "OFFSET(prb_data_blk_lpos.begin)=0\n"
				      "OFFSET(prb_data_blk_lpos.next)=8\n"
				      "SIZE(printk_info)=88\n"
				      "OFFSET(printk_info.seq)=0\n"
				      "OFFSET(printk_info.ts_nsec)=8\n"
				      "OFFSET(printk_info.text_len)=16\n"
				      "OFFSET(printk_info.caller_id)=20\n"
				      "OFFSET(printk_info.dev_info)=24\n"
				      "SIZE(dev_printk_info)=64\n"
				      "OFFSET(dev_printk_info.subsystem)=0\n"
				      "OFFSET(dev_printk_info.device)=16\n"
				      "SIZE(prb_data_ring)=16\n"
				      "OFFSET(prb_data_ring.size_bits)=0\n"
				      "OFFSET(prb_data_ring.data)=8", variables,
				      sizeof(variables) / sizeof(variables[0]));

	if (cost.rc != 1)
		fail_msg("%d: %s", cost.rc, cost.err.text);
	assert_true(cost.stats.damaged > 0);
	assert_int_equal(cost.stats.descriptors, 1 << 26);
	assert_int_equal(cost.rc, 1);
	assert_true(cost.work < 3 * ((UINT64_C(1) << 20) + 64 * cost.stored) / 2);
	assert_true(cost.stats.damaged < (UINT64_C(1) << 20) + cost.work / 24);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(overlapping_texts_are_damage_and_handed_out_once),
		cmocka_unit_test(texts_of_others_are_shown_up_to_the_rings_size),
		cmocka_unit_test(overlapping_unfinished_texts_are_read_once),
		cmocka_unit_test(records_that_never_reach_the_end_are_no_more_than_the_ring),
		cmocka_unit_test(a_sound_log_takes_no_more_work_than_its_ring_is_large),
		cmocka_unit_test(a_byte_ring_of_zeros_that_the_file_does_not_have_ends_soon),
		cmocka_unit_test(descriptors_that_the_file_does_not_have_end_soon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
