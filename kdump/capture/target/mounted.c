/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What targets that are mounted have in common. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "kdump/capture/system/mounts.h"
#include "kdump/capture/target/target.h"

void capture_moved(struct capture_target *target)
{
	__atomic_add_fetch(&target->shared->moved, 1, __ATOMIC_RELEASE);
}

void capture_waits(struct capture_target *target, const char *what)
{
	struct capture_shared *shared = target->shared;

	snprintf(shared->error, sizeof(shared->error), "%s", what ? what : "");
}

static bool is_hung(void *data, const char *name)
{
	const struct capture_target *target = data;

	for (size_t i = 0; target->hung && i < target->hung->count; i++) {
		if (strcmp(target->hung->name[i], name) == 0)
			return true;
	}
	return false;
}

static void reads(void *data, const char *name)
{
	struct capture_shared *shared = ((struct capture_target *)data)->shared;

	shared->disk_since = capture_process_now(NULL);
	snprintf(shared->disk, sizeof(shared->disk), "%s", name ? name : "");
}

int capture_find_disk(struct capture_target *target, const struct kx_capture_list *lines,
		      uint64_t patience, struct find_device *ret, struct kx_err *err)
{
	const struct find_request request = {
		.lines = lines, .patience = patience, .skip = is_hung, .reads = reads,
		.data = target,
	};

	return find_device(&request, ret, err);
}

int capture_find(struct capture_target *target, const struct find_several *several,
		 struct find_device *ret, struct kx_err *err)
{
	const struct find_request request = { &target->from->device, 0, several, is_hung, reads,
					      target };
	int rc;

	capture_waits(target, "no disk is the one that the plan means");
	rc = find_device(&request, ret, err);
	capture_waits(target, NULL);
	if (rc == 0)
		snprintf(target->shared->own_disk, sizeof(target->shared->own_disk), "%s",
			 ret->name);
	return rc;
}

int capture_mount(struct capture_target *target, const char *source, const char *type,
		  unsigned long flags, const char *options, struct kx_err *err)
{
	size_t number = (size_t)(target->from - target->plan->target);
	int rc;

	snprintf(target->mount, sizeof(target->mount), "%s/target-%zu", MOUNTS_FOLDER, number);
	rc = mounts_folder(target->mount, 0700, err);
	if (rc < 0)
		return rc;
	capture_waits(target, "what an earlier worker mounted does not go away");
	if (umount2(target->mount, 0) < 0 && errno == EBUSY)
		umount2(target->mount, MNT_DETACH);
	capture_waits(target, "mount(2) does not come back");
	rc = mount(source, target->mount, type, flags, options) < 0 ? -errno : 0;
	capture_waits(target, NULL);
	if (rc < 0) {
		target->mount[0] = '\0';
		return kx_fail(err, rc, "%s cannot be mounted as %s (%s): %s", source, type,
			       options ? options : "", strerror(-rc));
	}
	return 0;
}

/* What a dump may take there, and what others must be left. */
static void take_limit(const struct capture_target *target, struct save_options *options)
{
	uint64_t keep = target->from->min_free, room;
	struct statvfs fs;

	options->limit = target->from->limit;
	if (!keep || statvfs(target->dest, &fs) < 0)
		return;
	room = (uint64_t)fs.f_bavail * fs.f_frsize;
	/* Nothing may be taken: 0 would be everything. */
	room = room > keep ? room - keep : 1;
	if (!options->limit || room < options->limit)
		options->limit = room;
}

int capture_dest_in_mount(struct capture_target *target, struct save_options *options,
			  struct kx_err *err)
{
	const char *subdir = target->from->subdir ? target->from->subdir : "";
	const char *path = target->from->path ? target->from->path : "";
	int len, rc;

	len = snprintf(target->dest, sizeof(target->dest), "%s%s%s%s%s", target->mount,
		       subdir[0] && subdir[0] != '/' ? "/" : "", subdir,
		       path[0] && path[0] != '/' ? "/" : "", path);
	if (len < 0 || (size_t)len >= sizeof(target->dest))
		return kx_fail(err, -ENAMETOOLONG, "the path of the target is too long");
	rc = mounts_folder(target->dest, 0700, err);
	if (rc < 0)
		return rc;
	options->dest = target->dest;
	take_limit(target, options);
	return 0;
}
