/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recipients, and chunks of files in age's format. That age opens them is seen by a shell test. */
#include <string.h>

#include "kx/age.h"
#include "lib/age/bech32.h"
#include "lib/age/stream.h"
#include "tests/unit/kxtest.h"

/* Made by age-keygen; nothing was ever encrypted to it. */
#define RECIPIENT "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"

/* ---- Bech32: the vectors of BIP 173 ---------------------------------------------------------- */

TEST(bech32_takes_what_the_specification_says_is_valid)
{
	static const struct {
		const char *text, *prefix;
		size_t len;
	} valid[] = {
		{ "A12UEL5L", "a", 0 },
		{ "a12uel5l", "a", 0 },
		{ "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio"
		  "1tt5tgs", "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcluded"
		  "charactersbio", 0 },
		{ "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", "abcdef", 32 },
		{ "11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
		  "qqc8247j", "1", 82 },
		{ "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", "split", 48 },
		{ "?1ezyfcl", "?", 0 },
	};
	struct bech32 b;

	for (size_t i = 0; i < sizeof(valid) / sizeof(valid[0]); i++) {
		assert_int_equal(bech32_parse(valid[i].text, &b), 0);
		assert_string_equal(b.prefix, valid[i].prefix);
		assert_int_equal(b.len, valid[i].len);
	}
	assert_int_equal(bech32_parse(valid[3].text, &b), 0);
	for (size_t i = 0; i < 32; i++)
		assert_int_equal(b.data[i], i);
}

TEST(bech32_refuses_what_the_specification_says_is_not)
{
	static const struct {
		const char *text;
		int rc;
	} invalid[] = {
		{ " 1nwldj5", -EINVAL },
		{ "\x7f" "1axkwrx", -EINVAL },
		{ "an84characterslonghumanreadablepartthatcontainsthenumber1andtheexcludedcharacters"
		  "bio1569pvx", -EINVAL },
		{ "pzry9x0s0muk", -EINVAL },
		{ "1pzry9x0s0muk", -EINVAL },
		{ "x1b4n0q5v", -EINVAL },
		{ "li1dgmt3", -EINVAL },
		{ "de1lg7wt\xff", -EINVAL },
		{ "A1G7SGD8", -EBADMSG },
		{ "10a06t8", -EINVAL },
		{ "1qzzfhee", -EINVAL },
		{ "a12UEL5L", -EINVAL },
		{ "", -EINVAL },
	};
	struct bech32 b;

	for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++)
		assert_int_equal(bech32_parse(invalid[i].text, &b), invalid[i].rc);
}

TEST(bits_that_are_left_over_are_zeros_and_less_than_a_value)
{
	struct bech32 b = { .data = { 31, 28 }, .len = 2 };
	uint8_t to[2] = { 0 };

	assert_int_equal(bech32_bytes(&b, to, 2), 1);
	assert_int_equal(to[0], 0xff);
	b.data[1] = 29;
	assert_int_equal(bech32_bytes(&b, to, 2), -EINVAL);
	b.len = 1;
	b.data[0] = 0;
	assert_int_equal(bech32_bytes(&b, to, 2), -EINVAL);
	b.len = 7;
	assert_int_equal(bech32_bytes(&b, to, 2), -EINVAL);
}

/* ---- recipients ------------------------------------------------------------------------------ */

TEST(a_recipient_is_age1_and_nothing_else)
{
	static const struct {
		const char *text, *why;
		int rc;
	} others[] = {
		{ "", "no recipient", -EINVAL },
		{ "age1", "no recipient", -EINVAL },
		{ "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8q", "mistyped",
		  -EINVAL },
		{ "ssh-ed25519 AAAAC3Nza", "ssh keys", -ENOTSUP },
		{ "a12uel5l", "no recipient", -EINVAL },
		/* An age recipient of no bytes: its checksum is right. */
		{ "age19l388n", "no recipient", -EINVAL },
		{ "agepq1pzr3a8ntx", "only X25519", -ENOTSUP },
		{ "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX",
		  "private key", -EINVAL },
	};
	struct kx_age_recipient r = { .name = "before" };
	struct kx_err err = { "" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_int_equal(kx_age_parse(others[i].text, &r, &err), others[i].rc);
		assert_non_null(strstr(err.text, others[i].why));
		assert_null(strstr(err.text, "GFPYYSJZ"));
		assert_string_equal(r.name, "before");
	}
	assert_int_equal(kx_age_parse(RECIPIENT, &r, &err), 0);
	assert_string_equal(r.name, RECIPIENT);
}

/* ---- a target -------------------------------------------------------------------------------- */

/** struct sink - counts, and fails when it has @room no more */
struct sink {
	struct kx_save_target target;
	uint64_t off, room;
	uint8_t first[4096];
};

static int sink_write(struct kx_save_target *target, const void *from, size_t len, uint64_t off)
{
	struct sink *s = (struct sink *)target;

	assert_int_equal(off, s->off);
	if (len > s->room - s->off)
		return -ENOSPC;
	if (off < sizeof(s->first))
		memcpy(s->first + off, from,
		       len < sizeof(s->first) - off ? len : sizeof(s->first) - off);
	s->off += len;
	return 0;
}

