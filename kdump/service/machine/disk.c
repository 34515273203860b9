/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Block devices of targets, on machines with udev and without. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/service/machine/disk.h"
#include "kx/cleanup.h"
#include "kx/device.h"
#include "kx/file.h"

/* "cciss!c0d0" in sysfs is "dev/cciss/c0d0". */
int disk_open(const char *root, const char *name)
{
	_cleanup_free_ char *path = NULL;

	if (asprintf(&path, "dev/%s", name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	for (char *c = path; (c = strchr(c, '!'));)
		*c = '/';
	return kx_file_open(root, path);
}

static int keep(char **to, const char *text)
{
	if (*to || !text[0])
		return 0;
	*to = strdup(text);
	return *to ? 0 : -ENOMEM;
}

static int ask_device(const char *root, const char *name, struct kx_devices_id *id)
{
	_cleanup_fd_ int fd = disk_open(root, name);
	struct kx_device_names names;
	struct kx_err ignored;
	int rc;

	if (fd < 0 || kx_device_names(fd, &names, &ignored) <= 0)
		return 0;
	rc = keep(&id->fs, names.type);
	if (rc == 0)
		rc = keep(&id->uuid, names.uuid);
	if (rc == 0)
		rc = keep(&id->label, names.label);
	if (rc == 0)
		rc = keep(&id->part, names.part);
	return rc == 0 ? keep(&id->partuuid, names.partuuid) : rc;
}

int disk_id(const char *root, const char *name, struct kx_devices_id *ret, struct kx_err *err)
{
	int rc = kx_devices_id(root, name, ret, err);

	if (rc < 0 || (ret->uuid && ret->fs))
		return rc;
	rc = ask_device(root, name, ret);
	if (rc < 0) {
		kx_devices_id_done(ret);
		return kx_fail(err, rc, "no memory for what /dev/%s is", name);
	}
	return 0;
}

/* Of a serial number of garbage nobody knows it again; the others will do. */
static int add_line(struct kx_capture_list *list, const char *key, const char *value)
{
	return value && kx_capture_fits(value) ? kx_capture_append(list, "%s=%s", key, value) : 0;
}

int disk_lines(const char *disk, const struct kx_devices_id *id, enum disk_holds holds,
	       struct kx_capture_list *ret, struct kx_err *err)
{
	int rc = holds != DISK_HOLDS_NOTHING ? add_line(ret, "uuid", id->uuid) : 0;

	if (rc == 0 && holds == DISK_HOLDS_PART)
		rc = add_line(ret, "part", id->part);
	if (rc == 0)
		rc = add_line(ret, "partuuid", id->partuuid);
	if (rc == 0)
		rc = add_line(ret, "serial", id->serial);
	if (rc == 0)
		rc = add_line(ret, "wwid", id->wwid);
	if (rc == 0 && ret->count == 0)
		return kx_fail(err, -ENODEV, "/dev/%s has nothing by which it is known again after a "
			       "crash: no UUID, PARTUUID, serial number (is it made already?)", disk);
	if (rc == 0)
		rc = kx_capture_append(ret, "size=%" PRIu64, id->size);
	return rc < 0 ? kx_fail(err, rc, "no memory") : 0;
}

/** struct looking - for a device by what it says; @name: that was found */
struct looking {
	const char *root, *where;
	char *name;
};

static bool fits(const struct kx_devices_id *id, const char *where)
{
	const struct {
		const char *start, *value;
	} kinds[] = { { "UUID=", id->uuid },
		      { "LABEL=", id->label },
		      { "PARTUUID=", id->partuuid },
		      { "PARTLABEL=", id->partlabel } };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t len = strlen(kinds[i].start);

		if (strncmp(where, kinds[i].start, len) == 0)
			return kinds[i].value && strcmp(kinds[i].value, where + len) == 0;
	}
	return false;
}

static int look_at(const char *name, void *data, struct kx_err *err)
{
	struct looking *l = data;
	struct kx_devices_id id;
	struct kx_err ignored;
	bool found;

	if (disk_id(l->root, name, &id, &ignored) < 0)
		return 0;
	found = fits(&id, l->where);
	kx_devices_id_done(&id);
	if (!found)
		return 0;
	if (l->name)
		return kx_fail(err, -EEXIST, "%s: /dev/%s and /dev/%s both are; one may be a copy of "
			       "the other", l->where, l->name, name);
	l->name = strdup(name);
	return l->name ? 0 : kx_fail(err, -ENOMEM, "no memory for what /dev/%s is", name);
}

int disk_find(const char *root, const char *where, char **ret, struct kx_err *err)
{
	struct looking l = { root, where, NULL };
	struct kx_err second = { "" };
	int rc = kx_devices_find_disk(root, where, ret, err), each;

	if (rc != -ENOENT || where[0] == '/')
		return rc;
	/* What is wrong with the folder is no answer to what was asked. */
	each = kx_file_each(root, "sys/class/block", look_at, &l, &second);
	if (each == -EEXIST || each == -ENOMEM) {
		free(l.name);
		*err = second;
		return each;
	}
	if (!l.name)
		return rc;
	*ret = l.name;
	return 0;
}
