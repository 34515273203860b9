/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A dump on a block device that holds nothing else, with its log and its manifest. */
#ifndef KDUMP_SAVE_DEVICE_H
#define KDUMP_SAVE_DEVICE_H

#include <stdbool.h>

#include "kdump/dump/log.h"
#include "kdump/dump/options.h"
#include "kx/device.h"
#include "kx/error.h"
#include "kx/reader.h"

/**
 * struct device - one
 * @fd: nobody else has it
 * @writer: NULL until device_begin()
 * @whole: the dump is
 */
struct device {
	int fd;
	struct kx_device_fd io;
	struct kx_device_writer *writer;
	bool whole;
};

/** device_is_one() - is there a block device at @path? */
bool device_is_one(const char *path);

/**
 * device_open() - have it for ourselves, if it may be written over
 * @force: what is on it does not matter
 *
 * Return: 0, also on failure for device_done(); -EBUSY it is mounted, swap, or held by another, or,
 * without @force, holds something; -ENOTSUP nobody can tell whether it does; negative errno.
 */
int device_open(struct device *device, const char *path, bool force, struct kx_err *err);

/**
 * device_begin() - write the log of @reader's dump there, as @options say
 *
 * Return: 0; 1 the log could not be read, or not wholly: @err says why; -ENOSPC it is too small for
 * the log and the head of the dump, and was not touched; negative errno.
 */
int device_begin(struct device *device, const struct save_options *options,
		 struct kx_reader *reader, struct log_facts *facts, struct kx_err *err);

/** device_write_manifest() - what is in @fd, in the place of the one before; 0 or negative errno */
int device_write_manifest(struct device *device, int fd, struct kx_err *err);

/**
 * device_add_trace() - after the manifest, for which room was kept: the crash kernel's log
 * @write: writes all of it to @fd; 0 or negative errno
 *
 * Return: 0; -ENOSPC it has no room any more; negative errno.
 */
int device_add_trace(struct device *device, int (*write)(void *data, int fd), void *data);

/** device_end() - nothing more comes; 0 or negative errno */
int device_end(struct device *device, struct kx_err *err);

/** device_done() - close it */
void device_done(struct device *device);

#endif
