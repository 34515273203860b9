/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a module says of itself: a part of its file, and texts that are parts of that. */
#include "kx/modules.h"
#include "tests/fuzz/fuzz.h"

int fuzz_input(const uint8_t *data, size_t size)
{
	struct kx_span info = { NULL, 0 }, all, value;
	struct kx_err err = { "" };

	if (kx_modules_info((struct kx_span){ data, size }, &info, &err) < 0) {
		PROMISE(err.text[0]);
		return 0;
	}
	PROMISE(info.len == 0 || (info.base >= data && info.base + info.len <= data + size));
	all = info;
	for (size_t left = info.len + 1; kx_modules_info_next(&info, "firmware", &value);
	     left = info.len) {
		PROMISE(info.len < left);
		PROMISE(value.base >= all.base && value.base + value.len <= all.base + all.len);
	}
	return 0;
}
