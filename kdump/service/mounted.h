/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a block device is mounted in the running system. */
#ifndef KDUMP_SERVICE_MOUNTED_H
#define KDUMP_SERVICE_MOUNTED_H

#include <stddef.h>

#include "kx/error.h"

/**
 * mounted_at() - a folder that shows all of the file system on a device
 * @disk: its name as in /sys/class/block
 *
 * By /proc/self/mountinfo (proc_pid_mountinfo(5)) below @root. Of a btrfs that is the subvolume
 * that is mounted first.
 *
 * Return: 0; -ENOENT it is not mounted, or only a folder of it; -ENAMETOOLONG @ret is too small;
 * -ENOMEM; errno of reading mountinfo.
 */
int mounted_at(const char *root, const char *disk, char *ret, size_t size, struct kx_err *err);

#endif
