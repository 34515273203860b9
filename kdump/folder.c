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

#include "kdump/folder.h"
#include "kx/cleanup.h"
#include "kx/print.h"
#include "kx/printk.h"

/* Folders of crashes within one second. */
enum { SAME_NAME_MAX = 100 };

static void crash_name(const struct kx_dump *dump, char *to, size_t size)
{
	struct kx_span line;
	uint64_t sec = 0;
	time_t when = time(NULL);
	struct tm tm;

	if (kx_vmcoreinfo_line(kx_dump_vmcoreinfo(dump), "CRASHTIME", &line) &&
	    kx_span_number(line, 10, &sec) && sec < UINT64_C(1) << 40)
		when = (time_t)sec;
	if (!gmtime_r(&when, &tm) || strftime(to, size, "%Y-%m-%d-%H:%M:%S", &tm) == 0)
		snprintf(to, size, "crash");
}

/* A new folder in @parent, which nothing else has the name of. */
static int make_own(struct folder *folder, int parent, const char *dest, const struct kx_dump *dump,
		    struct kx_err *err)
{
	char base[64], name[80];

	crash_name(dump, base, sizeof(base));
	for (int i = 1; i <= SAME_NAME_MAX; i++) {
		if (i == 1)
			snprintf(name, sizeof(name), "%s", base);
		else
			snprintf(name, sizeof(name), "%s.%d", base, i);
		if (mkdirat(parent, name, 0700) == 0) {
			folder->dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
			snprintf(folder->path, sizeof(folder->path), "%s/%s", dest, name);
			return folder->dir < 0 ? kx_fail(err, -errno, "%.160s: %s", folder->path,
							 strerror(errno)) : 0;
		}
		if (errno != EEXIST)
			return kx_fail(err, -errno, "%.160s/%s: %s", dest, name, strerror(errno));
	}
	return kx_fail(err, -EEXIST, "%.160s/%s and %d more are there", dest, base, SAME_NAME_MAX - 1);
}

/* The folder that @dest is in, and its name there. */
static int split(struct folder *folder, const char *dest, struct kx_err *err)
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
	snprintf(folder->name, sizeof(folder->name), "%s", name);
	return 0;
}

int folder_open(struct folder *folder, const char *dest, const struct kx_dump *dump,
		struct kx_err *err)
{
	_cleanup_fd_ int parent = -1;
	struct stat st;
	int rc;

	*folder = (struct folder){ .dir = -1 };
	if (stat(dest, &st) == 0 && S_ISDIR(st.st_mode)) {
		parent = open(dest, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (parent < 0)
			return kx_fail(err, -errno, "%.160s: %s", dest, strerror(errno));
		rc = make_own(folder, parent, dest, dump, err);
		folder->own = true;
		snprintf(folder->name, sizeof(folder->name), "vmcore");
	} else if (lstat(dest, &st) == 0) {
		return kx_fail(err, -EEXIST, "%.160s is there; no dump is written over", dest);
	} else {
		rc = split(folder, dest, err);
	}
	snprintf(folder->partial, sizeof(folder->partial), "%s-incomplete", folder->name);
	return rc;
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

	return fd < 0 ? kx_fail(err, -errno, "%.160s: %s", name, strerror(errno)) : fd;
}

static int print_record(const struct kx_printk_record *record, void *data)
{
	struct kx_print *print = data;

	kx_print_record(print, record);
	return print->out.error;
}

int folder_write_log(const struct folder *folder, struct kx_reader *reader, struct kx_err *err)
{
	static const char name[] = "vmcore-dmesg.txt";
	_cleanup_free_ struct kx_print *print = calloc(1, sizeof(*print));
	_cleanup_fd_ int fd = folder_create(folder, name, err);
	struct kx_printk_stats stats;
	int rc;

	if (fd < 0)
		return fd;
	if (!print)
		return kx_fail(err, -ENOMEM, "no memory for the log");
	print->out.fd = fd;
	print->out.escape = true;
	kx_print_begin(print);
	rc = kx_printk_each(reader, false, print_record, print, &stats, err);
	kx_print_end(print);
	if (kx_out_flush(&print->out) < 0 || fdatasync(fd) < 0 || fsync(folder->dir) < 0)
		return kx_fail(err, print->out.error ? print->out.error : -errno, "%.160s: %s", name,
			       strerror(print->out.error ? -print->out.error : errno));
	return rc < 0 ? kx_context(err, rc, "%s", name) : 0;
}

int folder_finish(const struct folder *folder, struct kx_err *err)
{
	const char *from = folder->partial, *to = folder->name;
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
