/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --show: what of kexec the running kernel has, allows and holds. */
#ifndef KEXEC_STATE_H
#define KEXEC_STATE_H

#include "kexec/options.h"
#include "kx/error.h"

/**
 * state_show() - print it, as text or (@options->json) as one JSON object
 *
 * What cannot be found out is told as unknown, and is no failure.
 *
 * Return: 0; a negative errno with @err: a file of /proc or /sys is malformed, -ENOTSUP there is no
 * JSON writer.
 */
int state_show(const struct options *options, struct kx_err *err);

#endif
