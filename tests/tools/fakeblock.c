/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Linked with a program, makes files whose names end in ".disk" block devices, as far as the program
 * asks the C library; those that end in ".busy.disk" are in use.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __real_stat(const char *path, struct stat *st);
int __wrap_stat(const char *path, struct stat *st);
int __real_fstat(int fd, struct stat *st);
int __wrap_fstat(int fd, struct stat *st);
int __real_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);

static int ends(const char *path, const char *with)
{
	size_t len = strlen(path);

	return len >= strlen(with) && strcmp(path + len - strlen(with), with) == 0;
}

static int is_disk(int fd)
{
	char link[64], path[4096];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	if (len < 0)
		return 0;
	path[len] = '\0';
	return ends(path, ".disk");
}

int __wrap_open(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
	va_end(args);
	if (ends(path, ".busy.disk") && (flags & O_EXCL)) {
		errno = EBUSY;
		return -1;
	}
	return __real_open(path, flags, mode);
}

int __wrap_stat(const char *path, struct stat *st)
{
	int rc = __real_stat(path, st);

	if (rc == 0 && ends(path, ".disk"))
		st->st_mode = (st->st_mode & ~(mode_t)S_IFMT) | S_IFBLK;
	return rc;
}

/* As the kernel has it: a block device's size is not in its status. */
int __wrap_fstat(int fd, struct stat *st)
{
	int rc = __real_fstat(fd, st);

	if (rc == 0 && is_disk(fd)) {
		st->st_mode = (st->st_mode & ~(mode_t)S_IFMT) | S_IFBLK;
		st->st_size = 0;
	}
	return rc;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	struct stat st;
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	if (request != BLKGETSIZE64 || !is_disk(fd))
		return __real_ioctl(fd, request, arg);
	if (__real_fstat(fd, &st) < 0)
		return -1;
	*(uint64_t *)arg = (uint64_t)st.st_size;
	return 0;
}
