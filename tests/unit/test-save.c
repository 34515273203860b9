/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Saved dumps: exactly the pages that shall be in them, with the source's bytes. */
#include <inttypes.h>
#include <sys/mman.h>

#include "kx/codec.h"
#include "kx/page_codec.h"
#include "kx/save.h"
#include "kx/sums.h"
#include "lib/save/kept.h"
#include "tests/tools/mkpages.h"
#include "tests/unit/dumping.h"

enum { PAGE = 4096 };

/* What is in a page, by its number: text that compresses, noise that does not, zeros. */
static void fill(uint8_t *page, uint64_t pfn)
{
	uint32_t noise = (uint32_t)pfn * 2654435761u + 1;

	memset(page, 0, PAGE);
	if (pfn % 5 == 0)
		return;
	for (size_t i = 0; i < PAGE; i++) {
		noise = noise * 1664525 + 1013904223;
		page[i] = pfn % 5 == 1 ? (uint8_t)(noise >> 24) : (uint8_t)(pfn + i / 256);
	}
}

/* Where free pages, user pages and cache lie in machine(). */
enum { CACHE_AT = 1024, ANON_AT = 2048, FREE_AT = 3072, LAST = 4000 };

/* A machine whose memory, but for what describes it, has known content. */
static void machine(struct mkpages *m)
{
	mkpages_init(m, MKPAGES_6_12, MKPAGES_ROOTS, NULL);
	mkpages_set(m, CACHE_AT, 4, MKPAGES_CACHE);
	mkpages_set(m, CACHE_AT + 16, 4, MKPAGES_CACHE_PRIVATE);
	mkpages_set(m, ANON_AT, 9, MKPAGES_ANON);
	mkpages_set(m, FREE_AT, 6, MKPAGES_FREE);
	mkpages_fill(m, LAST, fill);
}

static bool is_kept(uint64_t pfn, unsigned int level)
{
	if (pfn >= CACHE_AT && pfn < CACHE_AT + 16)
		return !(level & (KX_LEVEL_CACHE | KX_LEVEL_CACHE_PRIVATE));
	if (pfn >= CACHE_AT + 16 && pfn < CACHE_AT + 32)
		return !(level & KX_LEVEL_CACHE_PRIVATE);
	if (pfn >= ANON_AT && pfn < ANON_AT + 512)
		return !(level & KX_LEVEL_USER);
	if (pfn >= FREE_AT && pfn < FREE_AT + 64)
		return !(level & KX_LEVEL_FREE);
	return true;
}

/* Save @from as @options say; the file, and a reader of it. */
static struct kx_reader *save(struct kx_reader *from, const struct kx_save_options *options,
			      struct kx_save_result *result)
{
	struct memory_file file = memory_file();
	struct kx_err err = { "" };
	struct kx_save_file target;
	struct kx_reader *saved;

	kx_save_file_init(&target, file.fd);
	if (kx_save(from->dump, &target.target, options, result, &err) < 0)
		fail_msg("%s", err.text);
	saved = open_path(file.path);
	close(file.fd);
	return saved;
}

static void assert_pages(struct kx_reader *from, struct kx_reader *saved, unsigned int level)
{
	uint8_t expected[PAGE], page[PAGE];
	struct kx_err err = { "" };

	for (uint64_t pfn = 0; pfn < LAST; pfn++) {
		int rc = kx_reader_phys(saved, pfn * PAGE, page, PAGE, &err);

		assert_int_equal(kx_reader_phys(from, pfn * PAGE, expected, PAGE, &err), 0);
		if ((rc == 0) != is_kept(pfn, level))
			fail_msg("level %u, page %" PRIu64 ": %s", level, pfn,
				 rc == 0 ? "not left out" : err.text);
		if (rc == 0)
			assert_memory_equal(page, expected, PAGE);
	}
}

/* Two dumps have the same pages of machine(), with the same bytes, or have them not. */
static void assert_same(struct kx_reader *a, struct kx_reader *b)
{
	uint8_t one[PAGE], other[PAGE];
	struct kx_err err = { "" };

	for (uint64_t pfn = 0; pfn < LAST; pfn++) {
		int rc = kx_reader_phys(a, pfn * PAGE, one, PAGE, &err);

		assert_int_equal(kx_reader_phys(b, pfn * PAGE, other, PAGE, &err), rc);
		if (rc == 0)
			assert_memory_equal(one, other, PAGE);
	}
}

