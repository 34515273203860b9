/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resolves targets in the running system: those without a network here, others by their files. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/service/machine/disk.h"
#include "kdump/service/resolve/network.h"
#include "kdump/service/resolve/secrets.h"
#include "kdump/service/resolve/server.h"
#include "kdump/service/resolve/targets.h"
#include "kdump/service/resolve/volumes.h"
#include "kx/cleanup.h"

void targets_done(struct resolved *resolved)
{
	secrets_done(resolved);
	kx_devices_done(&resolved->devices);
}

/* ---- devices --------------------------------------------------------------------------------- */

/* The device @disk, with or without the file system that is on it. */
static int take_disk(const struct resolving *r, const char *disk, bool with_fs, struct kx_err *err)
{
	struct kx_devices_id id = { .uuid = NULL };
	int rc = disk_id(r->root, disk, &id, err);

	if (rc == 0 && with_fs && (!id.uuid || !id.fs))
		rc = kx_fail(err, -ENODEV, "/dev/%s has no file system that is known by a UUID: "
			     "is it made already (mkfs)?", disk);
	if (rc == 0 && with_fs)
		rc = kx_capture_set(&r->to->fs, id.fs);
	if (rc == 0)
		rc = disk_lines(disk, &id, with_fs ? DISK_HOLDS_FS : DISK_HOLDS_NOTHING,
				&r->to->device, err);
	kx_devices_id_done(&id);
	if (rc == 0)
		rc = kx_devices_add_disk(&r->resolved->devices, r->root, disk, err);
	return rc == 0 ? volumes_take(r, disk, err) : rc;
}

/* ---- file systems ---------------------------------------------------------------------------- */

/*
 * How much of @inside, the root of a mount of btrfs, is a subvolume: what is mounted of that again,
 * as by --bind, may be any folder of it, which is no subvolume. Since v5.9 the kernel tells it
 * (commit 3ef3959b29c4), before that the whole of the way.
 */
static size_t subvolume_len(const char *inside, const char *super)
{
	static const char key[] = "subvol=";
	const size_t skip = sizeof(key) - 1;

	for (size_t len; *super; super += len + (super[len] == ',')) {
		size_t size;

		len = strcspn(super, ",");
		if (len <= skip || strncmp(super, key, skip) != 0)
			continue;
		/* "/" is all of it, and a slash too many in front of the rest. */
		size = len - skip - (super[len - 1] == '/');
		if (strncmp(inside, super + skip, size) == 0 &&
		    (inside[size] == '/' || !inside[size]))
			return size;
	}
	return strlen(inside);
}

static int set_path(struct kx_capture_target *to, const char *inside, const char *path,
		    struct kx_err *err)
{
	_cleanup_free_ char *whole = NULL;

	if (asprintf(&whole, "%s/%s", strcmp(inside, "/") == 0 ? "" : inside,
		     path + strspn(path, "/")) < 0) {
		whole = NULL;
		return kx_fail(err, -ENOMEM, "no memory");
	}
	return kx_capture_set(&to->path, whole) < 0 ? kx_fail(err, -ENOMEM, "no memory") : 0;
}

static int set_options(struct kx_capture_target *to, const char *options, struct kx_err *err)
{
	return kx_capture_set(&to->options, options[0] ? options : NULL) < 0 ?
		       kx_fail(err, -ENOMEM, "no memory") : 0;
}

/*
 * What is mounted may be a folder of the file system. For btrfs that is in a subvolume, which is an
 * option of the mount; others are mounted whole, and the folder goes in front of the path.
 */
static int take_mount(const struct resolving *r, const struct kx_devices_mount *mount,
		      struct kx_err *err)
{
	const char *options = r->from->options;
	_cleanup_free_ char *all = NULL;
	size_t len;
	int rc;

