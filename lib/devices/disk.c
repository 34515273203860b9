/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Block devices: down to disks, and what cannot be set up again by a crash kernel. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/array.h"
#include "kx/cleanup.h"
#include "kx/span.h"
#include "lib/devices/internal.h"

static int walk_disk(struct walk *w, const char *name);

static const char elsewhere[] = "dump to a plain partition or over the network";

/* @advice: what to do about it */
static int refuse_with(struct walk *w, const char *name, const char *what, const char *advice)
{
	return kx_fail(w->err, -ENOTSUP, "%s is %s, which a crash kernel cannot set up; %s", name,
		       what, advice);
}

static int refuse(struct walk *w, const char *name, const char *what)
{
	return refuse_with(w, name, what, elsewhere);
}

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static int need(struct walk *w, const char *name, const char *word)
{
	return kx_devices_need(w->to, false, word, name, w->err);
}

/* ---- what others make of disks -------------------------------------------------------------- */

static int walk_slave(const char *name, void *data, struct kx_err *err)
{
	(void)err;
	return walk_disk(data, name);
}

static int walk_slaves(struct walk *w, const char *path)
{
	_cleanup_free_ char *slaves = kx_devices_join(path, "slaves");

	return slaves ? kx_devices_each(w, slaves, walk_slave, w) : kx_devices_no_memory(w->err);
}

/* Those whose superblocks say all that the kernel needs to know. */
static bool is_known_level(const char *level)
{
	static const char *const known[] = { "raid1", "raid0",	"linear", "raid10",
					     "raid5", "raid6", "raid4" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(level, known[i]) == 0)
			return true;
	}
	return false;
}

static int take_md(struct walk *w, const char *name, const char *path)
{
	_cleanup_free_ char *level = kx_devices_text(w->root, path, "md/level");
	_cleanup_free_ char *version = kx_devices_text(w->root, path, "md/metadata_version");
	char alias[64], what[96];
	int rc;

	if (!(w->to->able & KX_DEVICES_MD) || !level)
		return refuse(w, name, "a RAID array");
	snprintf(what, sizeof(what), "a RAID array of level %.40s", level);
	if (!is_known_level(level))
		return refuse(w, name, what);
	if (version && starts(version, "external"))
		return refuse(w, name, "a RAID array that its firmware describes");
	if (version && strcmp(version, "none") == 0)
		return refuse(w, name, "a RAID array without superblocks");
	snprintf(alias, sizeof(alias), "md-%.40s", level);
	rc = need(w, name, "md_mod");
	return rc < 0 ? rc : need(w, name, alias);
}

/* LVM says at the end of the UUID for which of a volume's layers a device is. */
static const struct {
	const char *end, *what;
} layers[] = {
	{ "-tpool", "an LVM thin volume" },	{ "-tdata", "an LVM thin volume" },
	{ "-tmeta", "an LVM thin volume" },	{ "-cow", "an LVM snapshot" },
	{ "-real", "an LVM volume that has snapshots" },
	{ "-cdata", "an LVM volume with a cache" },
	{ "-cmeta", "an LVM volume with a cache" },
	{ "-cvol", "an LVM volume with a cache" },
	{ "-vpool", "an LVM VDO volume" },	{ "-vdata", "an LVM VDO volume" },
};

/* What LVM calls the layers of a volume that say nothing in their UUID. */
static const struct {
	const char *in, *what, *advice;
} names[] = {
	{ "_mimage_", "a part of an LVM mirror of the old kind",
	  "lvconvert --type raid1 makes it one that can be, or dump elsewhere" },
	{ "_mlog", "a part of an LVM mirror of the old kind",
	  "lvconvert --type raid1 makes it one that can be, or dump elsewhere" },
	{ "-pvmove", "a volume that pvmove moves now", "kdump reload once that has ended" },
};

/* Hyphens in names that people gave are two. */
static bool has_part(const char *label, const char *part)
{
	const char *at = strstr(label, part);

	return at && (*part != '-' || at == label || at[-1] != '-');
}

static int take_lvm(struct walk *w, const char *name, const char *path, const char *uuid)
{
	_cleanup_free_ char *label = kx_devices_text(w->root, path, "dm/name");

	for (size_t i = 0; i < sizeof(layers) / sizeof(layers[0]); i++) {
		if (kx_span_ends(kx_span_of(uuid), layers[i].end))
			return refuse(w, name, layers[i].what);
	}
	if (!(w->to->able & KX_DEVICES_LVM))
		return refuse(w, name, "an LVM volume");
	if (strstr(uuid, "-missing_"))
		return refuse_with(w, name, "a part of an LVM volume that is missing",
				   "lvconvert --repair, or dump elsewhere");
	for (size_t i = 0; label && i < sizeof(names) / sizeof(names[0]); i++) {
		if (has_part(label, names[i].in))
			return refuse_with(w, name, names[i].what, names[i].advice);
	}
	return 0;
}

