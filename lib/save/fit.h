/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which pages are saved where there may not be room for all. */
#ifndef LIB_SAVE_FIT_H
#define LIB_SAVE_FIT_H

#include "lib/save/format.h"

/**
 * fit_select() - select_pages() for @job, and compare what they take with the room there is
 * @alone: it is one file; of several nobody knows which shares its room with which
 * @options: its level, limit and valuable_first are changed as it says itself
 * @kept: for kept_done(), also after a failure
 * @ret: as select_pages() fills it in
 *
 * Pages are classified once. Where all of them, as they are, would be too much, some are compressed
 * to see how much it will be; and they are classified again for a level that was raised.
 *
 * Return: as select_pages(); errno of compressing.
 */
int fit_select(struct save_job *job, bool alone, struct kx_save_options *options,
	       struct kept *kept, struct kx_save_result *ret, struct kx_err *err);

#endif
