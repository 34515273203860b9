/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The wall clock of a dumped machine: what time it was when its log said something. */
#ifndef KX_CLOCK_H
#define KX_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "kx/vmcoreinfo.h"

/**
 * struct kx_clock - wall-clock time of log times
 * @known: the dump told when it crashed; else @boot is 0 and times count from boot
 * @boot: nanoseconds since 1970 when the log's time was 0
 * @now: of the last record, which is what "now" means to somebody who reads a dump
 */
struct kx_clock {
	bool known;
	int64_t boot, now;
};

/**
 * kx_clock_init() - from VMCOREINFO's CRASHTIME
 * @last_ns: log time of the last message: the kernel writes VMCOREINFO next to it, so that both
 *	clocks are known at one moment
 */
void kx_clock_init(struct kx_clock *clock, const struct kx_vmcoreinfo *info, uint64_t last_ns);

/** kx_clock_wall() - log time @ns as nanoseconds since 1970 */
static inline int64_t kx_clock_wall(const struct kx_clock *clock, uint64_t ns)
{
	/* Unsigned: a damaged record may have any time. */
	return (int64_t)((uint64_t)clock->boot + ns);
}

/**
 * kx_clock_split() - nanoseconds since 1970 as local time
 * @ret_fraction: nanoseconds within the second
 *
 * Return: false when there is no such date.
 */
bool kx_clock_split(int64_t ns, struct tm *ret, int64_t *ret_fraction);

/** kx_clock_iso() - "2026-11-22T18:21:46,123456+00:00" into @to; local time */
void kx_clock_iso(int64_t ns, char *to, size_t size);

/** kx_clock_format() - strftime(3) in local time, C locale; "?" when there is no such date */
void kx_clock_format(int64_t ns, const char *format, char *to, size_t size);

#endif
