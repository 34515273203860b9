/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A dump that is made on an HTTP server, or in object storage. */
#ifndef KDUMP_REMOTE_PUSHED_H
#define KDUMP_REMOTE_PUSHED_H

#include <stdbool.h>

#include "kdump/dump/options.h"
#include "kdump/remote/receiver.h"
#include "kx/dump.h"

/** pushed_is_url() - is @dest such a place? */
bool pushed_is_url(const char *dest);

/**
 * pushed_open() - remote_open() for such a place
 * @options: dest, http, style, hooks
 *
 * Each file goes front to back through a process of the program that --http names. All of it lies
 * at URL/HOST/YYYY/MM/DD/ID, as "kdump upload" has it: the manifest comes last, and what has none
 * is not whole.
 *
 * Return: 0; -EINVAL names that are too long.
 */
int pushed_open(struct remote *remote, const struct save_options *options,
		const struct kx_dump *dump, struct kx_err *err);

#endif
