/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts a receiver on another machine, and hands it what is to be made there. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/folder.h"
#include "kdump/remote.h"
#include "kdump/shell.h"
#include "kx/cleanup.h"

static int begin(struct remote *r, const struct save_options *options, const struct kx_dump *dump,
		 struct kx_err *err)
{
	_cleanup_free_ char *command = NULL;
	char name[FOLDER_NAME];
	int rc;

	folder_name(folder_time(dump), name);
	command = ssh_command(shell_script, r->address.path, name);
	if (!command)
		return kx_fail(err, -ENOMEM, "no memory");
	rc = ssh_start(&r->ssh, &r->address, options->ssh, command, err);
	if (rc == 0 && shell_begin(r) < 0)
		rc = kx_fail(err, -EPROTO, "%.160s: nothing can be saved there: %s", options->dest,
			     r->why.text);
	return rc;
}

int remote_open(struct remote *r, const struct save_options *options, const struct kx_dump *dump,
		struct kx_err *err)
{
	int rc;

	*r = (struct remote){ .ssh = { .to = -1, .from = -1 } };
	rc = ssh_parse(options->dest, &r->address, err);
	return rc < 0 ? rc : begin(r, options, dump, err);
}

static int told(const struct remote *r, int rc, struct kx_err *err)
{
	return rc < 0 ? kx_fail(err, rc, "%s", r->why.text) : rc;
}

int remote_begin(struct remote *r, enum remote_file file, struct kx_err *err)
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
