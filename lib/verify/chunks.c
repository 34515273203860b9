/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checksums of a file that is there, against those of its manifest. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kx/bytes.h"
#include "kx/cleanup.h"
#include "kx/codec.h"
#include "kx/file.h"
#include "lib/verify/ranges.h"

enum { BUFFER = 256 << 10 };

/* The flattened form: see lib/dump/flat.c. */
enum { FLAT_HEADER = 4096, FLAT_RECORD = 16 };

/**
 * struct check - a file that is read from its beginning
 * @at: bytes that were read; @end: those that the file has
 */
struct check {
	struct kx_verify *verify;
	const struct kx_manifest *manifest;
	int fd;
	uint64_t at, end;
	bool damaged[KX_SUMS_MAX];
	uint8_t buffer[BUFFER];
};

static void tell(struct check *c, uint64_t total)
{
	c->verify->done = c->at;
	if (c->verify->tell)
		c->verify->tell(c->verify->data, c->at, total);
}

/* All of @len bytes, or what there is of them. */
static ssize_t read_all(struct check *c, void *to, size_t len)
{
	size_t have = 0;
	ssize_t n = 1;

	while (have < len && n > 0) {
		n = kx_file_read_some(c->fd, (uint8_t *)to + have, len - have);
		have += n > 0 ? (size_t)n : 0;
	}
	c->at += have;
	return n < 0 ? n : (ssize_t)have;
}

static void compare(struct check *c, size_t i, bool known, uint32_t sum)
{
	const struct kx_manifest_sum *expected = &c->manifest->sum[i];

	if (!expected->known)
		c->verify->unknown++;
	else if (!known || sum != expected->sum)
		c->damaged[i] = true;
}

/* ---- an ordinary file ----------------------------------------------------------------------- */

/* Chunk @i, which is as long as it should be; what cannot be read is left out and damaged. */
static int check_chunk(struct check *c, size_t i, struct kx_err *err)
{
	uint64_t start = i * c->manifest->chunk, left = c->manifest->size - start;
	uint32_t sum = 0;
	bool known = true;
	int rc = 0;

	left = left < c->manifest->chunk ? left : c->manifest->chunk;
	c->at = start;
	if (lseek(c->fd, (off_t)start, SEEK_SET) < 0)
		return kx_fail(err, -errno, "%s: %s", c->verify->path, strerror(errno));
	while (left > 0 && rc == 0 && known) {
		size_t len = left < BUFFER ? (size_t)left : BUFFER;

		known = read_all(c, c->buffer, len) == (ssize_t)len;
		if (known)
			rc = kx_crc32(&sum, (struct kx_span){ c->buffer, len }, err);
		left -= len;
		tell(c, c->manifest->size);
	}
	if (rc == 0)
		compare(c, i, known, sum);
	return rc;
}

static int check_plain(struct check *c, struct kx_err *err)
{
	const struct kx_manifest *m = c->manifest;
	int rc = 0;

	for (size_t i = 0; i < m->sums && rc == 0; i++) {
		/* Nothing is read that is not there, whatever the manifest says of the size. */
		if (i * m->chunk >= c->end)
			compare(c, i, false, 0);
		else
			rc = check_chunk(c, i, err);
	}
	if (c->end < m->size)
		snprintf(c->verify->size, sizeof(c->verify->size),
			 "it ends after %" PRIu64 " of %" PRIu64 " bytes", c->end, m->size);
	/* Where writing failed there may be more than was counted. */
	if (c->end > m->size && !m->incomplete[0])
		snprintf(c->verify->size, sizeof(c->verify->size),
			 "it has %" PRIu64 " bytes, %" PRIu64 " more than it had", c->end,
			 c->end - m->size);
	return rc;
}

/* ---- a flattened one ------------------------------------------------------------------------ */

static int bad_flat(struct check *c, uint64_t at)
{
	snprintf(c->verify->size, sizeof(c->verify->size),
		 "what is at byte %" PRIu64 " belongs to no flattened dump of %" PRIu64 " bytes", at,
		 c->manifest->size);
	return 0;
}

