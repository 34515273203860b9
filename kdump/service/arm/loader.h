/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the kernel's command line comes from on this machine, and how a word gets into it. */
#ifndef KDUMP_SERVICE_ARM_LOADER_H
#define KDUMP_SERVICE_ARM_LOADER_H

#include <stddef.h>

#include "kx/error.h"

/**
 * loader_add() - see to it that the next boot has @word
 * @root: "/", or a captured tree
 * @word: as "crashkernel=96M"; another one of the same name goes
 * @ret: what is still to be done, for people
 *
 * Written are a file of our own in GRUB's /etc/default/grub.d, which Debian reads, or the command
 * line for kernels that are installed in /etc/kernel/cmdline. Where a program of the system keeps
 * it (grubby, rpm-ostree), or nothing is known, nothing is written: @ret says what to run, or to
 * add.
 *
 * Return: 1 something was written; 0 nothing was; negative errno.
 */
int loader_add(const char *root, const char *word, char *ret, size_t size, struct kx_err *err);

#endif
