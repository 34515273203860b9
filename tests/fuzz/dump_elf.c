/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ELF dumps: headers, notes, and memory through them. */
#include "tests/fuzz/dumping.h"

int fuzz_input(const uint8_t *data, size_t size)
{
	if (size < 4 || memcmp(data, "\177ELF", 4) != 0)
		return 0;
	fuzz_dump(data, size);
	return 0;
}
