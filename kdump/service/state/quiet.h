/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many events of hotplug, one reload: who comes first waits until it is quiet, the others go. */
#ifndef KDUMP_SERVICE_STATE_QUIET_H
#define KDUMP_SERVICE_STATE_QUIET_H

#include "kdump/service/state/state.h"
#include "kx/error.h"

/**
 * quiet_wait() - an event has come: wait until no other one has for @quiet milliseconds
 * @most: milliseconds after which there is no more waiting, since events may never end
 *
 * An event that comes while this one waits is seen by it; one that comes later has its own turn.
 *
 * Return: 1 it is quiet now, and this is who shall act; 0 another one waits, and will; negative
 * errno with @err.
 */
int quiet_wait(const struct state *state, unsigned int quiet, unsigned int most,
	       struct kx_err *err);

#endif
