/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A disk that cannot read some of its blocks: in front of pread(2), by the linker's --wrap.
 * KX_EIO=FIRST-LAST[,FIRST-LAST]... are offsets in files; a read that touches them fails.
 * KX_OTHER=OFFSET: of files that are written, too, this byte is read as another one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>

ssize_t __real_pread64(int fd, void *to, size_t len, off_t off);
ssize_t __wrap_pread64(int fd, void *to, size_t len, off_t off);
ssize_t __real_pread(int fd, void *to, size_t len, off_t off);
ssize_t __wrap_pread(int fd, void *to, size_t len, off_t off);

static int is_bad(uint64_t first, uint64_t last)
{
	const char *at = getenv("KX_EIO");

	while (at && *at) {
		char *end;
		uint64_t from = strtoull(at, &end, 0), to = strtoull(end + 1, &end, 0);

		if (first <= to && last >= from)
			return 1;
		at = *end ? end + 1 : end;
	}
	return 0;
}

/* What was read is what is there, or not. */
static ssize_t as_it_is(int fd, void *to, ssize_t got, off_t off)
{
	const char *other = getenv("KX_OTHER");
	const off_t at = other ? (off_t)strtoull(other, NULL, 0) : 0;
	const int flags = other ? fcntl(fd, F_GETFL) : 0;

	if (other && flags >= 0 && (flags & O_ACCMODE) == O_RDWR && at >= off && at - off < got)
		((unsigned char *)to)[at - off] ^= 1;
	return got;
}

ssize_t __wrap_pread64(int fd, void *to, size_t len, off_t off)
{
	if (len && is_bad((uint64_t)off, (uint64_t)off + len - 1)) {
		errno = EIO;
		return -1;
	}
	return as_it_is(fd, to, __real_pread64(fd, to, len, off), off);
}

ssize_t __wrap_pread(int fd, void *to, size_t len, off_t off)
{
	if (len && is_bad((uint64_t)off, (uint64_t)off + len - 1)) {
		errno = EIO;
		return -1;
	}
	return as_it_is(fd, to, __real_pread(fd, to, len, off), off);
}
