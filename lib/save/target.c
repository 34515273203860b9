/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where dumps are written to: files, and what is written front to back. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "kx/bytes.h"
#include "kx/file.h"
#include "kx/save.h"

/* ---- a file --------------------------------------------------------------------------------- */

/* Bytes that are sent at once, and what their ends are multiples of: no page is sent twice. */
enum { BEHIND = 4 << 20, EDGE = 64 << 10 };

int kx_save_sent(int result)
{
	if (result == 0)
		return 0;
	return errno == ENOSYS || errno == EINVAL || errno == ESPIPE ? 1 : -errno;
}

/* Send what there is up to @end, wait for what was sent before, and have the page cache drop it. */
static int send_behind(struct kx_save_file *file, uint64_t end)
{
	const unsigned int all = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
				 SYNC_FILE_RANGE_WAIT_AFTER;
	off_t dropped = (off_t)file->dropped, sent = (off_t)file->sent;
	int rc = kx_save_sent(sync_file_range(file->fd, sent, (off_t)end - sent,
					      SYNC_FILE_RANGE_WRITE));

	if (rc == 0 && sent > dropped)
		rc = kx_save_sent(sync_file_range(file->fd, dropped, sent - dropped, all));
	if (rc == 0 && sent > dropped)
		posix_fadvise(file->fd, dropped, sent - dropped, POSIX_FADV_DONTNEED);
	file->dropped = file->sent;
	file->sent = end;
	return rc;
}

/* Pages follow each other; what is written elsewhere is little, and may be written again. */
static int write_behind(struct kx_save_file *file, uint64_t off, size_t len)
{
	int rc;

	if (off > file->end)
		file->sent = file->dropped = off / EDGE * EDGE;
	if (off < file->end || file->cached)
		return 0;
	file->end = off + len;
	if (file->end - file->sent < BEHIND)
		return 0;
	rc = send_behind(file, file->end / EDGE * EDGE);
	file->cached = rc > 0;
	file->failed = rc < 0 ? rc : 0;
	return file->failed;
}

/* What is not written in between are zeros, there as here. */
static void keep_head(struct kx_save_file *file, const void *from, size_t len, uint64_t off)
{
	size_t end;

	end = off < KX_SAVE_FILE_HEAD && len < KX_SAVE_FILE_HEAD - off ? (size_t)off + len :
									 KX_SAVE_FILE_HEAD;
	if (off < KX_SAVE_FILE_HEAD)
		memcpy(file->head + off, from, end - (size_t)off);
	if (len && end > file->head_len)
		file->head_len = end;
}

static int file_write(struct kx_save_target *target, const void *from, size_t len, uint64_t off)
{
	struct kx_save_file *file = (struct kx_save_file *)target;
	int rc = file->failed;

	if (rc == 0)
		rc = kx_file_write_at(file->fd, from, len, off);
	if (rc < 0)
		return rc;
	keep_head(file, from, len, off);
	return write_behind(file, off, len);
}

static int file_sync(struct kx_save_target *target)
{
	const struct kx_save_file *file = (struct kx_save_file *)target;

	if (file->failed)
		return file->failed;
	return fdatasync(file->fd) < 0 ? -errno : 0;
}

/* A file system that cannot take room has to be trusted to have it; the file is as long there. */
static int file_reserve(struct kx_save_target *target, uint64_t len)
{
	const struct kx_save_file *file = (struct kx_save_file *)target;

	if (fallocate(file->fd, 0, 0, (off_t)len) == 0)
		return 0;
	if (errno == ENOSPC || errno == EFBIG || ftruncate(file->fd, (off_t)len) < 0)
		return -errno;
	return 0;
}

/* What is kept for root stays that: the machine will want it. */
static int file_room(struct kx_save_target *target, uint64_t *ret)
{
	const struct kx_save_file *file = (struct kx_save_file *)target;
	struct statvfs fs;

	if (fstatvfs(file->fd, &fs) < 0)
		return -errno;
	/* Nothing is told of some, as of tmpfs without a limit. */
	if (!fs.f_blocks)
		return -ENODATA;
	if (fs.f_bavail > UINT64_MAX / fs.f_frsize)
		return -EOVERFLOW;
	*ret = (uint64_t)fs.f_bavail * fs.f_frsize;
	return 0;
}

void kx_save_file_init(struct kx_save_file *file, int fd)
{
	*file = (struct kx_save_file){
		.target = { .write = file_write, .sync = file_sync, .reserve = file_reserve,
			    .room = file_room },
		.fd = fd,
	};
}

