/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens and maps kernels and initrds. Knows nothing of their content. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kexec/input.h"
#include "kx/cleanup.h"
#include "kx/memfile.h"

static int replace_pipe(struct input_file *file, uint64_t limit, struct kx_err *err)
{
	int fd = -1, rc;

	rc = kx_memfile_from(file->fd, limit, "kexec", &fd);
	if (rc == -EFBIG)
		return kx_fail(err, rc, "%s: the pipe delivers more than %" PRIu64 " MiB",
			       file->path, limit >> 20);
	if (rc < 0)
		return kx_fail(err, rc, "%s: %s", file->path, strerror(-rc));
	close(file->fd);
	file->fd = fd;
	return fstat(fd, &file->stat) < 0 ? -errno : 0;
}

static int open_bytes(struct input_file *file, struct kx_span bytes, struct kx_err *err)
{
	int rc = kx_memfile_of(&bytes, 1, 1, "initrd", &file->fd, err);

	if (rc == 0 && fstat(file->fd, &file->stat) < 0)
		rc = kx_fail(err, -errno, "%s", strerror(errno));
	return rc < 0 ? kx_context(err, rc, "%s: a part of it", file->path) : 0;
}

static int open_file(struct input_file *file, uint64_t limit, struct kx_err *err)
{
	int rc;

	file->fd = open(file->path, O_RDONLY | O_CLOEXEC);
	if (file->fd < 0 || fstat(file->fd, &file->stat) < 0)
		return kx_fail(err, -errno, "%s: %s", file->path, strerror(errno));
	if (S_ISFIFO(file->stat.st_mode)) {
		rc = replace_pipe(file, limit, err);
		if (rc < 0)
			return rc;
	}
	if (!S_ISREG(file->stat.st_mode))
		return kx_fail(err, -EINVAL, "%s: not a regular file or a pipe", file->path);
	if (file->stat.st_size == 0)
		return kx_fail(err, -ENODATA, "%s: the file is empty", file->path);
	return 0;
}

static size_t page_up(size_t size)
{
	size_t mask = (size_t)sysconf(_SC_PAGESIZE) - 1;

	return (size + mask) & ~mask;
}

/* The pages that all files take together, or 0 when that wraps (32-bit hosts). */
static size_t room_for_all(const struct input *input)
{
	size_t room = 0;

	for (size_t i = 0; i < input->count; i++) {
		uint64_t size = (uint64_t)input->file[i].stat.st_size;

		if (size > SIZE_MAX / 2 ||
		    __builtin_add_overflow(room, page_up((size_t)size), &room))
			return 0;
	}
	return room;
}

/* Behind a file's last byte its last page reads as zeros: padding without a copy. */
static int map_all(struct input *input, struct kx_err *err)
{
	size_t room = room_for_all(input), at = 0, size = 0;
	uint8_t *base;

	if (room == 0)
		return kx_fail(err, -EFBIG, "%s: too large for this machine's address space",
			       input->file[0].path);
	base = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED)
		return kx_fail(err, -errno, "no address space for %zu bytes", room);
	input->bytes.base = base;
	input->mapped = room;
	for (size_t i = 0; i < input->count; i++) {
		struct input_file *file = &input->file[i];

		size = (size_t)file->stat.st_size;
		if (mmap(base + at, size, PROT_READ, MAP_PRIVATE | MAP_FIXED, file->fd, 0) ==
		    MAP_FAILED)
			return kx_fail(err, -errno, "%s: cannot be mapped: %s", file->path,
				       strerror(errno));
		madvise(base + at, size, MADV_SEQUENTIAL);
		input->bytes.len = at + size;
		at += page_up(size);
	}
	return 0;
}

int input_open(struct input *ret, const struct input_part *part, size_t count,
		  uint64_t limit, struct kx_err *err)
{
	int rc = 0;

	*ret = (struct input){ 0 };
	if (count == 0)
		return 0;
	ret->file = calloc(count, sizeof(*ret->file));
	if (!ret->file)
		return kx_fail(err, -ENOMEM, "no memory for %zu files", count);
	for (size_t i = 0; i < count && rc == 0; i++) {
		ret->file[i] = (struct input_file){ .path = part[i].path, .fd = -1 };
		ret->count++;
		rc = part[i].bytes.len ? open_bytes(&ret->file[i], part[i].bytes, err) :
					 open_file(&ret->file[i], limit, err);
	}
	return rc < 0 ? rc : map_all(ret, err);
}

struct kx_span input_bytes(const struct input *input, size_t i)
{
	size_t at = 0;

	for (size_t before = 0; before < i; before++)
		at += page_up((size_t)input->file[before].stat.st_size);
	return (struct kx_span){ input->bytes.base + at, (size_t)input->file[i].stat.st_size };
}

void input_done(struct input *input)
{
	if (input->mapped)
		munmap((void *)(uintptr_t)input->bytes.base, input->mapped);
	for (size_t i = 0; i < input->count; i++) {
		if (input->file[i].fd >= 0)
			close(input->file[i].fd);
	}
	free(input->file);
	if (input->joined > 0)
		close(input->joined);
	*input = (struct input){ 0 };
}

int input_fd(struct input *input, int *ret, struct kx_err *err)
{
	/* Archives of an initrd start at multiples of 4 bytes. */
	enum { ARCHIVE_ALIGN = 4 };
	_cleanup_free_ struct kx_span *part = NULL;
	int rc;

	if (input->count <= 1 || input->joined > 0) {
		*ret = input->count == 1 ? input->file[0].fd : input->count ? input->joined : -1;
		return 0;
	}
	part = calloc(input->count, sizeof(*part));
	if (!part)
		return kx_fail(err, -ENOMEM, "no memory for the list of initrds");
	for (size_t i = 0; i < input->count; i++)
		part[i] = input_bytes(input, i);
	rc = kx_memfile_of(part, input->count, ARCHIVE_ALIGN, "initrd", &input->joined, err);
	if (rc < 0)
		return kx_fail(err, rc, "joining %zu initrds in memory: %s", input->count,
			       strerror(-rc));
	*ret = input->joined;
	return 0;
}

bool input_unchanged(const struct input *input, struct kx_err *err)
{
	for (size_t i = 0; i < input->count; i++) {
		const struct stat *old = &input->file[i].stat;
		struct stat now;

		if (fstat(input->file[i].fd, &now) == 0 && now.st_size == old->st_size &&
		    now.st_mtim.tv_sec == old->st_mtim.tv_sec &&
		    now.st_mtim.tv_nsec == old->st_mtim.tv_nsec)
			continue;
		kx_fail(err, -ESTALE, "%s: changed while it was being loaded", input->file[i].path);
		return false;
	}
	return true;
}

static void bus_error(int signal_number)
{
	static const char text[] = "kexec: a kernel or initrd file became shorter or could not be "
				   "read while it was being loaded, or memory for it ran out\n";

	(void)signal_number;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(1);
	_exit(1);
}

void input_guard(void)
{
	struct sigaction action = { .sa_handler = bus_error };

	sigaction(SIGBUS, &action, NULL);
}
