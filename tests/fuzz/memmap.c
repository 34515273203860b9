/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /sys/firmware/memmap, a line "start|end|type" an entry: what is taken is a range of its type. */
#include <string.h>

#include "kx/memmap.h"
#include "tests/fuzz/fuzz.h"

int fuzz_input(const uint8_t *data, size_t size)
{
	struct kx_span rest = { data, size }, line;
	struct kx_ranges map = { 0 };

	while (kx_span_line(&rest, &line)) {
		struct kx_span start = fuzz_field(&line), end = fuzz_field(&line);
		struct kx_err err = { "" };
		size_t before = map.count;
		int rc = kx_memmap_add(&map, start, end, line, &err);

		PROMISE((rc < 0) == (err.text[0] != '\0'));
		PROMISE(map.count == before || (rc == 0 && map.count == before + 1));
		if (map.count == before)
			continue;
		PROMISE(map.item[before].start < map.item[before].end);
		PROMISE((map.item[before].type == KX_E820_RAM) ==
			kx_span_equal(kx_span_trim(line), "System RAM"));
	}
	kx_ranges_merge(&map);
	for (size_t i = 1; i < map.count; i++) {
		PROMISE(map.item[i - 1].start <= map.item[i].start);
		PROMISE(map.item[i - 1].type != map.item[i].type ||
			map.item[i - 1].end < map.item[i].start);
	}
	kx_ranges_done(&map);
	return 0;
}
