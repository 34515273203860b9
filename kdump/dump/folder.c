/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the files of a dump, and gives it its name when it is whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kdump/dump/folder.h"
#include "kx/cleanup.h"
#include "kx/file.h"

/* Years of five digits, and times that are none. */
#define TIME_MAX (UINT64_C(1) << 40)

uint64_t folder_time(const struct kx_dump *dump)
{
	struct kx_span line;
	uint64_t sec = 0;

	if (kx_vmcoreinfo_line(kx_dump_vmcoreinfo(dump), "CRASHTIME", &line) &&
	    kx_span_number(line, 10, &sec) && sec < TIME_MAX)
		return sec;
	return (uint64_t)time(NULL);
}

/* As others call them: kdump-utils, kdump-tools and SUSE's kdump. */
static size_t put_time(const char *layout, const struct tm *tm, char *to, size_t room)
{
	if (strcmp(layout, "debian") == 0)
		return strftime(to, room, "%Y%m%d%H%M", tm);
	if (strcmp(layout, "suse") == 0)
		return strftime(to, room, "%Y-%m-%d-%H:%M", tm);
	return strftime(to, room, "%Y-%m-%d-%H:%M:%S", tm);
}

/* No separator, and nothing that a terminal or a shell takes for something else. */
static bool fits_name(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       strchr("-_.:", c);
}

static size_t put_tag(const char *tag, char to[FOLDER_NAME])
{
	size_t len = 0;

	for (; tag[len] && len < FOLDER_TAG; len++)
		to[len] = fits_name(tag[len]) && (len || tag[len] != '.') ? tag[len] : '_';
	if (len)
		to[len++] = '-';
	return len;
}

void folder_name(const struct folder_style *style, uint64_t time, int number,
		 char to[FOLDER_NAME])
{
	static const struct folder_style plain = { "", "", false };
	const struct folder_style *s = style ? style : &plain;
	size_t len = put_tag(s->tag, to), tag = len;
	time_t when = (time_t)time;
	struct tm tm;

	if (time < TIME_MAX && gmtime_r(&when, &tm))
		len += put_time(s->layout, &tm, to + len, FOLDER_NAME - len);
	if (len == tag)
		len += (size_t)snprintf(to + len, FOLDER_NAME - len, "crash");
	if (number > 1)
		snprintf(to + len, FOLDER_NAME - len, ".%d", number);
	for (char *c = to; s->no_colons && (c = strchr(c, ':'));)
		*c = '-';
}

/* The same time as in the folder's name. */
static void put_stamp(struct folder *folder, const struct folder_style *style, uint64_t time)
{
	time_t when = (time_t)time;
	struct tm tm;

	if (style && strcmp(style->layout, "debian") == 0 && time < TIME_MAX && gmtime_r(&when, &tm))
		put_time(style->layout, &tm, folder->stamp, sizeof(folder->stamp));
}

void folder_also(const struct folder *folder, const char *kind, const char *name)
{
	char link[64];

	if (!folder->stamp[0])
		return;
	snprintf(link, sizeof(link), "%s.%s", kind, folder->stamp);
	if (symlinkat(name, folder->dir, link) == 0)
		fsync(folder->dir);
}

/* A new folder in @parent, which nothing else has the name of. */
static int make_own(struct folder *folder, int parent, const char *dest,
		    const struct folder_style *style, uint64_t time, struct kx_err *err)
{
	char name[FOLDER_NAME];

	for (int i = 1; i <= FOLDER_SAME_MAX; i++) {
		folder_name(style, time, i, name);
		if (mkdirat(parent, name, 0700) == 0) {
			folder->dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
			snprintf(folder->path, sizeof(folder->path), "%s/%s", dest, name);
			return folder->dir < 0 ? kx_fail(err, -errno, "%.160s: %s", folder->path,
							 strerror(errno)) : 0;
		}
		if (errno != EEXIST)
			return kx_fail(err, -errno, "%.160s/%s: %s", dest, name, strerror(errno));
	}
	folder_name(style, time, 1, name);
	return kx_fail(err, -EEXIST, "%.160s/%s and %d more are there", dest, name,
		       FOLDER_SAME_MAX - 1);
}

