/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turns a file into a C array: bin2c NAME [FILE] > NAME.c
 *
 * Without FILE the array's size is 0. Runs on the machine that builds, so it uses nothing but
 * standard C.
 */
#include <stdio.h>

enum { PER_LINE = 16 };

static int fail(const char *file, const char *why)
{
	fprintf(stderr, "bin2c: %s: %s\n", file, why);
	return 1;
}

/* The bytes as initializers; returns their number, or -1 when reading failed. */
static long put_bytes(FILE *in)
{
	long n = 0;
	int c;

	while ((c = getc(in)) != EOF) {
		printf("%s0x%02x,", n % PER_LINE ? " " : n ? "\n\t" : "\t", c);
		n++;
	}
	return ferror(in) ? -1 : n;
}

int main(int argc, char **argv)
{
	const char *name;
	long n = 0;

	if (argc < 2 || argc > 3) {
		fputs("usage: bin2c NAME [FILE]\n", stderr);
		return 2;
	}
	name = argv[1];

	printf("/* Made by bin2c. */\n#include <stddef.h>\n\n"
	       "extern const unsigned char %s[];\nextern const size_t %s_size;\n\n"
	       "const unsigned char %s[] = {\n", name, name, name);
	if (argc == 3) {
		FILE *in = fopen(argv[2], "rb");

		if (!in)
			return fail(argv[2], "cannot open");
		n = put_bytes(in);
		fclose(in);
		if (n < 0)
			return fail(argv[2], "cannot read");
		if (n == 0)
			return fail(argv[2], "is empty");
	} else {
		/* C has no empty arrays. */
		fputs("\t0x00,", stdout);
	}
	printf("\n};\n\nconst size_t %s_size = %ld;\n", name, n);

	/* A full disk must not become a short array. */
	if (fflush(stdout) != 0 || ferror(stdout))
		return fail("output", "cannot write");
	return 0;
}
