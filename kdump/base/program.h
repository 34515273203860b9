/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs another program of the suite. */
#ifndef KDUMP_BASE_PROGRAM_H
#define KDUMP_BASE_PROGRAM_H

#include <stddef.h>

#include "kx/error.h"

/**
 * program_run() - run @program to its end
 * @argv: with its name; ends with NULL
 * @seconds: that it may take; 0: as long as it likes
 * @ret_status: its exit status
 * @text: what it printed, on either output, cut to @size with a NUL
 *
 * Return: 0, whatever its exit status; -EIO a signal killed it; -ETIMEDOUT; negative errno of
 * running it.
 */
int program_run(const char *program, char *const *argv, unsigned int seconds, int *ret_status,
		char *text, size_t size, struct kx_err *err);

#endif
