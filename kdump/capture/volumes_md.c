/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs arrays by the calls of UAPI linux/raid/md_u.h. Which of the members are good, the kernel
 * tells by their superblocks, and refuses those of another array.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/major.h>
#include <linux/raid/md_u.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "kdump/capture/target.h"
#include "kdump/capture/volumes_disk.h"
#include "kdump/capture/volumes_md.h"
#include "kx/cleanup.h"
#include "kx/file.h"

/* A mirror that is not there after that long will not come; how high names count that are free. */
enum { MIRRORS_MS = 10000, LOOK_MS = 300, NUMBERS = 128, NUMBERS_MAX = 1 << 20 };

/** struct array - @dev: those of its members that were found, @count of them; @name: "md0" */
struct array {
	const struct kx_capture_volume *volume;
	dev_t *dev;
	size_t count;
	char name[32];
};

/* ---- its members ----------------------------------------------------------------------------- */

static int find_members(struct capture_target *target, struct array *a, struct kx_err *err)
{
	const struct kx_capture_list *members = &a->volume->member;
	const uint64_t begun = capture_process_now(NULL);
	bool all = a->volume->least >= members->count;

	a->count = 0;
	for (size_t i = 0; i < members->count; i++) {
		uint64_t spent = capture_process_now(NULL) - begun, left = LOOK_MS;
		int rc;

		if (all)
			left = 0;
		else if (spent + LOOK_MS < MIRRORS_MS)
			left = MIRRORS_MS - spent;
		rc = volumes_disk(target, members->item[i], left, &a->dev[a->count], err);
		if (rc == 0)
			a->count++;
		else if (rc != -ENODEV)
			return rc;
		else
			capture_trace("%s: its member %s is not there", a->volume->name,
				      members->item[i]);
	}
	return 0;
}

/* The array that the kernel itself, or an earlier worker, has made of that device. */
static bool find_holder(dev_t dev, char ret[32])
{
	struct dirent *entry;
	bool found = false;
	char path[80];
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/holders", major(dev), minor(dev));
	dir = opendir(path);
	while (dir && !found && (entry = readdir(dir))) {
		found = strncmp(entry->d_name, "md", 2) == 0 && strlen(entry->d_name) < 32;
		if (found)
			snprintf(ret, 32, "%.31s", entry->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

/* ---- the array ------------------------------------------------------------------------------- */

static int write_text(const char *path, const char *text)
{
	_cleanup_fd_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : kx_file_write(fd, text, strlen(text));
}

static bool is_taken(unsigned int number)
{
	char path[80];

	snprintf(path, sizeof(path), "/sys/class/block/md%u", number);
	return access(path, F_OK) == 0;
}

/* What it was called by a name is called by a number here. */
static unsigned int number_of(const char *name)
{
	unsigned int number;
	char more;

	if (sscanf(name, "md%u%c", &number, &more) == 1 && number < NUMBERS_MAX)
		return number;
	for (number = NUMBERS - 1; number > 0 && is_taken(number);)
		number--;
	return number;
}

/* Linux, Documentation/admin-guide/md.rst; kernels before 4.14 make it when its node is opened. */
static int open_array(struct array *a, struct kx_err *err)
{
	unsigned int number = number_of(a->volume->name);
	char path[80];
	int fd;

	snprintf(a->name, sizeof(a->name), "md%u", number);
	write_text("/sys/module/md_mod/parameters/new_array", a->name);
	snprintf(path, sizeof(path), "/dev/%s", a->name);
	if (mknod(path, S_IFBLK | 0600, makedev(MD_MAJOR, number)) < 0 && errno != EEXIST)
		return kx_fail(err, -errno, "%s: %s", path, strerror(errno));
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? kx_fail(err, -errno, "%s: %s", path, strerror(errno)) : fd;
}

static bool is_running(const char *name)
{
	mdu_array_info_t info;
	_cleanup_fd_ int fd = -1;
	char path[80];

	snprintf(path, sizeof(path), "/dev/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (ioctl(fd, GET_ARRAY_INFO, &info) == 0)
		return true;
	/* It has members, but does not run: nobody can use it as it is. */
	ioctl(fd, STOP_ARRAY, NULL);
	return false;
}

static int refused(const char *what, struct kx_err *err)
{
	return kx_fail(err, -errno, "the kernel does not take %s: %s", what, strerror(errno));
}

/* Without a number of devices all else comes from the superblocks. */
static int tell_array(int fd, const struct array *a, struct kx_err *err)
{
	mdu_array_info_t info = { .not_persistent = 0 };

	if (!a->volume->metadata ||
	    sscanf(a->volume->metadata, "%d.%d", &info.major_version, &info.minor_version) != 2)
		return kx_fail(err, -EINVAL, "the plan does not say the version of its superblocks");
	if (ioctl(fd, SET_ARRAY_INFO, &info) < 0)
		return refused("superblocks of that version", err);
	for (size_t i = 0; i < a->count; i++) {
		mdu_disk_info_t disk = { .major = (int)major(a->dev[i]),
					 .minor = (int)minor(a->dev[i]) };

		if (ioctl(fd, ADD_NEW_DISK, &disk) == 0)
			continue;
		if (a->volume->least >= a->volume->member.count)
			return refused("one of its devices", err);
		capture_trace("%s: a member is not taken: %s", a->volume->name, strerror(errno));
	}
	return ioctl(fd, RUN_ARRAY, NULL) < 0 ? refused("the array", err) : 0;
}

static int run_array(struct array *a, struct kx_err *err)
{
	_cleanup_fd_ int fd = open_array(a, err);
	char path[96];
	int rc;

	if (fd < 0)
		return fd;
	rc = tell_array(fd, a, err);
	if (rc < 0) {
		ioctl(fd, STOP_ARRAY, NULL);
		return rc;
	}
	/* The dump needs the disks; the next boot goes on with what they need. */
	snprintf(path, sizeof(path), "/sys/class/block/%s/md/sync_action", a->name);
	write_text(path, "frozen");
	capture_trace("%s runs, with %zu of %zu members", a->name, a->count,
		      a->volume->member.count);
	return 0;
}

int volumes_run(struct capture_target *target, const struct kx_capture_volume *volume,
		struct kx_err *err)
{
	_cleanup_free_ dev_t *dev = calloc(volume->member.count + 1, sizeof(*dev));
	struct array array = { .volume = volume, .dev = dev };

	if (!dev)
		return kx_fail(err, -ENOMEM, "no memory for an array");
	if (volume->member.count == 0)
		return kx_fail(err, -EINVAL, "the plan has no member of it");
	while (array.count == 0 || array.count < volume->least) {
		int rc = find_members(target, &array, err);

		if (rc < 0)
			return rc;
	}
	if (find_holder(dev[0], array.name) && is_running(array.name))
		return 0;
	return run_array(&array, err);
}
