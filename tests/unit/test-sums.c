/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checksums of what is written in pieces are those of what then is in the file. */
#include "kx/codec.h"
#include "kx/sums.h"
#include "tests/unit/kxtest.h"

/** struct model - a file in memory, and its sums */
struct model {
	struct kx_sums *sums;
	uint8_t *bytes;
	uint64_t size, room;
	uint32_t noise;
};

static void model_init(struct model *m, uint64_t room)
{
	struct kx_err err = { "" };

	*m = (struct model){ .bytes = calloc(1, room), .room = room, .noise = 1 };
	assert_non_null(m->bytes);
	if (kx_sums_new(&m->sums, &err) < 0)
		fail_msg("%s", err.text);
}

static void model_done(struct model *m)
{
	kx_sums_free(m->sums);
	free(m->bytes);
}

static uint32_t noise(struct model *m)
{
	m->noise = m->noise * 1664525 + 1013904223;
	return m->noise >> 8;
}

/* Noise of @len bytes is written at @off. */
static void put(struct model *m, uint64_t off, uint64_t len)
{
	assert_true(len <= m->room && off <= m->room - len);
	for (uint64_t i = 0; i < len; i++)
		m->bytes[off + i] = (uint8_t)noise(m);
	kx_sums_add(m->sums, m->bytes + off, len, off);
	if (off + len > m->size)
		m->size = off + len;
}

/* Chunks but those that are not known: CRC-32 over all of each, as zlib makes it. */
static void assert_sums(const struct model *m, size_t unknown)
{
	uint64_t chunk = kx_sums_chunk(m->sums);
	struct kx_err err = { "" };

	assert_int_equal(kx_sums_size(m->sums), m->size);
	assert_int_equal(chunk, kx_sums_chunk_for(m->size));
	assert_int_equal(kx_sums_count(m->sums), (m->size + chunk - 1) / chunk);
	for (size_t i = 0; i < kx_sums_count(m->sums); i++) {
		uint64_t left = m->size - i * chunk;
		uint32_t sum = 0, expected = 0;

		if (!kx_sums_get(m->sums, i, &sum)) {
			assert_true(unknown > 0);
			unknown--;
			continue;
		}
		left = left < chunk ? left : chunk;
		kx_crc32(&expected, (struct kx_span){ m->bytes + i * chunk, left }, &err);
		if (sum != expected)
			fail_msg("chunk %zu is 0x%08x, not 0x%08x", i, sum, expected);
	}
	assert_int_equal(unknown, 0);
}

TEST(one_sum_is_that_of_rfc_1952)
{
	struct kx_err err = { "" };
	struct kx_sums *sums;
	uint32_t sum = 0;

	/* The check value that catalogues of CRCs have of this one. */
	assert_int_equal(kx_sums_new(&sums, &err), 0);
	kx_sums_add(sums, "123456789", 9, 0);
	assert_int_equal(kx_sums_count(sums), 1);
	assert_true(kx_sums_get(sums, 0, &sum));
	assert_int_equal(sum, 0xcbf43926);
	kx_sums_free(sums);
}

TEST(an_empty_file_has_no_sums)
{
	struct model m;

	model_init(&m, 1);
	kx_sums_add(m.sums, "", 0, 12345);
	assert_sums(&m, 0);
	assert_int_equal(kx_sums_count(m.sums), 0);
	model_done(&m);
}

TEST(pieces_may_come_in_any_order_and_leave_gaps)
{
	enum { PIECES = 300, SIZE = 3 * MIB + 12345, STEP = SIZE / PIECES };
	struct model m;
	size_t order[PIECES];

	model_init(&m, SIZE);
	for (size_t i = 0; i < PIECES; i++)
		order[i] = i;
	for (size_t i = PIECES - 1; i > 0; i--) {
		size_t other = noise(&m) % (i + 1), held = order[i];

		order[i] = order[other];
		order[other] = held;
	}
	for (size_t i = 0; i < PIECES; i++)
		put(&m, order[i] * STEP, noise(&m) % (STEP + 1));
	assert_sums(&m, 0);
	model_done(&m);
}

TEST(pieces_may_be_larger_than_chunks_and_end_anywhere)
{
	static const uint64_t len[] = { 1, KX_SUMS_CHUNK - 1, KX_SUMS_CHUNK, KX_SUMS_CHUNK + 1,
					3 * KX_SUMS_CHUNK + 7, KX_SUMS_HEAD, 5 * KX_SUMS_CHUNK };

	for (size_t i = 0; i < sizeof(len) / sizeof(len[0]); i++) {
		for (uint64_t off = 0; off < 5 * KX_SUMS_CHUNK; off += KX_SUMS_CHUNK / 2 - 1) {
			struct model m;

			model_init(&m, off + len[i]);
			put(&m, off, len[i]);
			assert_sums(&m, 0);
			model_done(&m);
		}
	}
}

