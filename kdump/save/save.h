/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump save: a dump, again, in less room. */
#ifndef KDUMP_SAVE_SAVE_H
#define KDUMP_SAVE_SAVE_H

#include "kdump/dump/options.h"
#include "kdump/dump/progress.h"
#include "kx/save.h"

/* Exit statuses, as documented in kdump(8). */
enum { STATUS_DONE = 0, STATUS_FAILED = 1, STATUS_USAGE = 2, STATUS_INCOMPLETE = 3 };

/** save_as_options_say() - for kx_save(); @progress is told */
struct kx_save_options save_as_options_say(const struct save_options *options,
					   struct progress *progress);

/** save_tell_doubts() - say what could not be left out, and why what was left out may be wrong */
void save_tell_doubts(const struct kx_save_result *result);

/**
 * save_do() - do it
 *
 * Return: 0 it is whole; 1 it is not, and @err says why; negative errno: there is no dump.
 */
int save_do(const struct save_options *options, struct kx_err *err);

/** save_run() - do it; Return: the exit status */
int save_run(const struct save_options *options);

#endif
