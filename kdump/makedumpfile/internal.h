/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that serve makedumpfile's command line share. */
#ifndef KDUMP_MAKEDUMPFILE_INTERNAL_H
#define KDUMP_MAKEDUMPFILE_INTERNAL_H

#include "kdump/makedumpfile/options.h"
#include "kx/dump.h"
#include "kx/error.h"

/* makedumpfile(8)'s exit statuses. */
enum { MDF_DONE = 0, MDF_FAILED = 1, MDF_WRONG_RELEASE = 2 };

/**
 * mdf_create() - a new file of that name, 0600, for reading and writing
 * @force: one that is there is emptied
 *
 * Return: a descriptor; -EEXIST; negative errno.
 */
int mdf_create(const char *path, bool force, struct kx_err *err);

/**
 * mdf_check_release() - are -x and -i of the kernel that @dump is of?
 *
 * The text of -i becomes the dump's when it has none.
 *
 * Return: 0, also when that cannot be told; 1 they are of another release; negative errno.
 */
int mdf_check_release(const struct mdf_options *options, struct kx_dump *dump, struct kx_err *err);

/* Modes: each returns 0; 1 for another kernel's release; negative errno with @err. */

/** mdf_save() - write a filtered dump, whole or in parts */
int mdf_save(const struct mdf_options *options, struct kx_dump *dump, struct kx_err *err);

/** mdf_dmesg() - write the log */
int mdf_dmesg(const struct mdf_options *options, struct kx_dump *dump, struct kx_err *err);

/** mdf_mem_usage() - print what pages are used for, also of a running kernel */
int mdf_mem_usage(struct kx_dump *dump, struct kx_err *err);

/** mdf_rearrange() - write the dump that standard input is in flattened form */
int mdf_rearrange(const struct mdf_options *options, struct kx_err *err);

#endif