TEST(a_dump_has_the_pages_of_its_level_and_their_bytes)
{
	static const uint32_t codec[] = { 0, KX_PAGE_CODEC_ZLIB, KX_PAGE_CODEC_LZO,
					  KX_PAGE_CODEC_SNAPPY, KX_PAGE_CODEC_ZSTD };
	struct kx_reader *from;
	struct mkpages m;

	machine(&m);
	from = open_written(&m.dump);
	for (unsigned int level = 0; level <= KX_LEVEL_MAX; level++) {
		struct kx_save_options options = {
			.level = level,
			.codec = codec[level % 5],
			.jobs = 1 + level % 3,
			.list_limit = 1 << 20,
			.valuable_first = level % 4 > 1,
		};
		struct kx_save_result result;
		struct kx_reader *saved;

		if (!kx_page_codec_usable(options.codec))
			options.codec = 0;
		saved = save(from, &options, &result);
		assert_pages(from, saved, level);
		assert_string_equal(result.incomplete, "");
		assert_string_equal(result.unfiltered, "");
		assert_false(kx_dump_incomplete(saved->dump));
		assert_int_equal(result.written, result.kept);
		assert_int_equal(result.zero > 0, level & KX_LEVEL_ZERO);
		close_reader(saved);

		options.format = KX_SAVE_ELF;
		options.codec = 0;
		options.valuable_first = level % 2;
		saved = save(from, &options, &result);
		assert_pages(from, saved, level);
		assert_string_equal(result.incomplete, "");
		assert_false(kx_dump_incomplete(saved->dump));
		assert_int_equal(result.written, result.kept);
		assert_true(result.zero > 0);
		close_reader(saved);
	}
	close_reader(from);
	mkpages_done(&m);
}

/* Reading a page with a memory error ends the machine, and one given back to the host may hang. */
TEST(what_nobody_may_read_is_left_out_at_every_level)
{
	enum { OFFLINE = 600, POISON = 601, TAIL = ANON_AT + 100, FLAGS = 0, PG_HWPOISON = 22 };
	static const unsigned int level[] = { 0, 1, 16, 31 };

	for (size_t i = 0; i < sizeof(level) / sizeof(level[0]); i++) {
		const struct kx_save_options options = { .level = level[i], .list_limit = 1 << 20 };
		uint8_t page[PAGE];
		struct kx_save_result result;
		struct kx_reader *from, *saved;
		struct kx_err err = { "" };
		struct mkpages m;

		machine(&m);
		mkpages_set(&m, OFFLINE, 0, MKPAGES_OFFLINE);
		mkpages_set(&m, POISON, 0, MKPAGES_POISON);
		mkpages_number(&m, TAIL, FLAGS + PG_HWPOISON / 8, 1, 1 << PG_HWPOISON % 8);
		from = open_written(&m.dump);
		saved = save(from, &options, &result);
		assert_int_equal(result.pages[KX_PAGE_OFFLINE], 1);
		assert_true(kx_reader_phys(saved, OFFLINE * PAGE, page, PAGE, &err) < 0);
		assert_true(kx_reader_phys(saved, POISON * PAGE, page, PAGE, &err) < 0);
		assert_true(kx_reader_phys(saved, TAIL * PAGE, page, PAGE, &err) < 0);
		assert_int_equal(kx_reader_phys(saved, (OFFLINE - 1) * PAGE, page, PAGE, &err), 0);
		close_reader(saved);
		close_reader(from);
		mkpages_done(&m);
	}
}

TEST(a_saved_dump_says_what_its_source_said)
{
	const struct kx_save_options options = { .level = 31, .list_limit = 1 << 20 };
	const struct kx_vmcoreinfo *info, *again;
	struct kx_save_result result;
	struct kx_reader *from, *saved;
	struct mkpages m;

	machine(&m);
	m.dump.cpus = 3;
	from = open_written(&m.dump);
	saved = save(from, &options, &result);
	info = kx_dump_vmcoreinfo(from->dump);
	again = kx_dump_vmcoreinfo(saved->dump);
	assert_int_equal(again->text.len, info->text.len);
	assert_memory_equal(again->text.base, info->text.base, info->text.len);
	assert_int_equal(kx_dump_cpus(saved->dump), 3);
	assert_int_equal(kx_dump_machine(saved->dump), kx_dump_machine(from->dump));
	close_reader(saved);
	close_reader(from);
	mkpages_done(&m);
}

