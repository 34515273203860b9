/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMCOREINFO: what a kernel tells dump tools about itself, as lines KEY=value. */
#ifndef KX_VMCOREINFO_H
#define KX_VMCOREINFO_H

#include <stdbool.h>
#include <stdint.h>

#include "kx/span.h"

/**
 * struct kx_vmcoreinfo - the note's text; zero-initialised is empty
 * @text: borrowed
 *
 * Number syntax (Linux, Documentation/admin-guide/kdump/vmcoreinfo.rst): SYMBOL hexadecimal;
 * OFFSET, SIZE, LENGTH decimal; NUMBER signed decimal or 0x hexadecimal.
 */
struct kx_vmcoreinfo {
	struct kx_span text;
};

/** kx_vmcoreinfo_line() - the value of the last line "@key=…"; false: no such line */
bool kx_vmcoreinfo_line(const struct kx_vmcoreinfo *info, const char *key, struct kx_span *ret);

/** kx_vmcoreinfo_symbol() - SYMBOL(@name), a virtual address */
bool kx_vmcoreinfo_symbol(const struct kx_vmcoreinfo *info, const char *name, uint64_t *ret);

/** kx_vmcoreinfo_page_size() - PAGESIZE; false unless it is a power of 2, 1 KiB to 256 KiB */
bool kx_vmcoreinfo_page_size(const struct kx_vmcoreinfo *info, uint64_t *ret);

/** kx_vmcoreinfo_size() - SIZE(@name) in bytes; false also for more than 2^20, as no struct is */
bool kx_vmcoreinfo_size(const struct kx_vmcoreinfo *info, const char *name, uint64_t *ret);

/** kx_vmcoreinfo_offset() - OFFSET(@name) in bytes; false also for more than 2^20 */
bool kx_vmcoreinfo_offset(const struct kx_vmcoreinfo *info, const char *name, uint64_t *ret);

/** kx_vmcoreinfo_length() - LENGTH(@name), elements of an array; false also for more than 2^32 */
bool kx_vmcoreinfo_length(const struct kx_vmcoreinfo *info, const char *name, uint64_t *ret);

/** kx_vmcoreinfo_number() - NUMBER(@name); negative numbers as two's complement */
bool kx_vmcoreinfo_number(const struct kx_vmcoreinfo *info, const char *name, uint64_t *ret);

/** kx_vmcoreinfo_hex() - a bare hexadecimal line such as KERNELOFFSET= (no 0x) */
bool kx_vmcoreinfo_hex(const struct kx_vmcoreinfo *info, const char *key, uint64_t *ret);

/* What each text begins with, in every kernel that has one (since v2.6.24). */
#define KX_VMCOREINFO_START "OSRELEASE="

/* The longest text that is looked for. Kernels write less than 8 KiB. */
enum { KX_VMCOREINFO_MAX = 64 << 10 };

/**
 * kx_vmcoreinfo_prove() - is what @bytes start with VMCOREINFO's text?
 *
 * It is when OSRELEASE comes first and has a value, when all further lines are KEY=value, and when
 * among them are PAGESIZE, which is a page size, SYMBOL(init_uts_ns), and a symbol of the log. The
 * format strings that a kernel makes it from are not, and neither is a copy that was cut before the
 * log is named.
 *
 * Return: the length of the text with its last newline; 0: it is not.
 */
size_t kx_vmcoreinfo_prove(struct kx_span bytes);

/** kx_vmcoreinfo_names_log() - does it say where a log is: SYMBOL prb, log_first_idx or log_buf? */
bool kx_vmcoreinfo_names_log(const struct kx_vmcoreinfo *info);

#endif
