/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads small files below a root directory; reads and writes until all is done. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kx/cleanup.h"
#include "kx/file.h"

bool kx_file_stays_below(struct kx_span path)
{
	size_t start = 0;

	for (size_t i = 0; i <= path.len; i++) {
		if (i < path.len && path.base[i] != '/')
			continue;
		if (i == start || (path.base[start] == '.' && i - start <= 2 &&
				   path.base[i - 1] == '.'))
			return false;
		start = i + 1;
	}
	return true;
}

/* @path below @dir, which is @root. */
static int open_in(int dir, const char *root, const char *path, unsigned int flags)
{
	enum { TRIES = 10000 };
	struct open_how how = { .flags = flags, .resolve = RESOLVE_IN_ROOT };
	int fd;

	/* RESOLVE_IN_ROOT forbids /proc's magic links, which only a live machine has. */
	if (strcmp(root, "/") == 0) {
		fd = openat(dir, path, (int)flags);
		return fd < 0 ? -errno : fd;
	}
	/* EAGAIN: while ".." was looked up somebody renamed something, anywhere (openat2(2)). */
	for (int i = 0; i < TRIES; i++) {
		fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return fd < 0 ? -errno : fd;
}

int kx_file_open(const char *root, const char *path)
{
	/* A FIFO in a captured tree must not block. */
	enum { FLAGS = O_RDONLY | O_CLOEXEC | O_NONBLOCK };
	_cleanup_fd_ int dir = -1;
	int fd;

	if (!root) {
		fd = open(path, FLAGS);
		return fd < 0 ? -errno : fd;
	}
	dir = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return dir < 0 ? -errno : open_in(dir, root, path, FLAGS);
}

int kx_file_stat(const char *root, const char *path, struct stat *ret)
{
	_cleanup_fd_ int dir = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC), fd = -1;

	if (dir < 0)
		return -errno;
	fd = open_in(dir, root, path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return fd;
	return fstat(fd, ret) < 0 ? -errno : 0;
}

/* Where an open file is, as the kernel has it. */
static int path_of(int fd, char to[PATH_MAX])
{
	char link[64];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, to, PATH_MAX - 1);
	if (len < 0)
		return -errno;
	to[len] = '\0';
	return 0;
}

int kx_file_real(const char *root, const char *path, char **ret)
{
	_cleanup_fd_ int dir = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC), fd = -1;
	char base[PATH_MAX], full[PATH_MAX];
	size_t len;
	int rc;

	if (dir < 0)
		return -errno;
	fd = open_in(dir, root, path[0] ? path : ".", O_PATH | O_CLOEXEC);
	if (fd < 0)
		return fd;
	rc = path_of(dir, base);
	if (rc == 0)
		rc = path_of(fd, full);
	if (rc < 0)
		return rc;
	len = strcmp(base, "/") == 0 ? 0 : strlen(base);
	/* Whoever moved it meanwhile. */
	if (strncmp(full, base, len) != 0 || (full[len] && full[len] != '/'))
		return -ENOENT;
	*ret = strdup(full + len + (full[len] == '/'));
	return *ret ? 0 : -ENOMEM;
}

bool kx_file_unknowable(int rc)
{
	return rc == -ENOENT || rc == -EACCES || rc == -EPERM || rc == -ENOTDIR;
}

