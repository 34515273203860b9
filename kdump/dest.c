/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files, standard output and other machines under one roof. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kdump/dest.h"
#include "kx/cleanup.h"

static int open_stdout(struct dest *dest, struct kx_err *err)
{
	dest->kind = DEST_STDOUT;
	dest->flat = true;
	dest->fd = STDOUT_FILENO;
	snprintf(dest->name, sizeof(dest->name), "standard output");
	if (isatty(dest->fd))
		return kx_fail(err, -EINVAL, "a dump is nothing for a terminal");
	return 0;
}

static int open_remote(struct dest *dest, const struct save_options *options, struct kx_err *err)
{
	dest->kind = DEST_REMOTE;
	if (dest->flat)
		return kx_fail(err, -EINVAL, "on another machine a dump is an ordinary one, not flat");
	snprintf(dest->name, sizeof(dest->name), "%s", options->dest);
	return remote_open(&dest->remote, options->dest, options->ssh, err);
}

static int open_file(struct dest *dest, const char *path, const struct kx_dump *dump,
		     struct kx_err *err)
{
	int rc = folder_open(&dest->folder, path, dump, err);
	const char *folder = dest->folder.path;

	snprintf(dest->name, sizeof(dest->name), "%s%s%s", folder, *folder ? "/" : "",
		 dest->folder.name);
	return rc;
}

int dest_open(struct dest *dest, const struct save_options *options, const struct kx_dump *dump,
	      struct kx_err *err)
{
	int rc;

	*dest = (struct dest){ .kind = DEST_FILE, .flat = options->flat, .fd = -1,
			       .folder = { .dir = -1 }, .remote = { .to = -1 } };
	if (strcmp(options->dest, "-") == 0)
		rc = open_stdout(dest, err);
	else if (remote_is_url(options->dest))
		rc = open_remote(dest, options, err);
	else
		rc = open_file(dest, options->dest, dump, err);
	snprintf(dest->partial, sizeof(dest->partial), "%.4380s%s", dest->name,
		 dest->kind == DEST_STDOUT ? "" : "-incomplete");
	return rc;
}

struct kx_save_target *dest_target(struct dest *dest, struct kx_err *err)
{
	if (dest->kind == DEST_REMOTE)
		return &dest->remote.target;
	if (dest->kind == DEST_FILE)
		dest->fd = folder_create(&dest->folder, dest->folder.partial, err);
	if (dest->fd < 0)
		return NULL;
	if (!dest->flat) {
		kx_save_file_init(&dest->as_file, dest->fd);
		return &dest->as_file.target;
	}
	kx_save_flat_init(&dest->as_flat, dest->fd);
	return &dest->as_flat.target;
}

int dest_stop(struct dest *dest, struct kx_err *err)
{
	int rc = 0;

	if (dest->flat)
		rc = kx_save_flat_end(&dest->as_flat);
	if (rc == 0 && dest->kind == DEST_FILE && fdatasync(dest->fd) < 0)
		rc = -errno;
	return rc < 0 ? kx_fail(err, rc, "%.160s: %s", dest->partial, strerror(-rc)) : 0;
}

int dest_finish(struct dest *dest, struct kx_err *err)
{
	int rc = dest_stop(dest, err);

	if (rc == 0 && dest->kind == DEST_FILE)
		rc = folder_finish(&dest->folder, err);
	if (rc == 0 && dest->kind == DEST_REMOTE)
		rc = remote_finish(&dest->remote, err);
	return rc;
}

void dest_drop(struct dest *dest)
{
	if (dest->kind == DEST_FILE && dest->fd >= 0)
		unlinkat(dest->folder.dir, dest->folder.partial, 0);
	if (dest->kind == DEST_REMOTE)
		remote_drop(&dest->remote);
}

void dest_done(struct dest *dest)
{
	if (dest->kind == DEST_FILE)
		kx_cleanup_fd(&dest->fd);
	if (dest->kind == DEST_REMOTE)
		remote_done(&dest->remote);
	folder_done(&dest->folder);
}
