/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A dump that is made on another machine. */
#ifndef KDUMP_REMOTE_REMOTE_H
#define KDUMP_REMOTE_REMOTE_H

#include "kdump/dump/options.h"
#include "kdump/remote/receiver.h"
#include "kx/dump.h"

/**
 * remote_open() - make PATH-incomplete there, or a new folder where PATH is one
 * @options: dest, ssh, http, receiver, retries
 * @dump: whose crash a new folder is named by
 *
 * A URL of http:, https: or s3: is a new folder without anything that makes it.
 *
 * What ssh and the other machine complain of goes to standard error.
 *
 * Return: 0; -EINVAL for what is no such address; -EPROTO, -ECONNRESET, -EREMOTEIO it did not come
 * to it; -ENOMEM; errno of starting a program.
 */
int remote_open(struct remote *remote, const struct save_options *options,
		const struct kx_dump *dump, struct kx_err *err);

/** remote_begin() - what is written now is @file; 0 or negative errno */
int remote_begin(struct remote *remote, enum kx_wire_file file, struct kx_err *err);

/** remote_finish() - the file that was begun last is whole, and gets its name; 0, negative errno */
int remote_finish(struct remote *remote, struct kx_err *err);

/** remote_stop() - it stays as it is, incomplete; 0 all of it is there, or negative errno */
int remote_stop(struct remote *remote, struct kx_err *err);

/** remote_drop() - there is no dump in it: it goes, if the other machine can still be reached */
void remote_drop(struct remote *remote);

/** remote_done() - end the connection; what is there stays */
void remote_done(struct remote *remote);

#endif