	if (strcmp(r->to->fs, "btrfs") != 0) {
		rc = set_path(r->to, mount->root, mount->below, err);
		return rc == 0 ? set_options(r->to, options, err) : rc;
	}
	len = subvolume_len(mount->root, mount->super);
	len -= strcmp(mount->root, "/") == 0 && len == 1;
	if (asprintf(&all, "%s%ssubvol=%.*s", options, options[0] ? "," : "", len ? (int)len : 1,
		     len ? mount->root : "/") < 0) {
		all = NULL;
		return kx_fail(err, -ENOMEM, "no memory");
	}
	rc = set_path(r->to, mount->root + len, mount->below, err);
	return rc == 0 ? set_options(r->to, all, err) : rc;
}

/* The file system that the path is in now. */
static int resolve_here(const struct resolving *r, struct kx_err *err)
{
	struct kx_devices_mount mount = { 0 };
	_cleanup_free_ char *disk = NULL;
	int rc = kx_devices_mount(r->root, r->from->path, &mount, err);

	if (rc == 0)
		rc = kx_devices_mount_disk(r->root, &mount, &disk, err);
	if (rc == 0)
		rc = take_disk(r, disk, true, err);
	if (rc == 0)
		rc = take_mount(r, &mount, err);
	kx_devices_mount_done(&mount);
	return rc;
}

/*
 * The path is in the file system itself, whether it is mounted or not. Of btrfs that is from its
 * top on, or in the subvolume of the options: not in whatever is the default one by then.
 */
static int resolve_device(const struct resolving *r, struct kx_err *err)
{
	_cleanup_free_ char *disk = NULL, *all = NULL;
	const char *options = r->from->options;
	int rc = disk_find(r->root, r->from->where, &disk, err);

	if (rc == 0)
		rc = take_disk(r, disk, true, err);
	if (rc == 0)
		rc = set_path(r->to, "/", r->from->path, err);
	if (rc < 0 || strcmp(r->to->fs, "btrfs") != 0 || strstr(options, "subvol"))
		return rc < 0 ? rc : set_options(r->to, options, err);
	if (asprintf(&all, "%s%ssubvol=/", options, options[0] ? "," : "") < 0) {
		all = NULL;
		return kx_fail(err, -ENOMEM, "no memory");
	}
	return set_options(r->to, all, err);
}

static int resolve_file(const struct resolving *r, struct kx_err *err)
{
	return r->from->where[0] ? resolve_device(r, err) : resolve_here(r, err);
}

static int resolve_raw(const struct resolving *r, struct kx_err *err)
{
	_cleanup_free_ char *disk = NULL, *use = NULL;
	struct kx_err why = { "" };
	int rc = disk_find(r->root, r->from->where, &disk, err);

	if (rc < 0)
		return rc;
	rc = kx_devices_used(r->root, disk, &use, &why);
	if (rc == 0)
		return kx_fail(err, -EBUSY, "/dev/%s%s: a dump would destroy what it holds", disk, use);
	if (rc != -ENOENT)
		return kx_fail(err, rc, "whether /dev/%s is in use cannot be told: %s", disk, why.text);
	/* A file system on it will be written over, and its UUID with it. */
	return take_disk(r, disk, false, err);
}

static int resolve_virtiofs(const struct resolving *r, struct kx_err *err)
{
	int rc = kx_capture_set(&r->to->share, r->from->where);

	if (rc == 0)
		rc = kx_capture_set(&r->to->fs, "virtiofs");
	if (rc == 0)
		rc = kx_capture_set(&r->to->path, r->from->path);
	return rc < 0 ? kx_fail(err, rc, "no memory") : 0;
}

/* ---- who is told ----------------------------------------------------------------------------- */

/* A name that nobody answers for, and a network that is not up: no event tells when that ends. */
static bool may_pass(int rc)
{
	return rc == -EAGAIN || rc == -EHOSTUNREACH || rc == -ENETUNREACH;
}

