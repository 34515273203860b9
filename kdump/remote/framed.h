/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The receiver that is kdump. */
#ifndef KDUMP_REMOTE_FRAMED_H
#define KDUMP_REMOTE_FRAMED_H

#include "kdump/remote/receiver.h"

/**
 * framed_begin() - take over a connection to one that said the first bytes of a frame
 * @crash: seconds since 1970
 * @tries: connections that are tried after a break
 *
 * Return: 0, with all of @remote but its address filled in; negative errno, and @why is set.
 */
int framed_begin(struct remote *remote, uint64_t crash, unsigned int tries);

#endif
