/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Levels and facilities by the names that dmesg(1) and syslog(3) have for them. */
#ifndef VMCORE_DMESG_NAMES_H
#define VMCORE_DMESG_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "kx/error.h"

/** level_name() - "emerg" to "debug"; NULL for a number above 7 */
const char *level_name(unsigned int level);

/** facility_name() - "kern" to "local7"; NULL for a number without a name */
const char *facility_name(unsigned int facility);

/**
 * level_list() - parse names with commas between them; "err+": and more urgent, "+err": and less
 * @ret: one bit for each level
 *
 * Return: 0; -EINVAL with @err.
 */
int level_list(const char *list, uint32_t *ret, struct kx_err *err);

/** facility_list() - parse names with commas between them; result as level_list() */
int facility_list(const char *list, uint32_t *ret, struct kx_err *err);

#endif
