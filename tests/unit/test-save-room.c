/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dumps that there is not room or time enough for: what is worth most is there, and all is true. */
#include <inttypes.h>

#include "kx/save.h"
#include "tests/tools/mkpages.h"
#include "tests/unit/dumping.h"

enum { PAGE = 4096, FIRST_FREE = 1024, COUNT = 4000 };

/* User pages lie between others, some of them one by one. */
static bool is_user(uint64_t pfn)
{
	return pfn >= FIRST_FREE && (pfn % 256 >= 128 || (pfn % 64 == 33));
}

/* Noise, so that each page takes the same. */
static void fill(uint8_t *page, uint64_t pfn)
{
	uint32_t noise = (uint32_t)pfn * 2654435761u + 1;

	for (size_t i = 0; i < PAGE; i++) {
		noise = noise * 1664525 + 1013904223;
		page[i] = (uint8_t)(noise >> 24);
	}
}

static struct kx_reader *source(void)
{
	struct kx_reader *ret;
	struct mkpages m;

	mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, NULL);
	for (uint64_t pfn = FIRST_FREE; pfn < COUNT; pfn++) {
		if (is_user(pfn))
			mkpages_set(&m, pfn, 0, MKPAGES_ANON);
	}
	assert_true(m.dump.load[0].data.len <= FIRST_FREE * PAGE);
	mkpages_fill(&m, COUNT, fill);
	ret = open_written(&m.dump);
	mkpages_done(&m);
	return ret;
}

/* Pages of each kind that are there, all of them right; [1]: user pages. */
static void count_right(struct kx_reader *from, struct kx_reader *saved, uint64_t ret[2])
{
	uint8_t page[PAGE], expected[PAGE];
	struct kx_err err = { "" };

	ret[0] = ret[1] = 0;
	for (uint64_t pfn = 0; pfn < COUNT; pfn++) {
		if (kx_reader_phys(saved, pfn * PAGE, page, PAGE, &err) < 0)
			continue;
		assert_int_equal(kx_reader_phys(from, pfn * PAGE, expected, PAGE, &err), 0);
		if (memcmp(page, expected, PAGE) != 0)
			fail_msg("page %" PRIu64 " is wrong", pfn);
		ret[is_user(pfn)]++;
	}
}

static void count_all(uint64_t ret[2])
{
	ret[0] = ret[1] = 0;
	for (uint64_t pfn = 0; pfn < COUNT; pfn++)
		ret[is_user(pfn)]++;
}

/* ---- a limit --------------------------------------------------------------------------------- */

/* Save within @limit as a file or flattened; the file's size. */
static uint64_t save_limited(struct kx_reader *from, const struct kx_save_options *options,
			     bool flat, struct kx_save_result *result, uint64_t count[2])
{
	struct memory_file file = memory_file();
	struct kx_save_file as_file;
	struct kx_save_stream stream;
	struct kx_save_flat as_flat;
	struct kx_err err = { "" };
	struct kx_reader *saved;
	uint64_t size;
	int rc;

	kx_save_file_init(&as_file, file.fd);
	kx_save_stream_init(&stream, file.fd);
	kx_save_flat_init(&as_flat, &stream.target);
	rc = kx_save(from->dump, flat ? &as_flat.target : &as_file.target, options, result, &err);
	assert_int_equal(rc, result->incomplete[0] != '\0');
	if (flat)
		assert_int_equal(kx_save_flat_end(&as_flat), 0);
	size = (uint64_t)lseek(file.fd, 0, SEEK_END);
	saved = open_path(file.path);
	assert_int_equal(kx_dump_incomplete(saved->dump), result->incomplete[0] != '\0');
	count_right(from, saved, count);
	close_reader(saved);
	close(file.fd);
	return size;
}

TEST(a_file_does_not_grow_beyond_its_limit)
{
	struct kx_reader *from = source();
	struct kx_save_options options = { .list_limit = 1 << 20 };
	struct kx_save_result result;
	uint64_t whole, bytes, count[2], all[2];

	count_all(all);
	for (int how = 0; how < 16; how++) {
		bool flat = how & 1;

		options.format = how & 8 ? KX_SAVE_ELF : KX_SAVE_KDUMP;

		options.valuable_first = how & 2;
		options.jobs = how & 4 ? 3 : 1;
		options.limit = 0;
		whole = save_limited(from, &options, flat, &result, count);
		assert_string_equal(result.incomplete, "");
		assert_true(count[0] == all[0] && count[1] == all[1]);
		bytes = result.bytes;
		for (unsigned int tenth = 1; tenth <= 10; tenth++) {
			uint64_t size;

			options.limit = tenth < 10 ? whole / 10 * tenth + tenth : whole - 1;
			size = save_limited(from, &options, flat, &result, count);
			assert_int_equal(count[0] + count[1], result.written);
			assert_non_null(strstr(result.incomplete, "the limit of "));
			assert_true(size <= options.limit);
			/* Nor does it stay far below: a page, and descriptors to come. */
			size += PAGE + (flat ? COUNT * 24 + (40 << 10) : 0);
			if (options.format == KX_SAVE_KDUMP)
				assert_true(size > options.limit);
			/* In any case; those that lie one by one go with what is around them. */
			assert_true(count[1] <= COUNT / 64 || count[0] == all[0]);
		}
		/* With room for all of it there is no limit. */
		options.limit = bytes + (flat ? 64 << 10 : 0);
		save_limited(from, &options, flat, &result, count);
		assert_string_equal(result.incomplete, "");
	}
	close_reader(from);
}

