/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The initramfs of a crash kernel: /init, the plan, its secrets, and modules for all of it. */
#ifndef KDUMP_SERVICE_IMAGE_H
#define KDUMP_SERVICE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/capture.h"
#include "kx/devices.h"
#include "kx/error.h"
#include "kx/memfile.h"
#include "kx/pack.h"
#include "kx/span.h"

/** struct image_secret - a file below KX_CAPTURE_SECRETS; @name: without a slash */
struct image_secret {
	const char *name;
	struct kx_span bytes;
};

/**
 * struct image_request - what is to be made
 * @root: of the system, "/"; see kx_file_open()
 * @release: of the crash kernel; @running: of the kernel whose sysfs @devices are from
 * @init: path below @root of the static program; NULL: where it was installed
 * @plan: what it shall do. image_build() fills in its modules, watchdogs and release.
 * @devices: what its targets stand on; their file systems are taken from @plan
 * @secret: @secrets of them
 * @modules: names of more modules, separated by blanks or commas; NULL: none
 * @cmdline: words that the crash kernel gets: those for modules are passed on; NULL: none
 */
struct image_request {
	const char *root, *release, *running, *init;
	struct kx_capture_plan *plan;
	const struct kx_devices *devices;
	const struct image_secret *secret;
	size_t secrets;
	const char *modules, *cmdline;
};

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
 * @pack: how it is compressed
 * @init, @plain, @packed: bytes of /init, of all files unpacked, and of the image
 * @seconds: that building it took
 */
struct image_report {
	struct image_parts module, firmware, missing, builtin, absent;
	enum kx_pack pack;
	uint64_t init, plain, packed;
	double seconds;
};

/**
 * image_build() - make the initramfs
 * @ret: for kx_memfile_done(): sealed, at offset 0
 * @ret_report: for image_report_done(), also after a failure
 *
 * The same system and request make the same bytes.
 *
 * Return: 0; -ENODEV a device or file system of a target has no driver in kernel or image, and @err
 * names it; -ENOENT no modules of that release, or no /init; what kx_modules_*(), kx_initramfs_*()
 * and kx_capture_write() return.
 */
int image_build(const struct image_request *request, struct kx_memfile *ret,
		struct image_report *ret_report, struct kx_err *err);

/** image_report_done() - free what is in it; all zeros are fine too */
void image_report_done(struct image_report *report);

/** image_pack() - how the kernel @release can unpack it: by its configuration; gzip if unknown */
enum kx_pack image_pack(const char *root, const char *release);

#endif
