/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the service remembers: in /run/kdump until the next boot, in /var/lib/kdump for ever.
 *
 * A file there is whole or is not there, whatever happens while it is written.
 */
#ifndef KDUMP_SERVICE_STATE_STATE_H
#define KDUMP_SERVICE_STATE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "kx/error.h"

/* Names in /run/kdump. */
#define STATE_LOCK    "lock"
#define STATE_CHECK   "check"	/* the lock of those who check, which are one at a time, too */
#define STATE_ARMED   "armed"	/* a link to the folder of what is loaded; not there: not armed */
#define STATE_LOADING "loading" /* the kernel is being asked to load; left behind: it was cut */
#define STATE_TROUBLE "trouble" /* why the last arming failed, while an older image protects */
#define STATE_FOUND   "found"	/* what the last arming found, of the image it loaded; found.h */
#define STATE_AGAIN   "again"	/* somebody shall try again what arming could not do; again.h */
#define STATE_EVENT   "event"	/* changes with each event of hotplug */
#define STATE_ENDED   "ended"	/* an armed boot ended before this one, and left nothing: what is told */

/*
 * Names in /var/lib/kdump. STATE_BOOT: "BOOT-ID SECONDS\n" while this boot is armed; disarming, which
 * a clean shutdown does, removes it. One of another boot tells that it ended otherwise.
 */
#define STATE_BOOT	 "armed-boot"
#define STATE_LAST_CHECK "last-check.json"
#define STATE_LAST_TEST	 "last-test.json"    /* by a crash of the machine itself */
#define STATE_LAST_VM	 "last-vm-test.json" /* in a virtual machine: it proves less */
#define STATE_TEST	 "test" /* of a test crash whose result is not known yet; test_result.h */

/* Bytes of a small file that is read. */
enum { STATE_FILE_MAX = 1 << 20 };

/**
 * struct state - both folders
 * @root: "/", or a captured tree; borrowed
 * @run, @lib: descriptors; -1 where they are not there: @run for a reader alone, @lib also where
 *	the file system is read-only
 * @lock: descriptor of the lock, -1 while it is not held
 */
struct state {
	const char *root;
	int run, lib, lock;
};

/**
 * state_open() - for reading, or with @make for writing: folders that are missing are made, 0700
 *
 * Return: 0, with @state for state_done() in any case; -EPERM a folder is not this user's own, or
 * others may write in it; negative errno with @err.
 */
int state_open(struct state *state, const char *root, bool make, struct kx_err *err);

/**
 * state_lock() - be the only one that changes anything, until state_unlock() or state_done()
 * @name: STATE_LOCK; or STATE_CHECK, which only checks wait for; one at a time by a struct state
 * @seconds: how long to wait for another one
 *
 * Return: 0; -EAGAIN another one had it all the time; negative errno.
 */
int state_lock(struct state *state, const char *name, unsigned int seconds, struct kx_err *err);

/** state_unlock() - let others change something */
void state_unlock(struct state *state);

/** state_done() - close both and release the lock */
void state_done(struct state *state);

/**
 * state_put() - @name in the folder @dir becomes @len bytes at @data, mode 0600, on the disk
 *
 * Return: 0; negative errno with @err, and what was there is still there.
 */
int state_put(int dir, const char *name, const void *data, size_t len, struct kx_err *err);

/** state_put_text() - the same of a C string */
int state_put_text(int dir, const char *name, const char *text, struct kx_err *err);

/**
 * state_put_path() - the same anywhere
 * @root: "/", or a captured tree
 * @path: absolute; its folder is there
 * @mode: of the file, less the umask
 *
 * Return: as state_put().
 */
int state_put_path(const char *root, const char *path, const char *text, mode_t mode,
		   struct kx_err *err);

/**
 * state_get() - the whole of a small file
 * @dir: -1 is a folder that has no files
 * @ret: with a NUL behind it, for the caller to free
 * @ret_len: its bytes; may be NULL
 *
 * Return: 0; -ENOENT; -EFBIG more than STATE_FILE_MAX bytes; -EINVAL no regular file; negative
 * errno.
 */
int state_get(int dir, const char *name, char **ret, size_t *ret_len);

/** state_has() - is there such a name? */
bool state_has(int dir, const char *name);

/** state_drop() - remove a name; 0, also when it is not there; negative errno */
int state_drop(int dir, const char *name);

/** state_drop_folder() - the same of a folder with the files in it */
int state_drop_folder(int dir, const char *name);

#endif
