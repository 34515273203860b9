/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The time of day in a crash kernel: certificates and signatures hold for a time. */
#ifndef KDUMP_CAPTURE_SYSTEM_CLOCK_H
#define KDUMP_CAPTURE_SYSTEM_CLOCK_H

#include <stdint.h>

#include "kx/capture.h"

/** clock_shift() - the hardware's clock may have local time: by what the plan says */
void clock_shift(const struct kx_capture_plan *plan);

/**
 * clock_right() - what time is it?
 * @now: what this kernel's clock says; @crash: what the other one's did when it crashed, 0: unknown
 * @uptime: seconds since this kernel began, which is as long ago, but for what a reset takes
 *
 * Return: @now, or, where it is off by more than an hour, what it should be.
 */
int64_t clock_right(int64_t now, uint64_t crash, uint64_t uptime);

/** clock_hold() - set this kernel's clock by the other one's, if that has to be */
void clock_hold(uint64_t crash);

#endif
