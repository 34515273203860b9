/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small dump on a bare device: for dump.c, in its process. */
#ifndef KDUMP_SERVICE_CHECK_RAW_H
#define KDUMP_SERVICE_CHECK_RAW_H

#include <stdbool.h>

#include "kdump/capture/target/target.h"
#include "kx/error.h"

/**
 * check_raw_begin() - find the device, and see that nothing on it would be lost
 * @target: of a raw one, as the worker would have it
 * @device: its path
 *
 * Return: 0; -EBUSY with @err: it is in use, or holds a dump that was not recovered or anything of
 * another kind; negative errno.
 */
int check_raw_begin(struct capture_target *target, char device[512], struct kx_err *err);

/**
 * check_raw_end() - recover the dump that was written, which marks it as done with, and read it
 * @folder: for its files, which go with the process's mounts
 * @plain: it is not encrypted
 *
 * Return: 0; negative errno with @err.
 */
int check_raw_end(const char *device, const char *folder, bool plain, struct kx_err *err);

#endif