/* 1: a record was taken; 0: there is no more. */
static int take_record(struct check *c, struct kx_sums *sums)
{
	uint8_t head[FLAT_RECORD];
	uint64_t at = c->at, off, size;

	if (read_all(c, head, sizeof(head)) != (ssize_t)sizeof(head))
		return bad_flat(c, at);
	off = kx_get(head, 8, true);
	size = kx_get(head + 8, 8, true);
	if (off == UINT64_MAX && size == UINT64_MAX)
		return 0;
	if (off > c->manifest->size || size > c->manifest->size - off)
		return bad_flat(c, at);
	while (size > 0) {
		size_t len = size < BUFFER ? (size_t)size : BUFFER;

		if (read_all(c, c->buffer, len) != (ssize_t)len)
			return bad_flat(c, c->at);
		kx_sums_add(sums, c->buffer, len, off);
		off += len;
		size -= len;
		tell(c, c->end);
	}
	return 1;
}

static int check_flat(struct check *c, struct kx_err *err)
{
	const struct kx_manifest *m = c->manifest;
	struct kx_sums *sums;
	int rc = kx_sums_new(&sums, err);

	if (rc < 0)
		return rc;
	if (read_all(c, c->buffer, FLAT_HEADER) != FLAT_HEADER)
		bad_flat(c, c->at);
	else
		while (take_record(c, sums) > 0)
			;
	kx_sums_extend(sums, m->size);
	for (size_t i = 0; i < m->sums; i++) {
		uint32_t sum = 0;
		bool known = kx_sums_get(sums, i, &sum);

		compare(c, i, known, sum);
	}
	kx_sums_free(sums);
	return 0;
}

/* ---- both ----------------------------------------------------------------------------------- */

static int open_file(struct check *c, bool *ret_flat, struct kx_err *err)
{
	char magic[16] = "";
	off_t end;

	c->fd = open(c->verify->path, O_RDONLY | O_CLOEXEC);
	if (c->fd < 0)
		return kx_fail(err, -errno, "%s: %s", c->verify->path, strerror(errno));
	end = lseek(c->fd, 0, SEEK_END);
	if (end < 0 || lseek(c->fd, 0, SEEK_SET) < 0)
		return kx_fail(err, -errno, "%s: %s", c->verify->path, strerror(errno));
	c->end = (uint64_t)end;
	read_all(c, magic, sizeof(magic));
	*ret_flat = memcmp(magic, "makedumpfile\0\0\0", sizeof(magic)) == 0;
	c->at = 0;
	if (lseek(c->fd, 0, SEEK_SET) < 0)
		return kx_fail(err, -errno, "%s: %s", c->verify->path, strerror(errno));
	return 0;
}

static void collect(struct check *c)
{
	bool any = false;

	for (size_t i = 0; i < c->manifest->sums; i++) {
		if (c->damaged[i])
			verify_ranges_add(&c->verify->chunks, i, i);
		any = any || c->damaged[i];
	}
	if (any)
		verify_find_pages(c->verify, c->damaged, c->manifest->sums, c->manifest->chunk);
}

int kx_verify_chunks(struct kx_verify *verify, const struct kx_manifest *manifest,
		     struct kx_err *err)
{
	struct check *c;
	bool flat = false;
	int rc;

	if (manifest->chunk == 0)
		return kx_fail(err, -ENODATA, "the manifest has no checksums%s%s",
			       manifest->no_sums[0] ? ": " : "", manifest->no_sums);
	c = calloc(1, sizeof(*c));
	if (!c)
		return kx_fail(err, -ENOMEM, "no memory");
	c->verify = verify;
	c->manifest = manifest;
	verify->incomplete = manifest->incomplete[0];
	rc = open_file(c, &flat, err);
	if (rc == 0)
		rc = flat ? check_flat(c, err) : check_plain(c, err);
	if (rc == 0)
		collect(c);
	kx_cleanup_fd(&c->fd);
	free(c);
	return rc;
}
