/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a dump will take is known before it is saved, and what is done where that is too much. */
#include <inttypes.h>

#include "kx/estimate.h"
#include "lib/save/sample.h"
#include "tests/tools/mkpages.h"
#include "tests/unit/dumping.h"

enum { PAGE = 4096, COUNT = 4096 };

/* Where what lies in machine(): each a quarter of memory, and zeros among all of it. */
enum { CACHE_AT = 1024, PRIVATE_AT = 1536, ANON_AT = 2048, FREE_AT = 3072 };

/* Text of a page's own length and noise behind it: pages take anything from little to all. */
static void fill(uint8_t *page, uint64_t pfn)
{
	uint32_t noise = (uint32_t)pfn * 2654435761u + 1;
	size_t text = (noise >> 8) % PAGE;

	memset(page, 0, PAGE);
	for (size_t i = 0; i < PAGE && (noise & 7); i++) {
		noise = noise * 1664525 + 1013904223;
		page[i] = i < text ? (uint8_t)('a' + i % 7) : (uint8_t)(noise >> 24);
	}
}

static struct kx_reader *machine(const char *without)
{
	struct kx_reader *ret;
	struct mkpages m;

	mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, without);
	mkpages_set(&m, CACHE_AT, 9, MKPAGES_CACHE);
	mkpages_set(&m, PRIVATE_AT, 9, MKPAGES_CACHE_PRIVATE);
	mkpages_set(&m, ANON_AT, 10, MKPAGES_ANON);
	mkpages_set(&m, FREE_AT, 10, MKPAGES_FREE);
	assert_true(m.dump.load[0].data.len <= CACHE_AT * PAGE);
	mkpages_fill(&m, COUNT, fill);
	ret = open_written(&m.dump);
	mkpages_done(&m);
	return ret;
}

/* ---- a sample -------------------------------------------------------------------------------- */

TEST(a_sample_has_all_of_few_and_some_of_many)
{
	struct sample *sample = sample_new();
	const struct sample_class *class = &sample->class[KX_PAGE_USER];

	for (uint64_t pfn = 0; pfn < 100; pfn++)
		sample_add(sample, KX_PAGE_USER, 7 * pfn, 1);
	assert_int_equal(class->count, 100);
	for (uint64_t i = 0; i < 100; i++)
		assert_int_equal(class->pfn[i], 7 * i);
	/* In runs of all lengths, as many as there are in 2 TiB. */
	for (uint64_t at = 1000; class->seen < UINT64_C(1) << 29;) {
		uint64_t len = 1 + (at * 2654435761u >> 9) % 100000;

		sample_add(sample, KX_PAGE_USER, at, len);
		at += 2 * len;
		assert_true(class->seen < SAMPLE_MAX || class->count >= SAMPLE_MAX / 2 - 1);
		assert_true(class->count < SAMPLE_MAX);
	}
	for (size_t i = 1; i < class->count; i++)
		assert_true(class->pfn[i - 1] < class->pfn[i]);
	free(sample);
}

/* Heads of huge pages are not what their tails are: every page has the same chance. */
TEST(a_sample_is_not_of_what_lies_at_round_numbers)
{
	struct sample *sample = sample_new();
	const struct sample_class *class = &sample->class[KX_PAGE_KERNEL];
	size_t quarter[4] = { 0 };

	sample_add(sample, KX_PAGE_KERNEL, 0, UINT64_C(1) << 24);
	for (size_t i = 0; i < class->count; i++)
		quarter[class->pfn[i] % 512 / 128]++;
	for (size_t i = 0; i < 4; i++)
		assert_true(quarter[i] > class->count / 5 && quarter[i] < class->count / 3);
	free(sample);
}

/* ---- an estimate ----------------------------------------------------------------------------- */

static const struct kx_estimate_codec codecs[] = {
	{ KX_PAGE_CODEC_ZLIB, 1 }, { KX_PAGE_CODEC_NONE, 0 }, { KX_PAGE_CODEC_ZSTD, 1 },
	{ KX_PAGE_CODEC_LZO, 0 },
};

/* As large as a dump that is saved. */
static uint64_t saved_size(struct kx_reader *from, unsigned int level,
			   const struct kx_estimate_codec *codec)
{
	const struct kx_save_options options = { .level = level, .codec = codec->codec,
						 .codec_level = codec->level,
						 .list_limit = 1 << 20 };
	struct memory_file file = memory_file();
	struct kx_save_result result;
	struct kx_err err = { "" };
	struct kx_save_file target;

	kx_save_file_init(&target, file.fd);
	assert_int_equal(kx_save(from->dump, &target.target, &options, &result, &err), 0);
	close(file.fd);
	return result.bytes;
}

