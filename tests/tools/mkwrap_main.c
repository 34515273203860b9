/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mkwrap [WORD]... < KERNEL > FILE: wraps a kernel as the words say, which mkwrap.h explains. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/mkwrap.h"

int main(int argc, char **argv)
{
	const char *const *word = (const char *const *)(argv + 1);
	struct mkelf_buffer content = { 0 };
	uint8_t chunk[1 << 16];
	size_t got;
	int wrong;

	/* "text=" needs no content. */
	while ((argc < 2 || strncmp(argv[1], "text=", 5) != 0) &&
	       (got = fread(chunk, 1, sizeof(chunk), stdin)) > 0)
		mkelf_bytes(&content, chunk, got);
	wrong = mkwrap(&content, word, (size_t)argc - 1);
	if (wrong > 0) {
		fprintf(stderr, "mkwrap: \"%s\" is not known, or this build cannot\n", argv[wrong]);
		return 1;
	}
	if (fwrite(content.base, 1, content.len, stdout) != content.len || fflush(stdout) != 0) {
		perror("mkwrap: stdout");
		return 1;
	}
	free(content.base);
	return 0;
}