/* Heads are written over when it is known how a dump ended, in whatever pieces. */
TEST(the_head_may_be_written_again_and_again)
{
	struct model m;

	model_init(&m, 1 * MIB);
	put(&m, KX_SUMS_HEAD, 100000);
	for (size_t i = 0; i < 200; i++) {
		uint64_t off = noise(&m) % KX_SUMS_HEAD;

		put(&m, off, noise(&m) % (KX_SUMS_HEAD - off + 1));
		assert_sums(&m, 0);
	}
	put(&m, KX_SUMS_HEAD - 10, 10);
	put(&m, 0, 464);
	assert_sums(&m, 0);
	/* What goes over the head's end is the head's on one side only. */
	put(&m, 500000, 1000);
	assert_sums(&m, 0);
	model_done(&m);

	model_init(&m, 1 * MIB);
	put(&m, KX_SUMS_HEAD - 100, 5000);
	put(&m, KX_SUMS_HEAD - 200, 200);
	assert_sums(&m, 0);
	model_done(&m);
}

TEST(chunks_grow_with_the_file)
{
	enum { SIZE = 5 * KX_SUMS_CHUNK };
	const uint64_t small = (uint64_t)KX_SUMS_CHUNK * KX_SUMS_MAX;
	struct model m;

	assert_int_equal(kx_sums_chunk_for(0), KX_SUMS_CHUNK);
	assert_int_equal(kx_sums_chunk_for(small), KX_SUMS_CHUNK);
	assert_int_equal(kx_sums_chunk_for(small + 1), 2 * KX_SUMS_CHUNK);
	assert_int_equal(kx_sums_chunk_for(4 * small), 4 * KX_SUMS_CHUNK);
	assert_int_equal(kx_sums_chunk_for(UINT64_C(1) << 63), UINT64_C(1) << 51);

	/* At both ends and in the middle; the first came while chunks were small. */
	model_init(&m, 4 * small + KX_SUMS_CHUNK);
	put(&m, 100, SIZE);
	put(&m, small - 1000, 1000);
	assert_sums(&m, 0);
	assert_int_equal(kx_sums_count(m.sums), KX_SUMS_MAX);
	put(&m, small, 1);
	assert_int_equal(kx_sums_chunk(m.sums), 2 * KX_SUMS_CHUNK);
	put(&m, 2 * small + 77, SIZE);
	put(&m, 4 * small, 3000);
	put(&m, small + 5000, SIZE);
	assert_sums(&m, 0);
	assert_int_equal(kx_sums_chunk(m.sums), 8 * KX_SUMS_CHUNK);
	assert_true(kx_sums_count(m.sums) <= KX_SUMS_MAX);
	model_done(&m);
}

TEST(a_file_that_is_extended_ends_with_zeros)
{
	struct model m;

	model_init(&m, 1 * MIB);
	put(&m, 0, 1000);
	kx_sums_extend(m.sums, 500000);
	m.size = 500000;
	assert_sums(&m, 0);
	kx_sums_extend(m.sums, 400);
	assert_sums(&m, 0);
	put(&m, 300000, 1000);
	assert_sums(&m, 0);
	model_done(&m);
}

