/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arrays of Linux's RAID. */
#ifndef KDUMP_CAPTURE_VOLUMES_MD_H
#define KDUMP_CAPTURE_VOLUMES_MD_H

#include "kx/capture.h"
#include "kx/error.h"

struct capture_target;

/**
 * volumes_run() - of kind MD: an array with those of its members that are there
 *
 * Where not all of them have to be there it waits ten seconds for the others.
 */
int volumes_run(struct capture_target *target, const struct kx_capture_volume *volume,
		struct kx_err *err);

#endif
