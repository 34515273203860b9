/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chooses the serial line that purgatory prints on. */
#ifndef KEXEC_CONSOLE_H
#define KEXEC_CONSOLE_H

#include "kexec/options.h"
#include "kexec/plan/arch.h"

/**
 * console_choose() - set the console in @ret
 * @machine: facts, the firmware's included where @arch reads them
 *
 * What the user names counts; else, on architectures that read the firmware, the console that
 * device tree or ACPI name, on which only what goes wrong is printed, unless --console-serial asks
 * for more.
 *
 * Return: 0; -ENODEV when a console is asked for and none is known, or the one named is none that
 * purgatory can drive; a negative errno of reading sysfs.
 */
int console_choose(const struct kx_arch *arch, const struct options *options,
		   const struct kx_machine *machine, struct kx_purg_wishes *ret,
		   struct kx_err *err);

#endif
