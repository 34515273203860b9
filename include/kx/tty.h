/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Serial lines as the running kernel knows them. */
#ifndef KX_TTY_H
#define KX_TTY_H

#include <stdint.h>

#include "kx/error.h"
#include "kx/purgatory_abi.h"

/**
 * kx_tty_read() - where a serial line's registers are
 * @name: "ttyAMA0"; below /sys/class/tty (Linux, Documentation/ABI/testing/sysfs-tty)
 *
 * Return: 0; -ENODEV when there is no such line or it has no registers in memory or ports that
 * purgatory can drive; -EINVAL when sysfs does not hold numbers; another negative errno.
 */
int kx_tty_read(const char *root, const char *name, enum kx_purg_console_kind *ret_kind,
		uint64_t *ret_base, struct kx_err *err);

#endif
