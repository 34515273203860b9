/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Targets that are reached by ssh: as kdump save reaches them, with a program of our own. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kdump/capture/target/network.h"
#include "kdump/capture/target/target.h"

enum { SSH_PORT = 22 };

/** struct ssh_words - what save_options borrows */
struct ssh_words {
	char text[2048];
};

static int ssh_prepare(struct capture_target *target, struct kx_err *err)
{
	const struct kx_capture_target *from = target->from;
	char key[512], known[512];
	struct ssh_words *words;
	const char *server;
	uint64_t port;
	int rc;

	if (!from->path || from->path[0] != '/')
		return kx_fail(err, -EINVAL, "the plan says no folder on the server");
	if (!capture_secret(target, from->secret, key) ||
	    !capture_secret(target, from->host_key, known))
		return kx_fail(err, -EINVAL, "the plan has no key, or not the server's");
	rc = capture_network(target, SSH_PORT, &server, &port, err);
	if (rc < 0)
		return rc;
	words = calloc(1, sizeof(*words));
	if (!words)
		return kx_fail(err, -ENOMEM, "no memory");
	/* They are separated by blanks, of which files' names here have none. */
	snprintf(words->text, sizeof(words->text), "%s -a %s -i %s -k %s",
		 target->here ? target->here->ssh : KX_CAPTURE_SSH_PROGRAM, server, key, known);
	snprintf(target->dest, sizeof(target->dest), "ssh://%s@%s:%" PRIu64 "%s",
		 from->user ? from->user : "root", from->share ? from->share : "server", port,
		 from->path);
	target->data = words;
	return 0;
}

static int ssh_dest(struct capture_target *target, struct save_options *options,
		    struct kx_err *err)
{
	const struct ssh_words *words = target->data;

	(void)err;
	options->dest = target->dest;
	options->ssh = words->text;
	options->limit = target->from->limit;
	return 0;
}

static void ssh_abandon(struct capture_target *target)
{
	free(target->data);
	target->data = NULL;
}

const struct capture_kind capture_kind_ssh = {
	.type = KX_CAPTURE_SSH,
	.prepare = ssh_prepare,
	.dest = ssh_dest,
	.abandon = ssh_abandon,
};
