/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several device trees in one run of bytes: one behind the other, or in a table (AOSP,
 * system/libufdt, utils/src/dt_table.h). Both are big-endian. For which board each is, its own root
 * says.
 */
#include "lib/unwrap/internal.h"

enum {
	TABLE_ENTRY_SIZE = 12,
	TABLE_COUNT = 16,
	TABLE_ENTRIES = 20,
	ENTRY_SIZE = 0,
	ENTRY_OFFSET = 4,
	ENTRY_MIN = 8,
	TREE_SIZE = 4,
};

static size_t split_table(struct kx_span s, struct kx_span *ret, size_t max)
{
	uint64_t entry_size = 0, count = 0, at = 0;
	size_t found = 0;

	if (!kx_span_be(s, TABLE_ENTRY_SIZE, 4, &entry_size) ||
	    !kx_span_be(s, TABLE_COUNT, 4, &count) || !kx_span_be(s, TABLE_ENTRIES, 4, &at) ||
	    entry_size < ENTRY_MIN)
		return 0;
	for (uint64_t i = 0; i < count && found < max; i++) {
		uint64_t entry = at + i * entry_size, size, offset;
		struct kx_span tree;

		if (!kx_span_be(s, entry + ENTRY_SIZE, 4, &size) ||
		    !kx_span_be(s, entry + ENTRY_OFFSET, 4, &offset) ||
		    !kx_span_slice(s, offset, size, &tree))
			break;
		if (kx_span_starts(tree, KX_FDT_MAGIC))
			ret[found++] = tree;
	}
	return found;
}

size_t kx_devtrees_split(struct kx_span s, struct kx_span *ret, size_t max)
{
	struct kx_span tree = { NULL, 0 };
	size_t found = 0;
	uint64_t size;

	if (kx_span_starts(s, "\xd7\xb7\xab\x1e"))
		return split_table(s, ret, max);
	while (found < max && kx_span_starts(s, KX_FDT_MAGIC) &&
	       kx_span_be(s, TREE_SIZE, 4, &size) && size >= TREE_SIZE + 4 &&
	       kx_span_slice(s, 0, size, &tree)) {
		ret[found++] = tree;
		kx_span_slice(s, size, s.len - size, &s);
	}
	return found;
}
