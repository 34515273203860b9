/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What writing to a device and reading it again share; the layout is in kx/device.h. */
#ifndef LIB_RAW_INTERNAL_H
#define LIB_RAW_INTERNAL_H

#include "kx/device.h"
#include "kx/span.h"

/* Members of a head, of a chunk, and of a record. */
enum {
	HEAD_VERSION = 8, HEAD_STATE = 12, HEAD_SEQUENCE = 16, HEAD_SIZE = 24, HEAD_FIRST = 32,
	HEAD_CHUNKS = 40, HEAD_ID = 48, HEAD_TIME = 56, HEAD_RECOVERED = 64, HEAD_SUM = 4064,
	CHUNK_ID = 8, CHUNK_NUMBER = 16, CHUNK_SIZE = 24, CHUNK_SUM = 32, CHUNK_HEADER_SUM = 48,
	CHUNK_HEADER = 64, CHUNK_SUM_SIZE = 16,
	RECORD_OP = 1, RECORD_LEN = 4, RECORD_OFF = 8, RECORD = 16,
};

#define DEVICE_MAGIC  "KXDUMPDV"
#define CHUNK_MAGIC   "KXDUMPCK"
enum { DEVICE_VERSION = 1 };

/** device_sum() - the first @size bytes of the digest of @len bytes */
void device_sum(const void *from, size_t len, uint8_t *to, size_t size);

/** device_round() - up to whole blocks */
static inline uint64_t device_round(uint64_t size)
{
	return (size + KX_DEVICE_BLOCK - 1) / KX_DEVICE_BLOCK * KX_DEVICE_BLOCK;
}

/** device_floor() - where whole blocks of @size bytes end */
static inline uint64_t device_floor(uint64_t size)
{
	return size / KX_DEVICE_BLOCK * KX_DEVICE_BLOCK;
}

/** device_make_head() - the bytes of a head, a block of them */
void device_make_head(const struct kx_device_head *head, uint8_t *block);

/** device_head_at() - where one is: at the front or at the back */
uint64_t device_head_at(const struct kx_device_io *io, bool back);

/** device_write_head() - at the front or at the back; @block is room for it, aligned to blocks */
int device_write_head(struct kx_device_io *io, const struct kx_device_head *head, bool back,
		      uint8_t *block);

#endif
