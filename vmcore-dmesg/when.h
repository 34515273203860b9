/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Points in time: the dumped machine's wall clock, and what people write for --since. */
#ifndef VMCORE_DMESG_WHEN_H
#define VMCORE_DMESG_WHEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"

/**
 * struct clock - wall-clock time of log times
 * @known: the dump told when it crashed; else @boot is 0 and times count from boot
 * @boot: nanoseconds since 1970 when the log's time was 0
 * @now: of the last record, which is what "now" means to somebody who reads a dump
 */
struct clock {
	bool known;
	int64_t boot, now;
};

/** clock_wall() - log time @ns as nanoseconds since 1970 */
static inline int64_t clock_wall(const struct clock *clock, uint64_t ns)
{
	/* Unsigned: a damaged record may have any time. */
	return (int64_t)((uint64_t)clock->boot + ns);
}

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
int when_parse(const char *text, int64_t now, int64_t *ret, bool *ret_absolute,
	       struct kx_err *err);

/** when_iso() - "2026-11-22T18:21:46,123456+00:00" into @to; local time */
void when_iso(int64_t ns, char *to, size_t size);

/** when_format() - strftime(3) in local time, C locale; "?" when there is no such date */
void when_format(int64_t ns, const char *format, char *to, size_t size);

#endif
