/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main() for fuzz targets without libFuzzer: looks at each file that it is given, and at every
 * beginning of it, each in memory of its exact size so that sanitizers see a byte too far.
 */
#include <string.h>

#include "tests/fuzz/fuzz.h"

enum { SEED_MAX = 16 << 10 };

static void look_at(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	PROMISE(copy);
	memcpy(copy, bytes, len);
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
}

int main(int argc, char **argv)
{
	static uint8_t bytes[SEED_MAX + 1];

	for (int i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");
		size_t len = file ? fread(bytes, 1, sizeof(bytes), file) : 0;

		if (!file || ferror(file) || len > SEED_MAX) {
			fprintf(stderr, "%s: cannot be read, or larger than %d\n", argv[i], SEED_MAX);
			return 99;
		}
		fclose(file);
		for (size_t part = 0; part <= len; part++)
			look_at(bytes, part);
	}
	printf("%d seeds\n", argc - 1);
	return argc > 1 ? 0 : 99;
}
