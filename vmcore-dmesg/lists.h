/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of levels and facilities, as dmesg(1) takes them. */
#ifndef VMCORE_DMESG_LISTS_H
#define VMCORE_DMESG_LISTS_H

#include <stdint.h>

#include "kx/error.h"

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
