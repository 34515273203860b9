/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads how volumes are made, from device-mapper and sysfs. Changes nothing. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "kdump/base/mapper.h"
#include "kdump/service/machine/disk.h"
#include "kdump/service/resolve/volumes.h"
#include "kdump/service/resolve/volumes_raid.h"
#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/span.h"

enum { TEXT_MAX = 1 << 12 };

static int no_memory(struct kx_err *err)
{
	return kx_fail(err, -ENOMEM, "no memory for what targets are made of");
}

/* The small file sys/class/block/NAME/FILE without white space around it; NULL: there is none. */
static char *text_of(const char *root, const char *name, const char *file)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	struct kx_err ignored;
	struct kx_span value;
	size_t len;

	if (asprintf(&path, "sys/class/block/%s/%s", name, file) < 0) {
		path = NULL;
		return NULL;
	}
	if (kx_file_read(root, path, TEXT_MAX, &text, &len, &ignored) < 0)
		return NULL;
	value = kx_span_trim((struct kx_span){ (const uint8_t *)text, len });
	return strndup(value.len ? (const char *)value.base : "", value.len);
}

/* "8:1" as sysfs and tables have it. */
static bool take_number(struct kx_span text, uint64_t *major, uint64_t *minor)
{
	const uint8_t *colon = text.len ? memchr(text.base, ':', text.len) : NULL;
	struct kx_span a, b;

	if (!colon)
		return false;
	return kx_span_slice(text, 0, (size_t)(colon - text.base), &a) &&
	       kx_span_slice(text, a.len + 1, text.len - a.len - 1, &b) &&
	       kx_span_number(a, 10, major) && kx_span_number(b, 10, minor) &&
	       *major <= UINT32_MAX && *minor <= UINT32_MAX;
}

/* ---- disks ----------------------------------------------------------------------------------- */

static int take_part(const struct resolving *r, const char *name, struct kx_err *err)
{
	struct kx_devices_id id = { .uuid = NULL };
	struct kx_capture_disk *disk;
	enum disk_holds holds;
	int rc;

	if (kx_capture_find_disk(r->plan, name))
		return 0;
	rc = disk_id(r->root, name, &id, err);
	if (rc < 0)
		return rc;
	/* Whoever made it gave it a name; what is on it may be the same on another. */
	holds = id.wwid && strncmp(id.wwid, "LVM-", 4) == 0 ? DISK_HOLDS_NOTHING : DISK_HOLDS_PART;
	disk = kx_capture_add_disk(r->plan, name);
	rc = disk ? disk_lines(name, &id, holds, &disk->device, err) : no_memory(err);
	kx_devices_id_done(&id);
	return rc;
}

/* ---- device-mapper --------------------------------------------------------------------------- */

/* Of a table that a crash kernel can load as it is; other kinds have something that lives on. */
static bool is_known(struct kx_span type)
{
	return kx_span_equal(type, "linear") || kx_span_equal(type, "striped") ||
	       kx_span_equal(type, "raid");
}

/* The word of a line that says what kind it is of, once it is known to be a good one. */
static int take_type(const struct resolving *r, struct kx_capture_volume *volume,
		     struct kx_span type, struct kx_span rest, struct kx_err *err)
{
	if (kx_span_equal(type, "mirror"))
		return kx_fail(err, -ENOTSUP, "it is an LVM mirror of the old kind, which a crash "
			       "kernel cannot set up; lvconvert --type raid1 makes it one that can be, "
			       "or dump elsewhere");
	if (!is_known(type))
		return kx_fail(err, -ENOTSUP, "it is made by \"%.*s\" of device-mapper, which "
			       "a crash kernel cannot set up; dump to a plain partition or "
			       "over the network", (int)type.len, (const char *)type.base);
	if ((kx_span_equal(type, "raid") || volume->least) && volume->segment.count)
		return kx_fail(err, -ENOTSUP, "a part of it is mirrored and another is not; dump to a "
			       "plain partition or over the network");
	if (!kx_span_equal(type, "raid"))
		return 0;
	return volumes_raid(rest, &r->resolved->devices, volume->name, &volume->least, err);
}

