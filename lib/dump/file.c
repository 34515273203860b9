/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes of a dump's file by positioned reads; a file on a disk is never mapped, since one that
 * shrinks would then kill the reader. A pipe is spooled as far as it is asked for.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "kx/cleanup.h"
#include "kx/file.h"
#include "lib/dump/file.h"

/* UAPI linux/magic.h. */
enum { PROC_MAGIC = 0x9fa0 };

enum { SPOOL_CHUNK = 128 << 10, MAP_MIN = 32 << 10 };

/* A file without a name: it goes away with the descriptor, whatever happens to us. */
static int spool_file(void)
{
	static const char *const folder[] = { "/var/tmp", "/tmp" };

	for (size_t i = 0; i < sizeof(folder) / sizeof(folder[0]); i++) {
		int fd = open(folder[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

		if (fd >= 0)
			return fd;
	}
	return memfd_create("dump", MFD_CLOEXEC);
}

static bool all_zero(const uint8_t *bytes, size_t len)
{
	return len == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, len - 1) == 0);
}

/*
 * Take from the pipe until @end bytes are in the spool file, or it ends: then the size is known.
 * The lock is held, so that others wait for what they may want next.
 */
static int spool_to(struct kx_dump_file *file, uint64_t end, struct kx_err *err)
{
	_cleanup_free_ uint8_t *chunk = NULL;

	if (file->size != UINT64_MAX || file->spooled >= end)
		return 0;
	chunk = malloc(SPOOL_CHUNK);
	if (!chunk)
		return kx_fail(err, -ENOMEM, "no memory");
	while (file->spooled < end) {
		ssize_t got = kx_file_read_some(file->pipe, chunk, SPOOL_CHUNK);
		int rc = 0;

		if (got < 0)
			return kx_fail(err, (int)got, "reading: %s", strerror((int)-got));
		if (got == 0) {
			file->size = file->spooled;
			return 0;
		}
		/* Zeros, which dumps have many of, stay holes: behind the end they are read too. */
		if (!all_zero(chunk, (size_t)got))
			rc = kx_file_write_at(file->fd, chunk, (size_t)got, file->spooled);
		if (rc < 0)
			return kx_fail(err, rc, "keeping what came from standard input: %s",
				       strerror(-rc));
		file->spooled += (uint64_t)got;
	}
	return 0;
}

static int read_some(struct kx_dump_file *file, uint64_t off, uint8_t *to, size_t len,
		     struct kx_err *err)
{
	bool is_spool = file->pipe >= 0;

	while (len > 0) {
		ssize_t got = pread(file->fd, to, len, (off_t)off);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return kx_fail(err, -errno, "reading at 0x%" PRIx64 ": %s", off,
				       strerror(errno));
		if (got == 0 && !is_spool)
			return kx_fail(err, -EFAULT, "the file ends before 0x%" PRIx64, off + len);
		/* Zeros at the end of the spool were not written. */
		if (got == 0) {
			memset(to, 0, len);
			return 0;
		}
		to += got;
		off += (uint64_t)got;
		len -= (size_t)got;
	}
	return 0;
}

/*
 * A read of /proc/vmcore maps each page of the crashed kernel in the kernel's own memory, copies
 * it, and takes the mapping away, with what that does to the TLB; mmap() makes its page table
 * entries at once (Linux, fs/proc/vmcore.c; since v3.11). Nothing there shrinks.
 */
static bool read_mapped(struct kx_dump_file *file, uint64_t off, void *to, size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), before = off % page;
	void *map;

	if (len < MAP_MIN || !atomic_load_explicit(&file->maps, memory_order_relaxed))
		return false;
	map = mmap(NULL, before + len, PROT_READ, MAP_PRIVATE, file->fd, (off_t)(off - before));
	if (map == MAP_FAILED) {
		/* This piece cannot be, as what ends within a page, or there is no memory. */
		if (errno != EAGAIN && errno != ENOMEM && errno != EINVAL)
			atomic_store_explicit(&file->maps, false, memory_order_relaxed);
		return false;
	}
	memcpy(to, (const uint8_t *)map + before, len);
	munmap(map, before + len);
	return true;
}

/* As spool_to(); tells the size that is known then. */
static int spool_shared(struct kx_dump_file *file, uint64_t end, uint64_t *ret_size,
			struct kx_err *err)
{
	int rc;

	pthread_mutex_lock(&file->lock);
	rc = spool_to(file, end, err);
	*ret_size = file->size;
	pthread_mutex_unlock(&file->lock);
	return rc;
}

