/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Block devices of targets: found and known by udev's data, and where there are none by reading. */
#ifndef KDUMP_SERVICE_MACHINE_DISK_H
#define KDUMP_SERVICE_MACHINE_DISK_H

#include "kx/capture.h"
#include "kx/devices.h"
#include "kx/error.h"

/**
 * disk_id() - kx_devices_id(), with what the device itself says of what udev did not
 *
 * Return: as kx_devices_id(). A device that cannot be read has no more than that.
 */
int disk_id(const char *root, const char *name, struct kx_devices_id *ret, struct kx_err *err);

/**
 * enum disk_holds - what is on it is known again, too: a file system; or what makes it a part of
 * something larger
 */
enum disk_holds { DISK_HOLDS_NOTHING, DISK_HOLDS_FS, DISK_HOLDS_PART };

/**
 * disk_lines() - all that a device is known by, as "device" lines of a plan
 *
 * Names as sda may be another's after a crash. Return: 0; -ENODEV there is nothing; -ENOMEM.
 */
int disk_lines(const char *disk, const struct kx_devices_id *id, enum disk_holds holds,
	       struct kx_capture_list *ret, struct kx_err *err);

/** disk_open() - for reading; Return: a descriptor, or negative errno */
int disk_open(const char *root, const char *name);

/**
 * disk_find() - kx_devices_find_disk(), also where nobody made links below /dev/disk
 *
 * Return: as kx_devices_find_disk(); -EEXIST two devices fit: one may be a copy of the other.
 */
int disk_find(const char *root, const char *where, char **ret, struct kx_err *err);

#endif
