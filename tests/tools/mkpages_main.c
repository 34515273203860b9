/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mkpages FILE [BLOCKS [KEY]]: an ELF dump of a small machine with free, user and cache pages; see
 * mkpages.h. It has zones, which count that many free blocks of 1024 pages, and lacks KEY.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/tools/mkpages.h"

int main(int argc, char **argv)
{
	struct mkpages m;
	int fd;

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
	if (argc > 2) {
		mkpages_zones(&m, true, NULL);
		mkpages_count(&m, 1, 10, strtoull(argv[2], NULL, 10));
	}
	mkelf_write(&m.dump, fd);
	mkpages_done(&m);
	return close(fd) < 0;
}
