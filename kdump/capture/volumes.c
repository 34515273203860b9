/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes device-mapper's volumes from the tables that they had in the running system. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "kdump/capture/target.h"
#include "kdump/capture/volumes.h"
#include "kdump/capture/volumes_disk.h"
#include "kdump/capture/volumes_md.h"
#include "kdump/mapper.h"
#include "kx/cleanup.h"
#include "kx/devices.h"

static const char *label_of(const struct kx_capture_volume *volume)
{
	return volume->label ? volume->label : volume->name;
}

/* ---- tables ---------------------------------------------------------------------------------- */

/* A line of it; whatever it says but names is the kernel's to check. */
static int print_segment(FILE *out, const char *line, volumes_number *number, void *data,
			 struct kx_err *err)
{
	while (*line) {
		size_t len = strcspn(line, " ");

		if (*line == '@') {
			_cleanup_free_ char *name = strndup(line + 1, len - 1);
			dev_t dev = 0;
			int rc = name ? number(name, data, &dev, err) :
					kx_fail(err, -ENOMEM, "no memory for a table");

			if (rc < 0)
				return rc;
			fprintf(out, "%u:%u", major(dev), minor(dev));
		} else {
			fwrite(line, 1, len, out);
		}
		line += len;
		len = strspn(line, " ");
		fwrite(line, 1, len, out);
		line += len;
	}
	fputc('\n', out);
	return 0;
}

int volumes_table(const struct kx_capture_volume *volume, volumes_number *number, void *data,
		  char **ret, struct kx_err *err)
{
	char *text = NULL;
	size_t len;
	FILE *out;
	int rc = 0;

	if (volume->segment.count == 0)
		return kx_fail(err, -EINVAL, "the plan has no segment of it");
	out = open_memstream(&text, &len);
	if (!out)
		return kx_fail(err, -ENOMEM, "no memory for a table");
	for (size_t i = 0; rc == 0 && i < volume->segment.count; i++)
		rc = print_segment(out, volume->segment.item[i], number, data, err);
	if (fclose(out) != 0 && rc == 0)
		rc = kx_fail(err, -ENOMEM, "no memory for a table");
	if (rc < 0)
		free(text);
	else
		*ret = text;
	return rc;
}

/* ---- making them ----------------------------------------------------------------------------- */

/** struct numbering - a table's disks; each is looked for once, though many segments may name it */
struct numbering {
	struct capture_target *target;
	struct {
		const char *name;
		dev_t number;
	} *known;
	size_t count;
};

static int find_number(const char *name, void *data, dev_t *ret, struct kx_err *err)
{
	struct numbering *n = data;
	const struct kx_capture_disk *disk = kx_capture_find_disk(n->target->plan, name);
	int rc;

	for (size_t i = 0; i < n->count; i++) {
		if (strcmp(n->known[i].name, name) == 0) {
			*ret = n->known[i].number;
			return 0;
		}
	}
	rc = volumes_disk(n->target, name, 0, ret, err);
	if (rc < 0)
		return rc;
	n->known[n->count].name = disk->name;
	n->known[n->count++].number = *ret;
	return 0;
}

/* One that an earlier worker could not finish is no use. */
static bool is_there(const struct mapper *mapper, const char *uuid)
{
	struct kx_err ignored;
	bool active;
	dev_t dev;

	if (mapper_find(mapper, uuid, &dev, &active, &ignored) < 0)
		return false;
	if (!active)
		mapper_remove(mapper, uuid);
	return active;
}

/*
 * A table that LVM has changed since the machine was armed leads to what may be another volume's
 * now: writing there would destroy it.
 */
int volumes_unchanged(const struct kx_capture_volume *volume, int (*disk)(size_t i, void *data),
		      void *data, size_t count, struct kx_err *err)
{
	size_t same = 0;

	for (size_t i = 0; volume->mark && i < count; i++) {
		char mark[KX_DEVICES_MARK] = "";
		_cleanup_fd_ int fd = disk(i, data);
		int rc = fd < 0 ? fd : kx_devices_lvm_mark(fd, volume->uuid, mark);

		if (rc == -ENOENT || (rc > 0 && strcmp(mark, volume->mark) != 0))
			return kx_fail(err, -ESTALE, "LVM has changed it since the machine was "
				       "armed, and nobody has armed it again");
		same += rc > 0;
	}
	return !volume->mark || same ? 0 : kx_fail(err, -ESTALE, "LVM's metadata cannot be read");
}

static int open_known(size_t i, void *data)
{
	const struct numbering *n = data;
	char path[80];
	int fd;

	if (!volumes_disk_path(n->known[i].number, path))
		return -ENODEV;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	/* As nothing that could be read, not as metadata without the volume. */
	return fd < 0 ? -EIO : fd;
}

static int make_mapped(struct capture_target *target, const struct kx_capture_volume *volume,
		       struct kx_err *err)
{
	struct numbering numbering = { .target = target };
	struct mapper mapper = { .fd = -1 };
	_cleanup_free_ char *table = NULL;
	dev_t dev;
	int rc = mapper_open(&mapper, "/", err);

	if (rc < 0)
		return rc;
	if (!volume->uuid) {
		rc = kx_fail(err, -EINVAL, "the plan does not say its UUID");
	} else if (!is_there(&mapper, volume->uuid)) {
		numbering.known = calloc(target->plan->n_disks + 1, sizeof(*numbering.known));
		rc = numbering.known ? volumes_table(volume, find_number, &numbering, &table, err) :
				       kx_fail(err, -ENOMEM, "no memory for a table");
		if (rc == 0)
			rc = volumes_unchanged(volume, open_known, &numbering, numbering.count,
					       err);
		if (rc == 0)
			rc = mapper_make(&mapper, label_of(volume), volume->uuid, table, &dev, err);
		if (rc == 0)
			capture_trace("%s is made, of %zu disks", label_of(volume),
				      numbering.count);
		free(numbering.known);
	}
	mapper_close(&mapper);
	return rc;
}

int volumes_make(struct capture_target *target, struct kx_err *err)
{
	const struct kx_capture_list *names = &target->from->volume;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < names->count; i++) {
		const struct kx_capture_volume *volume =
			kx_capture_find_volume(target->plan, names->item[i]);
		char waits[256];

		if (!volume)
			return kx_fail(err, -EINVAL, "the plan has no volume \"%.100s\"",
				       names->item[i]);
		snprintf(waits, sizeof(waits), "%.100s: no disk is one that it is made of",
			 label_of(volume));
		capture_waits(target, waits);
		rc = volume->kind == KX_CAPTURE_MD ? volumes_run(target, volume, err) :
						     make_mapped(target, volume, err);
		capture_waits(target, NULL);
		if (rc < 0)
			kx_context(err, rc, "%.100s", label_of(volume));
	}
	return rc;
}
