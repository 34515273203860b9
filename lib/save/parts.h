/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes a job to one file, or to several of which each has some of the pages. */
#ifndef LIB_SAVE_PARTS_H
#define LIB_SAVE_PARTS_H

#include "lib/save/format.h"

/**
 * save_parts() - write a job whose pages are known to @count files at once
 * @job: all but what its format and @target fill in; not split
 * @target: of each file, in the order of the pages; each is called by one thread at a time
 * @ret: as select_pages() left it; what pipeline_run() fills in is added up
 *
 * The parts have about as many pages each. Where one of them ends before it should, the others go
 * on; where one cannot begin, all stop.
 *
 * Return: as kx_save().
 */
int save_parts(const struct save_job *job, struct kx_save_target *const *target, size_t count,
	       struct kx_dump *dump, const struct kx_save_options *options,
	       struct kx_save_result *ret, struct kx_err *err);

#endif
