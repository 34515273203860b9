/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mkbzimage [WORD]...: writes the bzImage that the words describe to stdout. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/mkbzimage.h"

static int help(void)
{
	printf("Usage: mkbzimage [FIELD=NUMBER | code=BYTES | tail=BYTES | text=VERSION]... > FILE\n");
	for (size_t i = 0; i < mkbzimage_n_fields; i++)
		printf("  %s=0x%llx\n", mkbzimage_fields[i].name,
		       (unsigned long long)mkbzimage_fields[i].value);
	return 0;
}

int main(int argc, char **argv)
{
	const char *const *word = (const char *const *)(argv + 1);
	uint8_t *file;
	size_t len;
	int rc;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return help();
	rc = mkbzimage(word, (size_t)argc - 1, &file, &len);
	if (rc < 0) {
		fprintf(stderr, "mkbzimage: %s; --help lists the words\n",
			rc == -EINVAL ? "a word is not known, or its value is not" : strerror(-rc));
		return 1;
	}
	if (fwrite(file, 1, len, stdout) != len || fflush(stdout) != 0) {
		perror("mkbzimage: stdout");
		rc = 1;
	}
	free(file);
	return rc;
}
