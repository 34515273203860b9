/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The receiver that is a shell. */
#ifndef KDUMP_REMOTE_SHELL_H
#define KDUMP_REMOTE_SHELL_H

#include "kdump/remote/receiver.h"

/*
 * What the other machine's sh is told; $1 is the path, $2 the name of a folder in it, $3 is shell,
 * kdump, or auto, which becomes kdump where that is.
 */
extern const char shell_script[];

/**
 * shell_begin() - take over a connection to one that was started with shell_script
 *
 * Return: 0, with all of @remote but its address filled in; -EPROTO it is not ready.
 */
int shell_begin(struct remote *remote);

#endif
