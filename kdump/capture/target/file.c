/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Targets that are local file systems: found, and mounted, which replays their journals. */
#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kdump/capture/system/mounts.h"
#include "kdump/capture/target/target.h"
#include "kdump/capture/target/volumes.h"
#include "kx/cleanup.h"

/*
 * A file system of several devices is known by each of them once the kernel was told of all (Linux,
 * include/uapi/linux/btrfs.h).
 */
static void tell_btrfs(const struct find_device *device)
{
	_cleanup_fd_ int fd = open("/dev/btrfs-control", O_RDWR | O_CLOEXEC);
	struct btrfs_ioctl_vol_args args = { .fd = 0 };

	snprintf(args.name, sizeof(args.name), "/dev/%s", device->name);
	if (fd >= 0 && ioctl(fd, BTRFS_IOC_SCAN_DEV, &args) < 0)
		capture_trace("%s is not taken for btrfs: %s", args.name, strerror(errno));
}

/*
 * The same file: whether it knows all devices, 0, or not, 1. What was mounted with less may be so,
 * but one that comes a little later is not to be left behind, as with mirrors.
 */
static bool has_all(void *data, const struct find_device *device, uint64_t ms)
{
	enum { DEGRADED_MS = 10000 };
	const struct capture_target *target = data;
	_cleanup_fd_ int fd = open("/dev/btrfs-control", O_RDWR | O_CLOEXEC);
	struct btrfs_ioctl_vol_args args = { .fd = 0 };

	snprintf(args.name, sizeof(args.name), "/dev/%s", device->name);
	if (fd < 0 || ioctl(fd, BTRFS_IOC_DEVICES_READY, &args) <= 0)
		return true;
	capture_waits(data, "not all devices of the file system are there");
	return ms >= DEGRADED_MS && target->from->options &&
	       strstr(target->from->options, "degraded");
}

static const struct find_several btrfs_devices = { tell_btrfs, has_all };

/* One whose superblock says that errors are a panic would end the crash kernel, too. */
static int add_errors(const char *fs, char *options, size_t room, struct kx_err *err)
{
	size_t len = strlen(options);

	if (strncmp(fs, "ext", 3) != 0 || strstr(options, "errors="))
		return 0;
	if (len + sizeof(",errors=remount-ro") > room)
		return kx_fail(err, -ENAMETOOLONG, "mount options are too long");
	snprintf(options + len, room - len, "%serrors=remount-ro", len ? "," : "");
	return 0;
}

/* File systems that take no ':' in names. */
static bool refuses_colons(const char *fs)
{
	static const char *const names[] = { "vfat", "msdos", "exfat", "ntfs3" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(fs, names[i]) == 0)
			return true;
	}
	return false;
}

static int file_prepare(struct capture_target *target, struct kx_err *err)
{
	const struct kx_capture_target *from = target->from;
	const char *fs = from->fs ? from->fs : "";
	const struct find_several *several = strcmp(fs, "btrfs") == 0 ? &btrfs_devices : NULL;
	char path[80], options[1024];
	struct find_device device;
	unsigned long flags;
	int rc;

	rc = mounts_flags(from->options, &flags, options, sizeof(options), err);
	if (rc == 0)
		rc = add_errors(fs, options, sizeof(options), err);
	if (rc == 0)
		rc = volumes_make(target, err);
	if (rc == 0)
		rc = capture_find(target, several, &device, err);
	if (rc < 0)
		return rc;
	target->style.no_colons = refuses_colons(fs);
	snprintf(path, sizeof(path), "/dev/%s", device.name);
	capture_moved(target);
	return capture_mount(target, path, fs, flags, options, err);
}

const struct capture_kind capture_kind_file = {
	.type = KX_CAPTURE_FILE,
	.prepare = file_prepare,
	.dest = capture_dest_in_mount,
};

/* A folder of the host's, by its tag (Linux, Documentation/filesystems/virtiofs.rst). */
static int virtiofs_prepare(struct capture_target *target, struct kx_err *err)
{
	unsigned long flags;
	char options[1024];
	int rc = mounts_flags(target->from->options, &flags, options, sizeof(options), err);

	if (rc < 0)
		return rc;
	if (!target->from->share)
		return kx_fail(err, -EINVAL, "the plan has no tag (share) for virtiofs");
	return capture_mount(target, target->from->share, "virtiofs", flags, options, err);
}

const struct capture_kind capture_kind_virtiofs = {
	.type = KX_CAPTURE_VIRTIOFS,
	.prepare = virtiofs_prepare,
	.dest = capture_dest_in_mount,
};
