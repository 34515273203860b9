/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pins and removes dumps, one kdump at a time in a folder. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "kdump/dump/manifest.h"
#include "kdump/service/dumps/dumps.h"
#include "kx/cleanup.h"

/* What a folder is called from the moment on in which it is no dump any more. */
#define GONE ".kdump-removed-"

/* The place, open and locked until it is closed. */
static int open_place(const struct dump_place *place, struct kx_err *err)
{
	int fd = open(place->open, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX) == 0)
		return fd;
	kx_fail(err, -errno, "%s: %s", place->path, strerror(errno));
	kx_cleanup_fd(&fd);
	return -EIO;
}

static int open_folder(int place, const char *name, struct kx_err *err)
{
	int fd = openat(place, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? kx_fail(err, -errno, "%s: %s", name, strerror(errno)) : fd;
}

int dumps_pin(const struct dumps *dumps, const struct saved_dump *dump, bool pin,
	      struct kx_err *err)
{
	_cleanup_fd_ int place = open_place(&dumps->place[dump->place], err);
	_cleanup_fd_ int folder = place < 0 ? place : open_folder(place, dump->name, err);
	_cleanup_fd_ int file = -1;

	if (folder < 0)
		return folder;
	if (!pin && unlinkat(folder, DUMPS_PIN, 0) < 0 && errno != ENOENT)
		return kx_fail(err, -errno, "%s: %s", dump->name, strerror(errno));
	if (pin) {
		file = openat(folder, DUMPS_PIN, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (file < 0)
			return kx_fail(err, -errno, "%s: %s", dump->name, strerror(errno));
	}
	return fsync(folder) < 0 ? kx_fail(err, -errno, "%s: %s", dump->name, strerror(errno)) : 0;
}

/* ---- removing ------------------------------------------------------------------------------- */

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Call @each for every name in the folder, which stays open. */
static int each_name(int folder, int (*each)(int folder, const char *name, struct kx_err *err),
		     struct kx_err *err)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int rc = 0;

	if (!dir) {
		kx_cleanup_fd(&fd);
		return kx_fail(err, -EIO, "cannot be read");
	}
	while (rc == 0 && (entry = readdir(dir))) {
		if (!is_dots(entry->d_name))
			rc = each(folder, entry->d_name, err);
	}
	closedir(dir);
	return rc;
}

static int no_folder(int folder, const char *name, struct kx_err *err)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode))
		return kx_fail(err, -ENOTEMPTY, "the folder \"%.100s\" in it is not kdump's", name);
	return 0;
}

static int remove_file(int folder, const char *name, struct kx_err *err)
{
	if (unlinkat(folder, name, 0) < 0 && errno != ENOENT)
		return kx_fail(err, -errno, "%.100s: %s", name, strerror(errno));
	return 0;
}

/* The folder that is called so already, with its files. */
static int finish_removal(int place, const char *name, struct kx_err *err)
{
	_cleanup_fd_ int folder = open_folder(place, name, err);
	int rc = folder < 0 ? folder : each_name(folder, remove_file, err);

	if (rc == 0 && unlinkat(place, name, AT_REMOVEDIR) < 0)
		rc = kx_fail(err, -errno, "%s: %s", name, strerror(errno));
	return rc;
}

/* What an earlier one has left behind. */
static int finish_earlier(int place, const char *name, struct kx_err *err)
{
	struct kx_err ignored = { "" };

	(void)err;
	if (strncmp(name, GONE, strlen(GONE)) == 0)
		finish_removal(place, name, &ignored);
	return 0;
}

