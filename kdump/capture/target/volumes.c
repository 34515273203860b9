/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes device-mapper's volumes from the tables that they had in the running system. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "kdump/base/mapper.h"
#include "kdump/capture/target/target.h"
#include "kdump/capture/target/volumes.h"
#include "kdump/capture/target/volumes_disk.h"
#include "kdump/capture/target/volumes_md.h"
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
			if (dev)
				fprintf(out, "%u:%u", major(dev), minor(dev));
			else
				fputc('-', out);
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

/* ---- LVM's metadata -------------------------------------------------------------------------- */

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

/* ---- making them ----------------------------------------------------------------------------- */

/* Parts of a mirror that are not there after that long will not come. */
enum { PARTS_MS = 10000, LOOK_MS = 300 };

/** struct known - a disk that was looked for, once, though many segments may name it */
struct known {
	const char *name;
	dev_t number;
};

/**
 * struct making - a target's volumes
 * @known: @count disks
 * @patience: for disks, as for find_device(); 0: whoever supervises ends that
 */
struct making {
	struct capture_target *target;
	struct mapper mapper;
	struct known *known;
	size_t count;
	uint64_t patience;
};

/** struct marked - those of @making's disks that @volume stands on */
struct marked {
	const struct making *making;
	const struct kx_capture_volume *volume;
};

static int open_known(size_t i, void *data)
{
	const struct marked *m = data;
	const struct known *known = &m->making->known[i];
	char path[80];
	int fd;

	if (!kx_capture_stands_on(m->making->target->plan, m->volume, known->name))
		return -ENXIO;
	if (!volumes_disk_path(known->number, path))
		return -ENODEV;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	/* As nothing that could be read, not as metadata without the volume. */
	return fd < 0 ? -EIO : fd;
}

