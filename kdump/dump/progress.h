/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells once a second how far saving is, and takes the signals that end it. */
#ifndef KDUMP_DUMP_PROGRESS_H
#define KDUMP_DUMP_PROGRESS_H

#include <time.h>

#include "kdump/dump/options.h"
#include "kx/save.h"

/**
 * struct progress - a save that is being told of
 * @page_size: bytes
 * @begun, @phase_begun: when it began, and when its phase did
 * @told: when the last line was printed
 */
struct progress {
	enum progress_form form;
	uint64_t page_size;
	struct timespec begun, phase_begun, told;
	enum kx_save_phase phase;
};

/**
 * progress_begin() - a save of @dump begins
 *
 * From now on SIGINT, SIGTERM and SIGHUP end it instead of the program.
 */
void progress_begin(struct progress *progress, enum progress_form form, const struct kx_dump *dump);

/** progress_tell() - kx_save_options.tell */
bool progress_tell(void *data, const struct kx_save_progress *now);

/** progress_stopped() - did one of these signals come? */
bool progress_stopped(void);

/** progress_seconds() - since it began */
double progress_seconds(const struct progress *progress);

#endif
