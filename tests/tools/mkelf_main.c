/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mkelf: a dump from the text on standard input; see mkelf.h for the text. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/tools/mkelf.h"

enum { PAGE = 4096, RECORD = 65536, TEXT_MAX = 64 << 20 };

static struct kx_span read_stdin(void)
{
	struct mkelf_buffer text = { 0 };
	uint8_t chunk[65536];
	size_t got;

	while (text.len < TEXT_MAX && (got = fread(chunk, 1, sizeof(chunk), stdin)) > 0)
		mkelf_bytes(&text, chunk, got);
	return (struct kx_span){ text.base, text.len };
}

/* kdump[:CODEC[:BLOCK[:FIRST:END]]]: the codec's flag, the page size, and the pages of a part */
static bool write_kdump(const struct mkelf *dump, const char *format, int fd)
{
	struct mkelf_kdump how = { .version = 6, .block_size = PAGE };
	const char *colon = strchr(format, ':');
	uint64_t number[4] = { 0, PAGE, 0, 0 };
	size_t count = 0;

	for (; colon && count < 4; colon = strchr(colon + 1, ':'))
		number[count++] = strtoull(colon + 1, NULL, 0);
	how.codec = (uint32_t)number[0];
	how.block_size = (uint32_t)number[1];
	how.split = count == 4;
	how.start_pfn = number[2];
	how.end_pfn = number[3];
	return mkelf_kdump(dump, &how, fd);
}

/* elf, kdump…, or either with "flat-" before it. */
static bool write_format(const struct mkelf *dump, const char *format, int fd)
{
	if (strncmp(format, "flat-", 5) == 0) {
		int plain = memfd_create("plain", MFD_CLOEXEC);
		bool good = plain >= 0 && write_format(dump, format + 5, plain);

		if (good)
			mkelf_flatten(plain, fd, RECORD, false);
		close(plain);
		return good;
	}
	if (strcmp(format, "elf") == 0) {
		mkelf_write(dump, fd);
		return true;
	}
	return strncmp(format, "kdump", 5) == 0 && write_kdump(dump, format, fd);
}

int main(int argc, char **argv)
{
	struct kx_err err = { "" };
	struct kx_span text;
	struct mkelf dump;
	int fd, rc;

	if (argc != 3) {
		fprintf(stderr, "usage: mkelf [flat-]elf|[flat-]kdump[:CODEC[:BLOCK[:FIRST:END]]] "
				"FILE < TEXT\n");
		return 2;
	}
	mkelf_init(&dump);
	text = read_stdin();
	rc = mkelf_text(&dump, text, &err);
	free((uint8_t *)(uintptr_t)text.base);
	if (rc < 0) {
		fprintf(stderr, "mkelf: %s\n", err.text);
		return 1;
	}
	fd = open(argv[2], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0) {
		perror(argv[2]);
		return 1;
	}
	if (!write_format(&dump, argv[1], fd)) {
		fprintf(stderr, "mkelf: cannot write %s\n", argv[1]);
		return 1;
	}
	mkelf_done(&dump);
	return 0;
}
