/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Headers of /proc/kcore: what is accepted is in the bytes, and has a physical address. */
#include "kx/crash.h"
#include "tests/fuzz/fuzz.h"

/* What was hidden and is found lies in RAM. */
static void locate(struct kx_kcore_part *part, size_t count, size_t hidden)
{
	struct kx_range range[] = { { 0x1000, 0x9fc00, 0 }, { 0x100000, 0x3ffe0000, 0 } };
	const struct kx_ranges ram = { range, 2, 2 };

	kx_kcore_locate(part, count, &ram);
	for (size_t i = 0; hidden && i < count; i++)
		PROMISE(part[i].physical == KX_KCORE_HIDDEN || part[i].size == 0 ||
			(part[i].physical >= 0x1000 && part[i].size <= 0x3ffe0000 &&
			 part[i].physical <= 0x3ffe0000 - part[i].size));
}

int fuzz_input(const uint8_t *data, size_t size)
{
	struct kx_kcore_part *part = NULL;
	struct kx_err err = { "" };
	size_t count = 0, hidden = 0;

	if (kx_kcore_parse((struct kx_span){ data, size }, &part, &count, &err) < 0) {
		PROMISE(part == NULL && err.text[0] != '\0');
		return 0;
	}
	/* ELF header, and the bytes that each has in its class; all ones is no address. */
	PROMISE(size >= (data[4] == 2 ? 64 : 52) && count <= size / (data[4] == 2 ? 56 : 32));
	for (size_t i = 0; i < count; i++) {
		hidden += part[i].physical == KX_KCORE_HIDDEN;
		PROMISE(data[4] == 2 || part[i].physical != UINT32_MAX);
	}
	PROMISE(hidden == 0 || hidden == count);
	locate(part, count, hidden);
	free(part);
	return 0;
}
