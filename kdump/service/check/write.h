/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small dump of a made-up machine, for targets; see checking.h. */
#ifndef KDUMP_SERVICE_CHECK_WRITE_H
#define KDUMP_SERVICE_CHECK_WRITE_H

#include "kdump/service/check/checking.h"
#include "kx/error.h"

/**
 * check_write() - save a small dump to @folder, a path on this machine, read it, remove it
 *
 * Whatever comes of it becomes a finding of the check "dump".
 */
void check_write(const struct checking *checking, const char *target, const char *folder);

/** check_write_dump() - the dump itself, 16 MiB in memory; a descriptor or negative errno */
int check_write_dump(struct kx_err *err);

/**
 * check_write_verb() - run a verb of this program, which is what captures
 * @argv: "kdump", the verb, its arguments, NULL
 *
 * Return: 0; -EIO with what it said; negative errno of running it.
 */
int check_write_verb(char *const *argv, struct kx_err *err);

/** check_write_verify() - read the dump in @folder; 0, or -EIO with what kdump verify says */
int check_write_verify(const char *folder, struct kx_err *err);

/** check_write_remove() - @folder and the files in it, but no folders; 0 or negative errno */
int check_write_remove(const char *folder);

#endif
