/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes files in memory. Knows nothing of what is in them. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/memfile.h"

/* kexec_file_load takes no more; on 32-bit hosts there is no more address space to give away. */
static const uint64_t room_max = sizeof(size_t) > 4 ? UINT64_C(4) << 30 : UINT64_C(1) << 30;
enum { ROOM_MIN = 1 << 20 };

/* A file beyond RLIMIT_FSIZE ends the program by SIGXFSZ, even when all of it is a hole. */
static uint64_t within_limits(uint64_t room)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_FSIZE, &files) == 0 && files.rlim_cur != RLIM_INFINITY &&
	    files.rlim_cur < room)
		room = files.rlim_cur;
	return room < room_max ? room : room_max;
}

/* As much as there is address space for: RLIMIT_AS may allow a kernel, but no 4 GiB. */
static uint8_t *map_most(int fd, size_t *room)
{
	for (;;) {
		uint8_t *base = mmap(NULL, *room, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

		if (base != MAP_FAILED)
			return base;
		if (errno != ENOMEM || *room <= ROOM_MIN)
			return NULL;
		*room /= 2;
	}
}

int kx_memfile_init(struct kx_memfile *ret, const char *name, uint64_t room, uint64_t limit,
		    struct kx_err *err)
{
	struct kx_memfile new = { .limit = limit, .room = (size_t)within_limits(room) };
	int rc;

	if (new.room == 0)
		return kx_memfile_full(&new, err);
	new.fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (new.fd < 0)
		return kx_fail(err, -errno, "no file in memory: %s", strerror(errno));
	if (ftruncate(new.fd, (off_t)new.room) == 0)
		new.base = map_most(new.fd, &new.room);
	if (!new.base) {
		rc = -errno;
		close(new.fd);
		return kx_fail(err, rc, "no memory for %zu bytes: %s", new.room, strerror(-rc));
	}
	new.short_of_space = new.room < room && new.room < room_max;
	*ret = new;
	return 0;
}

void kx_memfile_seal(int fd)
{
	enum { SIZE = F_SEAL_SHRINK | F_SEAL_GROW };

	/* The first is refused while it is mapped writable, the second by kernels before v5.1. */
	if (fcntl(fd, F_ADD_SEALS, SIZE | F_SEAL_WRITE) < 0 &&
	    fcntl(fd, F_ADD_SEALS, SIZE | F_SEAL_FUTURE_WRITE) < 0)
		fcntl(fd, F_ADD_SEALS, SIZE);
}

void kx_memfile_done(struct kx_memfile *file)
{
	if (!file->base)
		return;
	munmap(file->base, file->room);
	close(file->fd);
	*file = (struct kx_memfile){ .fd = -1 };
}

int kx_memfile_keep(struct kx_memfile *file, size_t len, struct kx_err *err)
{
	size_t mask = (size_t)sysconf(_SC_PAGESIZE) - 1, kept = (len + mask) & ~mask;

	/* What decoders wrote beyond the end goes with it. */
	if (ftruncate(file->fd, (off_t)len) < 0 ||
	    mprotect(file->base, file->room, PROT_READ) < 0)
		return kx_fail(err, -errno, "file in memory: %s", strerror(errno));
	if (kept < file->room) {
		munmap(file->base + kept, file->room - kept);
		file->room = kept;
	}
	file->len = len;
	return 0;
}

int kx_memfile_full(const struct kx_memfile *file, struct kx_err *err)
{
	if (file->short_of_space)
		return kx_fail(err, -ENOMEM,
			       "unpacks to more than %zu bytes, and this process may use no more "
			       "memory; see ulimit -v and -f",
			       file->room);
	return kx_fail(err, -EFBIG, "unpacks to more than the limit of %" PRIu64 " bytes",
		       file->limit < room_max ? file->limit : room_max);
}

/* Writing at offsets leaves the descriptor's own at 0, and holes read as zeros. */
static int write_parts(int fd, const struct kx_span *part, size_t count, size_t align)
{
	uint64_t at = 0;
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++) {
		rc = kx_file_write_at(fd, part[i].base, part[i].len, at);
		at += part[i].len;
		at += -at % align;
	}
	if (rc == 0 && ftruncate(fd, (off_t)at) < 0)
		rc = -errno;
	return rc;
}

int kx_memfile_of(const struct kx_span *part, size_t count, size_t align, const char *name,
		  int *ret, struct kx_err *err)
{
	_cleanup_fd_ int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int rc;

	if (fd < 0)
		return kx_fail(err, -errno, "no file in memory: %s", strerror(errno));
	rc = write_parts(fd, part, count, align);
	if (rc < 0)
		return kx_fail(err, rc, "file in memory: %s", strerror(-rc));
	kx_memfile_seal(fd);
	*ret = fd;
	fd = -1;
	return 0;
}

int kx_memfile_from(int from, uint64_t limit, const char *name, int *ret)
{
	enum { CHUNK = 1 << 16 };
	_cleanup_free_ uint8_t *chunk = malloc(CHUNK);
	_cleanup_fd_ int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	uint64_t total = 0;
	ssize_t got;

	if (!chunk)
		return -ENOMEM;
	if (fd < 0)
		return -errno;
	while ((got = kx_file_read_some(from, chunk, CHUNK)) > 0) {
		int rc;

		if ((uint64_t)got > limit - total)
			return -EFBIG;
		rc = kx_file_write_at(fd, chunk, (size_t)got, total);
		if (rc < 0)
			return rc;
		total += (uint64_t)got;
	}
	if (got < 0)
		return (int)got;
	kx_memfile_seal(fd);
	*ret = fd;
	fd = -1;
	return 0;
}
