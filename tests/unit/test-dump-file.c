/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes of a file that may be mapped are those that positioned reads give. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/dump/file.h"
#include "tests/unit/kxtest.h"

enum { SIZE = 300000 };

static uint8_t content[SIZE], got[SIZE];

/* Calls of the system's, and what mmap() is to fail with, 0 for not. */
static unsigned int maps, unmaps;
static size_t bytes_mapped;
static int refusal;

void *__real_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off);
void *__wrap_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off);
int __real_munmap(void *addr, size_t len);
int __wrap_munmap(void *addr, size_t len);

void *__wrap_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
	maps++;
	bytes_mapped += len;
	if (refusal) {
		errno = refusal;
		return MAP_FAILED;
	}
	return __real_mmap(addr, len, prot, flags, fd, off);
}

int __wrap_munmap(void *addr, size_t len)
{
	unmaps++;
	bytes_mapped -= len;
	return __real_munmap(addr, len);
}

static int reset(void **state)
{
	(void)state;
	maps = unmaps = 0;
	bytes_mapped = 0;
	refusal = 0;
	return 0;
}

/* As kx_dump_file_open() makes it of /proc/vmcore. */
static struct kx_dump_file mapping_file(int fd, uint64_t size)
{
	return (struct kx_dump_file){
		.fd = fd, .pipe = -1, .size = size, .maps = true, .lock = PTHREAD_MUTEX_INITIALIZER
	};
}

static struct kx_dump_file filled_file(void)
{
	int fd = memfd_create("dump", MFD_CLOEXEC);

	for (size_t i = 0; i < SIZE; i++)
		content[i] = (uint8_t)(i * 2654435761U >> 13);
	assert_int_equal(write(fd, content, SIZE), SIZE);
	return mapping_file(fd, SIZE);
}

TEST(a_mapped_read_gives_the_bytes_of_its_offset)
{
	static const uint64_t off[] = { 0, 1, 4095, 4096, 65536, 100001 };
	static const size_t len[] = { 1, 32767, 32768, 70000, 199999 };
	struct kx_dump_file file = filled_file();
	struct kx_err err;

	for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++) {
		for (size_t k = 0; k < sizeof(len) / sizeof(len[0]); k++) {
			memset(got, 0xa5, sizeof(got));
			assert_int_equal(kx_dump_file_read(&file, off[i], got, len[k], &err), 0);
			assert_memory_equal(got, content + off[i], len[k]);
			assert_int_equal(got[len[k]], 0xa5);
		}
	}
	/* The large ones, three of five at each offset; and nothing of them stays. */
	assert_int_equal(maps, 3 * sizeof(off) / sizeof(off[0]));
	assert_int_equal(unmaps, maps);
	assert_int_equal(bytes_mapped, 0);
	kx_dump_file_done(&file);
}

static void check_refused(int error, unsigned int expected_maps)
{
	struct kx_dump_file file = filled_file();
	struct kx_err err;

	reset(NULL);
	refusal = error;
	for (size_t i = 0; i < 3; i++) {
		memset(got, 0xa5, sizeof(got));
		assert_int_equal(kx_dump_file_read(&file, 4097, got, 100000, &err), 0);
		assert_memory_equal(got, content + 4097, 100000);
	}
	assert_int_equal(maps, expected_maps);
	assert_int_equal(unmaps, 0);
	kx_dump_file_done(&file);
}

TEST(where_mapping_is_refused_reads_do_it)
{
	/* Of this piece: the next is tried. */
	check_refused(EAGAIN, 3);
	check_refused(ENOMEM, 3);
	check_refused(EINVAL, 3);
	/* Of such a file: no more is tried. */
	check_refused(ENODEV, 1);
	check_refused(EIO, 1);
}

TEST(a_file_that_may_shrink_is_never_mapped)
{
	char path[] = "/tmp/kx-dump-file-XXXXXX";
	struct kx_dump_file file;
	int fd = mkstemp(path);
	struct kx_err err;

	assert_int_equal(write(fd, content, SIZE), SIZE);
	assert_int_equal(kx_dump_file_open(&file, path, &err), 0);
	reset(NULL);
	assert_int_equal(kx_dump_file_read(&file, 0, got, SIZE, &err), 0);
	assert_int_equal(ftruncate(fd, 100), 0);
	assert_int_equal(kx_dump_file_read(&file, 0, got, SIZE, &err), -EFAULT);
	assert_int_equal(maps, 0);
	kx_dump_file_done(&file);
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_mapped_read_gives_the_bytes_of_its_offset, reset),
		cmocka_unit_test(where_mapping_is_refused_reads_do_it),
		cmocka_unit_test(a_file_that_may_shrink_is_never_mapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

