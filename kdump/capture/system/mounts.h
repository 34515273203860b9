/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is mounted in a crash kernel, and folders for it. */
#ifndef KDUMP_CAPTURE_SYSTEM_MOUNTS_H
#define KDUMP_CAPTURE_SYSTEM_MOUNTS_H

#include <sys/types.h>

#include "kx/error.h"

/* Below it are the targets' mounts. */
#define MOUNTS_FOLDER "/run/kdump"

/** mounts_folder() - make a folder, and those that it is in; 0 also when it is there */
int mounts_folder(const char *path, mode_t mode, struct kx_err *err);

/** mounts_begin() - proc, sysfs and devtmpfs, and descriptors 0 to 2 on the console */
void mounts_begin(void);

/**
 * mounts_flags() - take options of mount(8) apart: what are flags for mount(2), and the rest
 * @options: separated by commas; NULL: none
 * @ret_rest: with @room bytes
 *
 * "ro" is not taken: what is mounted here is to be written to.
 *
 * Return: 0 and @ret_flags; -ENAMETOOLONG @room is too small.
 */
int mounts_flags(const char *options, unsigned long *ret_flags, char *ret_rest, size_t room,
		 struct kx_err *err);

/**
 * mounts_end() - take all targets' mounts away, the last one first, with all that is to be written
 *
 * It may hang. Return: 0; negative errno of the first that could not be.
 */
int mounts_end(void);

#endif
