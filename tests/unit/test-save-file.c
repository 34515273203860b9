/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the page cache has of a file that a dump is written to. The system's calls are ours. */
#include <fcntl.h>

#include "kx/device.h"
#include "kx/save.h"
#include "tests/unit/dumping.h"

int __wrap_sync_file_range(int fd, off_t off, off_t len, unsigned int flags);
int __wrap_posix_fadvise(int fd, off_t off, off_t len, int advice);

/*
 * @sent, @waited, @dropped: up to where; @all: all was to be dropped
 * @fails: the call that fails, from 1, with @error
 */
static struct {
	off_t sent, waited, dropped;
	unsigned int calls, fails;
	int error;
	bool all;
} disk;

int __wrap_sync_file_range(int fd, off_t off, off_t len, unsigned int flags)
{
	(void)fd;
	if (++disk.calls == disk.fails) {
		errno = disk.error;
		return -1;
	}
	assert_true(len > 0);
	if (flags == SYNC_FILE_RANGE_WRITE) {
		assert_int_equal(off, disk.sent);
		disk.sent = off + len;
	} else {
		/* Sent before, so that the disk was at it meanwhile. */
		assert_true(flags & SYNC_FILE_RANGE_WAIT_AFTER);
		assert_int_equal(off, disk.waited);
		assert_true(off + len < disk.sent);
		disk.waited = off + len;
	}
	return 0;
}

int __wrap_posix_fadvise(int fd, off_t off, off_t len, int advice)
{
	(void)fd;
	assert_int_equal(advice, POSIX_FADV_DONTNEED);
	disk.all = off == 0 && len == 0;
	if (disk.all)
		return 0;
	assert_int_equal(off, disk.dropped);
	/* Nothing else can be dropped. */
	assert_true(off + len <= disk.waited);
	assert_int_equal((off + len) % 4096, 0);
	disk.dropped = off + len;
	return 0;
}

enum { PART = 300001, PARTS = 200 };

/* Parts that follow each other, and in between what is elsewhere; the first result that is none. */
static int write_parts(struct kx_save_file *to)
{
	static uint8_t part[PART];
	int rc = 0;

	for (uint64_t i = 0; i < PARTS && rc == 0; i++) {
		rc = to->target.write(&to->target, part, sizeof(part), MIB + i * PART);
		if (rc == 0 && i % 7 == 0)
			rc = to->target.write(&to->target, part, 24, i);
		/* What was written and is not dropped is in memory. */
		if (!to->cached && rc == 0)
			assert_true(MIB + (off_t)(i + 1) * PART - disk.dropped < 9 * MIB);
	}
	return rc;
}

static void begin(struct kx_save_file *to, const struct memory_file *file, unsigned int fails,
		  int error)
{
	memset(&disk, 0, sizeof(disk));
	disk.fails = fails;
	disk.error = error;
	disk.sent = disk.waited = disk.dropped = MIB;
	kx_save_file_init(to, file->fd);
}

TEST(the_page_cache_has_little_of_a_file)
{
	struct memory_file file = memory_file();
	struct kx_save_file to;

	begin(&to, &file, 0, 0);
	assert_int_equal(write_parts(&to), 0);
	assert_true(disk.dropped > (off_t)(PARTS * PART) - 8 * MIB);
	assert_true(disk.calls < 2 * PARTS * PART / (4 * MIB) + 2);
	close(file.fd);
}

/* A bad sector, a cable, a server, a file system that has given up: the kernel tells each once. */
static const int errors[] = {
	EIO, ENOSPC, EDQUOT, ENODATA, ENOLINK, ETIMEDOUT, EREMOTEIO, EROFS,
};

TEST(what_the_disk_says_is_passed_on)
{
	struct memory_file file = memory_file();
	struct kx_save_file to;

	for (unsigned int fails = 1; fails <= 5; fails++) {
		for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
			begin(&to, &file, fails, errors[i]);
			assert_int_equal(write_parts(&to), -errors[i]);
			/* What was written before is not there: nothing may refer to it. */
			assert_int_equal(to.target.sync(&to.target), -errors[i]);
			assert_int_equal(to.target.write(&to.target, "x", 1, 0), -errors[i]);
		}
	}
	close(file.fd);
}

/* Chunks that follow each other; the first result that is none. */
static int write_chunks(struct kx_device_fd *to)
{
	static uint8_t chunk[MIB];
	int rc = 0;

	for (uint64_t i = 1; i < 9 && rc == 0; i++)
		rc = to->io.write(&to->io, chunk, sizeof(chunk), i * MIB);
	return rc;
}

TEST(what_a_device_says_is_passed_on)
{
	static const int unable[] = { EINVAL, ENOSYS, ESPIPE };
	struct memory_file file = memory_file();
	struct kx_device_fd to;
	struct kx_save_file unused;
	struct kx_err err;

	for (unsigned int fails = 1; fails <= 15; fails++) {
		for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
			begin(&unused, &file, fails, errors[i]);
			assert_int_equal(kx_device_fd_init(&to, file.fd, &err), 0);
			assert_int_equal(write_chunks(&to), -errors[i]);
		}
	}
	for (size_t i = 0; i < sizeof(unable) / sizeof(unable[0]); i++) {
		begin(&unused, &file, 15, unable[i]);
		assert_int_equal(kx_device_fd_init(&to, file.fd, &err), 0);
		assert_int_equal(write_chunks(&to), 0);
	}
	close(file.fd);
}

