/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a kernel image says of its release and its size: text that can be printed, and a number. */
#include <string.h>

#include "kdump/service/machine/header.h"
#include "tests/fuzz/fuzz.h"

int fuzz_input(const uint8_t *data, size_t size)
{
	const struct kx_span image = { data, size };
	char release[64];

	memset(release, 0xa5, sizeof(release));
	kernel_release_of(image, release, sizeof(release));
	PROMISE(memchr(release, '\0', sizeof(release)));
	for (const char *c = release; *c; c++)
		PROMISE(*c > ' ' && *c < 0x7f);
	PROMISE(!release[0] || memmem(data, size, release, strlen(release)));
	kernel_init_size(image);
	return 0;
}
