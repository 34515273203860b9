/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From options to a loaded kernel. */
#ifndef KEXEC_LOAD_H
#define KEXEC_LOAD_H

#include "kexec/options.h"
#include "kx/error.h"

/**
 * load_kernel() - plan, check and (unless it is a dry run) load what @options ask for
 *
 * Return: 0; a negative errno with @err, and then nothing has been loaded or lost, but for
 * -ENOTRECOVERABLE: a crash kernel was loaded before, and the kernel has dropped it.
 */
int load_kernel(const struct options *options, struct kx_err *err);

/**
 * unload_kernel() - drop the loaded kernel (with -p: the crash kernel)
 *
 * Return: 0; a negative errno with @err.
 */
int unload_kernel(const struct options *options, struct kx_err *err);

#endif
