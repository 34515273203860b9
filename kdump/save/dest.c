/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files, standard output and other machines under one roof. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kdump/dump/log.h"
#include "kdump/dump/manifest.h"
#include "kdump/dump/sealed.h"
#include "kdump/remote/pushed.h"
#include "kdump/save/dest.h"
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

static int open_remote(struct dest *dest, const struct save_options *options,
		       const struct kx_dump *dump, struct kx_err *err)
{
	const char *host;
	int rc;

	dest->kind = DEST_REMOTE;
	if (options->flat && !pushed_is_url(options->dest))
		return kx_fail(err, -EINVAL, "on another machine a dump is an ordinary one, not flat");
	rc = remote_open(&dest->remote, options, dump, err);
	host = dest->remote.address.host;
	snprintf(dest->name, sizeof(dest->name), "%s%s%.4100s%s",
		 dest->remote.same_name ? "" : "ssh://", host, dest->remote.path,
		 dest->remote.own && options->recipients ? SEALED : "");
	return rc;
}

static int open_device(struct dest *dest, const struct save_options *options, struct kx_err *err)
{
	dest->kind = DEST_DEVICE;
	snprintf(dest->name, sizeof(dest->name), "%s", options->dest);
	if (options->flat)
		return kx_fail(err, -EINVAL, "on a device a dump is an ordinary one, not flat");
	return device_open(&dest->device, options->dest, options->force, err);
}

static int open_file(struct dest *dest, const struct save_options *options,
		     const struct kx_dump *dump, struct kx_err *err)
{
	int rc = folder_open(&dest->folder, options->dest, options->style, folder_time(dump), err);
	const char *folder = dest->folder.path;

	if (rc == 0 && dest->folder.own && dest->options->recipients)
		folder_call(&dest->folder, "vmcore" SEALED);
	snprintf(dest->name, sizeof(dest->name), "%s%s%s", folder, *folder ? "/" : "",
		 dest->folder.name);
	return rc;
}

static int open_manifest(struct dest *dest, const char *path, const struct kx_dump *dump,
			 struct kx_err *err)
{
	struct stat st;

	/* As a destination it would be a folder to make a new one in. */
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return kx_fail(err, -EISDIR, "%s: %s", path, strerror(EISDIR));
	return folder_open(&dest->manifest, path, NULL, folder_time(dump), err);
}

int dest_open(struct dest *dest, const struct save_options *options, const struct kx_dump *dump,
	      struct kx_err *err)
{
	int rc = 0;

	*dest = (struct dest){ .kind = DEST_FILE, .options = options, .fd = -1,
			       .flat = options->flat || options->recipients ||
				       pushed_is_url(options->dest),
			       .folder = { .dir = -1 }, .device = { .fd = -1 },
			       .manifest = { .dir = -1 } };
	/* First, since it leaves nothing behind when it fails. */
	if (options->manifest)
		rc = open_manifest(dest, options->manifest, dump, err);
	if (rc < 0)
		return rc;
	if (strcmp(options->dest, "-") == 0)
		rc = open_stdout(dest, err);
	else if (ssh_is_url(options->dest) || pushed_is_url(options->dest))
		rc = open_remote(dest, options, dump, err);
	else if (device_is_one(options->dest))
		rc = options->manifest ?
			     kx_fail(err, -EINVAL, "--manifest: a device has its manifest in it") :
			     open_device(dest, options, err);
	else
		rc = open_file(dest, options, dump, err);
	snprintf(dest->partial, sizeof(dest->partial), "%.4380s%s", dest->name,
		 dest->kind == DEST_STDOUT || dest->kind == DEST_DEVICE || dest->remote.same_name ?
			 "" : "-incomplete");
	return rc;
}

bool dest_own(const struct dest *dest)
{
	if (dest->kind == DEST_DEVICE)
		return true;
	return dest->kind == DEST_REMOTE ? dest->remote.own : dest->folder.own;
}

