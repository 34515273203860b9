/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dumps for unit tests: written into memory, opened by path, with a kernel that is known. */
#ifndef TESTS_UNIT_DUMPING_H
#define TESTS_UNIT_DUMPING_H

#include <unistd.h>

#include "kx/reader.h"
#include "lib/dump/internal.h"
#include "tests/tools/mkelf.h"
#include "tests/unit/kxtest.h"

#define RELEASE "6.1.0-test"

/* Where the kernel of model_kernel() is. */
#define IMAGE_VIRT UINT64_C(0xffffffff81000000)
#define IMAGE_PHYS UINT64_C(0x2000000)
#define DIRECT	   UINT64_C(0xffff888000000000)

/** struct memory_file - a file without a name and a path to it */
struct memory_file {
	int fd;
	char path[64];
};

/** memory_file() - a new one; closed by the test */
struct memory_file memory_file(void);

/** open_files() - a dump and a reader of it; Return: as kx_dump_open() */
int open_files(const char *const *path, size_t count, struct kx_reader **ret, struct kx_err *err);

/** open_path() - open_files() of one; fails the test when it cannot */
struct kx_reader *open_path(const char *path);

/** open_written() - write @dump as ELF and open it; the file is gone already */
struct kx_reader *open_written(const struct mkelf *dump);

/** close_reader() - and its dump */
void close_reader(struct kx_reader *reader);

/** assert_release() - the kernel's release can be read through virtual memory */
void assert_release(struct kx_reader *reader);

/**
 * model_kernel() - an x86_64 dump: image at IMAGE_VIRT, direct map at DIRECT, page tables, and text
 * "direct" at the direct map's 16 MiB
 *
 * Loads: 0 image, 1 what is at 16 MiB.
 */
void model_kernel(struct mkelf *dump);

#endif
