/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at all block devices, by sysfs and libblkid, until the one is there. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kdump/capture/system/find.h"
#include "kdump/capture/system/supervise.h"
#include "kdump/capture/system/trace.h"
#include "kx/cleanup.h"
#include "kx/device.h"
#include "kx/devices.h"
#include "kx/file.h"
#include "kx/span.h"

/* Looks in a row, of which the last finds no more than the one before it. */
enum { LOOK_MS = 100, SETTLE_LOOKS = 5, FOUND_MAX = 64 };

static bool same_text(const char *have, const char *want)
{
	return have[0] && strcasecmp(have, want) == 0;
}

int find_fits(const struct find_device *device, const struct kx_capture_list *lines,
	      enum find_facts facts, struct kx_err *err)
{
	const struct {
		const char *key, *value;
		enum find_facts facts;
	} texts[] = {
		{ "uuid=", device->uuid, FIND_ALL },
		{ "part=", device->part, FIND_ALL },
		{ "partuuid=", device->partuuid, FIND_ALL },
		{ "label=", device->label, FIND_ALL },
		{ "serial=", device->serial, FIND_SYSFS },
		{ "wwid=", device->wwid, FIND_SYSFS },
	};

	for (size_t i = 0; i < lines->count; i++) {
		const char *line = lines->item[i];
		uint64_t size;
		size_t k = 0;

		if (strncmp(line, "size=", 5) == 0) {
			if (!kx_span_number(kx_span_of(line + 5), 10, &size) ||
			    size != device->size)
				return 0;
			continue;
		}
		while (k < sizeof(texts) / sizeof(texts[0]) &&
		       strncmp(line, texts[k].key, strlen(texts[k].key)) != 0)
			k++;
		if (k == sizeof(texts) / sizeof(texts[0]))
			return kx_fail(err, -EINVAL, "\"%s\": nothing is known of devices by that "
				       "name", line);
		if (texts[k].facts <= facts &&
		    !same_text(texts[k].value, line + strlen(texts[k].key)))
			return 0;
	}
	return lines->count > 0;
}

/* ---- what a device is ------------------------------------------------------------------------ */

/* By what the plan's lines were made with when the machine was armed. */
static bool take_sysfs(const char *name, struct find_device *ret)
{
	_cleanup_(kx_devices_id_done) struct kx_devices_id id = { .fs = NULL };
	struct kx_err ignored;

	if (kx_devices_id("/", name, &id, &ignored) < 0 || id.size == 0)
		return false;
	*ret = (struct find_device){ .size = id.size };
	/* With a "!" for a "/", as sysfs has them. */
	snprintf(ret->name, sizeof(ret->name), "%s", name);
	for (char *c = ret->name; (c = strchr(c, '!'));)
		*c = '/';
	snprintf(ret->serial, sizeof(ret->serial), "%s", id.serial ? id.serial : "");
	snprintf(ret->wwid, sizeof(ret->wwid), "%s", id.wwid ? id.wwid : "");
	return true;
}

static void take_content(struct find_device *ret)
{
	struct kx_device_names names;
	_cleanup_fd_ int fd = -1;
	struct kx_err why;
	char path[80];

	snprintf(path, sizeof(path), "/dev/%s", ret->name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || kx_device_names(fd, &names, &why) <= 0)
		return;
	snprintf(ret->uuid, sizeof(ret->uuid), "%s", names.uuid);
	snprintf(ret->label, sizeof(ret->label), "%s", names.label);
	snprintf(ret->type, sizeof(ret->type), "%s", names.type);
	snprintf(ret->part, sizeof(ret->part), "%s", names.part);
	snprintf(ret->partuuid, sizeof(ret->partuuid), "%s", names.partuuid);
}

/* ---- looking for it -------------------------------------------------------------------------- */

/** struct look - one look at all of them; @parts: what tells those apart that were found */
struct look {
	const struct find_request *request;
	size_t found;
	struct find_device first;
	char names[FOUND_MAX][64], parts[FOUND_MAX][64];
};

static int found_one(struct look *look, const struct find_device *device, struct kx_err *err)
{
	const struct find_request *r = look->request;

	for (size_t i = 0; i < look->found; i++) {
		if (r->several && device->part[0] && strcmp(device->part, look->parts[i]) != 0)
			continue;
		return kx_fail(err, -EEXIST, "/dev/%s and /dev/%s both are what is looked for; one "
			       "may be a copy of the other", look->names[i], device->name);
	}
	if (look->found == 0)
		look->first = *device;
	if (look->found < FOUND_MAX) {
		snprintf(look->names[look->found], 64, "%s", device->name);
		snprintf(look->parts[look->found], 64, "%s", device->part);
		look->found++;
	}
	if (r->several)
		r->several->each(device);
	return 0;
}

static int look_at(const char *name, void *data, struct kx_err *err)
{
	struct look *look = data;
	const struct find_request *r = look->request;
	struct find_device device;
	int rc;

	if (!take_sysfs(name, &device))
		return 0;
	rc = find_fits(&device, r->lines, FIND_SYSFS, err);
	if (rc <= 0 || (r->skip && r->skip(r->data, device.name)))
		return rc < 0 ? rc : 0;
	if (r->reads)
		r->reads(r->data, device.name);
	take_content(&device);
	if (r->reads)
		r->reads(r->data, NULL);
	rc = find_fits(&device, r->lines, FIND_ALL, err);
	return rc <= 0 ? rc : found_one(look, &device, err);
}

/* Are all that it takes there? @found_at: when the first was found; 0: none is yet. */
static bool is_enough(const struct look *look, uint64_t *found_at)
{
	const struct find_request *r = look->request;
	const uint64_t now = capture_process_now(NULL);

	if (!look->found)
		return false;
	if (!*found_at)
		*found_at = now;
	return !r->several || r->several->all(r->data, &look->first, now - *found_at);
}

int find_device(const struct find_request *request, struct find_device *ret, struct kx_err *err)
{
	static const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
	_cleanup_free_ struct look *look = calloc(1, sizeof(*look));
	const uint64_t begun = capture_process_now(NULL);
	uint64_t found_at = 0;
	size_t settled = 0, before = 0;
	int rc;

	if (!look)
		return kx_fail(err, -ENOMEM, "no memory to look for a device");
	/* Another one that fits may come a little later. */
	while (settled < SETTLE_LOOKS) {
		*look = (struct look){ .request = request };
		rc = kx_file_each("/", "sys/class/block", look_at, look, err);
		if (rc < 0 && rc != -ENOENT)
			return rc;
		settled = is_enough(look, &found_at) && look->found == before ? settled + 1 : 0;
		before = look->found;
		if (!look->found && request->patience &&
		    capture_process_now(NULL) - begun >= request->patience)
			return kx_fail(err, -ENODEV, "no disk is the one that the plan means");
		nanosleep(&pause, NULL);
	}
	*ret = look->first;
	return 0;
}
