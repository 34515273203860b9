/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The running kernel's tree as the kernel hands it out: a page of a property at a time. */
#include <libfdt.h>

#include "kx/devtree.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"

/* Linux, fs/kernfs/file.c, kernfs_file_read_iter(): a read gives a page at most. */
enum { PAGE = 4096, SIZE = 2 * PAGE + 100 };

ssize_t __real_read(int fd, void *to, size_t len);
ssize_t __wrap_read(int fd, void *to, size_t len);

static size_t asked[4], times;

/* Other reads here are those of directories, which are no read(). */
ssize_t __wrap_read(int fd, void *to, size_t len)
{
	if (times < sizeof(asked) / sizeof(asked[0]))
		asked[times] = len;
	times++;
	return __real_read(fd, to, len < PAGE ? len : PAGE);
}

TEST(a_property_comes_page_by_page)
{
	struct folder folder = folder_of("== proc/device-tree/large = 1\n");
	static const size_t wanted[] = { SIZE, SIZE - PAGE, SIZE - 2 * PAGE };
	struct kx_err err = { "" };
	uint8_t bytes[SIZE];
	const void *found;
	char path[200];
	size_t size;
	void *fdt;
	FILE *file;
	int len;

	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = (uint8_t)(i * 31 >> 4);
	snprintf(path, sizeof(path), "%s/proc/device-tree/large", folder.path);
	file = fopen(path, "wb");
	assert_true(file && fwrite(bytes, 1, SIZE, file) == SIZE && fclose(file) == 0);
	times = 0;
	if (kx_devtree_read(folder.path, &fdt, &size, &err) < 0)
		fail_msg("%s", err.text);
	found = fdt_getprop(fdt, 0, "large", &len);
	assert_int_equal(len, SIZE);
	assert_memory_equal(found, bytes, SIZE);
	/* Never for more than there is room for: it may grow meanwhile. */
	assert_int_equal(times, 3);
	assert_memory_equal(asked, wanted, sizeof(wanted));
	free(fdt);
	folder_remove(&folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_property_comes_page_by_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
