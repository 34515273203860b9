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

#include "kdump/capture/target/target.h"
#include "kdump/capture/target/volumes_disk.h"
#include "kdump/capture/target/volumes_md.h"
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

static int ask_kernel(const struct md_calls *md, unsigned long request, void *data)
{
	return ioctl(md->fd, request, data) < 0 ? -errno : 0;
}

bool md_is_running(const struct md_calls *md)
{
	mdu_array_info_t info;

	if (md->ask(md, GET_ARRAY_INFO, &info) == 0)
		return true;
	md->ask(md, STOP_ARRAY, NULL);
	return false;
}

static bool is_running(const char *name)
{
	struct md_calls md = { .ask = ask_kernel };
	char path[80];
	bool runs;

	snprintf(path, sizeof(path), "/dev/%s", name);
	md.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (md.fd < 0)
		return false;
	runs = md_is_running(&md);
	close(md.fd);
	return runs;
}

static int refused(int rc, const char *what, struct kx_err *err)
{
	return kx_fail(err, rc, "the kernel does not take %s: %s", what, strerror(-rc));
}

/* Of RAID 4, 5 and 6 the kernel says no more than that. */
static int not_begun(int rc, const struct kx_capture_volume *volume, size_t taken,
		     struct kx_err *err)
{
	if (rc == -EIO && taken < volume->member.count)
		return kx_fail(err, rc, "the kernel does not begin with %zu of %zu members: %s; if "
			       "parity is being kept and was not up to date, it must not", taken,
			       volume->member.count, strerror(-rc));
	return refused(rc, "the array", err);
}

/* Without a number of devices all else comes from the superblocks. */
static int tell_array(const struct md_calls *md, const struct kx_capture_volume *volume,
		      const dev_t *dev, size_t count, struct kx_err *err)
{
	mdu_array_info_t info = { .not_persistent = 0 };
	size_t taken = 0;
	int rc;

	if (!volume->metadata ||
	    sscanf(volume->metadata, "%d.%d", &info.major_version, &info.minor_version) != 2)
		return kx_fail(err, -EINVAL, "the plan does not say the version of its superblocks");
	rc = md->ask(md, SET_ARRAY_INFO, &info);
	if (rc < 0)
		return refused(rc, "superblocks of that version", err);
	for (size_t i = 0; i < count; i++) {
		mdu_disk_info_t disk = { .major = (int)major(dev[i]), .minor = (int)minor(dev[i]) };

		rc = md->ask(md, ADD_NEW_DISK, &disk);
		taken += rc == 0;
		if (rc == 0)
			continue;
		if (volume->least >= volume->member.count)
			return refused(rc, "one of its devices", err);
		capture_trace("%s: a member is not taken: %s", volume->name, strerror(-rc));
	}
	rc = md->ask(md, RUN_ARRAY, NULL);
	return rc < 0 ? not_begun(rc, volume, taken, err) : 0;
}

int md_start(const struct md_calls *md, const struct kx_capture_volume *volume, const dev_t *dev,
	     size_t count, unsigned int *runs, unsigned int *whole, struct kx_err *err)
{
	mdu_array_info_t info = { .raid_disks = 0 };
	int rc = tell_array(md, volume, dev, count, err);

	if (rc == 0) {
		rc = md->ask(md, GET_ARRAY_INFO, &info);
		if (rc < 0)
			kx_fail(err, rc, "whether it runs cannot be told: %s", strerror(-rc));
	}
	if (rc < 0) {
		md->ask(md, STOP_ARRAY, NULL);
		return rc;
	}
	*runs = info.active_disks > 0 ? (unsigned int)info.active_disks : 0;
	*whole = info.raid_disks > 0 ? (unsigned int)info.raid_disks : 0;
	return 0;
}

static int run_array(struct array *a, struct kx_err *err)
{
	struct md_calls md = { open_array(a, err), ask_kernel };
	unsigned int runs = 0, whole = 0;
	char path[96];
	int rc;

	if (md.fd < 0)
		return md.fd;
	rc = md_start(&md, a->volume, a->dev, a->count, &runs, &whole, err);
	close(md.fd);
	if (rc < 0)
		return rc;
	/* The dump needs the disks; the next boot goes on with what they need. */
	snprintf(path, sizeof(path), "/sys/class/block/%s/md/sync_action", a->name);
	write_text(path, "frozen");
	capture_trace("%s runs, with %u of %u members", a->name, runs, whole);
	return 0;
}

/* The kernel leaves out members that are not up to date: those have no holder. */
static bool runs_already(struct array *a)
{
	for (size_t i = 0; i < a->count; i++) {
		if (find_holder(a->dev[i], a->name) && is_running(a->name))
			return true;
	}
	return false;
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
	return runs_already(&array) ? 0 : run_array(&array, err);
}