/* One that cannot be told is no reason to be without a dump. */
static int resolve_fences(struct kx_capture_plan *plan, const struct service_config *config,
			  const char *root, struct resolved *ret, struct findings *findings)
{
	plan->fence_port = config->network.fence_port;
	plan->fence_interval = config->network.fence_interval;
	for (size_t i = 0; i < config->network.fences; i++) {
		const struct network_wish wish = {
			.root = root,
			.host = config->network.fence[i],
			.dhcp = config->network.mode == CONFIG_NETWORK_DHCP,
			.spent = &ret->spent,
		};
		struct kx_err why = { "" };
		int rc = network_reach(&wish, plan, &plan->fence, &ret->devices, &why);

		if (rc == -ENOMEM)
			return rc;
		ret->may_pass |= may_pass(rc);
		if (rc < 0)
			findings_add(findings, FINDING_WARNING, "fence", NULL, "%.100s is not told that "
				     "a dump is saved: %s", wish.host, why.text);
	}
	return 0;
}

/* ---- all ------------------------------------------------------------------------------------- */

static resolve_one *const resolve_by_type[KX_CAPTURE_TYPES] = {
	[KX_CAPTURE_FILE] = resolve_file,
	[KX_CAPTURE_RAW] = resolve_raw,
	[KX_CAPTURE_NFS] = resolve_nfs,
	[KX_CAPTURE_SMB] = resolve_smb,
	[KX_CAPTURE_SSH] = resolve_ssh,
	[KX_CAPTURE_HTTP] = resolve_http,
	[KX_CAPTURE_S3] = resolve_http,
	[KX_CAPTURE_VIRTIOFS] = resolve_virtiofs,
};

static int resolve(const struct resolving *r, struct kx_err *err)
{
	r->to->type = r->from->type;
	r->to->what = r->from->what;
	if (r->from->prepare_time)
		r->to->prepare_time = r->from->prepare_time;
	if (r->from->stall_time)
		r->to->stall_time = r->from->stall_time;
	return resolve_by_type[r->from->type](r, err);
}

/* What the machine calls its devices, and people their folders, may be what no plan can hold. */
static int resolve_to_plan(const struct resolving *r, struct kx_err *err)
{
	_cleanup_free_ char *text = NULL;
	size_t links = r->plan->n_links, len;
	int rc = resolve(r, err);

	if (rc < 0)
		return rc;
	rc = kx_capture_write(r->plan, &text, &len, err);
	if (rc < 0) {
		text = NULL;
		kx_capture_keep_links(r->plan, links);
	}
	return rc;
}

static void refuse(struct findings *findings, const struct target_config *from, const char *why)
{
	/* Nobody asked for the log on the EFI partition. */
	enum finding_level level = from->implied && from->what == KX_CAPTURE_DMESG ?
					   FINDING_NOTE : FINDING_FAULT;

	findings_add(findings, level, "target", from->name, "%s", why);
}

int targets_resolve(struct kx_capture_plan *plan, const struct service_config *config,
		    const char *root, struct resolved *ret, struct findings *findings,
		    struct kx_err *err)
{
	struct kx_err first = { "" };

	*ret = (struct resolved){ .devices.able = VOLUMES_ABLE };
	for (size_t i = 0; i < config->targets; i++) {
		const struct target_config *from = &config->target[i];
		struct resolving r = { root, config, from, plan, NULL, ret };
		size_t disks = plan->n_disks, volumes = plan->n_volumes;
		struct kx_err why = { "" };
		int rc;

		r.to = kx_capture_add_target(plan, from->name);
		if (!r.to)
			return kx_fail(err, -ENOMEM, "no memory");
		rc = resolve_to_plan(&r, &why);
		if (rc == 0)
			continue;
		kx_capture_drop_target(plan);
		kx_capture_keep_volumes(plan, disks, volumes);
		if (rc == -ENOMEM)
			return kx_fail(err, rc, "no memory");
		ret->may_pass |= may_pass(rc);
		refuse(findings, from, why.text);
		if (!first.text[0])
			kx_fail(&first, rc, "target %s: %s", from->name, why.text);
	}
	if (plan->n_targets)
		return resolve_fences(plan, config, root, ret, findings) < 0 ?
			       kx_fail(err, -ENOMEM, "no memory") : 0;
	return kx_fail(err, -EDESTADDRREQ, "no target can be used: %s", first.text);
}
