/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Volumes and arrays that targets are on, made by the kernel's calls from what the plan says: there
 * is neither LVM nor mdadm, and nothing of LVM's metadata is read.
 */
#ifndef KDUMP_CAPTURE_TARGET_VOLUMES_H
#define KDUMP_CAPTURE_TARGET_VOLUMES_H

#include <sys/types.h>

#include "kx/capture.h"
#include "kx/error.h"

struct capture_target;

/**
 * volumes_make() - all that the target's "volume" lines name, in their order
 *
 * One that is there is left as it is: an earlier worker may have made it. It waits for the disks
 * below: whoever supervises does not, but tells what was waited for.
 *
 * Return: 0; -EINVAL the plan says something that cannot be; negative errno of what failed, with
 * its volume's name in @err.
 */
int volumes_make(struct capture_target *target, struct kx_err *err);

/**
 * volumes_number - which device the plan's disk @name is: 0 and @ret, or negative errno
 *
 * A @ret of 0 is none: the table has "-" there, as those of "raid" may.
 */
typedef int volumes_number(const char *name, void *data, dev_t *ret, struct kx_err *err);

/**
 * volumes_table() - a volume's segments with numbers in place of "@NAME", as mapper_make() takes them
 * @ret: for the caller to free
 *
 * Return: 0; -EINVAL it has none; -ENOMEM; what @number returned.
 */
int volumes_table(const struct kx_capture_volume *volume, volumes_number *number, void *data,
		  char **ret, struct kx_err *err);

/**
 * volumes_unchanged() - does LVM's metadata on the volume's disks say what the plan's mark says?
 * @disk: a descriptor of the disk number @i, which is closed then, or negative errno other than
 *	-ENOENT; there are @count
 *
 * Return: 0 it does, or the plan has no mark; -ESTALE it does not, or no disk has any.
 */
int volumes_unchanged(const struct kx_capture_volume *volume, int (*disk)(size_t i, void *data),
		      void *data, size_t count, struct kx_err *err);

#endif
