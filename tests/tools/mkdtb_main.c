/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mkdtb < TEXT > BLOB: see mkdtb.h. */
#include <stdlib.h>

#include "kx/cleanup.h"
#include "tests/tools/mkdtb.h"

int main(void)
{
	static char text[1 << 20];
	size_t len = fread(text, 1, sizeof(text), stdin), size = 0;
	_cleanup_free_ void *blob = NULL;
	struct kx_err err = { "" };

	if (ferror(stdin) || len == sizeof(text)) {
		fprintf(stderr, "mkdtb: cannot read, or too long\n");
		return 99;
	}
	if (mkdtb((struct kx_span){ (uint8_t *)text, len }, &blob, &size, &err) < 0) {
		fprintf(stderr, "mkdtb: %s\n", err.text);
		return 99;
	}
	return fwrite(blob, 1, size, stdout) == size && fflush(stdout) == 0 ? 0 : 99;
}
