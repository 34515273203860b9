/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dump of a machine's memory, whatever its format, and what it says of itself. Nothing in it is
 * trusted. kx/reader.h reads the memory.
 */
#ifndef KX_DUMP_H
#define KX_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/vmcoreinfo.h"

struct kx_dump;

/**
 * kx_dump_open() - open a dump by content
 * @path: one path, or several for a split set of kdump-compressed files; "-" is standard input
 *
 * ELF (32 and 64 bit, both byte orders; /proc/vmcore, /proc/kcore, QEMU, makedumpfile -E),
 * kdump-compressed (zlib, LZO, snappy, zstd; split sets; incomplete ones), flattened.
 *
 * Opening reads headers, notes and the kernel's release: time and memory depend on the number of
 * program headers or flattened records, not on the dump's size. What is not a file or block device,
 * as a pipe, is kept in a nameless file in /var/tmp, /tmp or memory, as far as it is read; a
 * flattened one wholly.
 *
 * An open dump does not change: any number of threads may ask it and read it, each with a reader of
 * its own.
 *
 * Return: 0 with *@ret for kx_dump_close(); -ENOEXEC not a dump; -EINVAL malformed; -ENOTSUP a
 * format or codec this build lacks; -ENOMEM; errno of open or read. @err names file and reason.
 */
int kx_dump_open(struct kx_dump **ret, const char *const *path, size_t count, struct kx_err *err);

/** kx_dump_close() - free everything, after its readers are gone; NULL is fine */
void kx_dump_close(struct kx_dump *dump);

/** kx_dump_vmcoreinfo() - the dump's VMCOREINFO; empty when it has none. Owned by @dump. */
const struct kx_vmcoreinfo *kx_dump_vmcoreinfo(const struct kx_dump *dump);

/** kx_dump_machine() - ELF machine number (EM_*) of the dumped machine */
uint16_t kx_dump_machine(const struct kx_dump *dump);

/** kx_dump_big_endian() - byte order of the dumped machine */
bool kx_dump_big_endian(const struct kx_dump *dump);

/** kx_dump_long_size() - 4 or 8: width of the dumped kernel's long and pointers */
unsigned int kx_dump_long_size(const struct kx_dump *dump);

/** kx_dump_format() - the format's name for people: "ELF", "kdump-compressed (zstd)", … */
const char *kx_dump_format(const struct kx_dump *dump);

/** kx_dump_cpus() - NT_PRSTATUS notes that have content: CPUs that saved their registers */
size_t kx_dump_cpus(const struct kx_dump *dump);

/**
 * kx_dump_incomplete() - did opening show that the dump's writer did not finish?
 *
 * kx_reader_incomplete() also knows what only reading shows.
 */
bool kx_dump_incomplete(const struct kx_dump *dump);

#endif
