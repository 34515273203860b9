/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unwrap FILE [kernel|initrd|ucode|cmdline|dtb|uname|how|fd]: what kx_unwrap() finds in FILE, to
 * stdout; by default "how". "fd" is the kernel as a file. KX_LIMIT: bytes, by default 1 GiB.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kx/unwrap.h"

static int put(struct kx_span s)
{
	return fwrite(s.base, 1, s.len, stdout) == s.len && fflush(stdout) == 0 ? 0 : 1;
}

static int put_file(int fd)
{
	static uint8_t chunk[1 << 16];
	ssize_t got;

	while ((got = read(fd, chunk, sizeof(chunk))) > 0) {
		if (put((struct kx_span){ chunk, (size_t)got }) != 0)
			return 1;
	}
	return got < 0 ? 1 : 0;
}

static int show(const struct kx_unwrapped *u, const char *what)
{
	const struct {
		const char *name;
		struct kx_span s;
	} parts[] = {
		{ "kernel", u->kernel }, { "initrd", u->initrd }, { "ucode", u->ucode },
		{ "cmdline", u->cmdline }, { "dtb", u->dtb },	   { "uname", u->uname },
	};

	if (strcmp(what, "how") == 0)
		return printf("%s\n", u->how) < 0;
	if (strcmp(what, "fd") == 0)
		return put_file(u->kernel_fd);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (strcmp(what, parts[i].name) == 0)
			return put(parts[i].s);
	}
	return 2;
}

int main(int argc, char **argv)
{
	const char *limit = getenv("KX_LIMIT");
	struct kx_unwrapped u;
	struct kx_err err = { "" };
	struct stat stat;
	void *base;
	int fd, rc;

	fd = argc == 2 || argc == 3 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0 || fstat(fd, &stat) < 0 || stat.st_size == 0) {
		fprintf(stderr, "Usage: unwrap FILE [PART]\n");
		return 2;
	}
	base = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (base == MAP_FAILED) {
		perror(argv[1]);
		return 99;
	}
	rc = kx_unwrap((struct kx_span){ base, (size_t)stat.st_size }, NULL,
		       limit ? strtoull(limit, NULL, 0) : UINT64_C(1) << 30, &u, &err);
	if (rc < 0) {
		fprintf(stderr, "unwrap: %s: %s\n", argv[1], err.text);
		return 1;
	}
	rc = show(&u, argc == 3 ? argv[2] : "how");
	kx_unwrapped_done(&u);
	munmap(base, (size_t)stat.st_size);
	close(fd);
	return rc;
}
