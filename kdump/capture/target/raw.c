/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Targets that are block devices and hold nothing else: see kx/device.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kdump/capture/target/target.h"
#include "kdump/capture/target/volumes.h"

static int raw_prepare(struct capture_target *target, struct kx_err *err)
{
	struct find_device device;
	int rc = volumes_make(target, err);

	if (rc == 0)
		rc = capture_find(target, NULL, &device, err);
	if (rc < 0)
		return rc;
	snprintf(target->dest, sizeof(target->dest), "/dev/%s", device.name);
	/* The plan may know that it holds something that a dump may take the place of, as swap. */
	if (target->from->fs && strcmp(target->from->fs, device.type) == 0)
		target->data = target;
	return 0;
}

static int raw_dest(struct capture_target *target, struct save_options *options, struct kx_err *err)
{
	(void)err;
	options->dest = target->dest;
	options->limit = target->from->limit;
	options->force = target->data != NULL;
	return 0;
}

const struct capture_kind capture_kind_raw = {
	.type = KX_CAPTURE_RAW,
	.prepare = raw_prepare,
	.dest = raw_dest,
};