/* A source without its own struct pages, or with less than it wants: all of it is kept. */
TEST(what_cannot_be_classified_is_kept_whole)
{
	const struct kx_save_options options = { .level = 31, .list_limit = 1 << 20 };
	struct kx_save_result result;
	struct kx_reader *from, *saved;
	struct mkpages m;

	mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, "SYMBOL(mem_section)");
	mkpages_set(&m, FREE_AT, 6, MKPAGES_FREE);
	from = open_written(&m.dump);
	saved = save(from, &options, &result);
	assert_non_null(strstr(result.unfiltered, "SYMBOL(mem_section)"));
	assert_int_equal(result.level, KX_LEVEL_ZERO);
	assert_null(result.missing[KX_PAGE_FREE]);
	assert_int_equal(result.kept, MKPAGES_COUNT);
	close_reader(saved);
	close_reader(from);
	mkpages_done(&m);
}

/* A key that one class wants: its pages are kept, and which key it was is known. */
TEST(a_missing_key_keeps_its_class_and_is_named)
{
	const struct kx_save_options options = { .level = 31, .list_limit = 1 << 20 };
	struct kx_save_result result;
	struct kx_reader *from, *saved;
	struct mkpages m;

	mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, "LENGTH(zone.free_area)");
	from = open_written(&m.dump);
	saved = save(from, &options, &result);
	assert_int_equal(result.level, 31);
	assert_non_null(result.missing[KX_PAGE_FREE]);
	assert_string_equal(result.missing[KX_PAGE_FREE], "LENGTH(zone.free_area)");
	assert_null(result.missing[KX_PAGE_CACHE]);
	assert_true(result.seconds[KX_SAVE_CLASSIFY] > 0 && result.seconds[KX_SAVE_COPY] > 0);
	assert_true(result.seconds[KX_SAVE_CLASSIFY] + result.seconds[KX_SAVE_COPY] < 600);
	close_reader(saved);
	close_reader(from);
	mkpages_done(&m);
}

struct stop {
	uint64_t after;
	uint64_t seen;
};

static bool stop_after(void *data, const struct kx_save_progress *progress)
{
	struct stop *stop = data;

	if (progress->phase == KX_SAVE_COPY)
		stop->seen = progress->done;
	return progress->phase != KX_SAVE_COPY || progress->done < stop->after;
}

TEST(what_was_written_before_a_stop_can_be_read)
{
	struct stop stop = { .after = 1000 };
	struct kx_save_options options = { .level = 0, .codec = 0, .list_limit = 1 << 20,
					   .tell = stop_after, .data = &stop };
	uint8_t expected[PAGE], page[PAGE];
	struct kx_err err = { "" };
	struct kx_save_result result;
	struct kx_reader *from, *saved;
	struct mkpages m;

	machine(&m);
	from = open_written(&m.dump);
	saved = save(from, &options, &result);
	assert_non_null(strstr(result.incomplete, "stopped"));
	assert_true(kx_dump_incomplete(saved->dump));
	assert_int_equal(result.written, stop.seen);
	for (uint64_t pfn = 0; pfn < LAST; pfn++) {
		int rc = kx_reader_phys(saved, pfn * PAGE, page, PAGE, &err);

		assert_int_equal(rc == 0, pfn < stop.seen);
		if (rc < 0)
			continue;
		assert_int_equal(kx_reader_phys(from, pfn * PAGE, expected, PAGE, &err), 0);
		assert_memory_equal(page, expected, PAGE);
	}
	close_reader(saved);
	close_reader(from);
	mkpages_done(&m);
}

/* From which page on compressing fails; 0: never. */
static unsigned int squeezed, squeezing_fails;

int __real_kx_page_squeeze_into(struct kx_page_squeezer *squeezer, const uint8_t *page, uint8_t *to,
				size_t *ret_len, struct kx_err *err);
