/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What "kdump receive" at the other end of ssh is sent, and how it is reached again after a break. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kdump/dump/progress.h"
#include "kdump/remote/framed.h"
#include "kx/cleanup.h"
#include "kx/cli.h"

/* What may be on its way, in memory here; and how long an answer may take, in ms. */
enum { WINDOW = 8 << 20, PATIENCE = 180000 };

/** struct framed - what this way has of its own */
struct framed {
	struct kx_wire_peer peer;
	struct remote *remote;
	struct kx_wire_sender *sender;
};

static int failed(struct remote *r, int rc, const struct kx_err *why)
{
	if (rc < 0 && !r->why.text[0])
		kx_fail(&r->why, rc, "%.160s: %s", r->address.host, why->text);
	return rc;
}

static int give(struct remote *r, enum kx_wire_type type, uint64_t arg, const void *from,
		size_t len)
{
	struct kx_err why = { "" };

	return failed(r, kx_wire_send(r->framed->sender, type, arg, from, len, &why), &why);
}

static int flush(struct remote *r)
{
	struct kx_err why = { "" };

	return failed(r, kx_wire_flush(r->framed->sender, &why), &why);
}

/* ---- the file that is written --------------------------------------------------------------- */

static int framed_write(struct kx_save_target *target, const void *from, size_t len, uint64_t off)
{
	return len ? give((struct remote *)target, KX_WIRE_WRITE, off, from, len) : 0;
}

/* Frames are carried out in their order: nobody has to wait here for what comes first there. */
static int framed_sync(struct kx_save_target *target)
{
	return give((struct remote *)target, KX_WIRE_SYNC, 0, NULL, 0);
}

static int framed_reserve(struct kx_save_target *target, uint64_t len)
{
	return give((struct remote *)target, KX_WIRE_RESERVE, len, NULL, 0);
}

static int framed_room(struct kx_save_target *target, uint64_t *ret)
{
	*ret = ((const struct remote *)target)->free;
	return 0;
}

static int framed_open(struct remote *r, enum kx_wire_file file)
{
	return give(r, KX_WIRE_OPEN, file, NULL, 0);
}

static int framed_finish(struct remote *r)
{
	int rc = give(r, KX_WIRE_FINISH, 0, NULL, 0);

	return rc < 0 ? rc : flush(r);
}

static int framed_stop(struct remote *r)
{
	int rc = give(r, KX_WIRE_SYNC, 0, NULL, 0);

	return rc < 0 ? rc : flush(r);
}

static void framed_drop(struct remote *r)
{
	if (give(r, KX_WIRE_DROP, 0, NULL, 0) == 0)
		flush(r);
}

/* ---- the connection ------------------------------------------------------------------------- */

static int connect_again(struct kx_wire_peer *peer, struct kx_wire_link *ret, struct kx_err *err)
{
	struct remote *r = ((struct framed *)peer)->remote;
	_cleanup_free_ char *command = NULL;
	int rc;

	/* It may wait for a network that is gone. */
	ssh_kill(&r->ssh);
	command = r->again(r);
	if (!command)
		return kx_fail(err, -ENOMEM, "no memory");
	rc = ssh_start(&r->ssh, &r->address, r->words, command, err);
	*ret = (struct kx_wire_link){ r->ssh.to, r->ssh.from };
	return rc;
}

static bool rest(struct kx_wire_peer *peer, unsigned int ms)
{
	const struct remote *r = ((struct framed *)peer)->remote;
	struct timespec left = { ms / 1000, ms % 1000 * 1000000L };

	kx_cli_say("kdump", "%s: the connection broke; trying again in %u.%02u s", r->address.host,
		   ms / 1000, ms % 1000 / 10);
	while (!progress_stopped() && nanosleep(&left, &left) < 0 && errno == EINTR)
		;
	return !progress_stopped();
}

static void framed_done(struct remote *r)
{
	/* What is not answered any more would be waited for. */
	if (r->why.text[0])
		ssh_kill(&r->ssh);
	kx_wire_sender_free(r->framed->sender);
	free(r->framed);
	r->framed = NULL;
}

static const struct remote_ops framed_ops = {
	.open = framed_open,
	.finish = framed_finish,
	.stop = framed_stop,
	.drop = framed_drop,
	.done = framed_done,
};

int framed_begin(struct remote *r, uint64_t crash, unsigned int tries)
{
	const struct kx_wire_options options = { .window = WINDOW, .tries = tries,
						 .patience = PATIENCE };
	const struct kx_wire_link link = { r->ssh.to, r->ssh.from };
	const struct kx_span seen = { r->seen, r->seen_len };
	struct kx_wire_place place;
	struct kx_err why = { "" };
	int rc;

	r->framed = calloc(1, sizeof(*r->framed));
	if (!r->framed)
		return kx_fail(&r->why, -ENOMEM, "no memory");
	r->ops = &framed_ops;
	r->framed->peer = (struct kx_wire_peer){ connect_again, rest };
	r->framed->remote = r;
	rc = kx_wire_sender_new(&r->framed->peer, &link, seen, &options, crash,
				&r->framed->sender, &place, &why);
	if (rc < 0)
		return failed(r, rc, &why);
	r->target = (struct kx_save_target){ .write = framed_write, .sync = framed_sync,
					     .reserve = framed_reserve, .room = framed_room };
	r->own = place.own;
	r->free = place.free;
	memcpy(r->path, place.path, sizeof(r->path));
	return 0;
}