/* The word of a table that names a device; what it is called goes to @ret. */
static int take_device(const struct resolving *r, uint64_t major, uint64_t minor, char **ret,
		       struct kx_err *err)
{
	_cleanup_free_ char *real = NULL;
	char path[64];
	int rc;

	snprintf(path, sizeof(path), "sys/dev/block/%u:%u", (unsigned int)major,
		 (unsigned int)minor);
	rc = kx_file_real(r->root, path, &real);
	if (rc < 0)
		return kx_fail(err, rc, "/%s: %s", path, strerror(-rc));
	*ret = strdup(strrchr(real, '/') ? strrchr(real, '/') + 1 : real);
	return *ret ? take_part(r, *ret, err) : no_memory(err);
}

static int take_words(const struct resolving *r, struct kx_capture_volume *volume,
		      struct kx_span line, FILE *out, struct kx_err *err)
{
	struct kx_span word;

	for (size_t number = 0; kx_span_word(&line, &word); number++) {
		_cleanup_free_ char *name = NULL;
		uint64_t major, minor;
		int rc = 0;

		if (number == 2)
			rc = take_type(r, volume, word, line, err);
		else if (number > 2 && take_number(word, &major, &minor))
			rc = take_device(r, major, minor, &name, err);
		if (rc < 0)
			return rc;
		if (name)
			fprintf(out, " @%s", name);
		else
			fprintf(out, "%s%.*s", number ? " " : "", (int)word.len,
				(const char *)word.base);
	}
	return 0;
}

int volumes_take_table(const struct resolving *r, struct kx_capture_volume *volume,
		       const char *table, struct kx_err *err)
{
	struct kx_span rest = kx_span_of(table), line;
	int rc = 0;

	while (rc == 0 && kx_span_line(&rest, &line)) {
		_cleanup_free_ char *text = NULL;
		size_t len;
		FILE *out = open_memstream(&text, &len);

		if (!out)
			return no_memory(err);
		rc = take_words(r, volume, kx_span_trim(line), out, err);
		if (fclose(out) != 0 && rc == 0)
			rc = no_memory(err);
		if (rc == 0 && kx_capture_append(&volume->segment, "%s", text) < 0)
			rc = no_memory(err);
	}
	return rc;
}

/* By any of its disks; a group may have disks without metadata. */
static int take_mark(const struct resolving *r, struct kx_capture_volume *volume,
		     struct kx_err *err)
{
	char mark[KX_DEVICES_MARK];

	for (size_t i = 0; i < r->plan->n_disks; i++) {
		const char *name = r->plan->disk[i].name;
		_cleanup_fd_ int fd = -1;

		if (kx_capture_stands_on(r->plan, volume, name))
			fd = disk_open(r->root, name);
		if (fd >= 0 && kx_devices_lvm_mark(fd, volume->uuid, mark) > 0)
			return kx_capture_set(&volume->mark, mark) < 0 ? no_memory(err) : 0;
	}
	return 0;
}

static int take_mapped(const struct resolving *r, struct kx_capture_volume *volume,
		       struct kx_err *err)
{
	_cleanup_free_ char *number = text_of(r->root, volume->name, "dev"), *table = NULL;
	_cleanup_free_ char *label = text_of(r->root, volume->name, "dm/name");
	_cleanup_free_ char *uuid = text_of(r->root, volume->name, "dm/uuid");
	struct mapper mapper = { .fd = -1 };
	uint64_t major = 0, minor = 0;
	dev_t dev;
	int rc;

	if (!number || !take_number(kx_span_of(number), &major, &minor) || !label || !label[0] ||
	    !uuid || !uuid[0])
		return kx_fail(err, -ENODEV, "sysfs does not say what it is");
	if (kx_capture_set(&volume->label, label) < 0 || kx_capture_set(&volume->uuid, uuid) < 0)
		return no_memory(err);
	dev = makedev((unsigned int)major, (unsigned int)minor);
	rc = mapper_open(&mapper, r->root, err);
	if (rc == 0)
		rc = mapper_table(&mapper, dev, &table, err);
	mapper_close(&mapper);
	if (rc == 0)
		rc = volumes_take_table(r, volume, table, err);
	return rc == 0 ? take_mark(r, volume, err) : rc;
}

/* ---- arrays ---------------------------------------------------------------------------------- */

