/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mkpages [-z] FILE [BLOCKS [KEY]]: an ELF dump of a small machine with free, user and cache pages;
 * see mkpages.h. It has zones, which count that many free blocks of 1024 pages, and lacks KEY. No
 * page equals another one, or, with -z, most are zeros.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kx/bytes.h"
#include "tests/tools/mkpages.h"

/* Where no page has anything else. */
enum { PAGE = 4096, NUMBER = PAGE - 8 };

static void fill(uint8_t *page, uint64_t pfn)
{
	kx_put(page + NUMBER, 8, pfn + 1, false);
}

/* Those that describe the memory, too. */
static void number_pages(struct mkpages *m)
{
	struct mkelf_buffer *memory = &m->dump.load[0].data;

	for (uint64_t pfn = 0; pfn < memory->len / PAGE; pfn++)
		mkelf_set(memory, (size_t)pfn * PAGE + NUMBER, false, 8, pfn + 1);
	mkpages_fill(m, MKPAGES_COUNT, fill);
}

int main(int argc, char **argv)
{
	struct mkpages m;
	bool zeros = argc > 1 && strcmp(argv[1], "-z") == 0;
	int fd;

	argc -= zeros;
	argv += zeros;
	if (argc < 2 || argc > 4)
		return 64;
	fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0) {
		perror(argv[1]);
		return 1;
	}
	mkpages_init(&m, MKPAGES_6_12, MKPAGES_ROOTS, argc > 3 ? argv[3] : NULL);
	mkpages_set(&m, 1024, 4, MKPAGES_CACHE);
	mkpages_set(&m, 1040, 4, MKPAGES_CACHE_PRIVATE);
	mkpages_set(&m, 2048, 9, MKPAGES_ANON);
	mkpages_set(&m, 3072, 10, MKPAGES_FREE);
	if (!zeros)
		number_pages(&m);
	if (argc > 2) {
		mkpages_zones(&m, true, NULL);
		mkpages_count(&m, 1, 10, strtoull(argv[2], NULL, 10));
	}
	mkelf_write(&m.dump, fd);
	mkpages_done(&m);
	return close(fd) < 0;
}
