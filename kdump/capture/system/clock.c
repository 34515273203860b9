/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine may have no clock that a crash kernel knows, whose driver is a module, or one without a
 * battery. The kernel that crashed had the time, and left it (CRASHTIME, Linux,
 * Documentation/admin-guide/kdump/vmcoreinfo.rst).
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "kdump/capture/system/clock.h"
#include "kdump/capture/system/trace.h"

static void set(struct timespec now)
{
	if (clock_settime(CLOCK_REALTIME, &now) < 0)
		capture_trace("the clock cannot be set: %s", strerror(errno));
}

void clock_shift(const struct kx_capture_plan *plan)
{
	struct timespec now;
	int64_t off = (int64_t)(plan->clock > INT32_MAX ? INT32_MAX : plan->clock);

	if (!off || clock_gettime(CLOCK_REALTIME, &now) < 0)
		return;
	now.tv_sec += plan->clock_is_negative ? -off : off;
	set(now);
}

int64_t clock_right(int64_t now, uint64_t crash, uint64_t uptime)
{
	/* 2026-01-01 and 2200-01-01: what is beyond them nobody's clock said. */
	enum { HOUR = 3600 };
	const uint64_t earliest = UINT64_C(1767225600), latest = UINT64_C(7258118400);
	int64_t right;

	if (crash < earliest || crash > latest || uptime > latest)
		return now;
	right = (int64_t)(crash + uptime);
	return now < right - HOUR || now > right + HOUR ? right : now;
}

void clock_hold(uint64_t crash)
{
	struct timespec now, uptime;
	int64_t right;

	if (clock_gettime(CLOCK_REALTIME, &now) < 0 || clock_gettime(CLOCK_MONOTONIC, &uptime) < 0)
		return;
	right = clock_right(now.tv_sec, crash, (uint64_t)uptime.tv_sec);
	if (right == now.tv_sec)
		return;
	capture_trace("the clock is off by %+.1f hours, by that of the kernel that crashed",
		      (double)(now.tv_sec - right) / 3600);
	set((struct timespec){ .tv_sec = right });
}
