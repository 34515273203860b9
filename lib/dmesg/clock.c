/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a log's times to those of a wall clock. */
#include <stdio.h>
#include <time.h>

#include "kx/clock.h"
#include "kx/span.h"

#define SECOND INT64_C(1000000000)

void kx_clock_init(struct kx_clock *clock, const struct kx_vmcoreinfo *info, uint64_t last_ns)
{
	struct kx_span value;
	uint64_t sec;

	*clock = (struct kx_clock){ .boot = 0 };
	clock->known = kx_vmcoreinfo_line(info, "CRASHTIME", &value) &&
		       kx_span_number(value, 10, &sec) && sec < INT64_MAX / SECOND &&
		       last_ns < INT64_MAX / 2;
	if (clock->known)
		clock->boot = (int64_t)sec * SECOND - (int64_t)last_ns;
	clock->now = kx_clock_wall(clock, last_ns);
}

bool kx_clock_split(int64_t ns, struct tm *ret, int64_t *ret_fraction)
{
	int64_t fraction = ns % SECOND;
	time_t sec;

	if (fraction < 0)
		fraction += SECOND;
	sec = (time_t)((ns - fraction) / SECOND);
	*ret_fraction = fraction;
	return localtime_r(&sec, ret) != NULL;
}

void kx_clock_format(int64_t ns, const char *format, char *to, size_t size)
{
	int64_t fraction;
	struct tm tm;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	if (!kx_clock_split(ns, &tm, &fraction) || strftime(to, size, format, &tm) == 0)
		snprintf(to, size, "?");
#pragma GCC diagnostic pop
}

void kx_clock_iso(int64_t ns, char *to, size_t size)
{
	char date[40], zone[16];
	int64_t fraction;
	struct tm tm;

	if (!kx_clock_split(ns, &tm, &fraction) ||
	    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm) == 0 ||
	    strftime(zone, sizeof(zone), "%z", &tm) != 5) {
		snprintf(to, size, "?");
		return;
	}
	snprintf(to, size, "%s,%06d%.3s:%s", date, (int)(fraction / 1000), zone, zone + 3);
}