TEST(where_it_cannot_be_done_it_is_not)
{
	static const int error[] = { EINVAL, ENOSYS, ESPIPE };
	struct memory_file file = memory_file();
	struct kx_save_file to;

	for (size_t i = 0; i < sizeof(error) / sizeof(error[0]); i++) {
		begin(&to, &file, 1, error[i]);
		assert_int_equal(write_parts(&to), 0);
		assert_int_equal(disk.calls, 1);
	}
	close(file.fd);
}

TEST(a_file_is_copied_from_its_front_and_what_cannot_be_read_is_told)
{
	struct memory_file from = memory_file(), file = memory_file();
	int folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct kx_save_stream to;
	char text[10000], copy[sizeof(text) + 1];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i % 23);
	assert_int_equal(write(from.fd, text, sizeof(text)), sizeof(text));
	kx_save_stream_init(&to, file.fd);
	assert_int_equal(kx_save_copy(from.fd, &to.target), 0);
	assert_int_equal(pread(file.fd, copy, sizeof(copy), 0), sizeof(text));
	assert_memory_equal(copy, text, sizeof(text));
	/* It is not at its beginning any more. */
	assert_int_equal(kx_save_copy(from.fd, &to.target), -ESPIPE);
	kx_save_stream_init(&to, file.fd);
	assert_int_equal(kx_save_copy(folder, &to.target), -EISDIR);
	close(folder);
	close(from.fd);
	close(file.fd);
}

/* The head of a file, written twice and with a hole in it, is @len bytes long. */
static void write_head(struct kx_save_file *to, const struct memory_file *file, size_t len)
{
	static uint8_t bytes[3 * KX_SAVE_FILE_HEAD];

	begin(to, file, 0, 0);
	/* Behind what is read again; then there is nothing between them. */
	if (len > KX_SAVE_FILE_HEAD)
		assert_int_equal(to->target.write(&to->target, bytes, 1, len - 1), 0);
	if (len > KX_SAVE_FILE_HEAD)
		len = 2000;
	memset(bytes, 0x11, sizeof(bytes));
	assert_int_equal(to->target.write(&to->target, bytes, 300, 0), 0);
	assert_int_equal(to->target.write(&to->target, bytes, len - 1000, 1000), 0);
	bytes[7] = 0x77;
	assert_int_equal(to->target.write(&to->target, bytes, 10, 0), 0);
	assert_int_equal(to->target.sync(&to->target), 0);
}

/* What somebody else makes of byte @at; false: it is not noticed, and is as it was again. */
static bool notices(const struct kx_save_file *to, uint64_t at)
{
	uint8_t byte, other;
	struct kx_err err = { "" };
	char says[80];
	int rc;

	assert_int_equal(pread(to->fd, &byte, 1, (off_t)at), 1);
	other = byte ^ 0x80;
	assert_int_equal(pwrite(to->fd, &other, 1, (off_t)at), 1);
	disk.all = false;
	rc = kx_save_file_check(to, &err);
	assert_true(disk.all);
	snprintf(says, sizeof(says), "what is on the disk is not what was written, at byte %llu",
		 (unsigned long long)at);
	assert_string_equal(err.text, rc < 0 ? says : "");
	assert_true(rc == 0 || rc == -EIO);
	assert_int_equal(pwrite(to->fd, &byte, 1, (off_t)at), 1);
	assert_int_equal(kx_save_file_check(to, &err), 0);
	return rc < 0;
}

TEST(the_head_is_what_was_written)
{
	static const size_t length[] = { 1001, 5000, KX_SAVE_FILE_HEAD, 2 * KX_SAVE_FILE_HEAD };

	for (size_t i = 0; i < sizeof(length) / sizeof(length[0]); i++) {
		const uint64_t end = length[i] < KX_SAVE_FILE_HEAD ? length[i] : KX_SAVE_FILE_HEAD;
		struct memory_file file = memory_file();
		struct kx_err err = { "" };
		struct kx_save_file to;

		write_head(&to, &file, length[i]);
		assert_int_equal(kx_save_file_check(&to, &err), 0);
		assert_true(notices(&to, 0));
		assert_true(notices(&to, 7));
		assert_true(notices(&to, 500));
		assert_true(notices(&to, end - 1));
		assert_true(notices(&to, end - 300));
		if (end < length[i])
			assert_false(notices(&to, end));
		assert_int_equal(ftruncate(file.fd, (off_t)end - 1), 0);
		assert_int_equal(kx_save_file_check(&to, &err), -EIO);
		assert_says(&err, "it ends at byte");
		close(file.fd);
		assert_int_equal(kx_save_file_check(&to, &err), -EBADF);
		assert_says(&err, "cannot be read again");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_page_cache_has_little_of_a_file),
		cmocka_unit_test(what_the_disk_says_is_passed_on),
		cmocka_unit_test(what_a_device_says_is_passed_on),
		cmocka_unit_test(where_it_cannot_be_done_it_is_not),
		cmocka_unit_test(a_file_is_copied_from_its_front_and_what_cannot_be_read_is_told),
		cmocka_unit_test(the_head_is_what_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
