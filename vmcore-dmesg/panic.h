/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds where in a log the kernel said that it was in trouble. */
#ifndef VMCORE_DMESG_PANIC_H
#define VMCORE_DMESG_PANIC_H

#include "kx/printk.h"

/**
 * struct panic_block - one story of trouble, from its first record to its last
 * @first, @last: sequence numbers
 * @panic: the kernel gave up in it
 * @cause: its first line; @panic_reason: what followed "Kernel panic - not syncing:"
 * @where: the function that was running; @cpu, @pid, @comm: who was
 */
struct panic_block {
	uint64_t first, last;
	bool panic;
	char cause[160], panic_reason[160], where[96];
	char cpu[12], pid[12], comm[24];
};

/** struct panic_scan - zero-initialised; @block is owned */
struct panic_scan {
	struct panic_block *block;
	size_t count, room;
	bool open, ended;
	uint64_t last_ns;
};

/** panic_look() - look at the next record; Return: 0 or -ENOMEM */
int panic_look(struct panic_scan *scan, const struct kx_printk_record *record);

/** panic_last() - keep the last block with a panic, else the last, and drop the others */
void panic_last(struct panic_scan *scan);

/** panic_summary() - one line about @block into @to; @release may be empty */
void panic_summary(const struct panic_block *block, struct kx_span release, char *to, size_t size);

/** panic_done() - free the blocks */
void panic_done(struct panic_scan *scan);

#endif
