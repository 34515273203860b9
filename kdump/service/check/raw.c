/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes nothing itself: sees before whether it may be written to, and after what was. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kdump/service/check/raw.h"
#include "kdump/service/check/write.h"
#include "kx/cleanup.h"
#include "kx/device.h"

/* A dump that is on it, or what libblkid knows. */
static int is_free(int fd, struct kx_err *err)
{
	struct kx_device_head head = { .recovered = false };
	struct kx_device_fd device;
	char other[64] = "?";
	int rc = kx_device_fd_init(&device, fd, err);

	if (rc == 0)
		rc = kx_device_find(&device.io, &head, err);
	if (rc < 0)
		return rc;
	if (rc > 0 && !head.recovered)
		return kx_fail(err, -EBUSY, "nothing was written: a dump is on it that was not taken in "
			       "yet; kdump recover does that");
	rc = kx_device_signature(fd, other, err);
	if (rc == -ENOTSUP)
		return kx_fail(err, -EBUSY, "nothing was written: what it holds cannot be told without "
			       "libblkid");
	if (rc > 0)
		return kx_fail(err, -EBUSY, "nothing was written: it holds %s now, which only a crash "
			       "takes the place of", other);
	return rc;
}

int check_raw_begin(struct capture_target *target, char device[512], struct kx_err *err)
{
	struct save_options options = { .help = false };
	_cleanup_fd_ int fd = -1;
	int rc = target->kind->prepare(target, err);

	if (rc == 0)
		rc = target->kind->dest(target, &options, err);
	if (rc < 0)
		return rc;
	snprintf(device, 512, "%.511s", options.dest);
	fd = open(device, O_RDONLY | O_EXCL | O_CLOEXEC);
	if (fd < 0 && errno == EBUSY)
		return kx_fail(err, -EBUSY, "nothing was written: it is in use here");
	if (fd < 0)
		return kx_fail(err, -errno, "%.160s: %s", device, strerror(errno));
	return is_free(fd, err);
}

/* The one folder that recovering made. */
static char *folder_in(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char *found = NULL;

	while (dir && !found && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.' && asprintf(&found, "%s/%s", path, entry->d_name) < 0)
			found = NULL;
	}
	if (dir)
		closedir(dir);
	return found;
}

int check_raw_end(const char *device, const char *folder, bool plain, struct kx_err *err)
{
	char program[] = "kdump", verb[] = "recover", from[512], to[600];
	char *argv[] = { program, verb, from, to, NULL };
	_cleanup_free_ char *found = NULL;
	int rc;

	snprintf(from, sizeof(from), "%s", device);
	snprintf(to, sizeof(to), "%.500s/recovered", folder);
	if (mkdir(to, 0700) < 0)
		return kx_fail(err, -errno, "%s: %s", to, strerror(errno));
	rc = check_write_verb(argv, err);
	if (rc < 0 || !plain)
		return rc;
	found = folder_in(to);
	return found ? check_write_verify(found, err) :
		       kx_fail(err, -ENODATA, "nothing was recovered from it");
}