TEST(a_limit_below_the_head_is_an_error)
{
	const struct kx_save_options options = { .list_limit = 1 << 20, .limit = 50000 };
	struct memory_file file = memory_file();
	struct kx_reader *from = source();
	struct kx_save_result result;
	struct kx_err err = { "" };
	struct kx_save_file target;

	kx_save_file_init(&target, file.fd);
	assert_int_equal(kx_save(from->dump, &target.target, &options, &result, &err), -EFBIG);
	assert_says(&err, "the limit of 50000 bytes is less than the head of the dump, ");
	assert_int_equal(lseek(file.fd, 0, SEEK_END), 0);
	close_reader(from);
	close(file.fd);
}

/* Where nothing is told apart all is valuable, and is saved once; so is what comes last. */
TEST(each_page_is_saved_once)
{
	struct kx_save_options options = { .list_limit = 1 << 20, .valuable_first = true };
	struct kx_save_result result;
	struct kx_reader *from;
	uint64_t count[2];
	struct mkpages m;

	for (int how = 0; how < 4; how++) {
		mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, how & 1 ? "SIZE(page)" : NULL);
		mkpages_set(&m, 2048, 9, MKPAGES_ANON);
		from = open_written(&m.dump);
		options.jobs = how & 2 ? 3 : 1;
		save_limited(from, &options, false, &result, count);
		assert_int_equal(result.kept, MKPAGES_COUNT);
		assert_int_equal(result.written, MKPAGES_COUNT);
		assert_int_equal(count[0] + count[1], COUNT);
		close_reader(from);
		mkpages_done(&m);
	}
}

/* A machine whose kernel's image is in the middle of its memory. */
static struct kx_reader *source_with_image(uint64_t first, uint64_t count)
{
	const uint64_t text = UINT64_C(0xffffffff81000000);
	struct mkelf_load *load;
	struct kx_reader *ret;
	uint8_t page[PAGE];
	struct mkpages m;

	mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, NULL);
	for (uint64_t pfn = FIRST_FREE; pfn < COUNT; pfn++) {
		if (is_user(pfn))
			mkpages_set(&m, pfn, 0, MKPAGES_ANON);
	}
	mkpages_fill(&m, COUNT, fill);
	mkelf_info(&m.dump, "SYMBOL(_stext)=%" PRIx64, text + 64);
	load = mkelf_load(&m.dump, text, first * PAGE);
	for (uint64_t pfn = first; pfn < first + count; pfn++) {
		fill(page, pfn);
		mkelf_bytes(&load->data, page, PAGE);
	}
	ret = open_written(&m.dump);
	mkpages_done(&m);
	return ret;
}

/* With room for little the image is there; with room for all each page is. */
TEST(the_image_comes_before_other_pages_of_the_kernel)
{
	enum { IMAGE = 2600, IMAGE_COUNT = 40, ROOM = 1 << 20 };
	struct kx_reader *from = source_with_image(IMAGE, IMAGE_COUNT);

	for (int how = 0; how < 8; how++) {
		struct kx_save_options options = {
			.format = how & 1 ? KX_SAVE_ELF : KX_SAVE_KDUMP, .list_limit = 1 << 20,
			.limit = how & 4 ? 0 : ROOM, .valuable_first = true,
			.jobs = how & 2 ? 3 : 1,
		};
		struct memory_file file = memory_file();
		struct kx_save_file target;
		struct kx_save_result result;
		struct kx_err err = { "" };
		struct kx_reader *saved;
		uint64_t count[2];
		uint8_t page[PAGE];

		kx_save_file_init(&target, file.fd);
		assert_int_equal(kx_save(from->dump, &target.target, &options, &result, &err),
				 options.limit != 0);
		saved = open_path(file.path);
		for (uint64_t pfn = IMAGE; pfn < IMAGE + IMAGE_COUNT; pfn++)
			assert_int_equal(kx_reader_phys(saved, pfn * PAGE, page, PAGE, &err), 0);
		count_right(from, saved, count);
		assert_int_equal(count[0] + count[1], result.written);
		if (options.limit)
			assert_true(count[0] > IMAGE_COUNT && count[0] < ROOM / PAGE &&
				    !count[1]);
		else
			assert_int_equal(result.written, COUNT);
		close_reader(saved);
		close(file.fd);
	}
	close_reader(from);
}

