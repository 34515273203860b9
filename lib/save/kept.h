/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which pages are kept, and which of them are worth most: ascending runs in some bytes each, within
 * a bound that is set.
 */
#ifndef LIB_SAVE_KEPT_H
#define LIB_SAVE_KEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"

/**
 * struct kept - runs of page numbers
 * @limit: bytes that they may take
 * @marked: it is noted which runs are valuable; otherwise all are the same
 * @bytes: for each run what lies between the one before and it, and its length, mark and bar, 7
 *	bits a byte
 * @first, @end, @valuable, @barred: the run that may still grow; empty when the numbers are equal
 * @bar: the next run is barred
 * @written_end: where the runs in @bytes end
 * @pages: in all runs
 * @blur: shorter runs of less value are marked as what they touch is; grows first where the bound
 *	is reached
 * @gap: runs with fewer pages between them are joined; grows when marks are gone
 * @joined: pages that are kept for that reason alone
 */
struct kept {
	size_t limit;
	bool marked;
	uint8_t *bytes;
	size_t len, room;
	uint64_t first, end, written_end;
	bool valuable, barred, bar;
	uint64_t pages, blur, gap, joined;
};

/**
 * kept_init() - no runs yet
 * @blur: see struct kept; 0: each page has its own mark. Ignored when not @marked.
 */
void kept_init(struct kept *kept, size_t limit, bool marked, uint64_t blur);

/** kept_done() - free it */
void kept_done(struct kept *kept);

/**
 * kept_add() - pages [@first, @end); not below what was added before
 * @valuable: they are worth more than others
 *
 * Where the bound is reached marks become coarser, so that more is called valuable, and then runs
 * that are near each other are joined, so that more is kept: no memory map makes it take more than
 * @limit bytes, and no page is lost, nor any mark.
 *
 * Return: 0; -ENOMEM, also when there are more bars than the bound has room for.
 */
int kept_add(struct kept *kept, uint64_t first, uint64_t end, bool valuable, struct kx_err *err);

/**
 * kept_bar() - what lies between the pages that were added and those that will be is never kept
 *
 * However near they are: reading it may end the machine.
 */
void kept_bar(struct kept *kept);

/** kept_close() - nothing is added any more */
int kept_close(struct kept *kept, struct kx_err *err);

/** struct kept_at - a place in the runs; zero-initialised is before the first */
struct kept_at {
	size_t off;
	uint64_t first, end;
	bool valuable, barred;
};

/** kept_next() - move @at to the next run; false: there is none. Of closed ones only. */
bool kept_next(const struct kept *kept, struct kept_at *at);

#endif
