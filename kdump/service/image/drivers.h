/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which modules an image takes, so that nothing that a target needs is without a driver. */
#ifndef KDUMP_SERVICE_IMAGE_DRIVERS_H
#define KDUMP_SERVICE_IMAGE_DRIVERS_H

#include "kdump/service/image/report.h"
#include "kdump/service/image/request.h"
#include "kx/modules.h"

/**
 * image_drivers_open() - the modules of the kernel of @request
 *
 * A running kernel that has no modules at all has an empty list.
 *
 * Return: as kx_modules_open().
 */
int image_drivers_open(const struct image_request *request, struct kx_modules **ret,
		       struct kx_err *err);

/**
 * image_drivers_add() - drivers of @devices, and what else these need, onto the list
 *
 * What is bound now counts; where that is another kernel's, also what would be bound.
 *
 * Return: 0; -ENODEV one has neither a module nor is it built in; as kx_modules_add().
 */
int image_drivers_add(const struct image_request *request, const struct kx_devices *devices,
		      struct kx_modules *modules, struct image_report *report,
		      struct kx_err *err);

/** image_drivers_add_words() - modules that the configuration names; -ENOENT one is not there */
int image_drivers_add_words(const struct image_request *request, struct kx_modules *modules,
			    struct image_report *report, struct kx_err *err);

#endif
