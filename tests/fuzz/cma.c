/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of crash_cma_ranges: sorted, disjoint ranges, no more of them than lines. */
#include "kx/crash.h"
#include "tests/fuzz/fuzz.h"

int fuzz_input(const uint8_t *data, size_t size)
{
	struct kx_ranges ranges = { 0 };
	struct kx_span text = { data, size };
	struct kx_err err = { "" };

	if (kx_crash_cma_parse(text, &ranges, &err) < 0) {
		PROMISE(ranges.item == NULL && err.text[0] != '\0');
		return 0;
	}
	PROMISE(ranges.count <= fuzz_count(text, '\n') + 1);
	for (size_t i = 0; i < ranges.count; i++) {
		PROMISE(ranges.item[i].start < ranges.item[i].end);
		PROMISE(i == 0 || ranges.item[i - 1].end < ranges.item[i].start);
	}
	kx_ranges_done(&ranges);
	return 0;
}