bool dest_journal(const struct dest *dest)
{
	return dest->kind == DEST_DEVICE;
}

bool dest_replaces(const struct dest *dest)
{
	return dest->kind == DEST_DEVICE || (dest->kind == DEST_FILE && dest->folder.own);
}

const char *dest_file(const struct dest *dest, bool whole)
{
	const char *path = whole ? dest->name : dest->partial, *slash = strrchr(path, '/');

	/* As it will be called once it is recovered. */
	if (dest->kind == DEST_DEVICE && dest->options->recipients)
		return whole ? "vmcore" SEALED : "vmcore" SEALED "-incomplete";
	if (dest->kind == DEST_DEVICE)
		return whole ? "vmcore" : "vmcore-incomplete";
	return slash ? slash + 1 : path;
}

bool dest_has_manifest(const struct dest *dest)
{
	return dest_own(dest) || dest->manifest.dir >= 0;
}

static int send_log(struct dest *dest, struct kx_reader *reader, struct log_facts *facts,
		    struct kx_err *err)
{
	struct kx_err why = { "" };
	enum kx_wire_file file = sealed_log(dest->options) ? KX_WIRE_AGE_LOG : KX_WIRE_LOG;
	int rc = remote_begin(&dest->remote, file, err);

	if (rc < 0)
		return rc;
	rc = sealed_put_log(dest->options, &dest->remote.target, reader, facts, &why);
	if (remote_finish(&dest->remote, err) < 0)
		return -EREMOTEIO;
	return rc != 0 ? kx_fail(err, rc < 0 ? rc : -EIO, "%s", why.text) : 0;
}

static int write_log(struct dest *dest, struct kx_reader *reader, struct log_facts *facts,
		     struct kx_err *err)
{
	const char *name = sealed_log(dest->options) ? LOG_NAME SEALED : LOG_NAME;
	_cleanup_fd_ int fd = folder_create(&dest->folder, name, err);
	struct kx_save_stream stream;
	int rc;

	if (fd < 0)
		return fd;
	kx_save_stream_init(&stream, fd);
	rc = sealed_put_log(dest->options, &stream.target, reader, facts, err);
	if (fdatasync(fd) < 0 || fsync(dest->folder.dir) < 0)
		return kx_fail(err, -errno, "%s: %s", name, strerror(errno));
	if (dest->folder.own && !sealed_log(dest->options))
		folder_also(&dest->folder, "dmesg", name);
	return rc;
}

int dest_write_log(struct dest *dest, struct kx_reader *reader, struct log_facts *facts,
		   struct kx_err *err)
{
	int rc;

	if (dest->kind == DEST_DEVICE)
		return device_begin(&dest->device, dest->options, reader, facts, err);
	rc = dest->kind == DEST_REMOTE ? send_log(dest, reader, facts, err) :
					 write_log(dest, reader, facts, err);
	/* Who takes no log takes no dump. */
	return dest_lost(dest) ? -EREMOTEIO : rc != 0;
}

/** struct place - where a manifest on this machine is made, and under which names */
struct place {
	const struct folder *folder;
	const char *partial, *name;
};

/* false: it is another machine. */
static bool manifest_place(const struct dest *dest, struct place *ret)
{
	if (dest->manifest.dir >= 0)
		*ret = (struct place){ &dest->manifest, dest->manifest.partial,
				       dest->manifest.name };
	else
		*ret = (struct place){ &dest->folder, MANIFEST_BEGUN, MANIFEST_NAME };
	return ret->folder->dir >= 0;
}

int dest_manifest_begin(struct dest *dest, struct kx_err *err)
{
	struct place place;
	int fd;

	if (manifest_place(dest, &place))
		return folder_create(place.folder, place.partial, err);
	fd = memfd_create(MANIFEST_NAME, MFD_CLOEXEC);
	return fd < 0 ? kx_fail(err, -errno, "%s: %s", MANIFEST_NAME, strerror(errno)) : fd;
}