int kx_dump_file_read(struct kx_dump_file *file, uint64_t off, void *to, size_t len,
		      struct kx_err *err)
{
	uint64_t size;

	if (off > INT64_MAX || len > INT64_MAX - off)
		return kx_fail(err, -EFAULT, "offset 0x%" PRIx64 " is beyond every file", off);
	if (file->pipe < 0) {
		size = file->size;
	} else {
		int rc = spool_shared(file, off + len, &size, err);

		if (rc < 0)
			return rc;
	}
	if (off > size || len > size - off)
		return kx_fail(err, -EFAULT, "the file ends at 0x%" PRIx64 ", before 0x%" PRIx64,
			       size, off + len);
	return read_mapped(file, off, to, len) ? 0 : read_some(file, off, to, len, err);
}

uint64_t kx_dump_file_size(struct kx_dump_file *file)
{
	uint64_t size;

	if (file->pipe < 0)
		return file->size;
	pthread_mutex_lock(&file->lock);
	size = file->size;
	pthread_mutex_unlock(&file->lock);
	return size;
}

uint64_t kx_dump_file_stored(struct kx_dump_file *file)
{
	uint64_t stored;

	if (file->pipe < 0)
		return file->size;
	pthread_mutex_lock(&file->lock);
	stored = file->spooled;
	pthread_mutex_unlock(&file->lock);
	return stored;
}

/* What came from a pipe is not all there yet, and files below /proc may hide their size. */
static bool knows_holes(const struct kx_dump_file *file)
{
	return file->pipe < 0 && file->size != INT64_MAX;
}

uint64_t kx_dump_file_skip_data(const struct kx_dump_file *file, uint64_t off)
{
	off_t hole = -1;

	if (knows_holes(file) && off <= INT64_MAX)
		hole = lseek(file->fd, (off_t)off, SEEK_HOLE);
	return hole > (off_t)off ? (uint64_t)hole : UINT64_MAX;
}

uint64_t kx_dump_file_skip_hole(const struct kx_dump_file *file, uint64_t off)
{
	off_t data;

	if (!knows_holes(file) || off > INT64_MAX)
		return off;
	data = lseek(file->fd, (off_t)off, SEEK_DATA);
	if (data >= 0)
		return (uint64_t)data;
	/* ENXIO: nothing but a hole up to the end. Others: a file system that knows no holes. */
	return errno == ENXIO && off < file->size ? file->size : off;
}

/* Regular files and devices are read in place, all else is spooled. */
static int open_in_place(struct kx_dump_file *file, int fd, bool *ret, struct kx_err *err)
{
	struct statfs where;
	struct stat stat;
	off_t end;

	if (fstat(fd, &stat) < 0)
		return kx_fail(err, -errno, "%s", strerror(errno));
	if (S_ISDIR(stat.st_mode))
		return kx_fail(err, -EISDIR, "%s", strerror(EISDIR));
	*ret = S_ISREG(stat.st_mode) || S_ISBLK(stat.st_mode);
	if (!*ret)
		return 0;
	end = S_ISREG(stat.st_mode) ? stat.st_size : lseek(fd, 0, SEEK_END);
	/* Some files below /proc have no size, and only reading tells where they end. */
	file->size = end > 0 ? (uint64_t)end : INT64_MAX;
	file->maps = end > 0 && fstatfs(fd, &where) == 0 && where.f_type == PROC_MAGIC;
	return 0;
}

int kx_dump_file_open(struct kx_dump_file *ret, const char *path, struct kx_err *err)
{
	bool is_stdin = strcmp(path, "-") == 0, in_place = false;
	int fd, rc;

	*ret = (struct kx_dump_file){
		.fd = -1, .pipe = -1, .size = UINT64_MAX, .lock = PTHREAD_MUTEX_INITIALIZER
	};
	/* A copy, so that closing is the same for both. */
	fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return kx_fail(err, -errno, "%s", strerror(errno));
	ret->fd = fd;
	rc = open_in_place(ret, fd, &in_place, err);
	if (rc < 0 || in_place)
		return rc;
	ret->pipe = fd;
	ret->fd = spool_file();
	if (ret->fd < 0)
		return kx_fail(err, -errno, "no place to keep standard input: %s", strerror(errno));
	return 0;
}

void kx_dump_file_done(struct kx_dump_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	if (file->pipe >= 0)
		close(file->pipe);
	file->fd = file->pipe = -1;
}
