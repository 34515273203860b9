/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arrays of Linux's RAID. */
#ifndef KDUMP_CAPTURE_TARGET_VOLUMES_MD_H
#define KDUMP_CAPTURE_TARGET_VOLUMES_MD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "kx/capture.h"
#include "kx/error.h"

struct capture_target;

/**
 * volumes_run() - of kind MD: an array with those of its members that are there
 *
 * Where not all of them have to be there it waits ten seconds for the others.
 */
int volumes_run(struct capture_target *target, const struct kx_capture_volume *volume,
		struct kx_err *err);

/**
 * struct md_calls - the calls of UAPI linux/raid/md_u.h for one array
 * @fd: of its device
 * @ask: ioctl(2); tests have another one. 0 or negative errno.
 */
struct md_calls {
	int fd;
	int (*ask)(const struct md_calls *md, unsigned long request, void *data);
};

/**
 * md_start() - tell the kernel of the members that were found, and begin
 * @dev: @count of them
 * @runs, @whole: with how many members it runs, and how many it has when nothing is missing: the
 *	kernel leaves out those whose superblocks say that others know more
 *
 * An array that need not have all of its members begins without those that the kernel does not
 * take. Where that fails nothing is left of it. Return: 0; -EINVAL the plan says no version of
 * superblocks; the negative errno of what the kernel refused.
 */
int md_start(const struct md_calls *md, const struct kx_capture_volume *volume, const dev_t *dev,
	     size_t count, unsigned int *runs, unsigned int *whole, struct kx_err *err);

/**
 * md_is_running() - can it be used as it is?
 *
 * One that has members but does not run is stopped: an earlier worker was killed over it.
 */
bool md_is_running(const struct md_calls *md);

#endif
