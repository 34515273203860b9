/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Disks that volumes and arrays are made of. */
#ifndef KDUMP_CAPTURE_TARGET_VOLUMES_DISK_H
#define KDUMP_CAPTURE_TARGET_VOLUMES_DISK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "kx/error.h"

struct capture_target;

/** volumes_disk() - wait for the plan's disk @name, as capture_find_disk() */
int volumes_disk(struct capture_target *target, const char *name, uint64_t patience, dev_t *ret,
		 struct kx_err *err);

/** volumes_disk_path() - "/dev/NAME" of a device of that number; false: sysfs has none */
bool volumes_disk_path(dev_t dev, char ret[80]);

#endif
