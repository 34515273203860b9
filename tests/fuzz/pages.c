/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Struct pages and what finds them, damaged, and VMCOREINFO likewise. Byte 0: era and form of the
 * memory map; then five bytes each for one changed byte: one of which text, three of offset, a mask
 * that is also the value. What is promised: an end, a class for each page, and the same classes
 * however the pages are divided into calls; and zones that are counted, or a reason.
 */
#include <string.h>

#include "kx/pages.h"
#include "tests/fuzz/dumping.h"
#include "tests/tools/mkpages.h"

static void damage(struct mkpages *m, const uint8_t *data, size_t size)
{
	for (; size >= 6; data += 6, size -= 6) {
		size_t at = (size_t)data[1] << 16 | (size_t)data[2] << 8 | data[3];

		if (data[0] & 1)
			m->dump.info.base[at % m->dump.info.len] = data[5];
		else
			mkpages_damage(m, at, data[4], data[5]);
	}
}

static void classify(const struct kx_pages *pages, struct kx_reader *reader, size_t step,
		     uint8_t class[MKPAGES_COUNT])
{
	struct kx_err err = { "" };
	struct kx_pages_walk *walk;
	uint64_t free = 0, counted;

	PROMISE(kx_pages_walk_new(pages, reader, &walk, &err) == 0);
	for (size_t at = 0; at < MKPAGES_COUNT; at += step)
		kx_pages_classify(walk, at, at + step < MKPAGES_COUNT ? step : MKPAGES_COUNT - at,
				  class + at);
	PROMISE(kx_pages_unreadable(walk) <= MKPAGES_COUNT);
	for (size_t i = 0; i < MKPAGES_COUNT; i++)
		PROMISE(class[i] < KX_PAGE_CLASSES);
	/* The last section may go on behind what was asked for. */
	kx_pages_walk_free_blocks(walk, &free);
	PROMISE(free < UINT64_C(1) << 40);
	PROMISE(kx_pages_zones_free(pages, reader, &counted, &err) == 0 || err.text[0]);
	kx_pages_walk_free(walk);
}

static void read_pages(const char *path)
{
	uint8_t class[2][MKPAGES_COUNT];
	struct kx_err err = { "" };
	struct kx_reader *reader;
	struct kx_pages *pages;
	struct kx_dump *dump;

	if (kx_dump_open(&dump, &path, 1, &err) < 0) {
		PROMISE(err.text[0]);
		return;
	}
	PROMISE(kx_reader_new(dump, &reader, &err) == 0);
	if (kx_pages_open(reader, &pages, &err) == 0) {
		classify(pages, reader, MKPAGES_COUNT, class[0]);
		classify(pages, reader, 37, class[1]);
		PROMISE(memcmp(class[0], class[1], MKPAGES_COUNT) == 0);
		kx_pages_free(pages);
	} else {
		PROMISE(err.text[0]);
	}
	kx_reader_free(reader);
	kx_dump_close(dump);
}

int fuzz_input(const uint8_t *data, size_t size)
{
	struct mkpages m;
	char path[64];
	int fd;

	if (size < 1)
		return 0;
	mkpages_init(&m, data[0] % MKPAGES_ERAS, data[0] / 16 % MKPAGES_MAPS, NULL);
	mkpages_set(&m, 512, 9, MKPAGES_HUGETLB);
	mkpages_set(&m, 1024, 10, MKPAGES_FREE);
	mkpages_set(&m, 2048, 3, MKPAGES_ANON);
	mkpages_set(&m, 2056, 0, MKPAGES_CACHE);
	mkpages_zones(&m, data[0] & 1, NULL);
	mkpages_count(&m, 1, 10, 1);
	damage(&m, data + 1, size - 1);
	fd = fuzz_file(NULL, 0, path);
	mkelf_write(&m.dump, fd);
	read_pages(path);
	close(fd);
	mkpages_done(&m);
	return 0;
}
