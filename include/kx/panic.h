/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds where in a log the kernel said that it was in trouble. */
#ifndef KX_PANIC_H
#define KX_PANIC_H

#include "kx/printk.h"

/**
 * struct kx_panic_block - one story of trouble, from its first record to its last
 * @first, @last: sequence numbers
 * @panic: the kernel gave up in it
 * @cause: its first line; @panic_reason: what followed "Kernel panic - not syncing:"
 * @where: the function that was running; @cpu, @pid, @comm: who was
 */
struct kx_panic_block {
	uint64_t first, last;
	bool panic;
	char cause[160], panic_reason[160], where[96];
	char cpu[12], pid[12], comm[24];
};

/** struct kx_panic_scan - zero-initialised; @block is owned */
struct kx_panic_scan {
	struct kx_panic_block *block;
	size_t count, room;
	bool open, ended;
	uint64_t last_ns;
};

/** kx_panic_look() - look at the next record; Return: 0 or -ENOMEM */
int kx_panic_look(struct kx_panic_scan *scan, const struct kx_printk_record *record);

/**
 * kx_panic_trim() - drop blocks that kx_panic_last() will drop, whatever follows
 *
 * At most two are left.
 */
void kx_panic_trim(struct kx_panic_scan *scan);

/** kx_panic_last() - keep the last block with a panic, else the last, and drop the others */
void kx_panic_last(struct kx_panic_scan *scan);

/** kx_panic_summary() - one line about @block into @to; @release may be empty */
void kx_panic_summary(const struct kx_panic_block *block, struct kx_span release, char *to,
		      size_t size);

/** kx_panic_done() - free the blocks */
void kx_panic_done(struct kx_panic_scan *scan);

#endif