/* What has no VMCOREINFO may say its page size elsewhere, as a save would have it. */
TEST(a_page_size_is_found_without_vmcoreinfo)
{
	const struct mkelf_kdump how = { .version = 6, .codec = 0, .block_size = 4 * PAGE };
	const struct kx_estimate_codec none = { .codec = 0 };
	struct kx_estimate *estimate;
	struct memory_file file = memory_file();
	struct kx_err err = { "" };
	struct kx_reader *from;
	struct mkelf model;

	mkelf_init(&model);
	mkelf_load(&model, 0, 0);
	mkelf_bytes(&model.load[0].data, NULL, 8 * PAGE);
	assert_true(mkelf_kdump(&model, &how, file.fd));
	from = open_path(file.path);
	assert_int_equal(kx_dump_page_size(from->dump), 4 * PAGE);
	if (kx_estimate_new(from->dump, &none, 1, NULL, NULL, &estimate, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(kx_estimate_page_size(estimate), 4 * PAGE);
	assert_int_equal(kx_estimate_class(estimate, KX_PAGE_KERNEL).pages, 2);
	kx_estimate_free(estimate);
	close_reader(from);
	close(file.fd);
	mkelf_done(&model);
}

static void assert_estimates(struct kx_reader *from)
{
	struct kx_estimate_codec usable[4];
	struct kx_estimate *estimate;
	struct kx_err err = { "" };
	size_t count = 0;

	for (size_t i = 0; i < 4; i++) {
		if (kx_page_codec_usable(codecs[i].codec))
			usable[count++] = codecs[i];
	}
	if (kx_estimate_new(from->dump, usable, count, NULL, NULL, &estimate, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(kx_estimate_page_size(estimate), PAGE);
	for (unsigned int level = 0; level <= KX_LEVEL_MAX; level++) {
		for (size_t i = 0; i < count; i++) {
			struct kx_save_size size = kx_estimate_size(estimate, level, i);
			uint64_t real = saved_size(from, level, &usable[i]);

			if (real < size.low || real > size.high)
				fail_msg("level %u, codec %zu: %" PRIu64 " to %" PRIu64
					 ", is %" PRIu64, level, i, size.low, size.high, real);
			assert_true(size.low <= size.expected && size.expected <= size.high);
			assert_true(size.high - size.low < real / 8);
		}
	}
	kx_estimate_free(estimate);
}

TEST(a_dump_takes_what_was_estimated)
{
	struct kx_reader *from = machine(NULL);

	assert_estimates(from);
	close_reader(from);
	from = machine("SIZE(page)");
	assert_estimates(from);
	close_reader(from);
}

TEST(an_estimate_says_what_it_is_made_of)
{
	struct kx_reader *from = machine(NULL);
	const struct kx_estimate_codec none = { KX_PAGE_CODEC_NONE, 0 };
	struct kx_estimate *estimate;
	struct kx_estimate_class class;
	struct kx_err err = { "" };

	assert_int_equal(kx_estimate_new(from->dump, &none, 1, NULL, NULL, &estimate, &err), 0);
	assert_string_equal(kx_estimate_unfiltered(estimate), "");
	class = kx_estimate_class(estimate, KX_PAGE_USER);
	assert_int_equal(class.pages, 1024);
	assert_int_equal(class.sampled, 1024);
	assert_true(class.zero > 80 && class.zero < 180);
	assert_int_equal(kx_estimate_class(estimate, KX_PAGE_OFFLINE).pages, 0);
	assert_null(kx_estimate_missing(estimate, KX_PAGE_USER));
	kx_estimate_free(estimate);
	close_reader(from);

	from = machine("NUMBER(PG_lru)");
	assert_int_equal(kx_estimate_new(from->dump, &none, 1, NULL, NULL, &estimate, &err), 0);
	assert_string_equal(kx_estimate_missing(estimate, KX_PAGE_CACHE), "NUMBER(PG_lru)");
	kx_estimate_free(estimate);
	close_reader(from);

	from = machine("SYMBOL(mem_section)");
	assert_int_equal(kx_estimate_new(from->dump, &none, 1, NULL, NULL, &estimate, &err), 0);
	assert_non_null(strstr(kx_estimate_unfiltered(estimate), "SYMBOL(mem_section)"));
	kx_estimate_free(estimate);
	close_reader(from);
}

/* ---- a target that knows its room ------------------------------------------------------------ */

struct small {
	struct kx_save_file file;
	int (*write)(struct kx_save_target *target, const void *from, size_t len, uint64_t off);
	uint64_t room;
	size_t told;
	bool written;
	struct kx_save_fit fit;
};

static int small_write(struct kx_save_target *target, const void *from, size_t len, uint64_t off)
{
	struct small *small = (struct small *)target;

	small->written = true;
	return small->write(target, from, len, off);
}

static int small_room(struct kx_save_target *target, uint64_t *ret)
{
	*ret = ((struct small *)target)->room;
	return 0;
}

static void may_not_fit(void *data, const struct kx_save_fit *fit)
{
	struct small *small = data;

	assert_false(small->written);
	small->told++;
	small->fit = *fit;
}

/* Save where @room is; the size of the file. */
static uint64_t save_small(struct kx_reader *from, uint64_t room, uint64_t limit, bool fit,
			   struct small *small, struct kx_save_result *result)
{
	const struct kx_save_options options = { .codec = KX_PAGE_CODEC_NONE, .fit = fit,
						 .limit = limit, .list_limit = 1 << 20,
						 .may_not_fit = may_not_fit, .data = small };
	struct memory_file file = memory_file();
	struct kx_reader *saved;
	struct kx_err err = { "" };
	uint64_t size;
	int rc;

	*small = (struct small){ .room = room };
	kx_save_file_init(&small->file, file.fd);
	small->write = small->file.target.write;
	small->file.target.write = small_write;
	small->file.target.room = small_room;
	rc = kx_save(from->dump, &small->file.target, &options, result, &err);
	assert_int_equal(rc, result->incomplete[0] != '\0');
	size = (uint64_t)lseek(file.fd, 0, SEEK_END);
	saved = open_path(file.path);
	assert_int_equal(kx_dump_incomplete(saved->dump), rc);
	close_reader(saved);
	close(file.fd);
	return size;
}

/* By what is worth least, until it fits; each level that is tried is enough for the next room. */
TEST(a_level_is_raised_until_it_fits)
{
	static const unsigned int levels[] = { 0, 1, 17, 19, 23, 31 };
	const struct kx_estimate_codec none = { KX_PAGE_CODEC_NONE, 0 };
	struct kx_reader *from = machine(NULL);
	struct kx_save_result result;
	struct small small;

	for (size_t i = 0; i < 6; i++) {
		uint64_t size = saved_size(from, levels[i], &none), room = size * 33 / 32 + 65536;

		/* With a limit instead of a file system that small it is the same. */
		for (int limited = 0; limited < 2; limited++) {
			assert_int_equal(save_small(from, limited ? UINT64_MAX / 2 : room,
						    limited ? room : 0, true, &small, &result),
					 size);
			assert_string_equal(result.incomplete, "");
			assert_int_equal(result.level, levels[i]);
			assert_int_equal(small.told, levels[i] != 0);
			if (!small.told)
				continue;
			assert_int_equal(small.fit.level, levels[i]);
			assert_int_equal(small.fit.limit, limited ? room : 0);
			assert_true(small.fit.wanted.low > small.fit.room);
			assert_true(small.fit.size.high <= small.fit.room);
			assert_true(small.fit.size.low <= size && size <= small.fit.size.high);
		}
	}
	close_reader(from);
}

TEST(what_cannot_be_made_to_fit_is_saved_by_its_worth)
{
	const struct kx_estimate_codec none = { KX_PAGE_CODEC_NONE, 0 };
	struct kx_reader *from = machine(NULL);
	uint64_t room = saved_size(from, 31, &none) / 2;
	struct kx_save_result result;
	struct small small;
	uint64_t size;

	size = save_small(from, room, 0, true, &small, &result);
	assert_int_equal(result.level, 31);
	assert_int_equal(small.told, 1);
	assert_true(small.fit.limit > 0 && small.fit.limit <= room);
	assert_true(size <= small.fit.limit && size + PAGE > small.fit.limit);
	assert_non_null(strstr(result.incomplete, "the limit of "));
	close_reader(from);
}

/* Nobody asked for another level: it is told, and tried. */
TEST(without_fit_it_is_told_and_the_level_stays)
{
	const struct kx_estimate_codec none = { KX_PAGE_CODEC_NONE, 0 };
	struct kx_reader *from = machine(NULL);
	uint64_t whole = saved_size(from, 0, &none);
	struct kx_save_result result;
	struct small small;

	assert_int_equal(save_small(from, whole / 2, 0, false, &small, &result), whole);
	assert_int_equal(small.told, 1);
	assert_int_equal(small.fit.wanted.expected, whole);
	assert_true(small.fit.room <= whole / 2 && small.fit.room > whole / 2 - whole / 10);
	assert_int_equal(small.fit.level, 0);
	assert_int_equal(small.fit.limit, 0);
	save_small(from, UINT64_MAX / 2, whole / 2, false, &small, &result);
	assert_int_equal(small.told, 1);
	assert_int_equal(small.fit.room, whole / 2);
	assert_non_null(strstr(result.incomplete, "the limit of "));
	close_reader(from);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sample_has_all_of_few_and_some_of_many),
		cmocka_unit_test(a_sample_is_not_of_what_lies_at_round_numbers),
		cmocka_unit_test(a_dump_takes_what_was_estimated),
		cmocka_unit_test(a_page_size_is_found_without_vmcoreinfo),
		cmocka_unit_test(an_estimate_says_what_it_is_made_of),
		cmocka_unit_test(a_level_is_raised_until_it_fits),
		cmocka_unit_test(what_cannot_be_made_to_fit_is_saved_by_its_worth),
		cmocka_unit_test(without_fit_it_is_told_and_the_level_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
