/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A cluster's other machines are told that this one is saving its dump, so that they let it. */
#ifndef KDUMP_CAPTURE_FENCE_H
#define KDUMP_CAPTURE_FENCE_H

#include <stdint.h>

#include "kdump/capture/state.h"

/* Bytes of a message. */
enum { FENCE_MESSAGE = 8 };

/**
 * fence_message() - what fence_kdump(8) listens for: its number, and the version of the message,
 *	both in the order of bytes that this machine has
 *
 * There is no document of it; these are the constants FENCE_KDUMP_MAGIC and FENCE_KDUMP_MSGV1 of
 * fence-agents, and what oVirt's listener takes for one.
 */
void fence_message(uint8_t ret[FENCE_MESSAGE]);

/**
 * fence_begin() - tell those of the plan, in a process of its own, until the machine ends
 *
 * It makes the network of the plan. Where a target is reached by it, too, this is waited for, since
 * two at a time would be in each other's way.
 */
void fence_begin(struct capture *capture);

#endif
