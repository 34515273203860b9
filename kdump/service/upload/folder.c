/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends a dump's folder: log first, then the dump, then the manifest, which says: all is there. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kdump/dump/manifest.h"
#include "kdump/service/upload/folder.h"
#include "kdump/service/upload/mark.h"
#include "kx/cleanup.h"
#include "kx/cli.h"

/** struct sent - a folder that is; @name: the last part of its path; @place: where it goes */
struct sent {
	const struct upload_options *options;
	const char *path;
	char name[256], place[UPLOAD_PLACE];
	int dir;
	struct stat st;
	struct kx_manifest manifest;
	struct upload_mark mark;
};

enum turn { TURN_LOG, TURN_DUMP, TURN_MANIFEST, TURN_NEVER };

/* When a file is sent. */
static enum turn turn_of(const char *name)
{
	if (strcmp(name, MANIFEST_NAME) == 0)
		return TURN_MANIFEST;
	/* Ours, and what was never whole of a small file. */
	if (name[0] == '.' || strcmp(name, MANIFEST_NAME "-incomplete") == 0 ||
	    kx_span_ends(kx_span_of(name), "~"))
		return TURN_NEVER;
	return strncmp(name, "vmcore", 6) == 0 && strncmp(name, "vmcore-dmesg", 12) != 0 ?
		       TURN_DUMP : TURN_LOG;
}

static int open_folder(struct sent *s, const char *path, const struct upload_options *options,
		       struct kx_err *err)
{
	char whole[4400], *slash;
	size_t len;

	*s = (struct sent){ .options = options, .path = path, .dir = -1 };
	snprintf(whole, sizeof(whole), "%s", path);
	for (len = strlen(whole); len > 1 && whole[len - 1] == '/';)
		whole[--len] = '\0';
	slash = strrchr(whole, '/');
	snprintf(s->name, sizeof(s->name), "%.255s", slash ? slash + 1 : whole);
	s->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0)
		return kx_fail(err, -errno, "%s", strerror(errno));
	len = strlen(whole);
	snprintf(whole + len, sizeof(whole) - len, "/%s", MANIFEST_NAME);
	if (fstatat(s->dir, MANIFEST_NAME, &s->st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISREG(s->st.st_mode))
		return kx_fail(err, -ENOENT, "it has no %s: no dump, or not yet", MANIFEST_NAME);
	return kx_manifest_read(whole, &s->manifest, err);
}

static void close_folder(struct sent *s)
{
	kx_cleanup_fd(&s->dir);
	kx_manifest_done(&s->manifest);
}

static bool is_sent(const struct sent *s)
{
	struct upload_mark mark;

	return upload_mark_read(s->dir, &mark) && strcmp(mark.to, s->options->to) == 0;
}

bool upload_pending(const char *path, const struct upload_options *options)
{
	struct kx_err ignored;
	struct sent s;
	bool pending = open_folder(&s, path, options, &ignored) == 0 &&
		       (options->again || !is_sent(&s));

	close_folder(&s);
	return pending;
}

/* ---- has it been seen? ----------------------------------------------------------------------- */

/* Was the dump of such a crash, shortly before, sent? */
static bool like_that(const struct sent *s, int dir)
{
	uint64_t mine = s->mark.crashed;
	struct upload_mark mark;

	return upload_mark_read(dir, &mark) && mark.whole &&
	       strcmp(mark.to, s->options->to) == 0 &&
	       strcmp(mark.signature, s->mark.signature) == 0 && mark.crashed <= mine &&
	       mine - mark.crashed <= s->options->same_time;
}

