/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts a receiver on another machine, and hands it what is to be made there. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/dump/folder.h"
#include "kdump/remote/framed.h"
#include "kdump/remote/pushed.h"
#include "kdump/remote/remote.h"
#include "kdump/remote/shell.h"
#include "kx/cleanup.h"
#include "kx/file.h"

static const char *const receivers[] = { "auto", "kdump", "shell" };

/* What goes on after a break is the same program. */
static char *again(const struct remote *r)
{
	return ssh_command(shell_script, r->address.path, "", receivers[RECEIVER_KDUMP]);
}

/* The first bytes tell a receiver from the other. */
static bool is_framed(struct remote *r)
{
	ssize_t n;

	while (r->seen_len < sizeof(r->seen) && ssh_wait(&r->ssh) == 0) {
		n = kx_file_read_some(r->ssh.from, r->seen + r->seen_len,
				      sizeof(r->seen) - r->seen_len);
		if (n <= 0)
			break;
		r->seen_len += (size_t)n;
	}
	return r->seen_len == sizeof(r->seen) &&
	       memcmp(r->seen, KX_WIRE_MAGIC, sizeof(r->seen)) == 0;
}

static int begin(struct remote *r, const struct save_options *options, uint64_t crash,
		 struct kx_err *err)
{
	_cleanup_free_ char *command = NULL;
	char name[FOLDER_NAME];
	int rc;

	folder_name(NULL, crash, 1, name);
	command = ssh_command(shell_script, r->address.path, name, receivers[options->receiver]);
	if (!command)
		return kx_fail(err, -ENOMEM, "no memory");
	rc = ssh_start(&r->ssh, &r->address, options->ssh, command, err);
	if (rc < 0)
		return rc;
	rc = is_framed(r) ? framed_begin(r, crash, options->retries) : shell_begin(r);
	if (rc < 0)
		kx_fail(err, rc, "%.160s: nothing can be saved there: %s", options->dest,
			r->why.text);
	return rc;
}

int remote_open(struct remote *r, const struct save_options *options, const struct kx_dump *dump,
		struct kx_err *err)
{
	int rc;

	*r = (struct remote){ .ssh = { .to = -1, .from = -1 }, .words = options->ssh,
			      .again = again };
	if (pushed_is_url(options->dest))
		return pushed_open(r, options, dump, err);
	rc = ssh_parse(options->dest, &r->address, err);
	return rc < 0 ? rc : begin(r, options, folder_time(dump), err);
}

static int told(const struct remote *r, int rc, struct kx_err *err)
{
	return rc < 0 ? kx_fail(err, rc, "%s", r->why.text) : rc;
}

int remote_begin(struct remote *r, enum kx_wire_file file, struct kx_err *err)
{
	return told(r, r->ops->open(r, file), err);
}

int remote_finish(struct remote *r, struct kx_err *err)
{
	return told(r, r->ops->finish(r), err);
}

int remote_stop(struct remote *r, struct kx_err *err)
{
	return told(r, r->ops->stop(r), err);
}

void remote_drop(struct remote *r)
{
	r->ops->drop(r);
}

void remote_done(struct remote *r)
{
	if (r->ops && r->ops->done)
		r->ops->done(r);
	ssh_end(&r->ssh);
	r->ops = NULL;
}