/** struct members - of the array @volume; those that failed, and spares, are none */
struct members {
	const struct resolving *r;
	struct kx_capture_volume *volume;
};

/* "dev-NAME": Linux, Documentation/admin-guide/md.rst. */
static int take_member(const char *entry, void *data, struct kx_err *err)
{
	struct members *m = data;
	const char *array = m->volume->name, *name = entry + strlen("dev-");
	_cleanup_free_ char *state = NULL, *slot = NULL;
	char file[320];
	int rc;

	if (strncmp(entry, "dev-", strlen("dev-")) != 0)
		return 0;
	snprintf(file, sizeof(file), "md/%.255s/state", entry);
	state = text_of(m->r->root, array, file);
	snprintf(file, sizeof(file), "md/%.255s/slot", entry);
	slot = text_of(m->r->root, array, file);
	if (!state || strstr(state, "faulty") || !slot || strcmp(slot, "none") == 0)
		return 0;
	rc = take_part(m->r, name, err);
	if (rc == 0 && kx_capture_append(&m->volume->member, "%s", name) < 0)
		rc = no_memory(err);
	return rc;
}

static bool same_lines(const struct kx_capture_list *a, const struct kx_capture_list *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (strcmp(a->item[i], b->item[i]) != 0)
			return false;
	}
	return true;
}

/* Superblocks of version 0.90 are all the same. */
static int check_members(const struct resolving *r, const struct kx_capture_volume *volume,
			 struct kx_err *err)
{
	const struct kx_capture_list *members = &volume->member;

	if (members->count < volume->least || members->count == 0)
		return kx_fail(err, -ENODEV, "%zu of its devices are there", members->count);
	for (size_t i = 0; i < members->count; i++) {
		const struct kx_capture_disk *a = kx_capture_find_disk(r->plan, members->item[i]);

		for (size_t k = 0; k < i; k++) {
			const struct kx_capture_disk *b =
				kx_capture_find_disk(r->plan, members->item[k]);

			if (a && b && same_lines(&a->device, &b->device))
				return kx_fail(err, -ENOTSUP, "%s and %s have nothing by which they "
					       "are told apart after a crash: neither PARTUUID nor "
					       "serial number", b->name, a->name);
		}
	}
	return 0;
}

/* What is written without them is lost, or destroys what they say. */
static int check_kind(const struct resolving *r, const struct kx_capture_volume *volume,
		      struct kx_err *err)
{
	static const struct {
		const char *file, *text, *why;
	} kinds[] = {
		{ "md/bitmap/metadata", "clustered", "it is shared by the machines of a cluster" },
		{ "md/bitmap/location", "file", "its bitmap is in a file; mdadm --grow "
		  "--bitmap=internal puts it on the disks" },
		{ "md/consistency_policy", "journal", "it has a journal on another disk" },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		_cleanup_free_ char *text = text_of(r->root, volume->name, kinds[i].file);

		if (text && strcmp(text, kinds[i].text) == 0)
			return kx_fail(err, -ENOTSUP, "%s", kinds[i].why);
	}
	return 0;
}

/* Of each piece, of raid10: near ones, and far ones (Linux, Documentation/admin-guide/md.rst). */
static uint64_t copies_of(const struct resolving *r, const struct kx_capture_volume *volume)
{
	_cleanup_free_ char *layout = text_of(r->root, volume->name, "md/layout");
	uint64_t number;

	if (!layout || !kx_span_number(kx_span_of(layout), 10, &number))
		return 1;
	return (number & 0xff) * (number >> 8 & 0xff);
}

static int take_array(const struct resolving *r, struct kx_capture_volume *volume,
		      struct kx_err *err)
{
	_cleanup_free_ char *version = text_of(r->root, volume->name, "md/metadata_version");
	_cleanup_free_ char *level = text_of(r->root, volume->name, "md/level");
	_cleanup_free_ char *disks = text_of(r->root, volume->name, "md/raid_disks");
	_cleanup_free_ char *path = NULL;
	struct members members = { r, volume };
	uint64_t enough;
	int rc;

