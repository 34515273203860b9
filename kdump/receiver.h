/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is at the other end of ssh, as seen from here: a receiver of one kind or another. */
#ifndef KDUMP_RECEIVER_H
#define KDUMP_RECEIVER_H

#include "kdump/ssh.h"
#include "kx/save.h"

/** enum remote_file - what is made there; all but the dump in a folder only */
enum remote_file { REMOTE_DUMP, REMOTE_LOG, REMOTE_MANIFEST };

struct remote;

/**
 * struct remote_ops - one way to be understood there; all return 0 or negative errno
 * @open: begin a file of an own folder
 * @finish: the file that was begun last is whole
 * @stop: it stays as it is
 * @drop: it goes, if the other machine can still be reached
 * @done: free what the way has; the connection is ended behind it
 *
 * What failed stands in @why of the remote.
 */
struct remote_ops {
	int (*open)(struct remote *remote, enum remote_file file);
	int (*finish)(struct remote *remote);
	int (*stop)(struct remote *remote);
	void (*drop)(struct remote *remote);
	void (*done)(struct remote *remote);
};

/**
 * struct remote - what is being made at the other end of ssh
 * @target: writes the file that was begun last
 * @own: it is made in a new folder, with log and manifest
 * @path: for people, of the dump when it is whole
 * @why: what failed first, "" nothing
 */
struct remote {
	struct kx_save_target target;
	const struct remote_ops *ops;
	struct ssh_address address;
	struct ssh ssh;
	bool own;
	char path[4600];
	struct kx_err why;
};

#endif
