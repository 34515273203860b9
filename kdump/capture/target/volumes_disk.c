/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Disks that volumes and arrays are made of. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "kdump/capture/target/target.h"
#include "kdump/capture/target/volumes_disk.h"

int volumes_disk(struct capture_target *target, const char *name, uint64_t patience, dev_t *ret,
		 struct kx_err *err)
{
	const struct kx_capture_disk *disk = kx_capture_find_disk(target->plan, name);
	struct find_device found;
	struct stat st;
	char path[80];
	int rc;

	if (!disk)
		return kx_fail(err, -EINVAL, "the plan has no disk \"%.100s\"", name);
	rc = capture_find_disk(target, &disk->device, patience, &found, err);
	if (rc < 0)
		return kx_context(err, rc, "its disk %.100s", name);
	snprintf(path, sizeof(path), "/dev/%s", found.name);
	if (stat(path, &st) < 0)
		return kx_fail(err, -errno, "%s: %s", path, strerror(errno));
	*ret = st.st_rdev;
	capture_moved(target);
	return 0;
}

bool volumes_disk_path(dev_t dev, char ret[80])
{
	char path[64], target[4096], *name;
	ssize_t len;

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u", major(dev), minor(dev));
	len = readlink(path, target, sizeof(target) - 1);
	if (len <= 0)
		return false;
	target[len] = '\0';
	name = strrchr(target, '/');
	name = name ? name + 1 : target;
	for (char *c = name; (c = strchr(c, '!'));)
		*c = '/';
	return snprintf(ret, 80, "/dev/%s", name) < 80;
}
