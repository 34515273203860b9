/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a log says of its crash, when it is looked at record by record and little may be held. */
#include "kx/panic.h"
#include "tests/unit/kxtest.h"

#define SECOND UINT64_C(1000000000)

static void look(struct kx_panic_scan *scan, uint64_t seq, uint64_t second, const char *text)
{
	const struct kx_printk_record record = {
		.seq = seq,
		.ts_nsec = second * SECOND,
		.text = kx_span_of(text),
	};

	assert_int_equal(kx_panic_look(scan, &record), 0);
}

static void assert_last(struct kx_panic_scan *scan, const char *summary)
{
	char text[800];

	kx_panic_last(scan);
	assert_int_equal(scan->count, 1);
	kx_panic_summary(&scan->block[0], (struct kx_span){ NULL, 0 }, text, sizeof(text));
	assert_string_equal(text, summary);
}

/* Trouble of which each story would be the one, if it were the last, with @panic at number @at. */
static void stories(struct kx_panic_scan *scan, size_t count, size_t at, bool trim)
{
	char text[80];

	*scan = (struct kx_panic_scan){ .count = 0 };
	for (size_t i = 0; i < count; i++) {
		snprintf(text, sizeof(text), "BUG: number %zu", i);
		look(scan, 2 * i, 10 * i, text);
		if (i == at)
			look(scan, 2 * i + 1, 10 * i, "Kernel panic - not syncing: enough");
		if (trim) {
			kx_panic_trim(scan);
			assert_true(scan->count <= 2);
		}
	}
}

TEST(trimming_leaves_the_one_that_is_asked_for)
{
	for (size_t count = 1; count < 6; count++) {
		for (size_t at = 0; at <= count; at++) {
			struct kx_panic_scan all, trimmed;
			char summary[800];

			stories(&all, count, at, false);
			assert_int_equal(all.count, count);
			kx_panic_last(&all);
			kx_panic_summary(&all.block[0], (struct kx_span){ NULL, 0 }, summary,
					 sizeof(summary));
			stories(&trimmed, count, at, true);
			assert_last(&trimmed, summary);
			kx_panic_done(&all);
			kx_panic_done(&trimmed);
		}
	}
}

TEST(a_story_goes_on_after_trimming)
{
	struct kx_panic_scan scan;

	stories(&scan, 5, 1, true);
	look(&scan, 100, 40, "Kernel panic - not syncing: at last");
	assert_last(&scan, "BUG: number 4; panic: at last");
	kx_panic_done(&scan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trimming_leaves_the_one_that_is_asked_for),
		cmocka_unit_test(a_story_goes_on_after_trimming),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
