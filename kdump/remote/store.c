/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of a dump that is received. After a break they are found again by what the file system says
 * of their place (device, inode, time of birth), so that nothing else has to be kept or removed;
 * and a receiver that still waits for the broken connection is ended first, by the lock that it
 * holds.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "kdump/remote/receiver.h"
#include "kdump/remote/store.h"
#include "kx/bytes.h"
#include "kx/cleanup.h"
#include "kx/file.h"

/* How long a receiver of before may take to end, in tenths of a second. */
enum { END_TRIES = 300 };

/* Parts of a token. */
enum { TOKEN_DEVICE = 0, TOKEN_INODE = 8, TOKEN_SECONDS = 16, TOKEN_NANOSECONDS = 24 };

static struct store *store_of(struct kx_wire_store *store)
{
	return (struct store *)store;
}

/* ---- the place ------------------------------------------------------------------------------ */

/* Zeros where the file system does not tell when files were made: nothing is certain then. */
static void get_token(int fd, uint8_t token[KX_WIRE_TOKEN])
{
	struct statx stx;

	memset(token, 0, KX_WIRE_TOKEN);
	if (statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &stx) < 0 ||
	    !(stx.stx_mask & STATX_BTIME))
		return;
	kx_put_le(token + TOKEN_DEVICE, 8,
		  (uint64_t)stx.stx_dev_major << 32 | stx.stx_dev_minor);
	kx_put_le(token + TOKEN_INODE, 8, stx.stx_ino);
	kx_put_le(token + TOKEN_SECONDS, 8, (uint64_t)stx.stx_btime.tv_sec);
	kx_put_le(token + TOKEN_NANOSECONDS, 4, stx.stx_btime.tv_nsec);
}

static bool has_token(int fd, const uint8_t token[KX_WIRE_TOKEN])
{
	static const uint8_t none[KX_WIRE_TOKEN];
	uint8_t found[KX_WIRE_TOKEN];

	get_token(fd, found);
	return memcmp(found, none, sizeof(found)) != 0 && memcmp(found, token, sizeof(found)) == 0;
}

/*
 * A lock of this process alone; who has it is ended, who is a receiver like this one. A folder that
 * is open for reading can have no other lock than for reading, which is why it is asked for first.
 */
static int take_over(int fd, short type, struct kx_err *err)
{
	static const struct timespec tenth = { .tv_nsec = 100000000 };

	for (int i = 0; i < END_TRIES; i++) {
		struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
		struct flock mine = { .l_type = type, .l_whence = SEEK_SET };

		if (fcntl(fd, F_GETLK, &lock) < 0)
			return kx_fail(err, -errno, "a lock: %s", strerror(errno));
		if (lock.l_type == F_UNLCK && fcntl(fd, F_SETLK, &mine) == 0)
			return 0;
		if (lock.l_type != F_UNLCK && lock.l_pid > 0)
			kill(lock.l_pid, SIGKILL);
		nanosleep(&tenth, NULL);
	}
	return kx_fail(err, -EBUSY, "another receiver writes there, and does not end");
}

