/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What arming could not do now is asked for again: a note of it, for whoever tries. */
#ifndef KDUMP_SERVICE_STATE_AGAIN_H
#define KDUMP_SERVICE_STATE_AGAIN_H

#include "kdump/service/state/state.h"
#include "kx/error.h"

/**
 * again_ask() - have it tried again
 * @why: a line, for people
 *
 * It needs no lock: who could not get that asks, too.
 *
 * Return: 0; negative errno with @err.
 */
int again_ask(const struct state *state, const char *why, struct kx_err *err);

/** again_asked() - what is asked for now, for free(); NULL: nothing is */
char *again_asked(const struct state *state);

/** again_why() - of what again_asked() told, the line that was given */
const char *again_why(const char *asked);

/**
 * again_done() - what was asked for is done, or is of no use any more
 * @asked: what it was when that began; NULL: nothing. What was asked for since then stays.
 */
void again_done(const struct state *state, const char *asked);

#endif
