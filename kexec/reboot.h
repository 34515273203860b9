/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starting what is loaded. */
#ifndef KEXEC_REBOOT_H
#define KEXEC_REBOOT_H

#include "kexec/options.h"
#include "kx/error.h"

/**
 * reboot_start() - start the loaded kernel at once: sync, interfaces down, go
 *
 * Nothing is touched if no kernel is loaded or this process may not start it. Where /sys is not
 * mounted the kernel is asked without knowing whether one is loaded.
 *
 * Return: a negative errno with @err, and the network is as it was; on success it does not return.
 */
int reboot_start(const struct options *options, struct kx_err *err);

/**
 * reboot_shutdown() - leave it to shutdown(8)
 *
 * Return: a negative errno with @err; on success it does not return.
 */
int reboot_shutdown(struct kx_err *err);

#endif
