/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's log out of a dump, one record at a time, for every format that kernels had. */
#ifndef KX_PRINTK_H
#define KX_PRINTK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/reader.h"
#include "kx/span.h"

enum kx_printk_flags {			/* of struct kx_printk_record */
	KX_PRINTK_CONT = 1 << 0,	/* fragment of an unfinished line (LOG_CONT) */
	KX_PRINTK_NEWLINE = 1 << 1,
	KX_PRINTK_NO_LEVEL = 1 << 2,	/* byte ring line without <N> */
	KX_PRINTK_NO_TIME = 1 << 3,
	KX_PRINTK_LOST = 1 << 4,	/* the text was lost, only the record's place is known */
	KX_PRINTK_UNCOMMITTED = 1 << 5,	/* the writer had not finished (recover mode only) */
	/* Fields contradict each other. Recover mode only, except for a text cut to its block. */
	KX_PRINTK_DAMAGED = 1 << 6,
	KX_PRINTK_CLEARED = 1 << 7,	/* older than the last dmesg -c */
};

/**
 * struct kx_printk_record - one message; texts are borrowed until the next record
 * @seq: sequence number; counted by us in formats that have none
 * @ts_nsec: local_clock() of the dumped kernel
 * @caller_id: bit 31 set: CPU number, else thread id; valid when @has_caller
 * @text: without prefix, may hold newlines
 * @subsystem, @device: empty when there is none
 * @comm, @caller_id2: execution context (v7.0 and later); valid when @has_context
 * @raw_flags: LOG_* bits as in the dump: newline 2, prefix 4, continuation 8
 */
struct kx_printk_record {
	uint64_t seq;
	uint64_t ts_nsec;
	uint32_t caller_id, caller_id2;
	bool has_caller, has_context;
	uint8_t facility, level;
	uint8_t raw_flags;
	uint32_t flags;
	struct kx_span text, subsystem, device, comm;
};

/** struct kx_printk_stats - what --info tells; sizes in bytes */
struct kx_printk_stats {
	const char *format;		/* "lockless ring", "records", "byte ring" */
	uint64_t descriptors, text_size;
	uint64_t records, lost, damaged, uncommitted;
	uint64_t failed;		/* messages for which the kernel had no room at all */
	uint64_t first_seq, last_seq;
	uint64_t clear_seq;		/* records from here on came after the last dmesg -c */
	bool has_clear_seq;
};

/**
 * kx_printk_each() - call @each for every record, oldest first
 * @recover: also deliver damaged and uncommitted records, marked
 * @ret_stats: filled in as far as known, also on failure
 *
 * Each byte of the ring is handed out once: records whose texts overlap are damaged. With @recover
 * as many bytes again may come of blocks that belong to others. The walk ends, partial, when it has
 * taken far more work than the dump's bytes are worth (kx_reader_work(), kx_dump_stored()): numbers
 * in a dump, segments and page tables can promise any amount of ring.
 *
 * Return: 0 complete; 1 partial: something was unreadable, damaged or missing, and @err says what;
 * a negative errno: no log at all; what @each returned when that is not 0.
 */
int kx_printk_each(struct kx_reader *reader, bool recover,
		   int (*each)(const struct kx_printk_record *record, void *data), void *data,
		   struct kx_printk_stats *ret_stats, struct kx_err *err);

/**
 * kx_printk_locate() - see to it that the dump's VMCOREINFO names a log
 *
 * Where it does already, nothing happens. Else the text is looked for in the dumped memory, as by
 * kx_dump_search() and under its conditions: all of the dump is read.
 *
 * Return: 0; -ENODATA there is none; as kx_dump_search().
 */
int kx_printk_locate(struct kx_dump *dump, struct kx_err *err);

#endif
