/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads, compresses and writes pages, by some threads, in the order of the pages. */
#ifndef LIB_SAVE_PIPELINE_H
#define LIB_SAVE_PIPELINE_H

#include "kx/save.h"
#include "lib/save/format.h"

/**
 * pipeline_run() - write all kept pages
 * @job: begun, with its front on the disk; its reader is that of the calling thread
 * @ret: zero, written, lost, bytes and incomplete are filled in
 *
 * Return: 0, also with pages that could not be read; 1 it was stopped, or writing failed: what is
 * in the file is a dump; -ENOMEM and errors of the codec.
 */
int pipeline_run(struct save_job *job, struct kx_dump *dump, const struct kx_save_options *options,
		 struct kx_save_result *ret, struct kx_err *err);

#endif
