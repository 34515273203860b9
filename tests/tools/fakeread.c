/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A disk that cannot read some of its blocks: in front of pread(2), by the linker's --wrap.
 * KX_EIO=FIRST-LAST[,FIRST-LAST]... are offsets in files; a read that touches them fails.
 */
#include <errno.h>
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

ssize_t __wrap_pread64(int fd, void *to, size_t len, off_t off)
{
	if (len && is_bad((uint64_t)off, (uint64_t)off + len - 1)) {
		errno = EIO;
		return -1;
	}
	return __real_pread64(fd, to, len, off);
}

ssize_t __wrap_pread(int fd, void *to, size_t len, off_t off)
{
	if (len && is_bad((uint64_t)off, (uint64_t)off + len - 1)) {
		errno = EIO;
		return -1;
	}
	return __real_pread(fd, to, len, off);
}
