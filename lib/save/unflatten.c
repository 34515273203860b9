/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the file that a flattened stream is; lib/dump/flat.c has its layout. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kx/bytes.h"
#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/save.h"

enum { SIGNATURE = 16, HEADER = 4096, RECORD = 16, PART = 256 << 10 };

/* Return: bytes that were there, fewer than @len only at the stream's end; negative errno. */
static ssize_t read_full(int fd, void *to, size_t len)
{
	size_t done = 0;
	ssize_t n = 1;

	while (done < len && n > 0) {
		n = kx_file_read_some(fd, (uint8_t *)to + done, len - done);
		if (n > 0)
			done += (size_t)n;
	}
	return n < 0 ? n : (ssize_t)done;
}

static int read_failed(ssize_t n, struct kx_err *err)
{
	return kx_fail(err, (int)n, "reading the flattened dump: %s", strerror((int)-n));
}

static int check_header(int from, uint8_t *part, struct kx_err *err)
{
	ssize_t n = read_full(from, part, HEADER);

	if (n < 0)
		return read_failed(n, err);
	if (n < HEADER || memcmp(part, "makedumpfile\0\0\0\0", SIGNATURE) != 0)
		return kx_fail(err, -ENOEXEC, "what comes in is not a flattened dump");
	if (kx_get(part + SIGNATURE, 8, true) != 1 || kx_get(part + SIGNATURE + 8, 8, true) != 1)
		return kx_fail(err, -ENOTSUP,
			       "flattened: type %" PRIu64 ", version %" PRIu64 "; known: 1, 1",
			       kx_get(part + SIGNATURE, 8, true),
			       kx_get(part + SIGNATURE + 8, 8, true));
	return 0;
}

/* 1: the stream ended before the record did; what there was of it is written. */
static int copy_record(int from, struct kx_save_target *to, uint64_t off, uint64_t size,
		       uint8_t *part, struct kx_err *err)
{
	for (uint64_t done = 0; done < size;) {
		size_t want = size - done < PART ? (size_t)(size - done) : PART;
		ssize_t n = read_full(from, part, want);
		int rc;

		if (n < 0)
			return read_failed(n, err);
		rc = n ? to->write(to, part, (size_t)n, off + done) : 0;
		if (rc < 0)
			return kx_fail(err, rc, "writing the dump: %s", strerror(-rc));
		if ((size_t)n < want)
			return 1;
		done += want;
	}
	return 0;
}

int kx_save_unflatten(int from, struct kx_save_target *to, struct kx_err *err)
{
	_cleanup_free_ uint8_t *part = malloc(PART);
	uint8_t record[RECORD];
	int rc;

	if (!part)
		return kx_fail(err, -ENOMEM, "no memory");
	rc = check_header(from, part, err);
	while (rc == 0) {
		ssize_t n = read_full(from, record, RECORD);
		uint64_t off = kx_get(record, 8, true), size = kx_get(record + 8, 8, true);

		if (n < 0)
			return read_failed(n, err);
		if (n < RECORD)
			return 1;
		if (off == UINT64_MAX && size == UINT64_MAX)
			break;
		if (off > INT64_MAX || size > INT64_MAX - off)
			return kx_fail(err, -EINVAL, "flattened: a record has offset 0x%" PRIx64
				       " and size 0x%" PRIx64, off, size);
		rc = copy_record(from, to, off, size, part, err);
	}
	if (rc == 0) {
		rc = to->sync(to);
		if (rc < 0)
			kx_fail(err, rc, "writing the dump: %s", strerror(-rc));
	}
	return rc;
}
