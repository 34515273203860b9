/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump-compressed: headers, bitmaps, descriptors, and pages of every codec. */
#include "tests/fuzz/dumping.h"

int fuzz_input(const uint8_t *data, size_t size)
{
	if (size < 8 || memcmp(data, "KDUMP   ", 8) != 0)
		return 0;
	fuzz_dump(data, size);
	return 0;
}
