/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which records are asked for. */
#ifndef VMCORE_DMESG_FILTER_H
#define VMCORE_DMESG_FILTER_H

#include <stdbool.h>

#include "kx/clock.h"
#include "kx/printk.h"
#include "vmcore-dmesg/options.h"

/**
 * struct filter - what a record is held against
 * @since, @until: log time in nanoseconds; valid when the option was given
 */
struct filter {
	const struct dmesg_options *options;
	int64_t since, until;
};

/**
 * filter_init() - find out what --since and --until mean in this log
 *
 * Return: 0; -EINVAL not a time, or too far away; -ENODATA a date, and the dump does not tell when
 * it was.
 */
int filter_init(struct filter *filter, const struct dmesg_options *options,
		const struct kx_clock *clock, struct kx_err *err);

/** filter_wants() - is @record asked for by level, facility, context, time and --since-clear? */
bool filter_wants(const struct filter *filter, const struct kx_printk_record *record);

#endif
