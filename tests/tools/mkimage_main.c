/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mkimage [WORD]...: writes the kernel that the words describe to stdout; see mkimage.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/mkimage.h"

int main(int argc, char **argv)
{
	const char *const *word = (const char *const *)(argv + 1);
	uint8_t *file;
	size_t len;
	int rc;

	rc = mkimage(word, (size_t)argc - 1, &file, &len);
	if (rc < 0) {
		fprintf(stderr, "mkimage: %s\n",
			rc == -EINVAL ? "a word is not known, or its value is not" : strerror(-rc));
		return 1;
	}
	if (fwrite(file, 1, len, stdout) != len || fflush(stdout) != 0) {
		perror("mkimage: stdout");
		rc = 1;
	}
	free(file);
	return rc;
}