static int take_dm(struct walk *w, const char *name, const char *path)
{
	_cleanup_free_ char *uuid = kx_devices_text(w->root, path, "dm/uuid");
	const char *kind = uuid ? uuid : "";
	int rc;

	/* A partition of one: "part1-mpath-...". */
	if (starts(kind, "part") && strchr(kind, '-'))
		kind = strchr(kind, '-') + 1;
	if (starts(kind, "LVM-"))
		rc = take_lvm(w, name, path, kind);
	else if (starts(kind, "CRYPT-"))
		rc = w->to->able & KX_DEVICES_CRYPT ?
			     need(w, name, "dm_crypt") :
			     refuse_with(w, name, "encrypted", "dump over the network, or to a "
					 "partition that is not, with \"encrypt = dump\" in "
					 "kdump.conf");
	else if (starts(kind, "mpath-"))
		rc = w->to->able & KX_DEVICES_MULTIPATH ? 0 : refuse(w, name, "a multipath device");
	else
		rc = refuse(w, name, "made by device-mapper in a way that is not known");
	return rc < 0 ? rc : need(w, name, "dm_mod");
}

/* ---- disks ---------------------------------------------------------------------------------- */

static const struct {
	const char *start, *what;
} refused[] = {
	{ "loop", "a file on another file system" },
	{ "zram", "in memory" },
	{ "ram", "in memory" },
	{ "nullb", "in memory" },
	{ "nbd", "a disk of the network (nbd)" },
	{ "rbd", "a disk of the network (Ceph)" },
	{ "drbd", "a disk of the network (DRBD)" },
	{ "etherd!", "a disk of the network (AoE)" },
	{ "zd", "a ZFS volume" },
	{ "bcache", "a disk with a cache (bcache)" },
	{ "ublk", "made by a program (ublk)" },
};

static const char *refused_name(const char *name)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		size_t len = strlen(refused[i].start);

		if (starts(name, refused[i].start) &&
		    (name[len - 1] == '!' || strspn(name + len, "b0123456789") > 0))
			return refused[i].what;
	}
	return NULL;
}

/* ".../hostN/sessionM/..." with "iscsi_session" in it. */
static bool is_iscsi(struct walk *w, const char *path)
{
	for (const char *at = strstr(path, "/session"); at; at = strstr(at + 1, "/session")) {
		size_t len = (size_t)(at - path) + 1 + strcspn(at + 1, "/");
		_cleanup_free_ char *session = strndup(path, len);

		if (session && kx_devices_has(w->root, session, "iscsi_session"))
			return true;
	}
	return false;
}

/* A controller of NVMe at @path; on a network it needs addresses, and a program that connects. */
static int check_transport(struct walk *w, const char *name, const char *path)
{
	_cleanup_free_ char *transport = kx_devices_text(w->root, path, "transport");

	if (!transport || strcmp(transport, "pcie") == 0 || strcmp(transport, "apple-nvme") == 0)
		return 0;
	return refuse(w, name, "a disk of the network (NVMe)");
}

/** struct legs - the disk's controllers, any of which leads to it */
struct legs {
	struct walk *w;
	const char *name, *folder;
	bool driven;
};

/* Of NVMe with several paths: "nvme0" beside the disk "nvme0n1" is a link to a controller. */
static int walk_leg(const char *name, void *data, struct kx_err *err)
{
	struct legs *legs = data;
	_cleanup_free_ char *real = NULL;
	int rc;

	if (!starts(name, "nvme") || name[4 + strspn(name + 4, "0123456789")])
		return 0;
	rc = kx_devices_real(legs->w->root, legs->folder, name, &real);
	if (rc < 0)
		return kx_fail(err, rc, "%s: %s", name, strerror(-rc));
	rc = check_transport(legs->w, legs->name, real);
	return rc < 0 ? rc : kx_devices_up(legs->w, real, &legs->driven);
}