static int remove_in(int place, const char *name, struct kx_err *err)
{
	_cleanup_fd_ int folder = open_folder(place, name, err);
	char gone[300];
	int rc = folder < 0 ? folder : each_name(folder, no_folder, err);

	if (rc < 0)
		return kx_context(err, rc, "%s", name);
	/* As they are now: somebody may have pinned it since it was listed. */
	if (faccessat(folder, DUMPS_PIN, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return kx_fail(err, -EPERM, "%s: it is pinned; kdump unpin lets it go", name);
	if (faccessat(folder, MANIFEST_NAME, F_OK, AT_SYMLINK_NOFOLLOW) < 0 &&
	    faccessat(folder, MANIFEST_BEGUN, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return kx_fail(err, -ENOENT, "%s: it has no manifest any more", name);
	snprintf(gone, sizeof(gone), GONE "%.255s", name);
	if (renameat2(place, name, place, gone, RENAME_NOREPLACE) < 0)
		return kx_fail(err, -errno, "%s: %s", name, strerror(errno));
	fsync(place);
	rc = finish_removal(place, gone, err);
	fsync(place);
	return rc;
}

int dumps_remove(const struct dumps *dumps, const struct saved_dump *dump, struct kx_err *err)
{
	_cleanup_fd_ int place = open_place(&dumps->place[dump->place], err);

	return place < 0 ? place : remove_in(place, dump->name, err);
}

/* ---- pruning -------------------------------------------------------------------------------- */

/**
 * struct pruning - of one place
 * @count, @bytes: of dumps that are there, and neither pinned nor unread
 */
struct pruning {
	const struct keep_config *keep;
	uint64_t now, count, bytes, freed;
	int fd;
};

static bool lacks_room(const struct pruning *p)
{
	struct statvfs fs;
	uint64_t free_bytes, wanted;

	if (fstatvfs(p->fd, &fs) < 0)
		return false;
	free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize + p->freed;
	wanted = p->keep->min_free.percent ?
		(uint64_t)fs.f_blocks / 100 * fs.f_frsize * p->keep->min_free.percent :
		p->keep->min_free.bytes;
	return free_bytes < wanted;
}

static bool has_to_go(const struct pruning *p, const struct saved_dump *dump)
{
	const struct keep_config *keep = p->keep;

	return (keep->count && p->count > keep->count) || (keep->bytes && p->bytes > keep->bytes) ||
	       (keep->age && p->now > dump->time && p->now - dump->time > keep->age) ||
	       lacks_room(p);
}

/* Is it for us to say when it goes? */
static bool is_ours_to_prune(const struct saved_dump *dump)
{
	return !dump->pinned && !dump->unread;
}

static const struct saved_dump *newest(const struct dumps *dumps, size_t place)
{
	const struct saved_dump *last = NULL;

	for (size_t i = 0; i < dumps->count; i++) {
		if (dumps->item[i].place == place)
			last = &dumps->item[i];
	}
	return last;
}

/* Somebody waits for room, and none is made for @newest's sake. */
static void tell_waits(const struct dumps *dumps, const struct saved_dump *newest,
		       const struct pruning *p, const struct dumps_teller *teller)
{
	for (size_t i = 0; i < dumps->count; i++) {
		const struct saved_dump *dump = &dumps->item[i];

		if (dump->place == newest->place && dump != newest && is_ours_to_prune(dump) &&
		    has_to_go(p, dump)) {
			teller->waits(teller->data, dumps, newest);
			return;
		}
	}
}

static int prune_place(const struct dumps *dumps, size_t place, struct pruning *p, bool dry,
		       const struct dumps_teller *teller, struct kx_err *err)
{
	const struct saved_dump *stays = newest(dumps, place);
	const bool goes = stays && stays->complete;
	int first = 0;

	if (stays && !goes && teller)
		tell_waits(dumps, stays, p, teller);
	for (size_t i = 0; goes && i < dumps->count; i++) {
		const struct saved_dump *dump = &dumps->item[i];
		struct kx_err why = { "" };
		int rc = 0;

		if (dump->place != place || !is_ours_to_prune(dump) || dump == stays ||
		    !has_to_go(p, dump))
			continue;
		if (teller)
			teller->goes(teller->data, dumps, dump);
		if (!dry)
			rc = remove_in(p->fd, dump->name, &why);
		if (rc < 0 && first == 0) {
			first = rc;
			*err = why;
		}
		if (rc < 0)
			continue;
		p->count--;
		p->bytes -= dump->bytes;
		/* What was removed is free already. */
		p->freed += dry ? dump->bytes : 0;
	}
	return first;
}

int dumps_prune(const struct dumps *dumps, const struct keep_config *keep, uint64_t now, bool dry,
		const struct dumps_teller *teller, struct kx_err *err)
{
	int first = 0;

	for (size_t place = 0; place < dumps->places; place++) {
		struct pruning p = { .keep = keep, .now = now };
		struct kx_err why = { "" };
		_cleanup_fd_ int fd = -1;
		int rc;

		if (access(dumps->place[place].open, F_OK) < 0)
			continue;
		fd = open_place(&dumps->place[place], &why);
		p.fd = fd;
		for (size_t i = 0; i < dumps->count; i++) {
			if (dumps->item[i].place != place || !is_ours_to_prune(&dumps->item[i]))
				continue;
			p.count++;
			p.bytes += dumps->item[i].bytes;
		}
		if (fd >= 0 && !dry)
			each_name(fd, finish_earlier, &why);
		rc = fd < 0 ? fd : prune_place(dumps, place, &p, dry, teller, &why);
		if (rc < 0 && first == 0) {
			first = rc;
			*err = why;
		}
	}
	return first;
}
