/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Feeds one process a file, which makes what it reads an object; knows nothing of HTTP. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kdump/dump/folder.h"
#include "kdump/dump/hooks.h"
#include "kdump/remote/place.h"
#include "kdump/remote/pushed.h"
#include "kx/file.h"
#include "kx/http.h"

bool pushed_is_url(const char *dest)
{
	return kx_http_known(dest);
}

static int end(struct remote *r)
{
	return ssh_result(&r->ssh, &r->why);
}

static int pushed_write(struct kx_save_target *target, const void *from, size_t len, uint64_t off)
{
	struct remote *r = (struct remote *)target;
	int rc;

	if (off != r->at)
		return -ESPIPE;
	if (r->why.text[0])
		return -EREMOTEIO;
	rc = kx_file_write(r->ssh.to, from, len);
	if (rc == 0)
		r->at += len;
	/* Whoever does not read any more says why. */
	return rc == -EPIPE ? end(r) < 0 ? -EREMOTEIO : -EPIPE : rc;
}

/* Nothing of an object is there before all of it is. */
static int pushed_sync(struct kx_save_target *target)
{
	(void)target;
	return 0;
}

static int pushed_open_file(struct remote *r, enum kx_wire_file file)
{
	char name[600];
	const char *operand[] = { r->address.path, name, NULL };
	int rc;

	snprintf(name, sizeof(name), "%s/%s", r->place, receiver_name(file));
	r->at = 0;
	/* What became of the file before says nothing of this one. */
	r->why.text[0] = '\0';
	rc = ssh_run(&r->ssh, r->words, operand, SSH_SOCKET, &r->why);
	return rc;
}

static int pushed_finish(struct remote *r)
{
	return r->why.text[0] ? -EREMOTEIO : end(r);
}

static void pushed_drop(struct remote *r)
{
	if (r->ssh.pid > 0)
		kill(r->ssh.pid, SIGTERM);
}

static const struct remote_ops pushed_ops = {
	.open = pushed_open_file,
	.finish = pushed_finish,
	.stop = pushed_finish,
	.drop = pushed_drop,
};

int pushed_open(struct remote *r, const struct save_options *options, const struct kx_dump *dump,
		struct kx_err *err)
{
	const struct save_hooks *hooks = options->hooks;
	struct kx_manifest manifest = { .crash_time = folder_time(dump) };
	size_t len = strlen(options->dest);
	char name[FOLDER_NAME];

	if (hooks)
		hooks->fill(hooks->data, &manifest.capture);
	folder_name(NULL, manifest.crash_time, 1, name);
	if (upload_place(&manifest, options->style ? options->style->tag : NULL, "/", name,
			 manifest.crash_time, r->place) < 0)
		return kx_fail(err, -EINVAL, "%.160s: names that are too long", options->dest);
	while (len > 0 && options->dest[len - 1] == '/')
		len--;
	snprintf(r->path, sizeof(r->path), "%.*s/%s/%s", (int)len, options->dest, r->place,
		 receiver_name(KX_WIRE_DUMP));
	r->target = (struct kx_save_target){ .write = pushed_write, .sync = pushed_sync };
	r->ops = &pushed_ops;
	r->words = options->http;
	r->address.path = options->dest;
	r->own = r->same_name = true;
	return 0;
}
