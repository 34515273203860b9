/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices that hold a dump, whoever wrote it. The input is a byte of flags, what a head says, and
 * chunks, each as its number, two bytes of size and the content: nobody guesses checksums, so they
 * are made here. Flags: 1 the sum of the head is wrong; 2 the rest is on the device as it is. A
 * chunk's number above 127 makes its sum wrong.
 *
 * Promised: nothing beyond the device is read, and no more than some times its size; what is handed
 * out was in it, and goes to files that can be.
 */
#include <string.h>

#include "kx/bytes.h"
#include "lib/raw/internal.h"
#include "tests/fuzz/fuzz.h"

enum { SIZE = 4 << 20, HEAD_MEMBERS = 64 };

/** struct device - in memory; @reads: bytes that were read */
struct device {
	struct kx_device_io io;
	uint8_t *base;
	uint64_t reads;
};

/** struct taken - what was handed out */
struct taken {
	struct kx_device_sink sink;
	uint64_t bytes, calls;
};

static int read_device(struct kx_device_io *io, void *to, size_t len, uint64_t off)
{
	struct device *device = (struct device *)io;

	PROMISE(off <= io->size && len <= io->size - off && len <= KX_DEVICE_CHUNK);
	memcpy(to, device->base + off, len);
	device->reads += len;
	return 0;
}

static int take_write(struct kx_device_sink *sink, enum kx_device_part part, const void *from,
		      size_t len, uint64_t off)
{
	struct taken *taken = (struct taken *)sink;

	PROMISE(part < KX_DEVICE_PARTS && len > 0 && off <= INT64_MAX && len <= INT64_MAX - off);
	/* All of it can be read. */
	taken->bytes += len + (fuzz_count((struct kx_span){ from, len }, 0) > len);
	taken->calls++;
	return 0;
}

static int take_resize(struct kx_device_sink *sink, enum kx_device_part part, uint64_t size)
{
	struct taken *taken = (struct taken *)sink;

	PROMISE(part < KX_DEVICE_PARTS && size <= INT64_MAX);
	taken->calls++;
	return 0;
}

/* A chunk of what is at @data; Return: how much that was, 0: no more. */
static size_t put_chunk(uint8_t *to, size_t room, const uint8_t *id, const uint8_t *data,
			size_t size)
{
	size_t len;

	if (size < 3)
		return 0;
	len = data[1] | (size_t)data[2] << 8;
	len = len < size - 3 ? len : size - 3;
	if (device_round(CHUNK_HEADER + len) > room)
		return 0;
	memcpy(to, CHUNK_MAGIC, 8);
	memcpy(to + CHUNK_ID, id, 8);
	kx_put_le(to + CHUNK_NUMBER, 8, data[0] & 0x7f);
	kx_put_le(to + CHUNK_SIZE, 4, CHUNK_HEADER + len);
	memcpy(to + CHUNK_HEADER, data + 3, len);
	device_sum(to + CHUNK_HEADER, len, to + CHUNK_SUM, CHUNK_SUM_SIZE);
	to[CHUNK_SUM] ^= data[0] >> 7;
	device_sum(to, CHUNK_HEADER_SUM, to + CHUNK_HEADER_SUM, CHUNK_SUM_SIZE);
	return 3 + len;
}

static void fill(uint8_t *base, const uint8_t *data, size_t size)
{
	uint8_t flags = data[0];
	size_t at = KX_DEVICE_CHUNK, used;

	memcpy(base, data + 1, HEAD_MEMBERS);
	device_sum(base, HEAD_SUM, base + HEAD_SUM, 32);
	base[HEAD_SUM] ^= flags & 1;
	data += 1 + HEAD_MEMBERS;
	size -= 1 + HEAD_MEMBERS;
	if (flags & 2) {
		memcpy(base + at, data, size < SIZE - at ? size : SIZE - at);
		return;
	}
	while ((used = put_chunk(base + at, SIZE - at, base + HEAD_ID, data, size)) > 0) {
		at += device_round(CHUNK_HEADER + used - 3);
		data += used;
		size -= used;
	}
}

int fuzz_input(const uint8_t *data, size_t size)
{
	struct device device = { { SIZE, read_device, NULL, NULL, NULL }, calloc(1, SIZE), 0 };
	struct taken taken = { { take_write, take_resize }, 0, 0 };
	struct kx_device_report report;
	struct kx_device_head head;
	struct kx_err err = { "" };
	int rc;

	PROMISE(device.base);
	if (size < 1 + HEAD_MEMBERS) {
		free(device.base);
		return 0;
	}
	fill(device.base, data, size);
	rc = kx_device_find(&device.io, &head, &err);
	PROMISE(rc >= 0 || err.text[0]);
	PROMISE(rc <= 0 || !(data[0] & 1));
	if (rc > 0) {
		PROMISE(head.first <= SIZE && head.chunks <= head.size - head.first);
		PROMISE(kx_device_recover(&device.io, &head, &taken.sink, &report, &err) == 0);
		PROMISE(taken.bytes <= SIZE && taken.calls <= SIZE / RECORD);
		PROMISE(device.reads <= 3 * SIZE);
		PROMISE(report.bytes <= SIZE && report.damaged <= head.size);
		PROMISE(report.chunks <= SIZE / KX_DEVICE_BLOCK);
	}
	free(device.base);
	return 0;
}
