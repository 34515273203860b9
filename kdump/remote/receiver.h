/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is at the other end of ssh, as seen from here: a receiver of one kind or another. */
#ifndef KDUMP_REMOTE_RECEIVER_H
#define KDUMP_REMOTE_RECEIVER_H

#include "kdump/dump/hooks.h"
#include "kdump/dump/log.h"
#include "kdump/dump/manifest.h"
#include "kdump/remote/ssh.h"
#include "kx/save.h"
#include "kx/wire.h"

/** receiver_name() - how a file is called there, in a folder of the dump's own */
static inline const char *receiver_name(enum kx_wire_file file)
{
	static const char *const names[KX_WIRE_FILES] = {
		[KX_WIRE_DUMP] = "vmcore",
		[KX_WIRE_LOG] = LOG_NAME,
		[KX_WIRE_MANIFEST] = MANIFEST_NAME,
		[KX_WIRE_AGE_DUMP] = "vmcore" SEALED,
		[KX_WIRE_AGE_LOG] = LOG_NAME SEALED,
		[KX_WIRE_TRACE] = TRACE_NAME,
	};

	return names[file];
}

struct remote;

/* What one that is kdump has of its own. */
struct framed;

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
	int (*open)(struct remote *remote, enum kx_wire_file file);
	int (*finish)(struct remote *remote);
	int (*stop)(struct remote *remote);
	void (*drop)(struct remote *remote);
	void (*done)(struct remote *remote);
};

/**
 * struct remote - what is being made at the other end of ssh, or of another such program
 * @target: writes the file that was begun last
 * @words: the program that is ssh, and its options
 * @again: the command that goes on after a break, for the caller to free; NULL without memory
 * @seen: the first bytes that came, before it is known from whom
 * @at: how much of a file has gone to where nothing can be gone back to
 * @place: of a folder there that nobody makes, below the URL
 * @same_name: what is incomplete is called as if it were whole
 * @own: it is made in a new folder, with log and manifest
 * @free: bytes that are free there, where it says so
 * @path: for people, of the dump when it is whole
 * @why: what failed first, "" nothing
 */
struct remote {
	struct kx_save_target target;
	const struct remote_ops *ops;
	struct ssh_address address;
	struct ssh ssh;
	const char *words;
	char *(*again)(const struct remote *remote);
	uint8_t seen[4];
	size_t seen_len;
	struct framed *framed;
	uint64_t at;
	char place[512];
	bool same_name, own;
	uint64_t free;
	char path[4600];
	struct kx_err why;
};

#endif
