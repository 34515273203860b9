/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mounts of a crash kernel's /init. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kdump/capture/system/mounts.h"
#include "kdump/capture/system/trace.h"
#include "kx/cleanup.h"
#include "kx/file.h"

int mounts_folder(const char *path, mode_t mode, struct kx_err *err)
{
	char part[4096];
	size_t len = strlen(path);

	if (len >= sizeof(part))
		return kx_fail(err, -ENAMETOOLONG, "%.160s…: too long a path", path);
	for (size_t i = 1; i <= len; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, mode) < 0 && errno != EEXIST)
			return kx_fail(err, -errno, "%s: %s", part, strerror(errno));
	}
	return 0;
}

void mounts_begin(void)
{
	static const struct {
		const char *source, *target;
	} mounts[] = {
		{ "devtmpfs", "/dev" },
		{ "proc", "/proc" },
		{ "sysfs", "/sys" },
	};
	int fd;

	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		mkdir(mounts[i].target, 0755);
		/* The kernel may have mounted the first one itself. */
		mount(mounts[i].source, mounts[i].target, mounts[i].source, MS_NOSUID, NULL);
	}
	/* A serial line that nobody reads from must not be what all waits for. */
	fd = open("/dev/console", O_RDWR | O_NOCTTY | O_NONBLOCK);
	for (int i = 0; fd >= 0 && i <= STDERR_FILENO; i++)
		dup2(fd, i);
	if (fd > STDERR_FILENO)
		close(fd);
}

/** struct word - an option that is a flag; @flag: 0: it says what is so anyhow */
struct word {
	const char *name;
	unsigned long flag;
};

static const struct word words[] = {
	{ "ro", 0 },
	{ "rw", 0 },
	{ "defaults", 0 },
	{ "relatime", 0 },
	{ "noatime", MS_NOATIME },
	{ "nodiratime", MS_NODIRATIME },
	{ "nodev", MS_NODEV },
	{ "nosuid", MS_NOSUID },
	{ "noexec", MS_NOEXEC },
	{ "sync", MS_SYNCHRONOUS },
	{ "dirsync", MS_DIRSYNC },
	{ "lazytime", MS_LAZYTIME },
	{ NULL, 0 },
};

static bool take_word(const char *option, size_t len, unsigned long *flags)
{
	for (const struct word *word = words; word->name; word++) {
		if (strlen(word->name) == len && memcmp(word->name, option, len) == 0) {
			*flags |= word->flag;
			return true;
		}
	}
	return false;
}

int mounts_flags(const char *options, unsigned long *ret_flags, char *ret_rest, size_t room,
		 struct kx_err *err)
{
	unsigned long flags = MS_NOATIME | MS_NODEV | MS_NOSUID | MS_NOEXEC;
	size_t used = 0;

	for (const char *at = options ? options : ""; *at;) {
		size_t len = strcspn(at, ",");

		if (len && !take_word(at, len, &flags)) {
			if (used + len + 2 > room)
				return kx_fail(err, -ENAMETOOLONG, "mount options are too long");
			if (used)
				ret_rest[used++] = ',';
			memcpy(ret_rest + used, at, len);
			used += len;
		}
		at += len + (at[len] == ',');
	}
	ret_rest[used] = '\0';
	*ret_flags = flags;
	return 0;
}

static void close_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

/* The last mount below our folder; false: there is none. Blanks in names are no matter there. */
static bool last_mount(char to[256])
{
	_cleanup_(close_file) FILE *file = fopen("/proc/self/mounts", "re");
	char line[4096], where[256];
	bool found = false;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%*s %255s", where) != 1 ||
		    strncmp(where, MOUNTS_FOLDER "/", strlen(MOUNTS_FOLDER "/")) != 0)
			continue;
		snprintf(to, 256, "%s", where);
		found = true;
	}
	return found;
}

int mounts_end(void)
{
	char where[256];
	int rc = 0;

	while (last_mount(where)) {
		_cleanup_fd_ int fd = open(where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (fd >= 0 && syncfs(fd) < 0 && rc == 0)
			rc = -errno;
		kx_cleanup_fd(&fd);
		fd = -1;
		if (umount2(where, 0) == 0)
			continue;
		rc = rc == 0 ? -errno : rc;
		capture_trace("%s: %s", where, strerror(errno));
		/* A process that hangs there keeps it; what could be written is. */
		if (umount2(where, MNT_DETACH) < 0)
			return rc;
	}
	return rc;
}
