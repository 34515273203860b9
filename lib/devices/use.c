/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who uses a block device, or a partition of it, while the machine is well. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "lib/devices/internal.h"

/** struct use - @text: how it is used, once that is found; @name: of what is looked at */
struct use {
	struct walk w;
	const char *name, *path;
	char *text;
};

__attribute__((format(printf, 2, 3)))
static int found(struct use *u, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vasprintf(&u->text, format, args);
	va_end(args);
	if (len >= 0)
		return 0;
	u->text = NULL;
	return kx_devices_no_memory(u->w.err);
}

/* Linux, Documentation/ABI/testing/sysfs-block: what device-mapper, md and bcache made of it. */
static int look_at_holder(const char *name, void *data, struct kx_err *err)
{
	struct use *u = data;

	(void)err;
	return u->text ? 0 : found(u, "is a part of %s", name);
}

static int look_at_pool(const char *uuid, void *data, struct kx_err *err)
{
	struct use *u = data;
	_cleanup_free_ char *devices = NULL;

	if (u->text)
		return 0;
	if (asprintf(&devices, "sys/fs/btrfs/%s/devices", uuid) < 0) {
		devices = NULL;
		return kx_devices_no_memory(err);
	}
	return kx_devices_has(u->w.root, devices, u->name) ?
		       found(u, "is a part of a btrfs file system that is mounted") : 0;
}

/* In a mount namespace of somebody else: the file system itself tells that it is there. */
static int look_elsewhere(struct use *u)
{
	static const char *const kinds[] = { "sys/fs/ext4", "sys/fs/xfs", "sys/fs/f2fs" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kx_devices_has(u->w.root, kinds[i], u->name))
			return found(u, "is mounted where this process does not see it");
	}
	return 0;
}

static int look_at_one(struct use *u)
{
	_cleanup_free_ char *point = NULL, *holders = kx_devices_join(u->path, "holders");
	int rc = kx_devices_shown(u->w.root, u->name, &point, u->w.err);

	if (rc == 0)
		return found(u, "is mounted on %s", point);
	if (rc != -ENOENT)
		return rc;
	rc = holders ? kx_devices_each(&u->w, holders, look_at_holder, u) :
		       kx_devices_no_memory(u->w.err);
	if (rc == 0 && !u->text)
		rc = kx_devices_each(&u->w, "sys/fs/btrfs", look_at_pool, u);
	return rc == 0 && !u->text ? look_elsewhere(u) : rc;
}

static int look_at_part(const char *name, void *data, struct kx_err *err)
{
	struct use *whole = data;
	_cleanup_free_ char *path = kx_devices_join(whole->path, name);
	struct use u = { .w = whole->w, .name = name, .path = path };
	int rc;

	if (!path)
		return kx_devices_no_memory(err);
	if (whole->text || !kx_devices_has(whole->w.root, path, "partition"))
		return 0;
	rc = look_at_one(&u);
	if (rc == 0 && u.text)
		rc = found(whole, ": its %s %s", name, u.text);
	free(u.text);
	return rc;
}

int kx_devices_used(const char *root, const char *name, char **ret, struct kx_err *err)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	struct use u = { .w = { .root = root, .err = err }, .name = name };
	int rc = kx_devices_real(root, "sys/class/block", name, &path);

	if (rc < 0)
		return kx_fail(err, rc, "/dev/%s: no such block device", name);
	u.path = path;
	rc = look_at_one(&u);
	if (rc == 0 && u.text) {
		text = u.text;
		u.text = NULL;
		rc = found(&u, " %s", text);
	} else if (rc == 0) {
		rc = kx_devices_each(&u.w, path, look_at_part, &u);
	}
	if (rc == 0 && !u.text)
		return kx_fail(err, -ENOENT, "nothing uses /dev/%s", name);
	if (rc == 0)
		*ret = u.text;
	return rc;
}
