/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a crash kernel's initramfs is to be made of. */
#ifndef KDUMP_SERVICE_IMAGE_REQUEST_H
#define KDUMP_SERVICE_IMAGE_REQUEST_H

#include <stddef.h>

#include "kx/capture.h"
#include "kx/devices.h"
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
 * @extra: of modules that are wished for: what the kernel has not is left out, and reported
 * @cmdline: words that the crash kernel gets: those for modules are passed on; NULL: none
 */
struct image_request {
	const char *root, *release, *running, *init;
	struct kx_capture_plan *plan;
	const struct kx_devices *devices;
	const struct image_secret *secret;
	size_t secrets;
	const char *modules, *extra, *cmdline;
};

#endif
