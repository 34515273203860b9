/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes one file of a dump. */
#ifndef LIB_SAVE_FILE_H
#define LIB_SAVE_FILE_H

#include "lib/save/format.h"

/**
 * save_file() - write a job whose pages are known
 * @ret: as for pipeline_run()
 *
 * Return: as kx_save().
 */
int save_file(struct save_job *job, struct kx_dump *dump, const struct kx_save_options *options,
	      struct kx_save_result *ret, struct kx_err *err);

#endif
