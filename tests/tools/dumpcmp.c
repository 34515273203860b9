/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dumpcmp: do dumps have the same memory? Reads with our library what others wrote. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/reader.h"

enum { PAGE = 4096 };

static struct kx_dump *open_or_exit(const char *const *path, size_t count, struct kx_reader **ret)
{
	struct kx_err err = { "" };
	struct kx_dump *dump;

	if (kx_dump_open(&dump, path, count, &err) < 0 || kx_reader_new(dump, ret, &err) < 0) {
		fprintf(stderr, "dumpcmp: %s\n", err.text);
		exit(1);
	}
	return dump;
}

/* usage: dumpcmp END FILE FILE... : compare [0, END) of the first with the set of the others */
int main(int argc, char **argv)
{
	static uint8_t one[PAGE], two[PAGE];
	uint64_t end, equal = 0, less = 0, differ = 0;
	struct kx_reader *from_a, *from_b;
	struct kx_dump *a, *b;

	if (argc < 4)
		return 2;
	end = strtoull(argv[1], NULL, 0);
	a = open_or_exit((const char *const *)argv + 2, 1, &from_a);
	b = open_or_exit((const char *const *)argv + 3, (size_t)argc - 3, &from_b);
	for (uint64_t addr = 0; addr < end; addr += PAGE) {
		struct kx_err err = { "" };
		int first = kx_reader_phys(from_a, addr, one, PAGE, &err);
		int second = kx_reader_phys(from_b, addr, two, PAGE, &err);

		if (first < 0)
			continue;
		if (second < 0) {
			less++;
		} else if (memcmp(one, two, PAGE) != 0) {
			differ++;
			fprintf(stderr, "page 0x%" PRIx64 " differs\n", addr);
		} else {
			equal++;
		}
	}
	printf("%s against %s: %" PRIu64 " pages equal, %" PRIu64 " differ, %" PRIu64 " left out\n",
	       kx_dump_format(b), kx_dump_format(a), equal, differ, less);
	kx_reader_free(from_a);
	kx_reader_free(from_b);
	kx_dump_close(a);
	kx_dump_close(b);
	return differ > 0 || equal == 0;
}