static int walk_leaf(struct walk *w, const char *name, const char *path)
{
	_cleanup_free_ char *folder = strdup(path);
	struct legs legs = { w, name, folder, false };
	int rc;

	if (!folder)
		return kx_devices_no_memory(w->err);
	*strrchr(folder, '/') = '\0';
	if (strstr(path, "/nvme-subsystem/")) {
		rc = kx_devices_each(w, folder, walk_leg, &legs);
	} else if (starts(path, "sys/devices/virtual/")) {
		return refuse(w, name, "a device that is not of hardware");
	} else if (is_iscsi(w, path)) {
		return refuse(w, name, "a disk of the network (iSCSI)");
	} else {
		rc = check_transport(w, name, folder);
		if (rc == 0)
			rc = kx_devices_up(w, path, &legs.driven);
	}
	if (rc == 0 && !legs.driven)
		rc = kx_fail(w->err, -ENODEV, "%s: no driver is bound to it or to what it is "
			     "connected to", name);
	return rc;
}

/* ---- any of them ---------------------------------------------------------------------------- */

/* Its folder in sysfs; of a partition its disk's, and *@name is changed to that. */
static int find_folder(struct walk *w, const char **name, char **ret)
{
	int rc = kx_devices_real(w->root, "sys/class/block", *name, ret);

	if (rc < 0)
		return kx_fail(w->err, rc, "%s: no such block device", *name);
	if (!starts(*ret, "sys/devices/")) {
		free(*ret);
		*ret = NULL;
		return kx_fail(w->err, -ENOENT, "%s: no such block device", *name);
	}
	if (kx_devices_has(w->root, *ret, "partition"))
		*strrchr(*ret, '/') = '\0';
	*name = kx_devices_base(*ret);
	return 0;
}

/* What it is made of is there already. */
static int append_made(struct walk *w, enum kx_devices_stack kind, const char *name)
{
	struct kx_devices *to = w->to;
	char *copy;

	for (size_t i = 0; i < to->mades; i++) {
		if (strcmp(to->made[i].name, name) == 0)
			return 0;
	}
	copy = strdup(name);
	if (!copy || kx_array_grow(&to->made, &to->made_room, to->mades) < 0) {
		free(copy);
		return kx_devices_no_memory(w->err);
	}
	to->made[to->mades++] = (struct kx_devices_made){ kind, copy };
	return 0;
}

static int walk_found(struct walk *w, const char *name, const char *path)
{
	unsigned int before = w->visits;
	bool md = kx_devices_has(w->root, path, "md");
	int rc = 0;

	if (refused_name(name))
		return refuse(w, name, refused_name(name));
	if (md)
		rc = take_md(w, name, path);
	else if (kx_devices_has(w->root, path, "dm"))
		rc = take_dm(w, name, path);
	else
		return walk_leaf(w, name, path);
	if (rc == 0)
		rc = walk_slaves(w, path);
	if (rc == 0 && w->visits == before)
		rc = kx_fail(w->err, -ENODEV, "%s: stands on no disk", name);
	return rc < 0 ? rc : append_made(w, md ? KX_DEVICES_MD : KX_DEVICES_LVM, name);
}

static int walk_disk(struct walk *w, const char *name)
{
	_cleanup_free_ char *path = NULL;
	int rc;

	/* Whatever stands on two others that stand on the same two, and so on. */
	if (w->depth == DEPTH_MAX || w->visits == NODES_MAX)
		return kx_fail(w->err, -ELOOP, "%s: stands on too many others", name);
	w->visits++;
	rc = find_folder(w, &name, &path);
	w->depth++;
	if (rc == 0)
		rc = walk_found(w, name, path);
	w->depth--;
	return rc;
}

/** struct pool - the others of a btrfs file system; @name: the one that is known */
struct pool {
	struct walk *w;
	const char *name;
};

static int walk_pool(const char *uuid, void *data, struct kx_err *err)
{
	struct pool *pool = data;
	_cleanup_free_ char *devices = NULL;

	if (asprintf(&devices, "sys/fs/btrfs/%s/devices", uuid) < 0) {
		devices = NULL;
		return kx_devices_no_memory(err);
	}
	if (!kx_devices_has(pool->w->root, devices, pool->name))
		return 0;
	return kx_devices_each(pool->w, devices, walk_slave, pool->w);
}

int kx_devices_add_disk(struct kx_devices *devices, const char *root, const char *name,
			struct kx_err *err)
{
	struct walk w = { .to = devices, .root = root, .err = err };
	struct pool pool = { &w, name };
	int rc = walk_disk(&w, name);

	return rc < 0 ? rc : kx_devices_each(&w, "sys/fs/btrfs", walk_pool, &pool);
}
