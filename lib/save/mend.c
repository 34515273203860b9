/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes references to lost data out of kdump-compressed files; see the header. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kx/bytes.h"
#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/mend.h"
#include "kx/span.h"

/* struct disk_dump_header of 64-bit machines; a descriptor, and how many are looked at at once. */
enum {
	HEADER_VERSION = 8, BLOCK_SIZE = 428, SUB_BLOCKS = 432, BITMAP_BLOCKS = 436, HEADER = 464,
	DESCRIPTOR = 24, DESCRIPTOR_SIZE = 8, PART = 4096 * DESCRIPTOR,
};

enum { BLOCK_MIN = 1024, BLOCK_MAX = 256 << 10 };

/**
 * struct table - a file's descriptors
 * @at: the next ones; @end: where data begins, as far as is known: descriptors end before it
 * @part: some of them
 * @lost: that were taken out
 */
struct table {
	int fd;
	const struct kx_ranges *there;
	bool big_endian;
	uint64_t at, end, lost;
	uint8_t *part;
};

/* Up to @len bytes; fewer at the end of the file; negative errno. */
static ssize_t read_at(int fd, void *to, size_t len, uint64_t off)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = pread(fd, (char *)to + done, len - done, (off_t)(off + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

/* Where the descriptors are: 1; 0 it is no such file. */
static int find_table(struct table *t)
{
	uint8_t bytes[HEADER];
	struct kx_span header = { bytes, HEADER };
	uint64_t version, block, sub, bitmap;
	ssize_t n = read_at(t->fd, bytes, sizeof(bytes), 0);

	if (n < (ssize_t)sizeof(bytes) || !kx_span_starts(header, "KDUMP   "))
		return n < 0 ? (int)n : 0;
	if (!kx_span_le(header, HEADER_VERSION, 4, &version))
		return 0;
	t->big_endian = version > 0xffff;
	if (!kx_span_get(header, BLOCK_SIZE, 4, t->big_endian, &block) ||
	    !kx_span_get(header, SUB_BLOCKS, 4, t->big_endian, &sub) ||
	    !kx_span_get(header, BITMAP_BLOCKS, 4, t->big_endian, &bitmap) || block < BLOCK_MIN ||
	    block > BLOCK_MAX || (block & (block - 1)))
		return 0;
	/* Three numbers of 32 bits: this is less than 2^51. */
	t->at = (1 + sub + bitmap) * block;
	return 1;
}

/* Take out what refers to nothing; Return: was there any? */
static bool clear_lost(struct table *t, uint8_t *descriptor)
{
	static const uint8_t none[DESCRIPTOR];
	uint64_t off = kx_get(descriptor, 8, t->big_endian);
	uint64_t size = kx_get(descriptor + DESCRIPTOR_SIZE, 4, t->big_endian);

	if (memcmp(descriptor, none, DESCRIPTOR) == 0)
		return false;
	if (off > t->at && off < t->end)
		t->end = off;
	if (off <= UINT64_MAX - size && kx_ranges_contain(t->there, off, off + size))
		return false;
	memset(descriptor, 0, DESCRIPTOR);
	t->lost++;
	return true;
}

/* Those in the part that begins at @t->at; 1, 0 no more; negative errno. */
static int next_part(struct table *t)
{
	bool changed = false;
	ssize_t n = read_at(t->fd, t->part, PART, t->at);
	size_t i = 0;
	int rc = 0;

	if (n < 0)
		return (int)n;
	for (; i + DESCRIPTOR <= (size_t)n && t->at + i + DESCRIPTOR <= t->end; i += DESCRIPTOR)
		changed |= clear_lost(t, t->part + i);
	if (changed)
		rc = kx_file_write_at(t->fd, t->part, i, t->at);
	t->at += i;
	return rc < 0 ? rc : i == PART;
}

/* Where nothing was written nothing is referred to: holes are passed over. */
static bool skip_hole(struct table *t)
{
	off_t data = lseek(t->fd, (off_t)t->at, SEEK_DATA);

	if (data < 0)
		return errno != ENXIO;
	if ((uint64_t)data > t->at)
		t->at += ((uint64_t)data - t->at) / DESCRIPTOR * DESCRIPTOR;
	return true;
}

int kx_mend_kdump(int fd, const struct kx_ranges *there, uint64_t *ret, struct kx_err *err)
{
	_cleanup_free_ uint8_t *part = malloc(PART);
	struct table t = { .fd = fd, .there = there, .part = part };
	off_t size = lseek(fd, 0, SEEK_END);
	int rc;

	if (!part)
		return kx_fail(err, -ENOMEM, "no memory to mend a dump");
	if (size < 0)
		return kx_fail(err, -errno, "%s", strerror(errno));
	t.end = (uint64_t)size;
	rc = find_table(&t);
	if (rc <= 0)
		return rc < 0 ? kx_fail(err, rc, "%s", strerror(-rc)) : 0;
	while (t.at < t.end && skip_hole(&t) && (rc = next_part(&t)) > 0)
		;
	*ret = t.lost;
	return rc < 0 ? kx_fail(err, rc, "%s", strerror(-rc)) : 1;
}
