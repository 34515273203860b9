/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fuzz targets of the log readers share: a sound log of one kind, which the input damages.
 * Byte 0: machine; byte 1: how many records; then five bytes each for one changed byte: three of
 * offset, one of a bit mask, one of the value.
 */
#ifndef TESTS_FUZZ_PRINTK_H
#define TESTS_FUZZ_PRINTK_H

#include <sys/mman.h>
#include <unistd.h>

#include "kx/printk.h"
#include "tests/fuzz/fuzz.h"
#include "tests/tools/mkprb.h"

/* Linked once for each target, so all of it is used. */
static uint64_t fuzz_delivered, fuzz_bytes;

static int fuzz_record(const struct kx_printk_record *record, void *data)
{
	const uint64_t *limit = data;
	unsigned int sum = 0;

	/* Every byte that is promised is there: the sanitizer looks. */
	for (size_t i = 0; i < record->text.len; i++)
		sum += record->text.base[i];
	for (size_t i = 0; i < record->subsystem.len; i++)
		sum += record->subsystem.base[i];
	for (size_t i = 0; i < record->device.len; i++)
		sum += record->device.base[i];
	for (size_t i = 0; i < record->comm.len; i++)
		sum += record->comm.base[i];
	PROMISE(sum < UINT32_MAX && record->level < 8);
	PROMISE(record->text.len <= 65536 && record->subsystem.len <= 4096);
	fuzz_bytes += record->text.len;
	/* No more records than the dump has room for. */
	PROMISE(++fuzz_delivered <= *limit);
	return 0;
}

static void fuzz_damage(struct mkprb *m, const uint8_t *data, size_t size)
{
	for (; size >= 5; data += 5, size -= 5) {
		size_t at = ((size_t)data[0] << 16 | (size_t)data[1] << 8 | data[2]) % m->size;

		m->memory[at] = (uint8_t)((m->memory[at] & ~data[3]) | (data[4] & data[3]));
	}
}

static void fuzz_walk(struct mkprb *m, bool recover)
{
	int fd = memfd_create("log", 0), rc;
	uint64_t limit = m->size;
	struct kx_printk_stats stats;
	struct kx_err err = { "" };
	struct kx_reader *reader;
	struct kx_dump *dump;
	char path[32];
	const char *paths[] = { path };
	FILE *file = fdopen(fd, "w+");

	PROMISE(file && mkprb_write(m, file) == 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	PROMISE(kx_dump_open(&dump, paths, 1, &err) == 0);
	PROMISE(kx_reader_new(dump, &reader, &err) == 0);
	fclose(file);
	fuzz_delivered = fuzz_bytes = 0;
	rc = kx_printk_each(reader, recover, fuzz_record, &limit, &stats, &err);
	PROMISE(rc <= 1 && (rc == 0 || err.text[0]));
	PROMISE(rc < 0 || stats.records + stats.lost == fuzz_delivered);
	/* A mebibyte, and 64 for each byte of a small dump: what was begun is finished. */
	PROMISE(kx_reader_work(reader) <= (4 << 20) + 64 * kx_dump_stored(dump));
	/* Of each ring once, and of texts of others as much again. */
	PROMISE(fuzz_bytes <= 2 * m->size);
	kx_reader_free(reader);
	kx_dump_close(dump);
}

static int fuzz_log(enum mkprb_kind kind, const uint8_t *data, size_t size)
{
	struct mkprb_params p = { .kind = kind };
	struct mkprb *m;

	if (size < 2)
		return 0;
	p.word = data[0] & 1 ? 8 : 4;
	p.big = data[0] & 2;
	p.old_wrap = data[0] & 4;
	p.caller = data[0] & 8;
	p.context = kind == MKPRB_RING && data[0] & 16;
	p.count_bits = 4;
	p.size_bits = 10;
	m = mkprb_new(&p);
	PROMISE(m);
	for (unsigned int i = 0; i < data[1]; i++) {
		struct mkprb_record r = { .ts_nsec = i, .level = i & 7, .flags = i & 15,
					  .fate = i % 7 == 3 ? (enum mkprb_fate)(i & 3) : 0,
					  .text = "some text of a record", .len = i % 22,
					  .subsystem = "pci", .device = "+pci:1" };

		mkprb_add(m, &r);
	}
	fuzz_damage(m, data + 2, size - 2);
	fuzz_walk(m, data[0] & 32);
	mkprb_free(m);
	return 0;
}

#endif
