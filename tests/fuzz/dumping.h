/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the fuzz targets of dumps share: bytes as a file, and what every opened dump promises. */
#ifndef TESTS_FUZZ_DUMPING_H
#define TESTS_FUZZ_DUMPING_H

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kx/reader.h"
#include "tests/fuzz/fuzz.h"

/** fuzz_file() - a file without a name that holds @data, and its path in @path */
static inline int fuzz_file(const uint8_t *data, size_t size, char path[64])
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	PROMISE(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, 64, "/proc/self/fd/%d", fd);
	return fd;
}

/** fuzz_physical() - what reads as a whole reads alike in pieces, and a failure has a reason */
static inline void fuzz_physical(struct kx_reader *reader, uint64_t addr)
{
	struct kx_err err = { "" };
	uint8_t whole[512], part[512];
	int rc = kx_reader_phys(reader, addr, whole, sizeof(whole), &err);

	PROMISE(rc <= 0 && (rc == 0 || err.text[0]));
	if (rc < 0)
		return;
	for (size_t i = 0; i < sizeof(part); i += 64)
		PROMISE(kx_reader_phys(reader, addr + i, part + i, 64, &err) == 0);
	PROMISE(memcmp(whole, part, sizeof(whole)) == 0);
}

/** fuzz_virtual() - virtual memory at a symbol of VMCOREINFO; whatever is there, it ends */
static inline void fuzz_virtual(struct kx_reader *reader, const char *symbol)
{
	struct kx_err err = { "" };
	uint64_t addr, value;
	uint8_t bytes[5000];

	if (!kx_vmcoreinfo_symbol(kx_dump_vmcoreinfo(kx_reader_dump(reader)), symbol, &addr))
		return;
	PROMISE(kx_reader_uint(reader, addr, 8, &value, &err) == 0 || err.text[0]);
	err.text[0] = '\0';
	PROMISE(kx_reader_virt(reader, addr, bytes, sizeof(bytes), &err) == 0 || err.text[0]);
}

/** fuzz_runs() - runs ascend, and what reads as zeros does */
static inline void fuzz_runs(struct kx_reader *reader)
{
	struct kx_err err = { "" };
	uint64_t addr = 0;

	for (int i = 0; i < 200; i++) {
		struct kx_run run, middle;
		uint8_t byte = 1;
		int rc = kx_reader_next(reader, addr, &run, &err);

		PROMISE(rc <= 1 && (rc >= 0 || err.text[0]));
		if (rc <= 0)
			return;
		PROMISE(run.start >= addr && run.end > run.start);
		rc = kx_reader_phys(reader, run.start, &byte, 1, &err);
		if (run.kind == KX_RUN_ZERO)
			PROMISE(rc == 0 && byte == 0);
		else if (run.kind == KX_RUN_MISSING)
			PROMISE(rc < 0);
		/* The same from the middle. */
		addr = run.start + (run.end - run.start) / 2;
		PROMISE(kx_reader_next(reader, addr, &middle, &err) == 1);
		PROMISE(middle.start == addr && middle.kind == run.kind);
		addr = run.end;
	}
}

/** fuzz_dump() - open @data as a dump and read here and there */
static inline void fuzz_dump(const uint8_t *data, size_t size)
{
	static const uint64_t addr[] = { 0, 0x1000, 0x1f00, 0x2000000, 0xfffffffffffffe00 };
	struct kx_err err = { "" };
	struct kx_reader *reader;
	struct kx_dump *dump;
	char name[64];
	const char *path = name;
	int fd = fuzz_file(data, size, name);

	if (kx_dump_open(&dump, &path, 1, &err) == 0) {
		PROMISE(kx_dump_long_size(dump) == 4 || kx_dump_long_size(dump) == 8);
		PROMISE(kx_dump_format(dump)[0]);
		PROMISE(kx_reader_new(dump, &reader, &err) == 0);
		for (size_t i = 0; i < sizeof(addr) / sizeof(addr[0]); i++)
			fuzz_physical(reader, addr[i]);
		fuzz_runs(reader);
		fuzz_virtual(reader, "init_uts_ns");
		fuzz_virtual(reader, "prb");
		kx_reader_free(reader);
		kx_dump_close(dump);
	} else {
		PROMISE(err.text[0]);
	}
	close(fd);
}

#endif
