/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Byte rings with damaged bytes: see the promises in printk.h. */
#include "tests/fuzz/printk.h"

int fuzz_input(const uint8_t *data, size_t size)
{
	return fuzz_log(MKPRB_TEXT, data, size);
}