void folder_call(struct folder *folder, const char *name)
{
	snprintf(folder->name, sizeof(folder->name), "%s", name);
	snprintf(folder->partial, sizeof(folder->partial), "%s-incomplete", folder->name);
}

int folder_split(struct folder *folder, const char *dest, struct kx_err *err)
{
	const char *slash = strrchr(dest, '/'), *name = slash ? slash + 1 : dest;
	_cleanup_free_ char *parent = NULL;

	parent = slash ? strndup(dest, slash > dest ? (size_t)(slash - dest) : 1) : strdup(".");
	if (!parent)
		return kx_fail(err, -ENOMEM, "no memory");
	if (!name[0] || strlen(name) >= sizeof(folder->name))
		return kx_fail(err, -EINVAL, "%.160s: no name for a file", dest);
	folder->dir = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder->dir < 0)
		return kx_fail(err, -errno, "%.160s: %s", parent, strerror(errno));
	folder_call(folder, name);
	return 0;
}

int folder_new(struct folder *folder, const char *dest, const struct folder_style *style,
	       uint64_t time, struct kx_err *err)
{
	_cleanup_fd_ int parent = open(dest, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc;

	*folder = (struct folder){ .dir = -1, .own = true };
	folder_call(folder, "vmcore");
	if (parent < 0)
		return kx_fail(err, -errno, "%.160s: %s", dest, strerror(errno));
	rc = make_own(folder, parent, dest, style, time, err);
	put_stamp(folder, style, time);
	/* A power failure does not take it away again, where the file system can say so. */
	fsync(parent);
	return rc;
}

int folder_open(struct folder *folder, const char *dest, const struct folder_style *style,
		uint64_t time, struct kx_err *err)
{
	struct stat st;

	if (stat(dest, &st) == 0 && S_ISDIR(st.st_mode))
		return folder_new(folder, dest, style, time, err);
	*folder = (struct folder){ .dir = -1 };
	if (lstat(dest, &st) == 0)
		return kx_fail(err, -EEXIST, "%.160s is there; no dump is written over", dest);
	return folder_split(folder, dest, err);
}

void folder_done(struct folder *folder)
{
	kx_cleanup_fd(&folder->dir);
}

int folder_create(const struct folder *folder, const char *name, struct kx_err *err)
{
	/* A dump holds secrets of everybody. */
	enum { FLAGS = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW };
	int fd = openat(folder->dir, name, FLAGS, 0600);

	if (fd < 0)
		return kx_fail(err, -errno, "%.160s: %s", name, strerror(errno));
	/* Like its folder. */
	fsync(folder->dir);
	return fd;
}

int folder_rename(const struct folder *folder, const char *from, const char *to,
		  struct kx_err *err)
{
	int rc;

	/* Nobody else's file goes, whatever came there meanwhile; where that can be asked for. */
	rc = renameat2(folder->dir, from, folder->dir, to, RENAME_NOREPLACE);
	if (rc < 0 && errno == EINVAL)
		rc = renameat(folder->dir, from, folder->dir, to);
	if (rc < 0)
		return kx_fail(err, -errno, "%.160s: %s", to, strerror(errno));
	if (fsync(folder->dir) < 0)
		return kx_fail(err, -errno, "%.160s: %s", folder->path, strerror(errno));
	return 0;
}

int folder_replace(const struct folder *folder, const char *from, const char *to,
		   struct kx_err *err)
{
	if (renameat(folder->dir, from, folder->dir, to) < 0)
		return kx_fail(err, -errno, "%.160s: %s", to, strerror(errno));
	if (fsync(folder->dir) < 0)
		return kx_fail(err, -errno, "%.160s: %s", folder->path, strerror(errno));
	return 0;
}

int folder_finish(const struct folder *folder, struct kx_err *err)
{
	return folder_rename(folder, folder->partial, folder->name, err);
}