int __wrap_kx_page_squeeze_into(struct kx_page_squeezer *squeezer, const uint8_t *page, uint8_t *to,
				size_t *ret_len, struct kx_err *err);

int __wrap_kx_page_squeeze_into(struct kx_page_squeezer *squeezer, const uint8_t *page, uint8_t *to,
				size_t *ret_len, struct kx_err *err)
{
	if (squeezing_fails && ++squeezed >= squeezing_fails)
		return kx_fail(err, -ENOMEM, "no memory to compress");
	return __real_kx_page_squeeze_into(squeezer, page, to, ret_len, err);
}

/* What fails is not the disk: what is there is kept as if it were. */
TEST(what_was_written_before_a_failure_is_kept)
{
	const struct kx_save_options options = { .list_limit = 1 << 20 };
	struct kx_err err = { "" };
	struct kx_save_result result;
	struct memory_file file;
	struct kx_save_file to;
	struct kx_reader *from, *saved;
	struct mkpages m;

	machine(&m);
	from = open_written(&m.dump);
	squeezed = 0;
	squeezing_fails = 2000;
	saved = save(from, &options, &result);
	assert_string_equal(result.incomplete, "no memory to compress");
	assert_true(kx_dump_incomplete(saved->dump));
	assert_true(result.written > 1000 && result.written < LAST);
	close_reader(saved);
	/* Of nothing there is nothing to keep. */
	file = memory_file();
	kx_save_file_init(&to, file.fd);
	squeezing_fails = 1;
	assert_int_equal(kx_save(from->dump, &to.target, &options, &result, &err), -ENOMEM);
	squeezing_fails = 0;
	close(file.fd);
	close_reader(from);
	mkpages_done(&m);
}

/* Each chunk's sum is that of what is in the file: so nothing behind the head is written twice. */
static void assert_summed(const struct memory_file *file, const struct kx_sums *sums,
			  uint64_t bytes)
{
	uint64_t size = (uint64_t)lseek(file->fd, 0, SEEK_END), chunk = kx_sums_chunk(sums);
	struct kx_err err = { "" };
	uint8_t *at = mmap(NULL, size, PROT_READ, MAP_SHARED, file->fd, 0);

	assert_true(at != MAP_FAILED);
	assert_int_equal(kx_sums_size(sums), bytes);
	assert_true(size >= bytes);
	for (size_t i = 0; i < kx_sums_count(sums); i++) {
		uint64_t left = bytes - i * chunk;
		uint32_t sum = 0, expected = 0;

		assert_true(kx_sums_get(sums, i, &sum));
		kx_crc32(&expected, (struct kx_span){ at + i * chunk, left < chunk ? left : chunk },
			 &err);
		assert_int_equal(sum, expected);
	}
	munmap(at, size);
}

TEST(sums_that_are_made_on_the_way_are_those_of_the_file)
{
	struct kx_reader *from;
	struct mkpages m;

	machine(&m);
	from = open_written(&m.dump);
	for (unsigned int i = 0; i < 8; i++) {
		struct stop stop = { .after = i % 4 ? UINT64_MAX : 1000 };
		struct kx_save_options options = { .level = i < 4 ? 31 : 0, .jobs = 1 + i % 2,
						   .codec = i % 2 ? KX_PAGE_CODEC_ZLIB : 0,
						   .list_limit = 1 << 20, .tell = stop_after,
						   .data = &stop };
		struct memory_file file = memory_file();
		struct kx_save_summed summed;
		struct kx_save_result result;
		struct kx_err err = { "" };
		struct kx_save_file target;
		struct kx_sums *sums;

		assert_int_equal(kx_sums_new(&sums, &err), 0);
		kx_save_file_init(&target, file.fd);
		kx_save_summed_init(&summed, &target.target, sums);
		assert_int_equal(kx_save(from->dump, &summed.target, &options, &result, &err),
				 i % 4 == 0);
		assert_summed(&file, sums, result.bytes);
		kx_sums_free(sums);
		close(file.fd);
	}
	close_reader(from);
	mkpages_done(&m);
}