	volume->kind = KX_CAPTURE_MD;
	/* "2", or "3 (2)" while it is being reshaped. */
	if (!version || !level || !disks || !kx_span_number(kx_span_of(disks), 10, &volume->least))
		return kx_fail(err, -ENOTSUP, "sysfs does not say how it is made, or that changes "
			       "now");
	rc = check_kind(r, volume, err);
	if (rc < 0)
		return rc;
	if (kx_capture_set(&volume->metadata, version) < 0 ||
	    asprintf(&path, "sys/class/block/%s/md", volume->name) < 0) {
		path = NULL;
		return no_memory(err);
	}
	rc = kx_file_each(r->root, path, take_member, &members, err);
	if (rc < 0)
		return rc;
	enough = volumes_array_least(kx_span_of(level), volume->least, copies_of(r, volume));
	/* It is written to now, with those that are there. */
	if (enough < volume->least && volume->member.count < enough)
		enough = volume->member.count;
	volume->least = enough;
	return check_members(r, volume, err);
}

/* ---- all ------------------------------------------------------------------------------------- */

static int take_one(const struct resolving *r, const struct kx_devices_made *made,
		    struct kx_err *err)
{
	struct kx_capture_volume *volume;
	char name[300];
	int rc;

	if (kx_capture_append(&r->to->volume, "%s", made->name) < 0)
		return no_memory(err);
	if (kx_capture_find_volume(r->plan, made->name))
		return 0;
	volume = kx_capture_add_volume(r->plan, made->name);
	if (!volume)
		return no_memory(err);
	rc = made->kind == KX_DEVICES_MD ? take_array(r, volume, err) : take_mapped(r, volume, err);
	snprintf(name, sizeof(name), "%.100s%s%.100s", volume->label ? volume->label : "",
		 volume->label ? ", " : "", made->name);
	return rc < 0 ? kx_context(err, rc, "%s", name) : 0;
}

int volumes_take(const struct resolving *r, const char *disk, struct kx_err *err)
{
	_cleanup_(kx_devices_done) struct kx_devices own = { .able = VOLUMES_ABLE };
	int rc = kx_devices_add_disk(&own, r->root, disk, err);

	for (size_t i = 0; rc == 0 && i < own.mades; i++)
		rc = take_one(r, &own.made[i], err);
	return rc;
}

/* ---- in words -------------------------------------------------------------------------------- */

/* @disk is @volume, or a partition of it. */
static bool is_below(const char *disk, const char *volume)
{
	size_t len = strlen(volume);

	return strncmp(disk, volume, len) == 0 && (disk[len] == '\0' || disk[len] == 'p');
}

static bool is_made(const struct kx_capture_target *target, const char *disk)
{
	for (size_t i = 0; i < target->volume.count; i++) {
		if (is_below(disk, target->volume.item[i]))
			return true;
	}
	return false;
}

static const char *kind_of(const struct kx_capture_volume *volume)
{
	if (volume && volume->kind == KX_CAPTURE_MD)
		return "RAID";
	return volume && volume->least ? "LVM's RAID" : "LVM";
}

int volumes_tell(const struct kx_capture_plan *plan, const struct kx_capture_target *target,
		 char **ret)
{
	const char *before = " on ";
	FILE *out;
	size_t len;

	if (target->volume.count == 0)
		return -ENOENT;
	out = open_memstream(ret, &len);
	if (!out)
		return -ENOMEM;
	for (size_t i = target->volume.count; i-- > 0;) {
		const char *name = target->volume.item[i];
		const struct kx_capture_volume *v = kx_capture_find_volume(plan, name);

		if (kx_capture_is_part(plan, target, name))
			continue;
		fprintf(out, "%s%s (%s)", i + 1 == target->volume.count ? "" : " on ",
			v && v->label ? v->label : name, kind_of(v));
	}
	for (size_t i = 0; i < plan->n_disks; i++) {
		const char *disk = plan->disk[i].name;
		bool used = false;

		for (size_t k = 0; k < target->volume.count && !used; k++) {
			const struct kx_capture_volume *v =
				kx_capture_find_volume(plan, target->volume.item[k]);

			used = v && kx_capture_names(v, disk);
		}
		if (!used || is_made(target, disk))
			continue;
		fprintf(out, "%s%s", before, disk);
		before = ", ";
	}
	if (fclose(out) == 0)
		return 0;
	free(*ret);
	return -ENOMEM;
}
