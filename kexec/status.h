/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions about the machine that change nothing. */
#ifndef KEXEC_STATUS_H
#define KEXEC_STATUS_H

#include "kexec/options.h"
#include "kx/error.h"

/**
 * status_loaded() - is a kernel loaded?
 *
 * The crash kernel, unless a mode option asks for the normal one (-S -l).
 *
 * Return: 1 loaded, 0 not loaded; a negative errno with @err.
 */
int status_loaded(const struct options *options, struct kx_err *err);

/**
 * status_crash_size() - print the bytes of the highest crash kernel region, 0 without one
 *
 * Return: 0; a negative errno with @err.
 */
int status_crash_size(const struct options *options, struct kx_err *err);

#endif
