/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dumps of which parts are lost, whatever they say. The input is the length of what is there at the
 * front, where it goes on, both in units of 64 bytes; then the file, whose signature is put there
 * unless the first byte's highest bit is set.
 *
 * Promised: what is changed are whole descriptors, which become zeros; each of these referred to
 * something that is not there, and none between them that stays does.
 */
#include <string.h>

#include "kx/bytes.h"
#include "kx/mend.h"
#include "tests/fuzz/dumping.h"

enum { DESCRIPTOR = 24, BLOCK_SIZE = 428 };

static bool is_there(const struct kx_ranges *there, const uint8_t *descriptor, bool big_endian)
{
	uint64_t off = kx_get(descriptor, 8, big_endian);
	uint64_t size = kx_get(descriptor + 8, 4, big_endian);

	return off <= UINT64_MAX - size && kx_ranges_contain(there, off, off + size);
}

/* Descriptors that are zeros now and were not, up to the last of them. */
static uint64_t check_table(const struct kx_ranges *there, const uint8_t *before,
			    const uint8_t *after, size_t size)
{
	static const uint8_t none[DESCRIPTOR];
	bool big_endian = kx_get(before + 8, 4, false) > 0xffff;
	uint64_t block = kx_get(before + BLOCK_SIZE, 4, big_endian), lost = 0;
	uint64_t sub = kx_get(before + BLOCK_SIZE + 4, 4, big_endian);
	uint64_t at = (1 + sub + kx_get(before + BLOCK_SIZE + 8, 4, big_endian)) * block;
	size_t end = size;

	while (end > 0 && before[end - 1] == after[end - 1])
		end--;
	PROMISE(memcmp(before, after, at < end ? (size_t)at : end) == 0);
	for (; at < end; at += DESCRIPTOR) {
		PROMISE(at + DESCRIPTOR <= size);
		if (memcmp(before + at, after + at, DESCRIPTOR) != 0) {
			PROMISE(memcmp(after + at, none, DESCRIPTOR) == 0);
			PROMISE(!is_there(there, before + at, big_endian));
			lost++;
		} else {
			PROMISE(memcmp(after + at, none, DESCRIPTOR) == 0 ||
				is_there(there, after + at, big_endian));
		}
	}
	return lost;
}

int fuzz_input(const uint8_t *data, size_t size)
{
	struct kx_ranges there = { 0 };
	uint64_t lost = 0;
	struct kx_err err = { "" };
	uint8_t *before, *after;
	size_t front, back;
	char path[64];
	int fd, rc;

	if (size < 2 + 8)
		return 0;
	front = (size_t)(data[0] & 0x7f) * 64;
	back = (size_t)data[1] * 64;
	before = malloc(size - 2);
	after = malloc(size - 2);
	PROMISE(before && after);
	memcpy(before, data + 2, size - 2);
	if (!(data[0] & 0x80))
		memcpy(before, "KDUMP   ", 8);
	size -= 2;
	fd = fuzz_file(before, size, path);
	PROMISE(kx_ranges_add(&there, 0, front, 0) == 0);
	PROMISE(kx_ranges_add(&there, back, size > back ? size : back, 0) == 0);
	kx_ranges_merge(&there);
	rc = kx_mend_kdump(fd, &there, &lost, &err);
	PROMISE(rc == 0 || rc == 1 || err.text[0]);
	PROMISE(pread(fd, after, size, 0) == (ssize_t)size &&
		lseek(fd, 0, SEEK_END) == (off_t)size);
	if (rc == 1)
		PROMISE(check_table(&there, before, after, size) == lost);
	else
		PROMISE(memcmp(before, after, size) == 0);
	kx_ranges_done(&there);
	close(fd);
	free(before);
	free(after);
	return 0;
}
