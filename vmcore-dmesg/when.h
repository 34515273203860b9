/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Points in time as people write them for --since. */
#ifndef VMCORE_DMESG_WHEN_H
#define VMCORE_DMESG_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#include "kx/error.h"

/**
 * when_parse() - a point in time as dmesg(1) takes it
 * @now: what relative times count from, nanoseconds since 1970
 * @ret: nanoseconds since 1970
 * @ret_absolute: the text named a date or a time of the day
 *
 * "YYYY-MM-DD[ HH:MM[:SS[.fraction]]]" (also with T, and with Z, UTC or +hh:mm behind),
 * "HH:MM[:SS]", "@seconds", "now", "today", "yesterday", "tomorrow", "-5min", "+1h 30min",
 * "2 days ago". Without a zone: local time.
 *
 * Return: 0; -EINVAL with @err.
 */
int when_parse(const char *text, int64_t now, int64_t *ret, bool *ret_absolute, struct kx_err *err);

#endif
