/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From targets as the configuration names them to targets as the crash kernel finds them: nothing
 * has to be looked up after a crash.
 *
 * To add a type: a function resolve_one in a file of its own, declared below, and its line in the
 * table of targets.c. It sets the members of @to that its type needs, adds to @devices what the
 * target stands on and to the plan the network links, and gives files with secrets to
 * secret_add().
 */
#ifndef KDUMP_SERVICE_RESOLVE_RESOLVING_H
#define KDUMP_SERVICE_RESOLVE_RESOLVING_H

#include "kdump/service/image/image.h"
#include "kdump/service/settings/settings.h"
#include "kx/capture.h"
#include "kx/devices.h"
#include "kx/error.h"

/**
 * struct resolved - what came of all of them; zeros are none
 * @devices: what they stand on
 * @secret: @secrets files for the image; names and bytes are owned
 * @spent: milliseconds that asking for names took
 * @may_pass: something was not to be had that may be there later by itself: see targets_resolve()
 */
struct resolved {
	struct kx_devices devices;
	struct image_secret *secret;
	size_t secrets, secret_room;
	unsigned int spent;
	bool may_pass;
};

/**
 * struct resolving - one target: @from becomes @to
 * @root: "/", or a captured tree
 * @config: all of it, as [network] says for all targets how
 * @plan: that @to is in
 */
struct resolving {
	const char *root;
	const struct service_config *config;
	const struct target_config *from;
	struct kx_capture_plan *plan;
	struct kx_capture_target *to;
	struct resolved *resolved;
};

/** resolve_one - a type of target; 0, or negative errno with @err: why it cannot be used */
typedef int resolve_one(const struct resolving *resolving, struct kx_err *err);

#endif
