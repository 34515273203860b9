/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Headers of /proc/kcore: what is accepted is in the bytes, and has a physical address. */
#include "kx/crash.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kx_kcore_part *part = NULL;
	struct kx_err err = { "" };
	size_t count = 0;

	if (kx_kcore_parse((struct kx_span){ data, size }, &part, &count, &err) < 0) {
		PROMISE(part == NULL && err.text[0] != '\0');
		return 0;
	}
	/* ELF header, and the bytes that each has in its class; all ones is no address. */
	PROMISE(size >= (data[4] == 2 ? 64 : 52) && count <= size / (data[4] == 2 ? 56 : 32));
	for (size_t i = 0; i < count; i++)
		PROMISE(part[i].physical != (data[4] == 2 ? UINT64_MAX : UINT32_MAX));
	free(part);
	return 0;
}
