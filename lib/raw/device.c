/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Block devices as such, and the heads at their ends. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kx/bytes.h"
#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/save.h"
#include "kx/sha256.h"
#include "lib/raw/internal.h"

/* ---- by a file descriptor ------------------------------------------------------------------- */

static int fd_read(struct kx_device_io *io, void *to, size_t len, uint64_t off)
{
	const struct kx_device_fd *device = (struct kx_device_fd *)io;

	for (size_t done = 0; done < len;) {
		ssize_t n = pread(device->fd, (char *)to + done, len - done, (off_t)(off + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		done += (size_t)n;
	}
	/* It is read once. */
	posix_fadvise(device->fd, (off_t)off, (off_t)len, POSIX_FADV_DONTNEED);
	return 0;
}

static int fd_reread(struct kx_device_io *io, void *to, size_t len, uint64_t off)
{
	ssize_t got = kx_file_read_again(((struct kx_device_fd *)io)->fd, to, len, off);

	return got < 0 ? (int)got : (size_t)got < len ? -EIO : 0;
}

/*
 * The kernel begins to write this, and has to be done with the one before: so compressing goes on
 * meanwhile, and no more than two writes are ever in the page cache.
 */
static int fd_write(struct kx_device_io *io, const void *from, size_t len, uint64_t off)
{
	struct kx_device_fd *device = (struct kx_device_fd *)io;
	const unsigned int all = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
				 SYNC_FILE_RANGE_WAIT_AFTER;
	const off_t begun = (off_t)device->begun, begun_len = (off_t)device->begun_len;
	int rc = kx_file_write_at(device->fd, from, len, off);

	if (rc < 0)
		return rc;
	device->begun = off;
	device->begun_len = len;
	/* What cannot be done so is left to sync. */
	rc = kx_save_sent(sync_file_range(device->fd, (off_t)off, (off_t)len,
					  SYNC_FILE_RANGE_WRITE));
	if (begun_len && rc == 0)
		rc = kx_save_sent(sync_file_range(device->fd, begun, begun_len, all));
	if (begun_len && rc == 0)
		posix_fadvise(device->fd, begun, begun_len, POSIX_FADV_DONTNEED);
	return rc < 0 ? rc : 0;
}

static int fd_sync(struct kx_device_io *io)
{
	const struct kx_device_fd *device = (struct kx_device_fd *)io;

	return fdatasync(device->fd) < 0 ? -errno : 0;
}

int kx_device_fd_init(struct kx_device_fd *device, int fd, struct kx_err *err)
{
	uint64_t size = 0;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return kx_fail(err, -errno, "%s", strerror(errno));
	if (S_ISREG(st.st_mode))
		size = (uint64_t)st.st_size;
	else if (!S_ISBLK(st.st_mode))
		return kx_fail(err, -ENOTBLK, "neither a block device nor a copy of one");
	else if (ioctl(fd, BLKGETSIZE64, &size) < 0)
		return kx_fail(err, -errno, "its size: %s", strerror(errno));
	*device = (struct kx_device_fd){
		.io = { size, fd_read, fd_write, fd_sync, fd_reread },
		.fd = fd,
	};
	return 0;
}

/* ---- heads ---------------------------------------------------------------------------------- */

void device_sum(const void *from, size_t len, uint8_t *to, size_t size)
{
	uint8_t digest[KX_SHA256_SIZE];

	kx_sha256(kx_sha256_blocks_best(), from, len, digest);
	memcpy(to, digest, size);
}

void device_make_head(const struct kx_device_head *head, uint8_t *block)
{
	memset(block, 0, KX_DEVICE_BLOCK);
	memcpy(block, DEVICE_MAGIC, 8);
	kx_put_le(block + HEAD_VERSION, 4, DEVICE_VERSION);
	kx_put_le(block + HEAD_STATE, 4, head->state);
	kx_put_le(block + HEAD_SEQUENCE, 8, head->sequence);
	kx_put_le(block + HEAD_SIZE, 8, head->size);
	kx_put_le(block + HEAD_FIRST, 8, head->first);
	kx_put_le(block + HEAD_CHUNKS, 8, head->chunks);
	kx_put_le(block + HEAD_ID, 8, head->id);
	kx_put_le(block + HEAD_TIME, 8, head->time);
	kx_put_le(block + HEAD_RECOVERED, 4, head->recovered);
	device_sum(block, HEAD_SUM, block + HEAD_SUM, KX_SHA256_SIZE);
}

uint64_t device_head_at(const struct kx_device_io *io, bool back)
{
	return back ? device_floor(io->size) - KX_DEVICE_BLOCK : 0;
}

int device_write_head(struct kx_device_io *io, const struct kx_device_head *head, bool back,
		      uint8_t *block)
{
	device_make_head(head, block);
	return io->write(io, block, KX_DEVICE_BLOCK, device_head_at(io, back));
}

/* 1 it is one; 0 it is none; -ENOTSUP a later version. */
static int parse_head(const uint8_t *bytes, uint64_t device_size, struct kx_device_head *ret)
{
	struct kx_span block = { bytes, KX_DEVICE_BLOCK };
	struct kx_device_head head = { .sequence = 0 };
	uint8_t sum[KX_SHA256_SIZE];
	uint64_t version, state, recovered, end;

	device_sum(block.base, HEAD_SUM, sum, sizeof(sum));
	if (!kx_span_starts(block, DEVICE_MAGIC) ||
	    memcmp(block.base + HEAD_SUM, sum, sizeof(sum)) != 0 ||
	    !kx_span_le(block, HEAD_VERSION, 4, &version) ||
	    !kx_span_le(block, HEAD_STATE, 4, &state) ||
	    !kx_span_le(block, HEAD_SEQUENCE, 8, &head.sequence) ||
	    !kx_span_le(block, HEAD_SIZE, 8, &head.size) ||
	    !kx_span_le(block, HEAD_FIRST, 8, &head.first) ||
	    !kx_span_le(block, HEAD_CHUNKS, 8, &head.chunks) ||
	    !kx_span_le(block, HEAD_ID, 8, &head.id) ||
	    !kx_span_le(block, HEAD_TIME, 8, &head.time) ||
	    !kx_span_le(block, HEAD_RECOVERED, 4, &recovered))
		return 0;
	if (version != DEVICE_VERSION)
		return -ENOTSUP;
	/* A device that has grown, or a copy that was cut, is read as far as it goes. */
	end = head.size < KX_DEVICE_MARGINS ? 0 : device_floor(head.size) - KX_DEVICE_CHUNK;
	if (state < KX_DEVICE_WRITING || state > KX_DEVICE_WHOLE || recovered > 1 ||
	    head.first > end || head.first % KX_DEVICE_BLOCK || head.chunks > end - head.first ||
	    head.first > device_floor(device_size))
		return 0;
	head.state = (enum kx_device_state)state;
	head.recovered = recovered;
	*ret = head;
	return 1;
}

int kx_device_find(struct kx_device_io *io, struct kx_device_head *ret, struct kx_err *err)
{
	uint64_t end = device_floor(io->size);
	const uint64_t at[2] = { 0, end - KX_DEVICE_BLOCK };
	struct kx_device_head head, best = { .sequence = 0 };
	uint8_t block[KX_DEVICE_BLOCK];
	int found = 0, later = 0, unread = 0;

	if (end < (uint64_t)2 * KX_DEVICE_BLOCK)
		return 0;
	for (int i = 0; i < 2; i++) {
		int rc = io->read(io, block, sizeof(block), at[i]);

		unread += rc < 0;
		rc = rc < 0 ? 0 : parse_head(block, io->size, &head);
		later += rc < 0;
		if (rc > 0 && (!found || head.sequence > best.sequence))
			best = head;
		found |= rc > 0;
	}
	if (found)
		*ret = best;
	else if (later)
		return kx_fail(err, -ENOTSUP, "a dump is there in a form that this version does not "
			       "know: take the kdump that wrote it");
	else if (unread == 2)
		return kx_fail(err, -EIO, "neither end of it can be read");
	return found;
}

static void free_block(uint8_t **block)
{
	free(*block);
}

int kx_device_mark(struct kx_device_io *io, const struct kx_device_head *head, struct kx_err *err)
{
	_cleanup_(free_block) uint8_t *block = aligned_alloc(KX_DEVICE_BLOCK, KX_DEVICE_BLOCK);
	struct kx_device_head marked = *head;
	int rc;

	if (!block)
		return kx_fail(err, -ENOMEM, "no memory");
	marked.recovered = true;
	/* The largest number there is has none behind it; nobody has written that often. */
	marked.sequence++;
	rc = device_write_head(io, &marked, false, block);
	if (rc == 0)
		rc = device_write_head(io, &marked, true, block);
	if (rc == 0)
		rc = io->sync(io);
	return rc < 0 ? kx_fail(err, rc, "it cannot be marked as recovered: %s", strerror(-rc)) : 0;
}