/* ---- a target that counts, fails, and takes its time ----------------------------------------- */

struct slow {
	struct kx_save_target target;
	int fd;
	size_t steps, fails, syncs, writes;
	unsigned int sleeps;
};

static int slow_step(struct slow *slow)
{
	if (slow->sleeps)
		usleep(slow->sleeps);
	return ++slow->steps == slow->fails ? -EIO : 0;
}

static int slow_write(struct kx_save_target *target, const void *from, size_t len, uint64_t off)
{
	struct slow *slow = (struct slow *)target;
	int rc = slow_step(slow);

	slow->writes++;
	if (rc == 0)
		mkelf_put(slow->fd, from, len, off);
	return rc;
}

static int slow_sync(struct kx_save_target *target)
{
	struct slow *slow = (struct slow *)target;

	slow->syncs++;
	return slow_step(slow);
}

static int save_slowly(struct kx_reader *from, struct slow *slow,
		       const struct kx_save_options *options, struct kx_save_result *result,
		       struct kx_err *err)
{
	slow->target.write = slow_write;
	slow->target.sync = slow_sync;
	return kx_save(from->dump, &slow->target, options, result, err);
}

TEST(whatever_fails_what_was_written_is_true_in_any_order)
{
	const struct kx_save_options options = { .list_limit = 1 << 20, .valuable_first = true,
						 .jobs = 2 };
	struct kx_reader *from = source();
	size_t steps = SIZE_MAX;
	bool mixed = false;
	uint64_t all[2];

	count_all(all);
	for (size_t fails = 0; fails <= steps; fails++) {
		struct memory_file file = memory_file();
		struct slow slow = { .fd = file.fd, .fails = fails };
		struct kx_save_result result;
		struct kx_err err = { "" };
		uint64_t count[2];

		if (save_slowly(from, &slow, &options, &result, &err) >= 0) {
			struct kx_reader *saved = open_path(file.path);

			count_right(from, saved, count);
			assert_int_equal(count[0] + count[1], result.written);
			mixed |= count[0] > 0 && count[0] < all[0];
			if (fails == 0)
				assert_true(count[0] == all[0] && count[1] == all[1]);
			close_reader(saved);
		}
		if (fails == 0)
			steps = slow.steps;
		close(file.fd);
	}
	assert_true(mixed);
	close_reader(from);
}

TEST(what_took_long_is_referred_to_in_time)
{
	struct kx_save_options options = { .list_limit = 1 << 20 };
	struct kx_reader *from = source();
	struct kx_save_result result;
	struct kx_err err = { "" };
	size_t syncs[2];

	for (unsigned int fast = 0; fast < 2; fast++) {
		struct memory_file file = memory_file();
		struct slow slow = { .fd = file.fd, .sleeps = 3000 };

		options.interval = fast ? 1 : 0;
		assert_int_equal(save_slowly(from, &slow, &options, &result, &err), 0);
		assert_int_equal(result.written, COUNT);
		syncs[fast] = slow.syncs;
		close(file.fd);
	}
	/* 32 chunks of 512 KiB at the end, each of which took longer than it may. */
	assert_true(syncs[0] < 6);
	assert_true(syncs[1] >= 2 * (COUNT / 128));
	close_reader(from);
}

TEST(costly_writes_are_few)
{
	struct kx_save_options options = { .list_limit = 1 << 20, .valuable_first = true };
	struct kx_reader *from = source();
	struct kx_save_result result;
	struct kx_err err = { "" };
	size_t writes[2];

	for (unsigned int costly = 0; costly < 2; costly++) {
		struct memory_file file = memory_file();
		struct slow slow = { .fd = file.fd, .target = { .costly = costly } };

		assert_int_equal(save_slowly(from, &slow, &options, &result, &err), 0);
		assert_int_equal(result.written, COUNT);
		writes[costly] = slow.writes;
		close(file.fd);
	}
	assert_true(writes[1] < writes[0]);
	assert_true(writes[1] < COUNT / 128 + 12);
	close_reader(from);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_does_not_grow_beyond_its_limit),
		cmocka_unit_test(each_page_is_saved_once),
		cmocka_unit_test(the_image_comes_before_other_pages_of_the_kernel),
		cmocka_unit_test(a_limit_below_the_head_is_an_error),
		cmocka_unit_test(whatever_fails_what_was_written_is_true_in_any_order),
		cmocka_unit_test(what_took_long_is_referred_to_in_time),
		cmocka_unit_test(costly_writes_are_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
