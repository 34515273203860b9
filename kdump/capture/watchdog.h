/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hardware that resets the machine when nobody tells it for a while that all is well. */
#ifndef KDUMP_CAPTURE_WATCHDOG_H
#define KDUMP_CAPTURE_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

enum { WATCHDOGS_MAX = 8 };

/**
 * struct watchdogs - those that there are
 * @fd: of @count, open until the machine goes down: closing one may stop it
 * @every: milliseconds from one word to the next
 * @grace: milliseconds without any movement that are no reason to be silent: what supervises has
 *	limits of its own, and goes on with something else where they are over
 * @fed: when the last word was; @moved: when something last moved
 * @sum: of all that shows that the machine works, when that was looked at last
 */
struct watchdogs {
	int fd[WATCHDOGS_MAX];
	int count;
	uint64_t every, grace, fed, moved, sum;
};

/** watchdogs_open() - all of them that @dogs does not have yet; @now: as below */
void watchdogs_open(struct watchdogs *dogs, uint64_t now);

/**
 * watchdogs_look() - tell them that all is well, if it is time and something moves
 * @now: milliseconds; @moves: a worker says that it goes on
 *
 * What counts is that, and sectors read or written, bytes sent or received, and processor time that
 * programs took.
 */
void watchdogs_look(struct watchdogs *dogs, uint64_t now, bool moves);

#endif
