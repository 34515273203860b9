/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which block device is meant, and by what it is known again. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/span.h"
#include "lib/devices/internal.h"

/* ---- which one ------------------------------------------------------------------------------ */

/* As udev has it in names: what is not sure is \xHH. */
static char *encode(const char *text)
{
	char *ret = malloc(4 * strlen(text) + 1), *to = ret;

	for (; ret && *text; text++) {
		const unsigned char c = (unsigned char)*text;

		if (c >= 0x80 || isalnum(c) || strchr("#+-.:=@_", c))
			*to++ = (char)c;
		else
			to += sprintf(to, "\\x%02x", c);
	}
	if (ret)
		*to = '\0';
	return ret;
}

/* "dev/cciss/c0d0" is "cciss!c0d0" in sysfs. */
static int name_of(const char *root, const char *dev, const char *where, char **ret,
		   struct kx_err *err)
{
	_cleanup_free_ char *real = NULL, *name = NULL;
	int rc = kx_file_real(root, dev, &real);

	if (rc < 0)
		return kx_fail(err, rc, "%s: no such device: /%s: %s", where, dev, strerror(-rc));
	if (strncmp(real, "dev/", 4) != 0)
		return kx_fail(err, -EINVAL, "%s: /%s is not below /dev", where, real);
	name = strdup(real + 4);
	if (!name)
		return kx_devices_no_memory(err);
	for (char *c = name; (c = strchr(c, '/'));)
		*c = '!';
	if (!kx_devices_has(root, "sys/class/block", name))
		return kx_fail(err, -ENOENT, "%s: /%s is no block device", where, real);
	*ret = name;
	name = NULL;
	return 0;
}

int kx_devices_find_disk(const char *root, const char *where, char **ret, struct kx_err *err)
{
	static const struct {
		const char *start, *folder;
	} kinds[] = { { "UUID=", "uuid" },
		      { "LABEL=", "label" },
		      { "PARTUUID=", "partuuid" },
		      { "PARTLABEL=", "partlabel" } };

	if (strncmp(where, "/dev/", 5) == 0)
		return name_of(root, where + 1, where, ret, err);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		_cleanup_free_ char *value = NULL, *path = NULL;
		size_t len = strlen(kinds[i].start);

		if (strncmp(where, kinds[i].start, len) != 0 || !where[len])
			continue;
		value = encode(where + len);
		if (!value || asprintf(&path, "dev/disk/by-%s/%s", kinds[i].folder, value) < 0) {
			path = NULL;
			return kx_devices_no_memory(err);
		}
		return name_of(root, path, where, ret, err);
	}
	return kx_fail(err, -EINVAL, "%s: neither UUID=, LABEL=, PARTUUID=, PARTLABEL= nor a path "
		       "below /dev", where);
}

/* ---- by what it is known -------------------------------------------------------------------- */

static void decode(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (text[0] == '\\' && text[1] == 'x' && isxdigit((unsigned char)text[2]) &&
		    isxdigit((unsigned char)text[3])) {
			char digits[3] = { text[2], text[3], '\0' };

			*to++ = (char)strtoul(digits, NULL, 16);
			text += 3;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

/* The first of two files that is there and says something. */
static char *first_text(const char *root, const char *folder, const char *a, const char *b)
{
	char *text = kx_devices_text(root, folder, a);

	if (text && text[0])
		return text;
	free(text);
	text = kx_devices_text(root, folder, b);
	if (text && text[0])
		return text;
	free(text);
	return NULL;
}

static void read_udev(const char *root, const char *path, struct kx_devices_id *id)
{
	_cleanup_free_ char *number = kx_devices_text(root, path, "dev");
	char name[64];

	if (!number || strlen(number) > 40)
		return;
	snprintf(name, sizeof(name), "b%s", number);
	id->fs = kx_devices_value(root, "run/udev/data", name, "E:ID_FS_TYPE=");
	id->uuid = kx_devices_value(root, "run/udev/data", name, "E:ID_FS_UUID=");
	id->label = kx_devices_value(root, "run/udev/data", name, "E:ID_FS_LABEL_ENC=");
	id->part = kx_devices_value(root, "run/udev/data", name, "E:ID_FS_UUID_SUB=");
	id->partuuid = kx_devices_value(root, "run/udev/data", name, "E:ID_PART_ENTRY_UUID=");
	id->partlabel = kx_devices_value(root, "run/udev/data", name, "E:ID_PART_ENTRY_NAME=");
	if (id->label)
		decode(id->label);
	if (id->partlabel)
		decode(id->partlabel);
}

int kx_devices_id(const char *root, const char *name, struct kx_devices_id *ret,
		  struct kx_err *err)
{
	_cleanup_free_ char *path = NULL, *size = NULL, *disk = NULL;
	struct kx_devices_id id = { .fs = NULL };
	int rc = kx_devices_real(root, "sys/class/block", name, &path);
	uint64_t sectors;

	if (rc < 0)
		return kx_fail(err, rc, "%s: no such block device", name);
	disk = strdup(path);
	if (!disk)
		return kx_devices_no_memory(err);
	if (kx_devices_has(root, path, "partition") && strrchr(disk, '/'))
		*strrchr(disk, '/') = '\0';
	size = kx_devices_text(root, path, "size");
	/* Linux counts in sectors of 512 bytes, whatever the disk has. */
	if (!size || !kx_span_number(kx_span_of(size), 10, &sectors) || sectors > UINT64_MAX / 512)
		return kx_fail(err, -EINVAL, "%s: its size cannot be read", name);
	id.size = sectors * 512;
	read_udev(root, path, &id);
	if (!id.partuuid)
		id.partuuid = kx_devices_value(root, path, "uevent", "PARTUUID=");
	/* The kernel has "!" for what is not ASCII. */
	if (!id.partlabel)
		id.partlabel = kx_devices_value(root, path, "uevent", "PARTNAME=");
	id.serial = first_text(root, disk, "serial", "device/serial");
	id.wwid = first_text(root, disk, "wwid", "device/wwid");
	if (!id.wwid)
		id.wwid = first_text(root, path, "dm/uuid", "dm/uuid");
	*ret = id;
	return 0;
}

void kx_devices_id_done(struct kx_devices_id *id)
{
	free(id->fs), free(id->uuid), free(id->label), free(id->part);
	free(id->partuuid), free(id->partlabel), free(id->serial), free(id->wwid);
	*id = (struct kx_devices_id){ .fs = NULL };
}
