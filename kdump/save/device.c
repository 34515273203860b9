/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes a block device for a dump; see the header. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kdump/dump/folder.h"
#include "kdump/dump/log.h"
#include "kdump/dump/manifest.h"
#include "kdump/dump/sealed.h"
#include "kdump/save/device.h"
#include "kx/cleanup.h"

bool device_is_one(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISBLK(st.st_mode);
}

/* May what is there be written over? */
static int check_content(struct device *device, struct kx_err *err)
{
	struct kx_device_head head;
	struct kx_err why = { "" };
	char name[64];
	int rc = kx_device_find(&device->io.io, &head, &why);

	if (rc == -ENOTSUP || (rc > 0 && !head.recovered))
		return kx_fail(err, -EBUSY, "a dump is on it that was not recovered: kdump recover "
			       "does, --force writes over it");
	rc = kx_device_signature(device->fd, name, &why);
	if (rc > 0)
		return kx_fail(err, -EBUSY, "it holds something (%s): --force writes over it", name);
	if (rc < 0)
		return kx_fail(err, rc, "whether it holds something cannot be told, %s; --force "
			       "writes over it", why.text);
	return 0;
}

int device_open(struct device *device, const char *path, bool force, struct kx_err *err)
{
	int rc;

	*device = (struct device){ .fd = -1 };
	/* Of a block device O_EXCL says: unless it is mounted, swap, or part of something. */
	device->fd = open(path, O_RDWR | O_EXCL | O_CLOEXEC);
	if (device->fd < 0 && errno == EBUSY)
		return kx_fail(err, -EBUSY, "%.160s is in use: mounted, swap, or held by another "
			       "device or program", path);
	if (device->fd < 0)
		return kx_fail(err, -errno, "%.160s: %s", path, strerror(errno));
	rc = kx_device_fd_init(&device->io, device->fd, err);
	if (rc == 0 && !force)
		rc = check_content(device, err);
	return rc < 0 ? kx_context(err, rc, "%.160s", path) : 0;
}

/* ---- what is there first -------------------------------------------------------------------- */

/* Unlike that of all saves before; random numbers may not be there yet, this early. */
static uint64_t new_id(void)
{
	struct timespec now;
	uint64_t id;

	if (getrandom(&id, sizeof(id), GRND_NONBLOCK) == (ssize_t)sizeof(id))
		return id;
	clock_gettime(CLOCK_REALTIME, &now);
	id = (uint64_t)now.tv_sec << 30 ^ (uint64_t)now.tv_nsec;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return id ^ (uint64_t)now.tv_nsec << 34;
}

/* What the dump has in front of its pages: headers, notes, a bit in two maps for each page. */
static uint64_t front_size(struct kx_reader *reader)
{
	enum { HEADERS = 256 << 10 };
	const struct kx_dump *dump = kx_reader_dump(reader);
	uint64_t page = kx_dump_page_size(dump), ram = 0, addr = 0;
	struct kx_err ignored;
	struct kx_run run;

	if (!page)
		page = 4096;
	for (; kx_reader_next(reader, addr, &run, &ignored) > 0; addr = run.end)
		ram += run.end - run.start;
	return HEADERS + kx_dump_notes_size(dump) + ram / page / 4;
}

/* All of @fd to @part, in the place of what it had, synced. */
static int copy_part(struct device *device, enum kx_device_part part, int fd)
{
	struct kx_save_target *target = kx_device_target(device->writer, part);
	int rc = kx_device_resize(device->writer, part, 0);

	if (rc == 0)
		rc = kx_save_copy(fd, target);
	return rc == 0 ? target->sync(target) : rc;
}

int device_begin(struct device *device, const struct save_options *options,
		 struct kx_reader *reader, struct log_facts *facts, struct kx_err *err)
{
	_cleanup_fd_ int fd = memfd_create(LOG_NAME, MFD_CLOEXEC);
	struct kx_save_stream memory;
	struct kx_err why = { "" };
	struct stat st;
	int rc, log;

	if (fd < 0)
		return kx_fail(err, -errno, "%s: %s", LOG_NAME, strerror(errno));
	kx_save_stream_init(&memory, fd);
	log = sealed_put_log(options, &memory.target, reader, facts, &why);
	if (fstat(fd, &st) < 0)
		return kx_fail(err, -errno, "%s: %s", LOG_NAME, strerror(errno));
	rc = kx_device_begin(&device->io.io, (uint64_t)st.st_size + front_size(reader), new_id(),
			     folder_time(kx_reader_dump(reader)), &device->writer, err);
	if (rc == 0)
		rc = copy_part(device, KX_DEVICE_LOG, fd);
	if (rc < 0)
		return device->writer ? kx_fail(err, rc, "%s: %s", LOG_NAME, strerror(-rc)) : rc;
	if (log != 0)
		kx_fail(err, -EIO, "%s", why.text);
	return log != 0;
}

/* ---- and what is there last ----------------------------------------------------------------- */

int device_write_manifest(struct device *device, int fd, struct kx_err *err)
{
	int rc = copy_part(device, KX_DEVICE_MANIFEST, fd);

	return rc < 0 ? kx_fail(err, rc, "%s: %s", MANIFEST_NAME, strerror(-rc)) : 0;
}

int device_add_trace(struct device *device, int (*write)(void *data, int fd), void *data)
{
	_cleanup_fd_ int fd = memfd_create("trace", MFD_CLOEXEC);
	int rc = fd < 0 ? -errno : write(data, fd);

	return rc == 0 && device->writer ? copy_part(device, KX_DEVICE_TRACE, fd) : rc;
}

int device_end(struct device *device, struct kx_err *err)
{
	return device->writer ? kx_device_end(device->writer, device->whole, err) : 0;
}

void device_done(struct device *device)
{
	kx_device_free(device->writer);
	kx_cleanup_fd(&device->fd);
	*device = (struct device){ .fd = -1 };
}
