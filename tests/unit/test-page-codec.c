/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages compressed and expanded again with every codec that this build has. */
#include "kx/page_codec.h"
#include "tests/unit/kxtest.h"

enum { PAGE_MAX = 64 * KIB, GUARD = 64 };

static const uint32_t all_codecs[] = { KX_PAGE_CODEC_ZLIB, KX_PAGE_CODEC_LZO, KX_PAGE_CODEC_SNAPPY,
				       KX_PAGE_CODEC_ZSTD };

enum { CODECS = sizeof(all_codecs) / sizeof(all_codecs[0]) };

/* What pages are like; NOISE is what no codec makes smaller. */
enum kind { ZEROS, WORDS, POINTERS, HALF, NOISE, KINDS };

static uint64_t seed;

/* splitmix64: the same pages in every run. */
static uint64_t next_random(void)
{
	uint64_t z = seed += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static void fill(uint8_t *page, size_t size, enum kind kind)
{
	static const char words[] = "the kernel writes such words again and again ";

	memset(page, 0, size);
	for (size_t i = 0; i < size; i += 8) {
		uint64_t value = 0;

		if (kind == WORDS)
			memcpy(&value, words + next_random() % (sizeof(words) - 8), 8);
		else if (kind == POINTERS)
			value = 0xffff888000000000 + next_random() % 4096 * 64;
		else if (kind == NOISE || (kind == HALF && i < size / 2))
			value = next_random();
		memcpy(page + i, &value, 8);
	}
}

static struct kx_page_squeezer *squeezer_of(uint32_t codec, int level, size_t size)
{
	struct kx_page_squeezer *squeezer;
	struct kx_err err = { "" };

	if (kx_page_squeezer_new(codec, level, size, &squeezer, &err) < 0)
		fail_msg("%s", err.text);
	return squeezer;
}

/* A build may lack a codec, but not where all of them are to be tested. */
static bool has_codec(uint32_t codec)
{
	const char *ci = getenv("CI");

	if (!kx_page_codec_usable(codec) && ci && strcmp(ci, "true") == 0)
		fail_msg("this build lacks %s", kx_page_codec_name(codec));
	return kx_page_codec_usable(codec);
}

static void assert_expands(uint32_t codec, struct kx_span packed, const uint8_t *page, size_t size)
{
	static uint8_t found[PAGE_MAX + GUARD];
	struct kx_err err = { "" };

	memset(found, 0xa5, sizeof(found));
	if (kx_page_codec_expand(codec, packed.base, packed.len, found, size, &err) < 0)
		fail_msg("%s", err.text);
	assert_memory_equal(found, page, size);
	for (size_t i = size; i < size + GUARD; i++)
		assert_int_equal(found[i], 0xa5);
}

static void round_trip(uint32_t codec, int level, size_t size)
{
	struct kx_page_squeezer *squeezer = squeezer_of(codec, level, size);
	static uint8_t page[PAGE_MAX];

	for (int i = 0; i < 4 * KINDS; i++) {
		struct kx_err err = { "" };
		struct kx_span packed = { NULL, 0 };
		int rc;

		seed = (uint64_t)i;
		fill(page, size, (enum kind)(i % KINDS));
		rc = kx_page_squeeze(squeezer, page, &packed, &err);
		if (rc < 0)
			fail_msg("%s", err.text);
		assert_int_equal(rc, i % KINDS == NOISE);
		if (rc == 1) {
			assert_null(packed.base);
			continue;
		}
		assert_in_range(packed.len, 1, size - 1);
		assert_expands(codec, packed, page, size);
	}
	kx_page_squeezer_free(squeezer);
}

TEST(what_is_squeezed_expands_to_the_same)
{
	static const size_t size[] = { 1024, 4096, 16384, 65536 };

	for (size_t i = 0; i < CODECS * 4; i++) {
		if (has_codec(all_codecs[i / 4]))
			round_trip(all_codecs[i / 4], 0, size[i % 4]);
	}
}

TEST(every_level_does)
{
	for (int level = 1; level <= 9; level++) {
		if (has_codec(KX_PAGE_CODEC_ZLIB))
			round_trip(KX_PAGE_CODEC_ZLIB, level, 4096);
		if (has_codec(KX_PAGE_CODEC_ZSTD))
			round_trip(KX_PAGE_CODEC_ZSTD, level, 4096);
	}
	if (has_codec(KX_PAGE_CODEC_ZSTD)) {
		round_trip(KX_PAGE_CODEC_ZSTD, -5, 4096);
		round_trip(KX_PAGE_CODEC_ZSTD, 22, 4096);
	}
}

/* RFC 1950, 2.2: the highest two bits of the second byte tell how hard was tried. */
static int effort_of(int level)
{
	static uint8_t page[4096];
	struct kx_page_squeezer *squeezer = squeezer_of(KX_PAGE_CODEC_ZLIB, level, sizeof(page));
	struct kx_err err = { "" };
	struct kx_span packed;
	int effort;

	fill(page, sizeof(page), WORDS);
	assert_int_equal(kx_page_squeeze(squeezer, page, &packed, &err), 0);
	effort = packed.base[1] >> 6;
	kx_page_squeezer_free(squeezer);
	return effort;
}

/* Which library it was tests/cli/libraries.sh sees. */
TEST(zlib_pages_are_made_with_the_effort_of_their_level)
{
	if (!has_codec(KX_PAGE_CODEC_ZLIB))
		return;
	assert_int_equal(effort_of(0), 0);
	assert_int_equal(effort_of(1), 0);
#ifdef HAVE_LIBDEFLATE
	/* Its level 3; zlib's level 2 is "fast", too. */
	assert_int_equal(effort_of(2), 1);
#endif
	assert_int_equal(effort_of(9), 3);
}

/* Where a page is to be is where it is made, and not more than the room is written. */
TEST(pages_are_squeezed_to_where_they_are_to_be)
{
	static uint8_t page[4096], to[8 * KIB];

	for (size_t i = 0; i < CODECS * KINDS; i++) {
		uint32_t codec = all_codecs[i / KINDS];
		struct kx_page_squeezer *squeezer;
		struct kx_err err = { "" };
		struct kx_span packed;
		size_t room, len = 0;

		if (!has_codec(codec))
			continue;
		squeezer = squeezer_of(codec, 0, sizeof(page));
		room = kx_page_squeezer_room(squeezer);
		assert_in_range(room, sizeof(page), sizeof(to) - GUARD);
		memset(to, 0xa5, sizeof(to));
		seed = i;
		fill(page, sizeof(page), (enum kind)(i % KINDS));
		assert_int_equal(kx_page_squeeze_into(squeezer, page, to, &len, &err),
				 i % KINDS == NOISE);
		for (size_t k = room; k < sizeof(to); k++)
			assert_int_equal(to[k], 0xa5);
		if (i % KINDS == NOISE) {
			assert_int_equal(len, 0);
		} else {
			assert_int_equal(kx_page_squeeze(squeezer, page, &packed, &err), 0);
			assert_int_equal(packed.len, len);
			assert_memory_equal(packed.base, to, len);
		}
		kx_page_squeezer_free(squeezer);
	}
}

TEST(a_higher_level_makes_pages_smaller)
{
	static const uint32_t codec[] = { KX_PAGE_CODEC_ZLIB, KX_PAGE_CODEC_ZSTD };
	static uint8_t page[16384];

	seed = 1;
	fill(page, sizeof(page), WORDS);
	for (size_t i = 0; i < 2; i++) {
		struct kx_page_squeezer *low, *high;
		struct kx_span less, more;
		struct kx_err err = { "" };

		if (!has_codec(codec[i]))
			continue;
		low = squeezer_of(codec[i], 1, sizeof(page));
		high = squeezer_of(codec[i], 9, sizeof(page));
		assert_int_equal(kx_page_squeeze(low, page, &more, &err), 0);
		assert_int_equal(kx_page_squeeze(high, page, &less, &err), 0);
		assert_true(less.len < more.len);
		kx_page_squeezer_free(low);
		kx_page_squeezer_free(high);
	}
}

TEST(pages_do_not_depend_on_those_before_them)
{
	static uint8_t page[4096], alone[4096];

	for (size_t i = 0; i < CODECS; i++) {
		struct kx_page_squeezer *fresh, *used;
		struct kx_err err = { "" };
		struct kx_span one, two;
		size_t len;

		if (!has_codec(all_codecs[i]))
			continue;
		fresh = squeezer_of(all_codecs[i], 0, sizeof(page));
		used = squeezer_of(all_codecs[i], 0, sizeof(page));
		for (int kind = 0; kind < KINDS; kind++) {
			fill(page, sizeof(page), (enum kind)kind);
			kx_page_squeeze(used, page, &two, &err);
		}
		fill(page, sizeof(page), WORDS);
		assert_int_equal(kx_page_squeeze(fresh, page, &one, &err), 0);
		len = one.len;
		memcpy(alone, one.base, len);
		assert_int_equal(kx_page_squeeze(used, page, &two, &err), 0);
		assert_int_equal(two.len, len);
		assert_memory_equal(two.base, alone, len);
		kx_page_squeezer_free(fresh);
		kx_page_squeezer_free(used);
	}
}

/* Change bytes of compressed pages: whatever comes out of it, it stays in its page. */
TEST(damaged_pages_stay_in_their_room)
{
	static uint8_t page[4096], found[4096 + GUARD], bytes[4096];

	for (size_t i = 0; i < CODECS * 2000; i++) {
		uint32_t codec = all_codecs[i / 2000];
		struct kx_page_squeezer *squeezer;
		struct kx_err err = { "" };
		struct kx_span packed;
		int rc;

		if (!has_codec(codec))
			continue;
		seed = i;
		squeezer = squeezer_of(codec, 0, sizeof(page));
		fill(page, sizeof(page), i % 2 ? WORDS : HALF);
		assert_int_equal(kx_page_squeeze(squeezer, page, &packed, &err), 0);
		memcpy(bytes, packed.base, packed.len);
		for (uint64_t n = next_random() % 4 + 1; n > 0; n--)
			bytes[next_random() % packed.len] = (uint8_t)next_random();
		memset(found, 0xa5, sizeof(found));
		rc = kx_page_codec_expand(codec, bytes, packed.len - next_random() % 2, found,
					  sizeof(page), &err);
		assert_true(rc == 0 || rc == -EINVAL);
		for (size_t j = sizeof(page); j < sizeof(found); j++)
			assert_int_equal(found[j], 0xa5);
		kx_page_squeezer_free(squeezer);
	}
}

/* Noise with ever longer zeros behind it: some of these pages shrink by nothing, some by a byte. */
TEST(what_has_the_size_of_its_page_did_not_shrink)
{
	static uint8_t page[4096], noise[4096], to[8 * KIB];

	seed = 7;
	fill(noise, sizeof(noise), NOISE);
	for (size_t i = 0; i < CODECS * 200; i++) {
		struct kx_page_squeezer *squeezer;
		struct kx_err err = { "" };
		size_t len = 0, room;

		if (!has_codec(all_codecs[i / 200]))
			continue;
		squeezer = squeezer_of(all_codecs[i / 200], 0, sizeof(page));
		memset(page, 0, sizeof(page));
		memcpy(page, noise, sizeof(page) - i % 200);
		room = kx_page_squeezer_room(squeezer);
		memset(to, 0xa5, sizeof(to));
		if (kx_page_squeeze_into(squeezer, page, to, &len, &err) == 0)
			assert_in_range(len, 1, sizeof(page) - 1);
		for (size_t k = room; k < room + GUARD; k++)
			assert_int_equal(to[k], 0xa5);
		kx_page_squeezer_free(squeezer);
	}
}

TEST(pages_of_another_size_are_refused)
{
	static uint8_t page[4096 + 8], found[4096 + 8];

	for (size_t i = 0; i < CODECS * 17; i++) {
		size_t size = 4096 - 8 + i % 17;
		struct kx_page_squeezer *squeezer;
		struct kx_err err = { "" };
		struct kx_span packed;

		if (!has_codec(all_codecs[i / 17]))
			continue;
		squeezer = squeezer_of(all_codecs[i / 17], 0, size);
		fill(page, sizeof(page), WORDS);
		assert_int_equal(kx_page_squeeze(squeezer, page, &packed, &err), 0);
		assert_int_equal(kx_page_codec_expand(all_codecs[i / 17], packed.base, packed.len,
						      found, 4096, &err),
				 size == 4096 ? 0 : -EINVAL);
		kx_page_squeezer_free(squeezer);
	}
}

TEST(codecs_have_names_and_levels)
{
	struct kx_page_squeezer *squeezer = NULL;
	struct kx_err err = { "" };

	assert_string_equal(kx_page_codec_name(KX_PAGE_CODEC_NONE), "uncompressed");
	assert_string_equal(kx_page_codec_name(KX_PAGE_CODEC_LZO), "LZO");
	assert_string_equal(kx_page_codec_name(KX_PAGE_CODEC_ALL), "mixed");
	assert_int_equal(kx_page_squeezer_new(0x40, 0, 4096, &squeezer, &err), -ENOTSUP);
	assert_says(&err, "0x40");
	for (size_t i = 0; i < CODECS; i++) {
		int rc = kx_page_squeezer_new(all_codecs[i], 23, 4096, &squeezer, &err);

		if (kx_page_codec_usable(all_codecs[i])) {
			assert_int_equal(rc, -EINVAL);
			assert_says(&err, "levels");
		} else {
			assert_int_equal(rc, -ENOTSUP);
			assert_says(&err, "(configure --with-");
		}
		assert_says(&err, kx_page_codec_name(all_codecs[i]));
	}
	assert_null(squeezer);
	kx_page_squeezer_free(NULL);
}

TEST(flags_of_no_codec_are_refused)
{
	static const uint32_t flags[] = { 0, 8, 0x10, 0x40, 3, UINT32_MAX };
	static uint8_t page[4096];

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		struct kx_err err = { "" };

		assert_int_equal(kx_page_codec_expand(flags[i], page, 16, page, 4096, &err),
				 -ENOTSUP);
		assert_says(&err, "in an unknown way (flags 0x");
		assert_string_equal(kx_page_codec_name(flags[i]), flags[i] ? "mixed" : "uncompressed");
		assert_int_equal(kx_page_codec_usable(flags[i]), flags[i] == 0);
	}
}

TEST(without_a_codec_nothing_gets_smaller)
{
	struct kx_page_squeezer *squeezer = squeezer_of(KX_PAGE_CODEC_NONE, 0, 4096);
	static const uint8_t page[4096];
	struct kx_err err = { "" };
	struct kx_span packed;

	assert_int_equal(kx_page_squeeze(squeezer, page, &packed, &err), 1);
	kx_page_squeezer_free(squeezer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_squeezed_expands_to_the_same),
		cmocka_unit_test(every_level_does),
		cmocka_unit_test(zlib_pages_are_made_with_the_effort_of_their_level),
		cmocka_unit_test(pages_are_squeezed_to_where_they_are_to_be),
		cmocka_unit_test(a_higher_level_makes_pages_smaller),
		cmocka_unit_test(pages_do_not_depend_on_those_before_them),
		cmocka_unit_test(damaged_pages_stay_in_their_room),
		cmocka_unit_test(what_has_the_size_of_its_page_did_not_shrink),
		cmocka_unit_test(pages_of_another_size_are_refused),
		cmocka_unit_test(codecs_have_names_and_levels),
		cmocka_unit_test(flags_of_no_codec_are_refused),
		cmocka_unit_test(without_a_codec_nothing_gets_smaller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