TEST(what_failed_is_not_known)
{
	struct model m;

	/* In the file: the chunks that it touches. */
	model_init(&m, 2 * MIB);
	put(&m, 0, 10 * KX_SUMS_CHUNK);
	kx_sums_lose(m.sums, 2, 4 * KX_SUMS_CHUNK - 1);
	assert_sums(&m, 2);
	kx_sums_lose(m.sums, KX_SUMS_CHUNK, 3 * KX_SUMS_CHUNK);
	assert_sums(&m, 2);
	kx_sums_lose(m.sums, 1, 9 * KX_SUMS_CHUNK);
	assert_sums(&m, 3);
	model_done(&m);

	/* Behind its end: nothing, unless the file grows over it. */
	model_init(&m, 2 * MIB);
	put(&m, 0, 4 * KX_SUMS_CHUNK + 10);
	kx_sums_lose(m.sums, 3 * KX_SUMS_CHUNK, 4 * KX_SUMS_CHUNK + 10);
	assert_sums(&m, 0);
	put(&m, 10 * KX_SUMS_CHUNK, 10);
	assert_sums(&m, 4);
	model_done(&m);

	/* The same is written a second time, and well. */
	model_init(&m, 2 * MIB);
	put(&m, 0, 4 * KX_SUMS_CHUNK + 10);
	kx_sums_lose(m.sums, KX_SUMS_CHUNK, 4 * KX_SUMS_CHUNK + 10);
	put(&m, 4 * KX_SUMS_CHUNK + 10, KX_SUMS_CHUNK);
	put(&m, 10 * KX_SUMS_CHUNK, 10);
	assert_sums(&m, 0);
	kx_sums_lose(m.sums, UINT64_MAX, UINT64_MAX);
	assert_sums(&m, 0);
	model_done(&m);

	/* Two chunks become one, of which a half is not known. */
	model_init(&m, (uint64_t)KX_SUMS_CHUNK * KX_SUMS_MAX + 1);
	put(&m, 0, 10 * KX_SUMS_CHUNK);
	kx_sums_lose(m.sums, 1, 5 * KX_SUMS_CHUNK);
	kx_sums_lose(m.sums, 1, 8 * KX_SUMS_CHUNK);
	put(&m, (uint64_t)KX_SUMS_CHUNK * KX_SUMS_MAX, 1);
	assert_sums(&m, 2);
	model_done(&m);
}

/** struct fake - a target that fails when it is told to */
struct fake {
	struct kx_save_target target;
	int rc;
	size_t writes, syncs, reserves;
};

static int fake_write(struct kx_save_target *target, const void *from, size_t len, uint64_t off)
{
	struct fake *fake = (struct fake *)target;

	(void)from, (void)len, (void)off;
	fake->writes++;
	return fake->rc;
}

static int fake_sync(struct kx_save_target *target)
{
	struct fake *fake = (struct fake *)target;

	fake->syncs++;
	return fake->rc;
}

static int fake_reserve(struct kx_save_target *target, uint64_t len)
{
	struct fake *fake = (struct fake *)target;

	(void)len;
	fake->reserves++;
	return fake->rc;
}

TEST(a_summed_target_passes_on_and_takes_in_what_went_well)
{
	struct fake fake = { .target = { .write = fake_write, .sync = fake_sync,
					 .reserve = fake_reserve } };
	struct kx_save_summed summed;
	struct model m;
	uint32_t sum;

	model_init(&m, 1);
	kx_save_summed_init(&summed, &fake.target, m.sums);
	assert_int_equal(summed.target.reserve(&summed.target, 1000), 0);
	assert_int_equal(kx_sums_size(m.sums), 1000);
	assert_int_equal(summed.target.write(&summed.target, "123456789", 9, 0), 0);
	assert_int_equal(summed.target.write(&summed.target, "x", 1, 1999), 0);
	assert_int_equal(summed.target.sync(&summed.target), 0);
	assert_int_equal(kx_sums_size(m.sums), 2000);
	assert_true(kx_sums_get(m.sums, 0, &sum));
	fake.rc = -ENOSPC;
	assert_int_equal(summed.target.reserve(&summed.target, 3000), -ENOSPC);
	assert_int_equal(summed.target.write(&summed.target, "x", 1, 0), -ENOSPC);
	assert_int_equal(summed.target.sync(&summed.target), -ENOSPC);
	assert_int_equal(kx_sums_size(m.sums), 2000);
	assert_false(kx_sums_get(m.sums, 0, &sum));
	assert_int_equal(fake.writes, 3);
	assert_int_equal(fake.syncs, 2);
	assert_int_equal(fake.reserves, 2);
	/* What the other one has not, this one has not. */
	fake.target.reserve = NULL;
	kx_save_summed_init(&summed, &fake.target, m.sums);
	assert_null(summed.target.reserve);
	model_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_sum_is_that_of_rfc_1952),
		cmocka_unit_test(an_empty_file_has_no_sums),
		cmocka_unit_test(pieces_may_come_in_any_order_and_leave_gaps),
		cmocka_unit_test(pieces_may_be_larger_than_chunks_and_end_anywhere),
		cmocka_unit_test(the_head_may_be_written_again_and_again),
		cmocka_unit_test(chunks_grow_with_the_file),
		cmocka_unit_test(a_file_that_is_extended_ends_with_zeros),
		cmocka_unit_test(what_failed_is_not_known),
		cmocka_unit_test(a_summed_target_passes_on_and_takes_in_what_went_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
