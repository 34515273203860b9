/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hardware that resets the machine when nobody tells it for a while that all is well. */
#ifndef KDUMP_CAPTURE_SYSTEM_WATCHDOG_H
#define KDUMP_CAPTURE_SYSTEM_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

enum { WATCHDOGS_MAX = 8 };

/**
 * struct watchdogs_signs - numbers by which a machine shows that it works; they mean nothing else
 * @done: requests that disks have done and their sectors, segments of TCP sent or received
 * @user: time that programs took, in ticks of times(2)
 */
struct watchdogs_signs {
	uint64_t done, user;
};

/**
 * struct watchdogs - those that there are
 * @fd: of @count, open until the machine goes down: closing one may stop it
 * @every: milliseconds from one word to the next
 * @grace: milliseconds without any movement that are no reason to be silent: what supervises has
 *	limits of its own, and goes on with something else where they are over
 * @fed: when the last word was; @moved: when something last moved
 * @signs: that the machine works, when they were looked at last
 */
struct watchdogs {
	int fd[WATCHDOGS_MAX];
	int count;
	uint64_t every, grace, fed, moved;
	struct watchdogs_signs signs;
};

/** watchdogs_open() - all of them that @dogs does not have yet; @now: as below */
void watchdogs_open(struct watchdogs *dogs, uint64_t now);

/**
 * watchdogs_look() - tell them that all is well, if it is time and something moves
 * @now: milliseconds; @moves: a worker says that it goes on
 *
 * What counts is that, and what watchdogs_moves() tells.
 */
void watchdogs_look(struct watchdogs *dogs, uint64_t now, bool moves);

/**
 * watchdogs_signs() - what there is to be seen of them
 * @root: "/", or a captured tree; @self: the process whose own time does not count
 */
struct watchdogs_signs watchdogs_signs(const char *root, long self);

/**
 * watchdogs_moves() - does the machine work, as far as @now says that is @ms later than @before?
 *
 * A request that hangs changes none of it. Time of programs counts if it is a fiftieth of a
 * processor's, at least.
 */
bool watchdogs_moves(const struct watchdogs_signs *before, const struct watchdogs_signs *now,
		     uint64_t ms);

#endif