/* A volume that was made before needs no looking for: @ret is 0 where it could not be made. */
static int find_number(const char *name, void *data, dev_t *ret, struct kx_err *err)
{
	struct making *m = data;
	const struct kx_capture_plan *plan = m->target->plan;
	const struct kx_capture_volume *below = kx_capture_find_volume(plan, name);
	const struct kx_capture_disk *disk = kx_capture_find_disk(plan, name);
	bool active;
	int rc;

	if (below && below->kind == KX_CAPTURE_DM && below->uuid)
		return mapper_find(&m->mapper, below->uuid, ret, &active, err);
	for (size_t i = 0; i < m->count; i++) {
		if (strcmp(m->known[i].name, name) == 0) {
			*ret = m->known[i].number;
			return 0;
		}
	}
	rc = volumes_disk(m->target, name, m->patience, ret, err);
	if (rc < 0)
		return rc;
	m->known[m->count].name = disk->name;
	m->known[m->count++].number = *ret;
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

static int make_of(struct making *m, const struct kx_capture_volume *volume,
		   volumes_number *number, void *data, struct kx_err *err)
{
	_cleanup_free_ char *table = NULL;
	struct marked marked = { m, volume };
	dev_t dev;
	int rc;

	if (!volume->uuid)
		return kx_fail(err, -EINVAL, "the plan does not say its UUID");
	if (is_there(&m->mapper, volume->uuid))
		return 0;
	rc = volumes_table(volume, number, data, &table, err);
	if (rc == 0)
		rc = volumes_unchanged(volume, open_known, &marked, m->count, err);
	if (rc < 0)
		return rc;
	return mapper_make(&m->mapper, label_of(volume), volume->uuid, table, &dev, err);
}

static int make_mapped(struct making *m, const struct kx_capture_volume *volume,
		       struct kx_err *err)
{
	int rc = make_of(m, volume, find_number, m, err);

	if (rc == 0)
		capture_trace("%s is made", label_of(volume));
	return rc;
}

/* ---- of parts that stand in for each other --------------------------------------------------- */

/** struct parts - of a volume: its "raid" line's pairs of metadata and data, "@NAME" each */
struct parts {
	struct making *making;
	const struct kx_capture_volume *volume;
	size_t pairs, there;
	bool *lost;
	size_t at;
};

/* Called for each name of the line in its order, once the parts are made. */
static int number_of_part(const char *name, void *data, dev_t *ret, struct kx_err *err)
{
	struct parts *p = data;

	if (p->lost[p->at++ / 2]) {
		*ret = 0;
		return 0;
	}
	return find_number(name, p->making, ret, err);
}

static int count_part(const char *name, void *data, dev_t *ret, struct kx_err *err)
{
	struct parts *p = data;

	(void)name, (void)err;
	*ret = 0;
	p->at++;
	return 0;
}

/* A part whose disk is not there is lost, and the other one of its pair with it. */
static int make_part(const char *name, void *data, dev_t *ret, struct kx_err *err)
{
	struct parts *p = data;
	const struct kx_capture_plan *plan = p->making->target->plan;
	const struct kx_capture_volume *part = kx_capture_find_volume(plan, name);
	size_t pair = p->at++ / 2;
	int rc;

	*ret = 0;
	if (p->lost[pair])
		return 0;
	if (!part)
		return kx_fail(err, -EINVAL, "the plan has no volume \"%.100s\"", name);
	rc = make_of(p->making, part, find_number, p->making, err);
	if (rc == -ENODEV) {
		p->lost[pair] = true;
		/* The others of that disk are not waited for as long. */
		p->making->patience = LOOK_MS;
		capture_trace("%s: its part %s is not there", label_of(p->volume), label_of(part));
		return 0;
	}
	return rc < 0 ? kx_context(err, rc, "its part %.60s", label_of(part)) : 0;
}

static int each_part(struct parts *p, volumes_number *each, struct kx_err *err)
{
	_cleanup_free_ char *ignored = NULL;

	p->at = 0;
	return volumes_table(p->volume, each, p, &ignored, err);
}

static int make_parts(struct parts *p, struct kx_err *err)
{
	do {
		int rc;

		memset(p->lost, 0, p->pairs * sizeof(*p->lost));
		p->making->patience = PARTS_MS;
		rc = each_part(p, make_part, err);
		p->making->patience = 0;
		if (rc < 0)
			return rc;
		p->there = 0;
		for (size_t i = 0; i < p->pairs; i++)
			p->there += !p->lost[i];
	} while (p->there < p->volume->least);
	return 0;
}

static int make_raid(struct making *m, const struct kx_capture_volume *volume, struct kx_err *err)
{
	struct parts parts = { .making = m, .volume = volume };
	int rc = each_part(&parts, count_part, err);

	if (rc < 0)
		return rc;
	parts.pairs = parts.at / 2;
	if (parts.at % 2 || volume->least > parts.pairs)
		return kx_fail(err, -EINVAL, "the plan does not name its parts");
	parts.lost = calloc(parts.pairs + 1, sizeof(*parts.lost));
	if (!parts.lost)
		return kx_fail(err, -ENOMEM, "no memory for a table");
	rc = make_parts(&parts, err);
	parts.at = 0;
	if (rc == 0)
		rc = make_of(m, volume, number_of_part, &parts, err);
	free(parts.lost);
	if (rc < 0)
		return rc;
	/* The dump needs the disks; the next boot goes on with what they need. */
	mapper_message(&m->mapper, volume->uuid, "frozen");
	capture_trace("%s runs, with %zu of %zu parts", label_of(volume), parts.there, parts.pairs);
	return 0;
}

/* ---- all ------------------------------------------------------------------------------------- */

static int make_one(struct making *m, const char *name, struct kx_err *err)
{
	const struct kx_capture_plan *plan = m->target->plan;
	const struct kx_capture_volume *volume = kx_capture_find_volume(plan, name);
	char waits[256];
	int rc = 0;

	if (!volume)
		return kx_fail(err, -EINVAL, "the plan has no volume \"%.100s\"", name);
	/* Whoever has it among its parts makes it, or does without. */
	if (kx_capture_is_part(plan, m->target->from, name))
		return 0;
	snprintf(waits, sizeof(waits), "%.100s: no disk is one that it is made of",
		 label_of(volume));
	capture_waits(m->target, waits);
	if (volume->kind == KX_CAPTURE_DM && m->mapper.fd < 0)
		rc = mapper_open(&m->mapper, "/", err);
	if (rc == 0 && volume->kind == KX_CAPTURE_MD)
		rc = volumes_run(m->target, volume, err);
	else if (rc == 0)
		rc = volume->least ? make_raid(m, volume, err) : make_mapped(m, volume, err);
	capture_waits(m->target, NULL);
	return rc < 0 ? kx_context(err, rc, "%.100s", label_of(volume)) : 0;
}

int volumes_make(struct capture_target *target, struct kx_err *err)
{
	const struct kx_capture_list *names = &target->from->volume;
	struct making making = { .target = target, .mapper.fd = -1 };
	int rc = 0;

	making.known = calloc(target->plan->n_disks + 1, sizeof(*making.known));
	if (!making.known)
		return kx_fail(err, -ENOMEM, "no memory for a table");
	for (size_t i = 0; rc == 0 && i < names->count; i++)
		rc = make_one(&making, names->item[i], err);
	mapper_close(&making.mapper);
	free(making.known);
	return rc;
}
