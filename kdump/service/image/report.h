/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is in a crash kernel's initramfs. */
#ifndef KDUMP_SERVICE_IMAGE_REPORT_H
#define KDUMP_SERVICE_IMAGE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/pack.h"

/** struct image_part - a file that was taken; @size: bytes in the image */
struct image_part {
	char *name;
	uint64_t size;
};

/** struct image_parts - they grow */
struct image_parts {
	struct image_part *item;
	size_t count, room;
};

/**
 * struct image_report - what is in it
 * @module: in the order to load them, with their options behind a blank
 * @firmware: that is in it; @missing: that modules name and that is not installed
 * @builtin: drivers and needs that the kernel has by itself
 * @absent: needs that are optional and nowhere to be found
 * @unknown: modules that were wished for, and that the kernel has not
 * @pack: how it is compressed
 * @init, @plain, @packed: bytes of /init, of all files unpacked, and of the image
 * @seconds: that building it took
 */
struct image_report {
	struct image_parts module, firmware, missing, builtin, absent, unknown;
	enum kx_pack pack;
	uint64_t init, plain, packed;
	double seconds;
};

/** image_report_done() - free what is in it; all zeros are fine too */
void image_report_done(struct image_report *report);

/** image_parts_add() - one more; 0 or -ENOMEM */
int image_parts_add(struct image_parts *parts, const char *name, uint64_t size,
		    struct kx_err *err);

/** image_parts_have() - is one called @name? */
bool image_parts_have(const struct image_parts *parts, const char *name);

/** image_parts_note() - one more without a size, unless it is there; 0 or -ENOMEM */
int image_parts_note(struct image_parts *parts, const char *name, struct kx_err *err);

#endif
