/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the last arming found, kept until the next one: status tells it. */
#ifndef KDUMP_SERVICE_STATE_FOUND_H
#define KDUMP_SERVICE_STATE_FOUND_H

#include "kdump/service/state/findings.h"
#include "kdump/service/state/state.h"

/*
 * What is of this check is not kept: whoever tells what was found reads the configuration himself,
 * as it is then.
 */
#define FOUND_ANEW "config"

/**
 * found_put() - keep those that are a warning or worse, as of the image @image, which is loaded now
 *
 * Return: 0; negative errno with @err, and what was kept before is gone, too.
 */
int found_put(const struct state *state, const char *image, const struct findings *findings,
	      struct kx_err *err);

/** found_get() - add what is kept of @image to @ret; of another one it is nothing */
void found_get(const struct state *state, const char *image, struct findings *ret);

#endif