ssize_t kx_file_read_some(int fd, void *to, size_t size)
{
	ssize_t got;

	do
		got = read(fd, to, size);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

int kx_file_write(int fd, const void *from, size_t len)
{
	const uint8_t *next = from;

	while (len > 0) {
		ssize_t done = write(fd, next, len);

		if (done < 0 && errno != EINTR)
			return -errno;
		if (done > 0) {
			next += done;
			len -= (size_t)done;
		}
	}
	return 0;
}

int kx_file_write_at(int fd, const void *from, size_t len, uint64_t off)
{
	const uint8_t *next = from;

	while (len > 0) {
		ssize_t done = pwrite(fd, next, len, (off_t)off);

		if (done < 0 && errno != EINTR)
			return -errno;
		if (done > 0) {
			next += done;
			off += (uint64_t)done;
			len -= (size_t)done;
		}
	}
	return 0;
}

/*
 * Neither is enough alone. POSIX_FADV_DONTNEED drops what is clean and nobody has mapped, of the
 * whole file, since a large folio that is only in part in a range stays (Linux, mm/truncate.c,
 * mapping_try_invalidate()); it promises nothing. O_DIRECT goes past the page cache, but a file
 * system may refuse it, or read as always in spite of it (open(2)). Past a cache of the drive's, or
 * of a server, there is no way: what comes is what they would hand to anybody who asked now.
 */
ssize_t kx_file_read_again(int fd, void *to, size_t len, uint64_t off)
{
	const int flags = fcntl(fd, F_GETFL);
	ssize_t got = -1;
	size_t done;

	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	if (flags >= 0 && fcntl(fd, F_SETFL, flags | O_DIRECT) == 0) {
		got = pread(fd, to, len, (off_t)off);
		fcntl(fd, F_SETFL, flags);
	}
	/* The rest of it, and what could not be had so: if there is an error, that comes again. */
	for (done = got > 0 ? (size_t)got : 0; done < len; done += (size_t)got) {
		do
			got = pread(fd, (uint8_t *)to + done, len - done, (off_t)(off + done));
		while (got < 0 && errno == EINTR);
		if (got <= 0)
			return got < 0 ? -errno : (ssize_t)done;
	}
	return (ssize_t)done;
}

int kx_file_compare(const void *found, const void *written, size_t len, uint64_t off,
		    struct kx_err *err)
{
	const uint8_t *a = found, *b = written;

	for (size_t i = 0; i < len; i++) {
		if (a[i] != b[i])
			return kx_fail(err, -EIO, "what is on the disk is not what was written, at "
				       "byte %" PRIu64, off + i);
	}
	return 0;
}

/* Read up to @limit bytes into a buffer that doubles; one byte is kept for the NUL. */
static int read_some(int fd, size_t limit, char **ret, size_t *ret_len)
{
	_cleanup_free_ char *buffer = NULL;
	size_t room = 0, len = 0;
	ssize_t got = 1;

	do {
		if (len + 1 >= room) {
			char *more;

			room = room ? room * 2 : 4096;
			more = realloc(buffer, room);
			if (!more)
				return -ENOMEM;
			buffer = more;
		}
		got = kx_file_read_some(fd, buffer + len, room - len - 1);
		if (got < 0)
			return (int)got;
		len += (size_t)got;
	} while (got > 0 && len < limit);
	if (len > limit)
		len = limit;
	buffer[len] = '\0';
	*ret = buffer;
	*ret_len = len;
	buffer = NULL;
	return 0;
}

int kx_file_head(const char *root, const char *path, size_t limit, char **ret, size_t *ret_len,
		 struct kx_err *err)
{
	_cleanup_fd_ int fd = kx_file_open(root, path);
	int rc = fd;

	if (fd >= 0)
		rc = read_some(fd, limit, ret, ret_len);
	if (rc < 0)
		return kx_fail(err, rc, "%s%s: %s", root ? "/" : "", path, strerror(-rc));
	return 0;
}

int kx_file_read(const char *root, const char *path, size_t limit, char **ret, size_t *ret_len,
		 struct kx_err *err)
{
	char *text;
	size_t len;
	int rc;

	/* One byte more than allowed tells "as large as allowed" from "too large". */
	rc = kx_file_head(root, path, limit + 1, &text, &len, err);
	if (rc < 0)
		return rc;
	if (len > limit) {
		free(text);
		return kx_fail(err, -EFBIG, "%s%s: larger than %zu bytes", root ? "/" : "", path,
			       limit);
	}
	*ret = text;
	*ret_len = len;
	return 0;
}

static int wanted(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool is_number(const char *name)
{
	return name[strspn(name, "0123456789")] == '\0';
}

/* Numbers first; "cpu2" before "cpu10". */
static int by_number(const struct dirent **a, const struct dirent **b)
{
	const char *x = (*a)->d_name, *y = (*b)->d_name;

	if (is_number(x) != is_number(y))
		return is_number(x) ? -1 : 1;
	return strverscmp(x, y);
}

int kx_file_each(const char *root, const char *path,
		 int (*each)(const char *name, void *data, struct kx_err *err), void *data,
		 struct kx_err *err)
{
	_cleanup_fd_ int fd = kx_file_open(root, path);
	struct dirent **names;
	int count, rc = 0;

	if (fd < 0)
		return kx_fail(err, fd, "/%s: %s", path, strerror(-fd));
	count = scandirat(fd, ".", &names, wanted, by_number);
	if (count < 0)
		return kx_fail(err, -errno, "/%s: %s", path, strerror(errno));
	for (int i = 0; i < count; i++) {
		if (rc == 0)
			rc = each(names[i]->d_name, data, err);
		free(names[i]);
	}
	free(names);
	return rc;
}
