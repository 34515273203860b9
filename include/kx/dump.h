/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dump of a machine's memory, whatever its container: one bounded way to read physical memory,
 * one to read virtual memory, and VMCOREINFO. Nothing in a dump is trusted.
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
 * program headers or flattened records, not on the dump's size. What is no file or block device, as
 * a pipe, is kept in a nameless file in /var/tmp, /tmp or memory, as far as it is read; a flattened
 * one wholly.
 *
 * Return: 0 with *@ret for kx_dump_close(); -ENOEXEC not a dump; -EINVAL malformed; -ENOTSUP a
 * format or codec this build lacks; -ENOMEM; errno of open or read. @err names file and reason.
 */
int kx_dump_open(struct kx_dump **ret, const char *const *path, size_t count, struct kx_err *err);

/** kx_dump_close() - free everything; NULL is fine */
void kx_dump_close(struct kx_dump *dump);

/** kx_dump_vmcoreinfo() - the dump's VMCOREINFO; empty when it has none. Owned by @dump. */
const struct kx_vmcoreinfo *kx_dump_vmcoreinfo(const struct kx_dump *dump);

/** kx_dump_machine() - ELF machine number (EM_*) of the dumped machine */
uint16_t kx_dump_machine(const struct kx_dump *dump);

/** kx_dump_big_endian() - byte order of the dumped machine */
bool kx_dump_big_endian(const struct kx_dump *dump);

/** kx_dump_long_size() - 4 or 8: width of the dumped kernel's long and pointers */
unsigned int kx_dump_long_size(const struct kx_dump *dump);

/** kx_dump_format() - the container's name for people: "ELF", "kdump-compressed (zstd)", … */
const char *kx_dump_format(const struct kx_dump *dump);

/** kx_dump_cpus() - NT_PRSTATUS notes that have content: CPUs that saved their registers */
size_t kx_dump_cpus(const struct kx_dump *dump);

/** kx_dump_incomplete() - does the container say, or show, that its writer did not finish? */
bool kx_dump_incomplete(const struct kx_dump *dump);

/**
 * kx_dump_read_phys() - copy @len bytes of physical memory at @addr to @to
 *
 * What an ELF segment has in memory beyond its bytes in the file reads as zeros, since
 * makedumpfile -E leaves out excluded pages in this way.
 *
 * Return: 0 all read; -EFAULT some byte is not in the dump (@err names the address), -EIO, -EINVAL
 * (compressed page is damaged), -ENOTSUP (page of a codec that this build lacks), -ENOMEM. @to is
 * undefined after a failure.
 */
int kx_dump_read_phys(struct kx_dump *dump, uint64_t addr, void *to, size_t len,
		      struct kx_err *err);

/**
 * kx_dump_read_virt() - copy @len bytes of the dumped kernel's virtual memory at @addr
 *
 * Ways: the ELF segment whose p_vaddr covers it, the page tables, the architecture's formula. Each
 * was tried on the kernel's release when the dump was opened: for the image those that read
 * OSRELEASE there come first and those that read something else are not used; for other addresses
 * page tables that proved right come before p_vaddr, which nothing can check there. A range may
 * cross pages that are not physically adjacent. Tags and pointer authentication codes are ignored.
 *
 * Return: as kx_dump_read_phys().
 */
int kx_dump_read_virt(struct kx_dump *dump, uint64_t addr, void *to, size_t len,
		      struct kx_err *err);

/**
 * kx_dump_read_uint() - a number of @width bytes (1, 2, 4, 8) at virtual address @addr in the
 * dump's byte order
 */
int kx_dump_read_uint(struct kx_dump *dump, uint64_t addr, unsigned int width, uint64_t *ret,
		      struct kx_err *err);

#endif