static bool is_known(const struct sent *s)
{
	int fd = openat(s->dir, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *all = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	bool known = false;

	if (!all) {
		kx_cleanup_fd(&fd);
		return false;
	}
	while (!known && (entry = readdir(all))) {
		_cleanup_fd_ int dir = -1;

		if (entry->d_name[0] == '.' || strcmp(entry->d_name, s->name) == 0)
			continue;
		dir = openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		known = dir >= 0 && like_that(s, dir);
	}
	closedir(all);
	return known;
}

static bool sends_dump(const struct sent *s)
{
	switch (s->options->when) {
	case UPLOAD_DMESG_ONLY: return false;
	case UPLOAD_NEW_SIGNATURE: return !is_known(s);
	case UPLOAD_ALWAYS: break;
	}
	return true;
}

/* ---- files ----------------------------------------------------------------------------------- */

static int send_file(struct sent *s, struct kx_http *http, const char *name, struct kx_err *err)
{
	_cleanup_fd_ int fd = -1;
	char there[800];
	struct stat st;
	int rc;

	/* A link is another name of what is sent, or leads to what is not ours. */
	if (fstatat(s->dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(st.st_mode))
		return 0;
	fd = openat(s->dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0)
		return kx_fail(err, -errno, "%.80s: %s", name, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return 0;
	snprintf(there, sizeof(there), "%s/%s", s->place, name);
	rc = kx_http_send(http, there, fd, (uint64_t)st.st_size, err);
	return rc < 0 ? kx_context(err, rc, "%.80s", name) : 0;
}

/* All files whose turn it is, in the order of their names. */
static int send_turn(struct sent *s, struct kx_http *http, enum turn turn, struct kx_err *err)
{
	struct dirent **entry = NULL;
	int count = scandirat(s->dir, ".", &entry, NULL, alphasort), rc = 0;

	if (count < 0)
		return kx_fail(err, -errno, "%s", strerror(errno));
	for (int i = 0; i < count; i++) {
		if (rc == 0 && entry[i]->d_type != DT_DIR && turn_of(entry[i]->d_name) == turn)
			rc = send_file(s, http, entry[i]->d_name, err);
		free(entry[i]);
	}
	free(entry);
	return rc;
}

static int send_all(struct sent *s, struct kx_http **http, struct kx_err *err)
{
	int rc = *http ? 0 : kx_http_open(http, s->options->to, &s->options->http, err);

	if (rc == 0)
		rc = send_turn(s, *http, TURN_LOG, err);
	if (rc == 0 && s->mark.whole)
		rc = send_turn(s, *http, TURN_DUMP, err);
	if (rc == 0)
		rc = send_turn(s, *http, TURN_MANIFEST, err);
	return rc < 0 ? rc : upload_mark_write(s->dir, &s->mark, err);
}

static int send_folder(struct sent *s, struct kx_http **http, struct kx_err *err)
{
	uint64_t written = (uint64_t)s->st.st_mtime;
	int rc;

	if (flock(s->dir, LOCK_EX | LOCK_NB) < 0)
		return kx_fail(err, -EBUSY, "somebody else is sending it");
	if (!s->options->again && is_sent(s))
		return 0;
	rc = upload_place(&s->manifest, s->options->host, s->options->root, s->name, written,
			  s->place);
	if (rc < 0)
		return kx_fail(err, rc, "its names are too long");
	snprintf(s->mark.to, sizeof(s->mark.to), "%s", s->options->to);
	snprintf(s->mark.place, sizeof(s->mark.place), "%s", s->place);
	upload_signature(&s->manifest, s->mark.signature);
	s->mark.crashed = s->manifest.crash_time ? s->manifest.crash_time : written;
	s->mark.whole = sends_dump(s);
	rc = send_all(s, http, err);
	if (rc == 0)
		kx_cli_say("kdump", "%s: sent to %s/%s%s", s->path, s->options->to, s->place,
			   s->mark.whole ? "" : ", without the dump");
	return rc;
}

int upload_folder(const char *path, const struct upload_options *options, struct kx_http **http,
		  struct upload_sent *ret, struct kx_err *err)
{
	struct sent s;
	int rc = open_folder(&s, path, options, err);

	*ret = (struct upload_sent){ .whole = false };
	if (rc == 0)
		rc = send_folder(&s, http, err);
	if (rc == 0) {
		snprintf(ret->place, sizeof(ret->place), "%s", s.mark.place);
		ret->whole = s.mark.whole;
	}
	close_folder(&s);
	return rc < 0 ? kx_context(err, rc, "%.100s", path) : 0;
}
