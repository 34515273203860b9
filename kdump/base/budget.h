/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much memory a program may take here, and what that is enough for. */
#ifndef KDUMP_BASE_BUDGET_H
#define KDUMP_BASE_BUDGET_H

#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"

/**
 * struct budget - what a save may take
 * @jobs: threads
 * @list_limit: bytes for the list of kept pages; @share_limit: to know pages that are written
 */
struct budget {
	unsigned int jobs;
	size_t list_limit, share_limit;
};

/*
 * Of a save with one thread, and the smallest of both limits; a figure that tests/kdump/faults.sh
 * holds.
 */
enum { BUDGET_LEAST = 8 << 20 };

/**
 * budget_free() - bytes that can be had: what the machine calls available, and no more than memory
 *	cgroups, version 1 or 2, leave of their limits, with what they keep of files
 * @root: "/", or a tree that is looked at in its place
 *
 * Return: UINT64_MAX when nothing is told.
 */
uint64_t budget_free(const char *root);

/**
 * budget_split() - what @memory bytes are enough for
 * @memory: 0: half of what budget_free() says, and at least BUDGET_LEAST, which is tried anyhow
 * @jobs: threads that are wanted, the most that there will be
 *
 * Return: 0; -EINVAL less than BUDGET_LEAST: @err says that.
 */
int budget_split(uint64_t memory, unsigned int jobs, struct budget *ret, struct kx_err *err);

#endif
