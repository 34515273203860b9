/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files in memory: what is put in comes out, limits hold, nothing stays behind. */
#include <errno.h>
#include <unistd.h>

#include "kx/memfile.h"
#include "tests/unit/kxtest.h"

static void assert_holds(int fd, const char *bytes, size_t len)
{
	char found[64];

	assert_int_equal(pread(fd, found, sizeof(found), 0), len);
	assert_memory_equal(found, bytes, len);
}

TEST(bytes_become_a_file)
{
	const struct kx_span bytes = kx_span_of("initrd");
	struct kx_err err = { "" };
	int fd;

	assert_int_equal(kx_memfile_of(&bytes, 1, 1, "initrd", &fd, &err), 0);
	assert_holds(fd, "initrd", 6);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
	close(fd);
}

TEST(runs_of_bytes_are_joined_at_multiples)
{
	const struct kx_span part[] = { kx_span_of("abcde"), kx_span_of("fghi"), kx_span_of("j") };
	struct kx_err err = { "" };
	int fd;

	assert_int_equal(kx_memfile_of(part, 3, 4, "initrd", &fd, &err), 0);
	assert_holds(fd, "abcde\0\0\0fghij\0\0\0", 16);
	close(fd);
}

static int pipe_with(const char *text)
{
	int end[2];

	assert_int_equal(pipe(end), 0);
	assert_int_equal(write(end[1], text, strlen(text)), strlen(text));
	close(end[1]);
	return end[0];
}

TEST(a_pipe_becomes_a_file)
{
	int from = pipe_with("kernel"), fd;

	assert_int_equal(kx_memfile_from(from, 6, "kernel", &fd), 0);
	assert_holds(fd, "kernel", 6);
	close(fd);
	close(from);
}

TEST(nobody_changes_it_any_more)
{
	const struct kx_span bytes = kx_span_of("initrd");
	struct kx_err err = { "" };
	int fd;

	assert_int_equal(kx_memfile_of(&bytes, 1, 1, "initrd", &fd, &err), 0);
	assert_int_equal(pwrite(fd, "x", 1, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ftruncate(fd, 3), -1);
	assert_int_equal(ftruncate(fd, 9), -1);
	assert_holds(fd, "initrd", 6);
	close(fd);
}

TEST(a_pipe_that_delivers_more_than_the_limit_is_refused)
{
	int from = pipe_with("kernel"), fd = -7;

	assert_int_equal(kx_memfile_from(from, 5, "kernel", &fd), -EFBIG);
	assert_int_equal(fd, -7);
	close(from);
}

TEST(what_is_written_is_kept_and_the_rest_given_back)
{
	struct kx_err err = { "" };
	struct kx_memfile file;

	assert_int_equal(kx_memfile_init(&file, "kernel", 1 << 20, 1 << 20, &err), 0);
	memcpy(file.base, "kernel and more", 15);
	assert_int_equal(kx_memfile_keep(&file, 6, &err), 0);
	assert_holds(file.fd, "kernel", 6);
	assert_int_equal(file.len, 6);
	assert_int_equal(file.room, sysconf(_SC_PAGESIZE));
	/* Behind the end of a file its last page reads as zeros. */
	assert_memory_equal(file.base, "kernel\0\0\0", 9);
	kx_memfile_done(&file);
	assert_null(file.base);
	kx_memfile_done(&file);
}

TEST(no_room_is_an_error_that_names_the_limit)
{
	struct kx_err err = { "" };
	struct kx_memfile file;

	assert_int_equal(kx_memfile_init(&file, "kernel", 0, 4711, &err), -EFBIG);
	assert_says(&err, "4711 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_become_a_file),
		cmocka_unit_test(runs_of_bytes_are_joined_at_multiples),
		cmocka_unit_test(a_pipe_becomes_a_file),
		cmocka_unit_test(nobody_changes_it_any_more),
		cmocka_unit_test(a_pipe_that_delivers_more_than_the_limit_is_refused),
		cmocka_unit_test(what_is_written_is_kept_and_the_rest_given_back),
		cmocka_unit_test(no_room_is_an_error_that_names_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
