/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dumps of which parts are lost, whatever they say. The input is the length of what is there at the
 * front, where it goes on, both in units of 64 bytes; then the file, whose signature is put there
 * unless the first byte's highest bit is set.
 *
 * Promised: what is changed becomes zero, whole descriptors of it, and nothing is left to change
 * the next time.
 */
#include "kx/mend.h"
#include "tests/fuzz/dumping.h"

enum { DESCRIPTOR = 24, HEADER = 464 };

/* Bytes that differ are zeros now; Return: the first of them, or @size. */
static size_t first_changed(const uint8_t *before, const uint8_t *after, size_t size)
{
	size_t first = size;

	for (size_t i = size; i-- > 0;) {
		if (before[i] == after[i])
			continue;
		PROMISE(after[i] == 0);
		first = i;
	}
	return first;
}

int fuzz_input(const uint8_t *data, size_t size)
{
	struct kx_ranges there = { 0 };
	uint64_t lost = 0, again = 0;
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
	PROMISE(first_changed(before, after, size) >= (rc == 1 ? HEADER : size));
	PROMISE(lost <= size / DESCRIPTOR);
	if (rc == 1)
		PROMISE(kx_mend_kdump(fd, &there, &again, &err) == 1 && again <= lost);
	kx_ranges_done(&there);
	close(fd);
	free(before);
	free(after);
	return 0;
}
