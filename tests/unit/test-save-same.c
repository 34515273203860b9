/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages that equal each other: their data is in the file once, and nothing else is taken for it. */
#include <inttypes.h>

#include "kx/bytes.h"
#include "kx/save.h"
#include "lib/save/same.h"
#include "tests/tools/mkpages.h"
#include "tests/unit/dumping.h"

enum { PAGE = 4096, LAST = MKPAGES_COUNT, FIRST = 512, KINDS = 7 };

/* What is behind what describes the memory; a page's kind says which others it equals. */
static uint64_t kind_of(uint64_t pfn)
{
	/* Some alone, some beside those that they equal, most far away from them. */
	return pfn % 3 == 0 ? pfn : pfn % 64 < 8 ? pfn / 64 * 64 : pfn % KINDS + 1;
}

static void fill(uint8_t *page, uint64_t pfn)
{
	uint32_t noise = (uint32_t)kind_of(pfn) * 2654435761u + 1;

	for (size_t i = 0; i < PAGE; i++) {
		noise = noise * 1664525 + 1013904223;
		page[i] = (uint8_t)(noise >> 24);
	}
}

static void machine(struct mkpages *m, void (*content)(uint8_t *page, uint64_t pfn))
{
	mkpages_init(m, MKPAGES_6_12, MKPAGES_ROOTS, NULL);
	mkpages_fill(m, LAST, content);
}

/** struct saved - a file and what was said of it */
struct saved {
	struct memory_file file;
	struct kx_save_result result;
	int rc;
};

static struct saved save(struct kx_reader *from, const struct kx_save_options *options)
{
	struct saved saved = { .file = memory_file() };
	struct kx_err err = { "" };
	struct kx_save_file target;

	kx_save_file_init(&target, saved.file.fd);
	saved.rc = kx_save(from->dump, &target.target, options, &saved.result, &err);
	if (saved.rc < 0)
		fail_msg("%s", err.text);
	return saved;
}

/* Every page that the file has is the source's; how many it has. */
static uint64_t compare(struct kx_reader *from, const struct saved *saved)
{
	struct kx_reader *reader = open_path(saved->file.path);
	uint8_t expected[PAGE], page[PAGE];
	struct kx_err err = { "" };
	uint64_t count = 0;

	for (uint64_t pfn = 0; pfn < LAST; pfn++) {
		if (kx_reader_phys(reader, pfn * PAGE, page, PAGE, &err) < 0)
			continue;
		count++;
		assert_int_equal(kx_reader_phys(from, pfn * PAGE, expected, PAGE, &err), 0);
		if (memcmp(page, expected, PAGE) != 0)
			fail_msg("page %" PRIu64 " is another one", pfn);
	}
	close_reader(reader);
	return count;
}

TEST(equal_pages_are_in_the_file_once)
{
	struct kx_reader *from;
	struct mkpages m;

	machine(&m, fill);
	from = open_written(&m.dump);
	for (unsigned int i = 0; i < 8; i++) {
		struct kx_save_options options = {
			.codec = i % 2 ? KX_PAGE_CODEC_ZLIB : 0, .list_limit = 1 << 20,
			.jobs = i < 4 ? 1 : 3, .valuable_first = i % 4 > 1,
		};
		struct saved all = save(from, &options), some;

		options.share_limit = 1 << 20;
		some = save(from, &options);
		assert_int_equal(all.result.shared, 0);
		assert_int_equal(all.rc, 0);
		assert_int_equal(some.rc, 0);
		assert_int_equal(some.result.written, LAST);
		/* More than half of the pages equal another one. */
		assert_true(some.result.shared > LAST / 2);
		assert_int_equal(compare(from, &all), LAST);
		assert_int_equal(compare(from, &some), LAST);
		if (!options.codec)
			assert_int_equal(all.result.bytes - some.result.bytes,
					 some.result.shared * PAGE);
		close(all.file.fd);
		close(some.file.fd);
	}
	close_reader(from);
	mkpages_done(&m);
}

/* With one thread nothing is left to chance: the same bytes each time. */
TEST(one_thread_always_writes_the_same_file)
{
	const struct kx_save_options options = { .list_limit = 1 << 20, .share_limit = 1 << 14 };
	struct kx_reader *from;
	struct saved a, b;
	struct mkpages m;

	machine(&m, fill);
	from = open_written(&m.dump);
	a = save(from, &options);
	b = save(from, &options);
	assert_true(a.result.shared > 0);
	assert_int_equal(a.result.bytes, b.result.bytes);
	for (uint64_t at = 0; at < a.result.bytes; at += PAGE) {
		uint8_t one[PAGE] = { 0 }, other[PAGE] = { 0 };

		assert_int_equal(pread(a.file.fd, one, PAGE, (off_t)at),
				 pread(b.file.fd, other, PAGE, (off_t)at));
		assert_memory_equal(one, other, PAGE);
	}
	close(a.file.fd);
	close(b.file.fd);
	close_reader(from);
	mkpages_done(&m);
}