static int sink_sync(struct kx_save_target *target)
{
	(void)target;
	return 0;
}

static void begin(struct sink *s, struct kx_age_target *age, uint64_t room)
{
	struct kx_age_recipient r;
	struct kx_err err = { "" };
	int rc;

	*s = (struct sink){ .target = { .write = sink_write, .sync = sink_sync }, .room = room };
	assert_int_equal(kx_age_parse(RECIPIENT, &r, &err), 0);
	rc = kx_age_target_init(age, &s->target, &r, 1, &err);
	if (rc == -ENOTSUP)
		skip();
	assert_int_equal(rc, 0);
}

TEST(chunks_are_full_but_for_the_last_which_is_never_empty)
{
	static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 131072, 131073, 1000000 };
	static uint8_t text[1000000];

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t size = sizes[i], chunks = size ? (size + 65535) / 65536 : 1;
		struct kx_age_target age;
		struct sink s;
		uint64_t header;

		begin(&s, &age, UINT64_MAX);
		header = s.off;
		for (size_t at = 0, len; at < size; at += len) {
			len = size - at < 30011 ? size - at : 30011;
			assert_int_equal(age.target.write(&age.target, text + at, len, at), 0);
			/* What it will have taken when it ends here. */
			assert_int_equal(age.target.extra(&age.target),
					 header + (at + len + 65535) / 65536 * 16);
		}
		assert_int_equal(kx_age_target_end(&age), 0);
		assert_int_equal(s.off, header + size + chunks * 16);
		kx_age_target_done(&age);
	}
}

TEST(it_is_written_front_to_back_only)
{
	struct kx_age_target age;
	struct sink s;

	begin(&s, &age, UINT64_MAX);
	assert_int_equal(age.target.write(&age.target, "abc", 3, 0), 0);
	assert_int_equal(age.target.write(&age.target, "abc", 3, 0), -ESPIPE);
	assert_int_equal(age.target.write(&age.target, "abc", 3, 4), -ESPIPE);
	assert_int_equal(age.target.write(&age.target, "d", 1, 3), 0);
	kx_age_target_done(&age);
	kx_age_target_done(&age);
}

TEST(after_a_failure_nothing_more_is_written)
{
	static uint8_t text[200000];
	struct kx_age_target age;
	struct sink s;
	uint64_t off;

	begin(&s, &age, 1000);
	assert_int_equal(age.target.write(&age.target, text, sizeof(text), 0), -ENOSPC);
	s.room = UINT64_MAX;
	off = s.off;
	/* A chunk that was made is not made again. */
	assert_int_equal(age.target.write(&age.target, text, 1, 0), -ESPIPE);
	assert_int_equal(kx_age_target_end(&age), -EIO);
	assert_int_equal(s.off, off);
	kx_age_target_done(&age);
}

TEST(no_two_files_have_anything_in_common_behind_their_first_line)
{
	struct kx_age_target age;
	struct sink one, two;
	size_t same = 0;

	begin(&one, &age, UINT64_MAX);
	kx_age_target_end(&age);
	kx_age_target_done(&age);
	begin(&two, &age, UINT64_MAX);
	kx_age_target_end(&age);
	kx_age_target_done(&age);
	assert_int_equal(one.off, two.off);
	assert_memory_equal(one.first, "age-encryption.org/v1\n-> X25519 ", 32);
	for (size_t i = 32; i < one.off; i++)
		same += one.first[i] == two.first[i];
	assert_true(same < 40);
}

TEST(a_key_that_no_private_key_belongs_to_is_refused)
{
	struct kx_age_recipient r = { .name = "age1zeros" };
	struct sink s = { .target = { .write = sink_write, .sync = sink_sync },
			  .room = UINT64_MAX };
	struct kx_age_target age;
	struct kx_err err = { "" };
	int rc = kx_age_target_init(&age, &s.target, &r, 1, &err);

	if (rc == -ENOTSUP)
		skip();
	assert_int_equal(rc, -EINVAL);
	assert_non_null(strstr(err.text, "age1zeros"));
	assert_int_equal(kx_age_target_init(&age, &s.target, &r, 0, &err), -EINVAL);
	assert_int_equal(kx_age_target_init(&age, &s.target, &r, KX_AGE_RECIPIENTS_MAX + 1, &err),
			 -EINVAL);
	assert_int_equal(s.off, 0);
	kx_age_target_done(&age);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bech32_takes_what_the_specification_says_is_valid),
		cmocka_unit_test(bech32_refuses_what_the_specification_says_is_not),
		cmocka_unit_test(bits_that_are_left_over_are_zeros_and_less_than_a_value),
		cmocka_unit_test(a_recipient_is_age1_and_nothing_else),
		cmocka_unit_test(chunks_are_full_but_for_the_last_which_is_never_empty),
		cmocka_unit_test(it_is_written_front_to_back_only),
		cmocka_unit_test(after_a_failure_nothing_more_is_written),
		cmocka_unit_test(no_two_files_have_anything_in_common_behind_their_first_line),
		cmocka_unit_test(a_key_that_no_private_key_belongs_to_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