TEST(a_flattened_dump_has_the_same_pages)
{
	const struct kx_save_options options = { .level = 31, .jobs = 2, .list_limit = 1 << 20 };
	struct memory_file file = memory_file();
	struct kx_save_result result;
	struct kx_err err = { "" };
	struct kx_reader *from, *saved;
	struct kx_save_stream stream;
	struct kx_save_flat flat;
	struct mkpages m;

	machine(&m);
	from = open_written(&m.dump);
	kx_save_stream_init(&stream, file.fd);
	kx_save_flat_init(&flat, &stream.target);
	assert_int_equal(kx_save(from->dump, &flat.target, &options, &result, &err), 0);
	assert_int_equal(kx_save_flat_end(&flat), 0);
	saved = open_path(file.path);
	assert_pages(from, saved, 31);
	assert_non_null(strstr(kx_dump_format(saved->dump), "flattened"));
	close_reader(saved);
	close_reader(from);
	close(file.fd);
	mkpages_done(&m);
}

/* RAM of a PC ends at 0x9fc00: what is there of that page is saved, and zeros behind it. */
TEST(a_page_that_is_memory_in_part_is_saved)
{
	enum { PART = 0xc00 };
	const struct kx_save_options options = { .level = 0, .list_limit = 1 << 20 };
	uint8_t page[PAGE], expected[PAGE] = { 0 };
	struct kx_save_result result;
	struct kx_reader *from, *saved;
	struct kx_err err = { "" };
	struct mkpages m;

	machine(&m);
	memset(expected, 'x', PART);
	mkelf_bytes(&m.dump.load[0].data, expected, PART);
	from = open_written(&m.dump);
	saved = save(from, &options, &result);
	assert_string_equal(result.incomplete, "");
	assert_int_equal(kx_reader_phys(saved, (uint64_t)LAST * PAGE, page, PAGE, &err), 0);
	assert_memory_equal(page, expected, PAGE);
	close_reader(saved);
	close_reader(from);
	mkpages_done(&m);
}

/* Pages between two that are kept, for want of room in the list: what is no memory stays that. */
TEST(a_full_list_adds_no_page_that_is_not_there)
{
	enum { RUNS = 300, APART = 3 };
	const struct kx_save_options options = { .level = 0, .jobs = 2, .list_limit = 0 };
	uint8_t page[PAGE], expected[PAGE];
	struct kx_save_result result;
	struct kx_reader *from, *saved;
	struct kx_err err = { "" };
	struct mkelf model;

	mkelf_init(&model);
	mkelf_info(&model, "PAGESIZE=%d", PAGE);
	for (uint64_t pfn = 0; pfn < RUNS * APART; pfn += APART) {
		fill(page, pfn);
		mkelf_bytes(&mkelf_load(&model, 0, pfn * PAGE)->data, page, PAGE);
	}
	from = open_written(&model);
	saved = save(from, &options, &result);
	assert_string_equal(result.incomplete, "");
	assert_int_equal(result.kept, RUNS);
	assert_int_equal(result.joined, 0);
	assert_int_equal(result.written, RUNS);
	for (uint64_t pfn = 0; pfn < RUNS * APART; pfn++) {
		int rc = kx_reader_phys(saved, pfn * PAGE, page, PAGE, &err);

		assert_int_equal(rc == 0, pfn % APART == 0);
		fill(expected, pfn);
		if (rc == 0)
			assert_memory_equal(page, expected, PAGE);
	}
	close_reader(saved);
	close_reader(from);
	mkelf_done(&model);
}

/* What a dump has not got, since it was filtered, is not in one that is made of it. */
TEST(a_dump_of_a_dump_has_the_same_pages)
{
	static const size_t limit[] = { 1 << 20, 0 };

	for (size_t i = 0; i < 2; i++) {
		struct kx_save_options options = { .level = 30, .list_limit = 1 << 20 };
		struct kx_save_result first, second;
		struct kx_reader *from, *once, *twice;
		struct mkpages m;

		machine(&m);
		for (uint64_t pfn = 600; pfn < 1000; pfn += 4)
			mkpages_set(&m, pfn, 0, MKPAGES_CACHE);
		from = open_written(&m.dump);
		once = save(from, &options, &first);
		options.level = 0;
		options.list_limit = limit[i];
		twice = save(once, &options, &second);
		assert_string_equal(second.incomplete, "");
		assert_int_equal(second.kept, first.kept);
		assert_int_equal(second.written, first.written);
		assert_int_equal(second.absent, LAST - first.kept);
		assert_int_equal(second.joined, 0);
		assert_same(once, twice);
		close_reader(twice);
		/* What is there may be in it without need. */
		options.level = 30;
		twice = save(from, &options, &second);
		assert_int_equal(second.joined > 0, options.list_limit == 0);
		assert_int_equal(second.kept, first.kept + second.joined);
		assert_int_equal(second.written, second.kept);
		assert_int_equal(kx_dump_incomplete(twice->dump), 0);
		close_reader(twice);
		close_reader(once);
		close_reader(from);
		mkpages_done(&m);
	}
}