/* Where a hash looks, all pages are equal; each has its number elsewhere. */
static void collide(uint8_t *page, uint64_t pfn)
{
	memset(page, 'x', PAGE);
	/* Each line alone is looked at or is not. */
	kx_put(page + 64, 8, pfn, false);
}

TEST(pages_with_one_hash_are_not_taken_for_each_other)
{
	const struct kx_save_options options = { .list_limit = 1 << 20, .share_limit = 1 << 20 };
	uint8_t one[PAGE], other[PAGE];
	struct kx_reader *from;
	struct saved saved;
	struct mkpages m;

	collide(one, 1);
	collide(other, 2);
	assert_true(same_hash(one, PAGE) == same_hash(other, PAGE));
	machine(&m, collide);
	from = open_written(&m.dump);
	saved = save(from, &options);
	assert_int_equal(compare(from, &saved), LAST);
	/* Those that describe the memory may equal each other. */
	assert_true(saved.result.shared < FIRST);
	close(saved.file.fd);
	close_reader(from);
	mkpages_done(&m);
}

/* Cut at any size: what is in the file is right, and what pages share is in it. */
TEST(a_cut_dump_has_what_its_pages_share)
{
	struct kx_reader *from;
	struct mkpages m;
	uint64_t head;

	machine(&m, fill);
	from = open_written(&m.dump);
	for (unsigned int i = 1; i < 12; i++) {
		const struct kx_save_options options = {
			.list_limit = 1 << 20, .share_limit = 1 << 20, .jobs = 1 + i % 2,
			.limit = 131072 + i * 300000, .valuable_first = i % 3 == 0,
		};
		struct saved saved = save(from, &options);

		assert_int_equal(saved.rc, 1);
		head = saved.result.written;
		assert_true(saved.result.bytes <= options.limit);
		assert_int_equal(compare(from, &saved), head);
		/* Pages that share need no room. */
		assert_true(saved.result.shared > 0 && head * PAGE > saved.result.bytes - 131072);
		close(saved.file.fd);
	}
	close_reader(from);
	mkpages_done(&m);
}

TEST(what_is_remembered_is_bounded_and_found_again)
{
	struct same *same = same_new(64 << 10);
	struct save_place place, found;
	uint64_t pfn, hits = 0;

	assert_null(same_new(1000));
	assert_non_null(same);
	assert_false(same_find(same, 5, &pfn, &found));
	place = (struct save_place){ .off = 7, .size = 65536, .packed = true };
	same_add(same, 5, UINT64_C(1) << 39, &place);
	assert_true(same_find(same, 5, &pfn, &found));
	assert_true(pfn == UINT64_C(1) << 39);
	assert_true(found.off == 7 && found.size == 65536 && found.packed);
	assert_false(same_find(same, 6, &pfn, &found));
	/* What has no room in an entry is not cut to fit. */
	place.off = UINT64_C(1) << 48;
	same_add(same, 9, 1, &place);
	place.off = 0;
	same_add(same, 9, UINT64_C(1) << 40, &place);
	assert_false(same_find(same, 9, &pfn, &found));
	/* What is found again and again stays, of the others as many as have room. */
	for (uint64_t i = 1; i <= 100000; i++) {
		uint64_t hash = i * UINT64_C(0x9e3779b97f4a7c15);

		same_add(same, hash ^ hash >> 32, i, &place);
		assert_true(same_find(same, 5, &pfn, &found));
	}
	for (uint64_t i = 1; i <= 100000; i++) {
		uint64_t hash = i * UINT64_C(0x9e3779b97f4a7c15);

		hits += same_find(same, hash ^ hash >> 32, &pfn, &found) && pfn == i;
	}
	assert_in_range(hits, 1000, (64 << 10) / 16);
	same_free(same);
	same_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_pages_are_in_the_file_once),
		cmocka_unit_test(one_thread_always_writes_the_same_file),
		cmocka_unit_test(pages_with_one_hash_are_not_taken_for_each_other),
		cmocka_unit_test(a_cut_dump_has_what_its_pages_share),
		cmocka_unit_test(what_is_remembered_is_bounded_and_found_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
