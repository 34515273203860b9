/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chooses the serial line that purgatory prints on. */
#ifndef KEXEC_CONSOLE_H
#define KEXEC_CONSOLE_H

#include "kexec/job.h"

/**
 * kx_console_choose() - set the console of @job's request
 *
 * What the user names counts; else, on architectures with a device tree, the console that device
 * tree or ACPI name, on which only what goes wrong is printed, unless --console-serial asks for
 * more.
 *
 * Return: 0; -ENODEV when a console is asked for and none is known, or the one named is none that
 * purgatory can drive; a negative errno of reading sysfs.
 */
int kx_console_choose(struct kx_job *job, struct kx_err *err);

#endif