/* A regular file in the folder, whoever has put it there; negative errno. */
static int open_file(const struct store *s, const char *name)
{
	int fd = openat(s->folder.dir, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return -EINVAL;
}

static void partial_name(const struct store *s, char to[280])
{
	snprintf(to, 280, "%s-incomplete", s->name);
}

/* The file that goes on: as it is called while it is not whole, or when it is. */
static int open_again(struct store *s)
{
	char partial[280];
	int fd;

	partial_name(s, partial);
	fd = open_file(s, partial);
	s->whole = fd == -ENOENT;
	return s->whole ? open_file(s, s->name) : fd;
}

static int gone(const struct store *s, struct kx_err *err)
{
	return kx_fail(err, -ENOENT, "%.160s: what broke there is there no more", s->dest);
}

/* The folder that was made for this dump. */
static int find_folder(struct store *s, const struct kx_wire_start *start, struct kx_err *err)
{
	_cleanup_fd_ int parent = open(s->dest, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char name[FOLDER_NAME];

	if (parent < 0)
		return kx_fail(err, -errno, "%.160s: %s", s->dest, strerror(errno));
	for (int i = 1; i <= FOLDER_SAME_MAX; i++) {
		int fd;

		folder_name(NULL, start->crash, i, name);
		fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (fd >= 0 && has_token(fd, start->token)) {
			s->folder.dir = fd;
			s->folder.own = true;
			snprintf(s->folder.path, sizeof(s->folder.path), "%s/%s", s->dest, name);
			return 0;
		}
		kx_cleanup_fd(&fd);
	}
	return gone(s, err);
}

static int find_file(struct store *s, const struct kx_wire_start *start, struct kx_err *err)
{
	int rc = folder_split(&s->folder, s->dest, err);

	if (rc < 0)
		return rc;
	snprintf(s->name, sizeof(s->name), "%s", s->folder.name);
	s->fd = open_again(s);
	return s->fd >= 0 && has_token(s->fd, start->token) ? 0 : gone(s, err);
}

static int make_place(struct store *s, const struct kx_wire_start *start, struct kx_err *err)
{
	int rc = folder_open(&s->folder, s->dest, NULL, start->crash, err);

	if (rc < 0 || s->folder.own)
		return rc;
	/* Whether that can be is to be known before pages are read. */
	s->fd = folder_create(&s->folder, s->folder.partial, err);
	return s->fd < 0 ? s->fd : 0;
}

static int find_place(struct store *s, const struct kx_wire_start *start, struct kx_err *err)
{
	struct stat st;

	s->resumed = true;
	if (stat(s->dest, &st) == 0 && S_ISDIR(st.st_mode))
		return find_folder(s, start, err);
	return find_file(s, start, err);
}

static int store_begin(struct kx_wire_store *store, const struct kx_wire_start *start,
		       struct kx_wire_place *ret, struct kx_err *err)
{
	struct store *s = store_of(store);
	struct statvfs room;
	int rc = start->resume ? find_place(s, start, err) : make_place(s, start, err);

	if (rc == 0 && s->folder.own)
		rc = take_over(s->folder.dir, F_RDLCK, err);
	else if (rc == 0)
		rc = take_over(s->fd, F_WRLCK, err);
	if (rc < 0)
		return rc;
	ret->own = s->folder.own;
	get_token(ret->own ? s->folder.dir : s->fd, ret->token);
	if (fstatvfs(s->folder.dir, &room) == 0)
		ret->free = (uint64_t)room.f_bavail * room.f_frsize;
	if (ret->own)
		snprintf(ret->path, sizeof(ret->path), "%s/%s", s->folder.path, "vmcore");
	else
		snprintf(ret->path, sizeof(ret->path), "%s", s->dest);
	return 0;
}

/* ---- its files ------------------------------------------------------------------------------ */

static int failed(const struct store *s, int rc, struct kx_err *err)
{
	return kx_fail(err, rc, "%.160s%s%s: %s", s->folder.own ? s->folder.path : s->dest,
		       s->folder.own ? "/" : "", s->folder.own ? s->name : "", strerror(-rc));
}

static int store_open(struct kx_wire_store *store, enum kx_wire_file file, struct kx_err *err)
{
	struct store *s = store_of(store);
	char partial[280];

	/* The only file of a place that is no folder is open; closing it would lose its lock. */
	snprintf(s->name, sizeof(s->name), "%s",
		 s->folder.own ? receiver_name(file) : s->folder.name);
	if (!s->folder.own)
		return 0;
	kx_cleanup_fd(&s->fd);
	s->whole = false;
	s->fd = -ENOENT;
	if (s->resumed)
		s->fd = open_again(s);
	if (s->fd == -ENOENT) {
		s->whole = false;
		partial_name(s, partial);
		s->fd = folder_create(&s->folder, partial, err);
		return s->fd < 0 ? s->fd : 0;
	}
	return s->fd < 0 ? failed(s, s->fd, err) : 0;
}

static int store_reserve(struct kx_wire_store *store, uint64_t len, struct kx_err *err)
{
	const struct store *s = store_of(store);

	/* A file system that cannot take room has to be trusted to have it. */
	if (len && fallocate(s->fd, 0, 0, (off_t)len) < 0 && (errno == ENOSPC || errno == EFBIG))
		return failed(s, -errno, err);
	return 0;
}

static int store_write(struct kx_wire_store *store, const void *from, size_t len, uint64_t off,
		       struct kx_err *err)
{
	const struct store *s = store_of(store);
	int rc = kx_file_write_at(s->fd, from, len, off);

	return rc < 0 ? failed(s, rc, err) : 0;
}

static int store_sync(struct kx_wire_store *store, struct kx_err *err)
{
	const struct store *s = store_of(store);

	return fdatasync(s->fd) < 0 ? failed(s, -errno, err) : 0;
}

static int store_finish(struct kx_wire_store *store, struct kx_err *err)
{
	struct store *s = store_of(store);
	char partial[280];
	int rc = store_sync(store, err);

	if (rc < 0 || s->whole)
		return rc;
	partial_name(s, partial);
	rc = folder_rename(&s->folder, partial, s->name, err);
	s->whole = rc == 0;
	return rc;
}

static int store_drop(struct kx_wire_store *store, struct kx_err *err)
{
	const struct store *s = store_of(store);
	char partial[280];

	partial_name(s, partial);
	return unlinkat(s->folder.dir, partial, 0) < 0 ? failed(s, -errno, err) : 0;
}

void store_init(struct store *s, const char *dest)
{
	*s = (struct store){
		.store = { store_begin, store_open, store_reserve, store_write, store_sync,
			   store_finish, store_drop },
		.dest = dest,
		.folder = { .dir = -1 },
		.fd = -1,
	};
}

void store_done(struct store *s)
{
	kx_cleanup_fd(&s->fd);
	folder_done(&s->folder);
}
