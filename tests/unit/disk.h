/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A device in memory, with a cache that loses what it likes; files that are recovered from it. */
#ifndef TESTS_UNIT_DISK_H
#define TESTS_UNIT_DISK_H

#include "lib/raw/internal.h"
#include "tests/unit/kxtest.h"

enum { BLOCK = KX_DEVICE_BLOCK, CHUNK = KX_DEVICE_CHUNK, DISK = 16 * MIB };
enum { FILE_MAX = 8 * MIB, DATA = 5 * MIB };

/**
 * struct disk - a device in memory
 * @base: what is on it; @cached: what was written to it; @dirty: blocks in which these may differ
 * @writes: and syncs so far; @cut: the power goes after that many
 * @bad: reading or writing this block fails
 * @changed: this byte is another one when it is read again
 */
struct disk {
	struct kx_device_io io;
	uint8_t *base, *cached;
	bool *dirty;
	uint64_t writes, cut, bad, changed;
};

/** disk_init() - no zeros are on it */
void disk_init(struct disk *disk, uint64_t size);

/** disk_done() - free it */
void disk_done(struct disk *disk);

/** disk_cut() - the power comes again: of what was not synced each block is there or not */
void disk_cut(struct disk *disk, uint32_t seed);

/** noise() - the next of some numbers below 2^24 */
uint32_t noise(uint32_t *seed);

/** struct files - what is recovered */
struct files {
	struct kx_device_sink sink;
	uint8_t *data[KX_DEVICE_PARTS];
	uint64_t size[KX_DEVICE_PARTS];
};

/** files_done() - free them */
void files_done(struct files *files);

/** begin() - a dump on it, of 2025-11-26 18:16:46 */
struct kx_device_writer *begin(struct disk *disk, uint64_t need, uint64_t id);

/** put(), sync_part(), end() - as the functions of the writer's targets */
int put(struct kx_device_writer *writer, enum kx_device_part part, const void *from, size_t len,
	uint64_t off);
int sync_part(struct kx_device_writer *writer, enum kx_device_part part);
void end(struct kx_device_writer *writer, bool whole);

/** find() - its head, which has to be there */
struct kx_device_head find(struct disk *disk);

/** recover() - into @files, new ones */
struct kx_device_report recover(struct disk *disk, struct files *files);

/**
 * write_all() - DATA bytes of a dump in pieces of all sizes, a log, a manifest that gets shorter
 *
 * Return: the dump, for the caller to free.
 */
uint8_t *write_all(struct disk *disk, uint64_t id, bool whole);

#endif