/* ---- the list of kept pages ------------------------------------------------------------------ */

TEST(the_list_has_what_was_put_in)
{
	static const uint64_t bound[][2] = { { 0, 1 }, { 5, 9 }, { 9, 10 }, { 300, 100000 },
					     { UINT64_C(1) << 40, (UINT64_C(1) << 40) + 7 } };
	static const uint64_t runs[][2] = { { 0, 1 }, { 5, 10 }, { 300, 100000 },
					    { UINT64_C(1) << 40, (UINT64_C(1) << 40) + 7 } };
	struct kept_at at = { .off = 0 };
	struct kx_err err = { "" };
	struct kept kept;

	kept_init(&kept, 1 << 20, false, 0);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(kept_add(&kept, bound[i][0], bound[i][1], i % 2, &err), 0);
	assert_int_equal(kept_close(&kept, &err), 0);
	for (size_t i = 0; i < 4; i++) {
		assert_true(kept_next(&kept, &at));
		assert_true(at.first == runs[i][0] && at.end == runs[i][1]);
	}
	assert_false(kept_next(&kept, &at));
	assert_int_equal(kept.pages, 1 + 5 + 99700 + 7);
	assert_int_equal(kept.joined, 0);
	kept_done(&kept);
}

/* However many runs there are: within the bound, nothing is lost, and the sum is right. */
TEST(a_full_list_keeps_more_and_never_less)
{
	enum { RUNS = 100000, LIMIT = 5000 };
	struct kept_at at = { .off = 0 };
	struct kx_err err = { "" };
	uint64_t pages = 0, next = 0;
	struct kept kept;

	kept_init(&kept, LIMIT, false, 0);
	for (uint64_t i = 0; i < RUNS; i++)
		assert_int_equal(kept_add(&kept, i * 3 + i % 2, i * 3 + 2, true, &err), 0);
	assert_int_equal(kept_close(&kept, &err), 0);
	assert_true(kept.room <= LIMIT);
	while (kept_next(&kept, &at)) {
		for (; next < RUNS && next * 3 + 2 <= at.end; next++)
			assert_true(at.first <= next * 3 + next % 2);
		pages += at.end - at.first;
	}
	assert_int_equal(next, RUNS);
	assert_int_equal(pages, kept.pages);
	assert_true(kept.joined > 0 && kept.joined < kept.pages);
	kept_done(&kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dump_has_the_pages_of_its_level_and_their_bytes),
		cmocka_unit_test(what_nobody_may_read_is_left_out_at_every_level),
		cmocka_unit_test(a_saved_dump_says_what_its_source_said),
		cmocka_unit_test(what_cannot_be_classified_is_kept_whole),
		cmocka_unit_test(a_missing_key_keeps_its_class_and_is_named),
		cmocka_unit_test(sums_that_are_made_on_the_way_are_those_of_the_file),
		cmocka_unit_test(a_flattened_dump_has_the_same_pages),
		cmocka_unit_test(a_page_that_is_memory_in_part_is_saved),
		cmocka_unit_test(what_was_written_before_a_stop_can_be_read),
		cmocka_unit_test(what_was_written_before_a_failure_is_kept),
		cmocka_unit_test(a_full_list_adds_no_page_that_is_not_there),
		cmocka_unit_test(a_dump_of_a_dump_has_the_same_pages),
		cmocka_unit_test(the_list_has_what_was_put_in),
		cmocka_unit_test(a_full_list_keeps_more_and_never_less),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
