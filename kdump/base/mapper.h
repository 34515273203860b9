/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices of device-mapper, by the kernel's calls (UAPI linux/dm-ioctl.h): no library, no udev. */
#ifndef KDUMP_BASE_MAPPER_H
#define KDUMP_BASE_MAPPER_H

#include <linux/dm-ioctl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/types.h>

#include "kx/error.h"

/**
 * struct mapper - device-mapper's control device
 * @fd: of /dev/mapper/control
 * @ask: ioctl(2); tests have another one. 0 or negative errno.
 */
struct mapper {
	int fd;
	int (*ask)(const struct mapper *mapper, unsigned long request, struct dm_ioctl *io);
};

/**
 * mapper_open() - below @root; for mapper_close()
 *
 * Return: 0; -EACCES, -EPERM only root may; negative errno: there is no device-mapper.
 */
int mapper_open(struct mapper *ret, const char *root, struct kx_err *err);

/** mapper_close() - one that was not opened has -1 for @fd */
void mapper_close(struct mapper *mapper);

/**
 * mapper_table() - what the device @number does
 * @ret: lines "START LENGTH TYPE PARAMETERS", in sectors of 512 bytes, for the caller to free
 *
 * Return: 0; -ENODATA it does nothing yet; -EROFS nothing can be written to it; -EBUSY it is
 * suspended; -ENOMEM; -EPROTO the answer is none; negative errno of asking.
 */
int mapper_table(const struct mapper *mapper, dev_t number, char **ret, struct kx_err *err);

/** mapper_status() - how it is, in lines "START LENGTH TYPE STATUS"; else as mapper_table() */
int mapper_status(const struct mapper *mapper, dev_t number, char **ret, struct kx_err *err);

/**
 * mapper_message() - tell the device that has @uuid something that its type understands
 *
 * Return: 0 or negative errno.
 */
int mapper_message(const struct mapper *mapper, const char *uuid, const char *message);

/**
 * mapper_find() - the device that has @uuid
 * @active: it has a table, and is not suspended
 *
 * Return: 0; -ENXIO there is none; negative errno.
 */
int mapper_find(const struct mapper *mapper, const char *uuid, dev_t *ret, bool *active,
		struct kx_err *err);

/**
 * mapper_make() - a new device that does what @table says, in lines as above
 * @uuid: no other device has it
 *
 * Where that fails no device is left. Return: 0; -EINVAL the table is none; -ENAMETOOLONG;
 * -ENOMEM; negative errno of what the kernel refused.
 */
int mapper_make(const struct mapper *mapper, const char *name, const char *uuid, const char *table,
		dev_t *ret, struct kx_err *err);

/** mapper_remove() - the device that has @uuid. Return: 0 or negative errno. */
int mapper_remove(const struct mapper *mapper, const char *uuid);

#endif