static int send_small(struct remote *remote, enum kx_wire_file file, int fd, struct kx_err *err)
{
	int rc = remote_begin(remote, file, err);

	if (rc < 0)
		return rc;
	rc = kx_save_copy(fd, &remote->target);
	if (rc < 0)
		return kx_fail(err, rc, "%s: %s", receiver_name(file),
			       remote->why.text[0] ? remote->why.text : strerror(-rc));
	return remote_finish(remote, err);
}

int dest_manifest_end(struct dest *dest, int fd, int rc, struct kx_err *err)
{
	struct place place;

	if (manifest_place(dest, &place)) {
		/* In its own folder it may be the second one. */
		if (rc == 0)
			rc = (place.folder->own ? folder_replace : folder_rename)(
				place.folder, place.partial, place.name, err);
		if (rc < 0)
			unlinkat(place.folder->dir, place.partial, 0);
	} else if (rc == 0) {
		rc = dest->kind == DEST_DEVICE ?
			     device_write_manifest(&dest->device, fd, err) :
			     send_small(&dest->remote, KX_WIRE_MANIFEST, fd, err);
	}
	close(fd);
	return rc;
}

bool dest_trace_last(const struct dest *dest)
{
	/* Of a journal the last room is the manifest's; a connection ends with what fails on it. */
	return dest->kind == DEST_DEVICE ||
	       (dest->kind == DEST_REMOTE && !dest->remote.same_name);
}

static int trace_failed(int rc, struct kx_err *err)
{
	return kx_fail(err, rc, TRACE_NAME ": %s", strerror(-rc));
}

static int send_trace(struct remote *remote, int (*write)(void *data, int fd), void *data,
		      struct kx_err *err)
{
	_cleanup_fd_ int fd = memfd_create(TRACE_NAME, MFD_CLOEXEC);
	int rc = fd < 0 ? -errno : write(data, fd);

	return rc < 0 ? trace_failed(rc, err) : send_small(remote, KX_WIRE_TRACE, fd, err);
}

int dest_trace(struct dest *dest, int (*write)(void *data, int fd), void *data, struct kx_err *err)
{
	_cleanup_fd_ int fd = -1;
	int rc;

	if (!dest_own(dest))
		return 0;
	if (dest->kind == DEST_REMOTE)
		return send_trace(&dest->remote, write, data, err);
	if (dest->kind == DEST_DEVICE) {
		rc = device_add_trace(&dest->device, write, data);
		return rc < 0 ? trace_failed(rc, err) : 0;
	}
	fd = folder_create(&dest->folder, TRACE_NAME, err);
	if (fd < 0)
		return fd;
	rc = write(data, fd);
	if (rc == 0 && fdatasync(fd) < 0)
		rc = -errno;
	return rc < 0 ? trace_failed(rc, err) : 0;
}

/* What all bytes of the file go to; NULL with @err. */
static struct kx_save_target *begin_file(struct dest *dest, struct kx_err *err)
{
	struct remote *remote = &dest->remote;

	if (dest->kind == DEST_REMOTE)
		return remote_begin(remote, remote->own && dest->options->recipients ?
						    KX_WIRE_AGE_DUMP : KX_WIRE_DUMP, err) < 0 ?
			       NULL : &remote->target;
	if (dest->kind == DEST_DEVICE)
		return kx_device_target(dest->device.writer, KX_DEVICE_DUMP);
	if (dest->kind == DEST_STDOUT) {
		kx_save_stream_init(&dest->as_stream, dest->fd);
		return &dest->as_stream.target;
	}
	dest->fd = folder_create(&dest->folder, dest->folder.partial, err);
	if (dest->fd < 0)
		return NULL;
	kx_save_file_init(&dest->as_file, dest->fd);
	return &dest->as_file.target;
}

struct kx_save_target *dest_target(struct dest *dest, struct kx_err *err)
{
	const struct save_options *options = dest->options;
	struct kx_save_target *to = begin_file(dest, err);