int kx_save_file_check(const struct kx_save_file *file, struct kx_err *err)
{
	/* Not allocated: nothing may fail here that says nothing about the disk. */
	_Alignas(KX_FILE_BLOCK) uint8_t found[KX_SAVE_FILE_HEAD];
	ssize_t got = kx_file_read_again(file->fd, found, sizeof(found), 0);

	if (got < 0)
		return kx_fail(err, (int)got, "what was written cannot be read again: %s",
			       strerror((int)-got));
	if ((size_t)got < file->head_len)
		return kx_fail(err, -EIO, "what is on the disk is not what was written, it ends at "
			       "byte %zd", got);
	return kx_file_compare(found, file->head, file->head_len, 0, err);
}

/* ---- a stream ------------------------------------------------------------------------------- */

static int stream_write(struct kx_save_target *target, const void *from, size_t len, uint64_t off)
{
	struct kx_save_stream *stream = (struct kx_save_stream *)target;
	int rc = off == stream->end ? kx_file_write(stream->fd, from, len) : -ESPIPE;

	if (rc == 0)
		stream->end += len;
	return rc;
}

/* What a pipe's reader makes of it is not to be known. */
static int stream_sync(struct kx_save_target *target)
{
	const struct kx_save_stream *stream = (struct kx_save_stream *)target;

	return fdatasync(stream->fd) < 0 && errno != EINVAL && errno != EROFS ? -errno : 0;
}

void kx_save_stream_init(struct kx_save_stream *stream, int fd)
{
	*stream = (struct kx_save_stream){
		.target = { .write = stream_write, .sync = stream_sync },
		.fd = fd,
	};
}

/* ---- flattened: records of an offset, a size and bytes ------------------------------ */

enum { FLAT_HEADER = 4096, FLAT_TYPE = 16, FLAT_VERSION = 24, FLAT_RECORD = 16 };

static int flat_put(struct kx_save_flat *flat, const void *from, size_t len)
{
	int rc = flat->to->write(flat->to, from, len, flat->off);

	flat->off += len;
	return rc;
}

static int write_record(struct kx_save_flat *flat, uint64_t off, uint64_t size)
{
	uint8_t record[FLAT_RECORD];

	kx_put(record, 8, off, true);
	kx_put(record + 8, 8, size, true);
	return flat_put(flat, record, sizeof(record));
}

static int flat_begin(struct kx_save_flat *flat)
{
	uint8_t header[FLAT_HEADER] = "makedumpfile";

	kx_put(header + FLAT_TYPE, 8, 1, true);
	kx_put(header + FLAT_VERSION, 8, 1, true);
	flat->begun = true;
	return flat_put(flat, header, sizeof(header));
}

static int flat_write(struct kx_save_target *target, const void *from, size_t len, uint64_t off)
{
	struct kx_save_flat *flat = (struct kx_save_flat *)target;
	int rc = flat->begun ? 0 : flat_begin(flat);

	if (rc == 0)
		rc = write_record(flat, off, len);
	flat->extra += FLAT_RECORD;
	return rc < 0 ? rc : flat_put(flat, from, len);
}

static int flat_sync(struct kx_save_target *target)
{
	const struct kx_save_flat *flat = (struct kx_save_flat *)target;

	return flat->to->sync(flat->to);
}

static int flat_room(struct kx_save_target *target, uint64_t *ret)
{
	const struct kx_save_flat *flat = (struct kx_save_flat *)target;

	return flat->to->room(flat->to, ret);
}

static uint64_t flat_extra(const struct kx_save_target *target)
{
	const struct kx_save_flat *flat = (const struct kx_save_flat *)target;

	return flat->extra + (flat->to->extra ? flat->to->extra(flat->to) : 0);
}

void kx_save_flat_init(struct kx_save_flat *flat, struct kx_save_target *to)
{
	*flat = (struct kx_save_flat){
		.target = { .write = flat_write, .sync = flat_sync,
			    .room = to->room ? flat_room : NULL, .extra = flat_extra,
			    .costly = to->costly },
		.to = to,
		.extra = FLAT_HEADER + FLAT_RECORD,
	};
}

int kx_save_flat_end(struct kx_save_flat *flat)
{
	return write_record(flat, UINT64_MAX, UINT64_MAX);
}

/* ---- whatever it is ------------------------------------------------------------------------- */

int kx_save_copy(int from, struct kx_save_target *to)
{
	char bytes[4096];
	uint64_t off = 0;
	ssize_t n;

	if (lseek(from, 0, SEEK_SET) < 0)
		return -errno;
	while ((n = kx_file_read_some(from, bytes, sizeof(bytes))) > 0) {
		int rc = to->write(to, bytes, (size_t)n, off);

		if (rc < 0)
			return rc;
		off += (uint64_t)n;
	}
	return (int)n;
}
