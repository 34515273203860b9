/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The initramfs of a crash kernel: /init, the plan, its secrets, and modules for all of it. */
#ifndef KDUMP_SERVICE_IMAGE_IMAGE_H
#define KDUMP_SERVICE_IMAGE_IMAGE_H

#include "kdump/service/image/report.h"
#include "kdump/service/image/request.h"
#include "kx/error.h"
#include "kx/memfile.h"

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

#endif
