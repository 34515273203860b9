/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tries a target as a crash kernel will, in a process with mounts of its own. */
#ifndef KDUMP_SERVICE_CHECK_APART_H
#define KDUMP_SERVICE_CHECK_APART_H

#include "kdump/service/check/checking.h"

/**
 * check_run - what is done there
 * @folder: the targets' secrets are in it, and there is room for a little more
 *
 * Return: 0; negative errno with @err.
 */
typedef int check_run(const struct checking *checking, const struct kx_capture_target *to,
		      const char *folder, struct kx_err *err);

/**
 * check_apart() - have @run called in a process whose mounts nobody else sees, and go with it
 * @ms: how long it may take
 *
 * Return: 0; negative errno with @err: what @run said; -ETIMEDOUT it took longer; -EIO it ended
 * without a word.
 */
int check_apart(const struct checking *checking, const struct kx_capture_target *to, check_run *run,
		unsigned int ms, struct kx_err *err);

/* For a byte. A server that is silent is found out sooner by the kernel, but not by every one. */
enum { CHECK_TRY_MS = 90000 };

/** check_here() - the same with the mounts that are here: @run gets no folder */
int check_here(const struct checking *checking, const struct kx_capture_target *to, check_run *run,
	       unsigned int ms, struct kx_err *err);

/** check_late() - what check_apart() says when it took longer than @ms; -ETIMEDOUT with @err */
int check_late(const struct kx_capture_target *to, unsigned int ms, struct kx_err *err);

/** check_secret() - the file of that name of the image's; NULL: it has none, or @name is NULL */
const struct image_secret *check_secret(const struct checking *checking, const char *name);

#endif