	if (to && options->recipients) {
		if (kx_age_target_init(&dest->as_age, to, options->recipient, options->recipients,
				       err) < 0)
			return NULL;
		to = &dest->as_age.target;
	}
	if (!to || !dest->flat)
		return to;
	kx_save_flat_init(&dest->as_flat, to);
	return &dest->as_flat.target;
}

/* The forms that it is written in end, whatever is in it. */
static int end_forms(struct dest *dest)
{
	int rc = dest->flat ? kx_save_flat_end(&dest->as_flat) : 0;

	if (rc == 0 && dest->as_age.age)
		rc = kx_age_target_end(&dest->as_age);
	return rc;
}

int dest_stop(struct dest *dest, struct kx_err *err)
{
	int rc = end_forms(dest);

	if (dest->kind == DEST_REMOTE)
		return remote_stop(&dest->remote, err);
	if (rc == 0 && dest->kind == DEST_FILE && fdatasync(dest->fd) < 0)
		rc = -errno;
	return rc < 0 ? kx_fail(err, rc, "%.160s: %s", dest->partial, strerror(-rc)) : 0;
}

/* Before it is called whole: a disk may say that it has what it has not. */
static int read_back(struct dest *dest, struct kx_err *err)
{
	int rc = 0;

	if (dest->kind == DEST_FILE)
		rc = kx_save_file_check(&dest->as_file, err);
	else if (dest->kind == DEST_DEVICE)
		rc = kx_device_check(dest->device.writer, err);
	return rc < 0 ? kx_context(err, rc, "%.160s", dest->partial) : 0;
}

int dest_finish(struct dest *dest, struct kx_err *err)
{
	int rc;

	if (dest->kind == DEST_REMOTE) {
		rc = end_forms(dest);
		return rc < 0 ? kx_fail(err, rc, "%.160s: %s", dest->partial, strerror(-rc)) :
				remote_finish(&dest->remote, err);
	}
	rc = dest_stop(dest, err);
	if (rc == 0)
		rc = read_back(dest, err);
	if (rc == 0 && dest->kind == DEST_FILE)
		rc = folder_finish(&dest->folder, err);
	/* What is encrypted is nothing that others read. */
	if (rc == 0 && dest->kind == DEST_FILE && dest->folder.own && !dest->options->recipients)
		folder_also(&dest->folder, "dump", dest->folder.name);
	/* kx_save() has synced it; the head says so when the manifest is there, too. */
	dest->device.whole = rc == 0 && dest->kind == DEST_DEVICE;
	return rc;
}

int dest_end(struct dest *dest, struct kx_err *err)
{
	int rc = dest->kind == DEST_DEVICE ? device_end(&dest->device, err) : 0;

	return rc < 0 ? kx_context(err, rc, "%.160s", dest->name) : 0;
}

const char *dest_why(const struct dest *dest)
{
	return dest->kind == DEST_REMOTE ? dest->remote.why.text : "";
}

bool dest_lost(const struct dest *dest)
{
	return dest->remote.same_name && dest->remote.why.text[0];
}

void dest_drop(struct dest *dest)
{
	struct kx_err ignored;

	if (dest->kind == DEST_FILE && dest->fd >= 0)
		unlinkat(dest->folder.dir, dest->folder.partial, 0);
	if (dest->kind == DEST_REMOTE)
		remote_drop(&dest->remote);
	/* Its log stays. */
	if (dest->kind == DEST_DEVICE)
		device_end(&dest->device, &ignored);
}

void dest_done(struct dest *dest)
{
	kx_age_target_done(&dest->as_age);
	if (dest->kind == DEST_FILE)
		kx_cleanup_fd(&dest->fd);
	if (dest->kind == DEST_REMOTE)
		remote_done(&dest->remote);
	device_done(&dest->device);
	folder_done(&dest->folder);
	folder_done(&dest->manifest);
}
