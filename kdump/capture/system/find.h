/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Block devices by what they are, since their names may be others in a crash kernel. */
#ifndef KDUMP_CAPTURE_SYSTEM_FIND_H
#define KDUMP_CAPTURE_SYSTEM_FIND_H

#include <stdbool.h>
#include <stdint.h>

#include "kx/capture.h"
#include "kx/error.h"

/**
 * struct find_device - what is known of one; texts are "" where it is not
 * @name: below /dev
 * @part: of the file system's devices, where it may have several: each has another
 */
struct find_device {
	char name[64];
	char uuid[64], partuuid[64], label[256], serial[256], wwid[256], type[32], part[64];
	uint64_t size;
};

/** enum find_facts - which lines are looked at: what sysfs tells no disk has to be read for */
enum find_facts { FIND_SYSFS, FIND_ALL };

/**
 * find_fits() - is all true of it that a target's "device" lines say?
 * @facts: FIND_SYSFS: as far as that goes
 *
 * Return: 1 it is; 0 it is not; -EINVAL a line says what nobody knows.
 */
int find_fits(const struct find_device *device, const struct kx_capture_list *lines,
	      enum find_facts facts, struct kx_err *err);

/**
 * struct find_several - of one that has several devices, which come in their own time
 * @each: called for each that fits
 * @all: are all there, of which one is @first? @ms: how long that was waited for, since the first
 *	was found. true: those will do.
 */
struct find_several {
	void (*each)(const struct find_device *device);
	bool (*all)(void *data, const struct find_device *first, uint64_t ms);
};

/**
 * struct find_request - what is looked for
 * @lines: a target's "device" lines
 * @patience: milliseconds until it is given up; 0: never
 * @several: a file system may have several devices, as btrfs's may; NULL: it has not
 * @skip: is nothing to be read from that one? May be NULL.
 * @reads: something is read from that one, which may hang; NULL: no more. May be NULL.
 */
struct find_request {
	const struct kx_capture_list *lines;
	uint64_t patience;
	const struct find_several *several;
	bool (*skip)(void *data, const char *name);
	void (*reads)(void *data, const char *name);
	void *data;
};

/**
 * find_device() - wait for the one that fits, or for all of them
 *
 * It may wait for ever: whoever supervises does not. Where two fit that are not parts of one file
 * system it is refused to guess: one may be a copy of the other.
 *
 * Return: 0; -EEXIST two fit; -ENODEV it was given up; -EINVAL as find_fits(); -ENOMEM.
 */
int find_device(const struct find_request *request, struct find_device *ret, struct kx_err *err);

#endif
