/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps the service's files so that a cut at any moment leaves the old or the new one. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kdump/service/state/state.h"
#include "kx/cleanup.h"
#include "kx/file.h"

/* Whoever could write here could have us load what he likes. */
static int check_own(int fd, const char *path, struct kx_err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return kx_fail(err, -errno, "/%s: %s", path, strerror(errno));
	if (st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)))
		return kx_fail(err, -EPERM, "/%s: others than its owner may write there, or it is not "
			       "ours (owner %u, mode %03o): remove it", path, st.st_uid,
			       st.st_mode & 0777u);
	return 0;
}

/* Each folder of @path, which is made if it is missing. */
static int make_folders(int at, const char *path, struct kx_err *err)
{
	char part[64];

	for (const char *end = strchr(path, '/'); end; end = strchr(end + 1, '/')) {
		snprintf(part, sizeof(part), "%.*s", (int)(end - path), path);
		if (mkdirat(at, part, 0755) < 0 && errno != EEXIST)
			return kx_fail(err, -errno, "/%s: %s", part, strerror(errno));
	}
	if (mkdirat(at, path, 0700) < 0 && errno != EEXIST)
		return kx_fail(err, -errno, "/%s: %s", path, strerror(errno));
	return 0;
}

static int open_folder(int at, const char *path, bool make, int *ret, struct kx_err *err)
{
	int rc = make ? make_folders(at, path, err) : 0, fd;

	if (rc < 0)
		return rc;
	fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && !make && errno == ENOENT)
		return 0;
	if (fd < 0)
		return kx_fail(err, -errno, "/%s: %s%s", path, strerror(errno),
			       errno == EACCES ? "; run as root" : "");
	*ret = fd;
	return make ? check_own(fd, path, err) : 0;
}

int state_open(struct state *state, const char *root, bool make, struct kx_err *err)
{
	_cleanup_fd_ int at = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int rc;

	*state = (struct state){ .root = root, .run = -1, .lib = -1, .lock = -1 };
	if (at < 0)
		return kx_fail(err, -errno, "%s: %s", root, strerror(errno));
	rc = open_folder(at, "run/kdump", make, &state->run, err);
	if (rc < 0)
		return rc;
	rc = open_folder(at, "var/lib/kdump", make, &state->lib, err);
	return rc == -EROFS ? 0 : rc;
}

void state_unlock(struct state *state)
{
	if (state->lock >= 0)
		close(state->lock);
	state->lock = -1;
}

void state_done(struct state *state)
{
	state_unlock(state);
	if (state->run >= 0)
		close(state->run);
	if (state->lib >= 0)
		close(state->lib);
	state->run = state->lib = -1;
}

int state_lock(struct state *state, const char *name, unsigned int seconds, struct kx_err *err)
{
	enum { A_SECOND = 10 };
	const struct timespec pause = { 0, 1000000000 / A_SECOND };
	int fd = openat(state->run, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return kx_fail(err, -errno, "/run/kdump/%s: %s", name, strerror(errno));
	for (unsigned int tries = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; tries++) {
		int rc = errno == EWOULDBLOCK ? -EAGAIN : -errno;

		if (rc == -EAGAIN && tries < seconds * A_SECOND) {
			nanosleep(&pause, NULL);
			continue;
		}
		close(fd);
		if (rc == -EAGAIN)
			return kx_fail(err, rc, "another kdump has been at work for %u seconds "
				       "(/run/kdump/%s): try again", seconds, name);
		return kx_fail(err, rc, "/run/kdump/%s: %s", name, strerror(-rc));
	}
	state->lock = fd;
	return 0;
}

static int write_new(int dir, const char *name, const void *data, size_t len, mode_t mode)
{
	_cleanup_fd_ int fd = openat(dir, name,
				     O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	int rc;

	if (fd < 0)
		return -errno;
	rc = kx_file_write(fd, data, len);
	return rc == 0 && fsync(fd) < 0 ? -errno : rc;
}

static int put(int dir, const char *name, const void *data, size_t len, mode_t mode,
	       struct kx_err *err)
{
	char temporary[280];
	int rc;

	if (dir < 0)
		return kx_fail(err, -EROFS, "%s: cannot be written: %s", name, strerror(EROFS));
	snprintf(temporary, sizeof(temporary), ".%.250s.new", name);
	/* One that was cut, or another writer without the lock: the last one wins, whole. */
	unlinkat(dir, temporary, 0);
	rc = write_new(dir, temporary, data, len, mode);
	if (rc == 0 && renameat(dir, temporary, dir, name) < 0)
		rc = -errno;
	if (rc < 0) {
		unlinkat(dir, temporary, 0);
		return kx_fail(err, rc, "%s: cannot be written: %s", name, strerror(-rc));
	}
	return fsync(dir) < 0 ? kx_fail(err, -errno, "%s: %s", name, strerror(errno)) : 0;
}

int state_put(int dir, const char *name, const void *data, size_t len, struct kx_err *err)
{
	return put(dir, name, data, len, 0600, err);
}

int state_put_path(const char *root, const char *path, const char *text, mode_t mode,
		   struct kx_err *err)
{
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *folder = strndup(path, (size_t)(slash - path));
	_cleanup_fd_ int dir = folder ? kx_file_open(root, folder[0] ? folder + 1 : ".") : -ENOMEM;
	int rc = dir;

	if (rc < 0)
		return kx_fail(err, rc, "%s: %s", path, strerror(-rc));
	rc = put(dir, slash + 1, text, strlen(text), mode, err);
	return rc < 0 ? kx_context(err, rc, "%s", folder) : 0;
}

int state_put_text(int dir, const char *name, const char *text, struct kx_err *err)
{
	return state_put(dir, name, text, strlen(text), err);
}

int state_get(int dir, const char *name, char **ret, size_t *ret_len)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_fd_ int fd = -1;
	struct stat st;
	size_t len = 0;
	ssize_t got = 1;

	if (dir < 0)
		return -ENOENT;
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_size > STATE_FILE_MAX)
		return -EFBIG;
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		return -ENOMEM;
	while (got > 0 && len < (size_t)st.st_size) {
		got = kx_file_read_some(fd, text + len, (size_t)st.st_size - len);
		len += got > 0 ? (size_t)got : 0;
	}
	if (got < 0)
		return (int)got;
	text[len] = '\0';
	*ret = text;
	text = NULL;
	if (ret_len)
		*ret_len = len;
	return 0;
}

bool state_has(int dir, const char *name)
{
	struct stat st;

	return dir >= 0 && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

int state_drop(int dir, const char *name)
{
	return dir >= 0 && unlinkat(dir, name, 0) < 0 && errno != ENOENT ? -errno : 0;
}

int state_drop_folder(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);

	if (!folder) {
		int rc = -errno;

		if (fd >= 0)
			close(fd);
		return rc == -ENOENT ? 0 : rc;
	}
	for (struct dirent *e = readdir(folder); e; e = readdir(folder)) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			unlinkat(fd, e->d_name, 0);
	}
	closedir(folder);
	return unlinkat(dir, name, AT_REMOVEDIR) < 0 && errno != ENOENT ? -errno : 0;
}
