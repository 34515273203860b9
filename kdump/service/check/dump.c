/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The capture's worker on a small dump: with the plan as it is, in a folder of its own below the
 * target's, from which nobody takes it for a crash.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kdump/capture/capture.h"
#include "kdump/capture/target/target.h"
#include "kdump/remote/receiver.h"
#include "kdump/remote/ssh.h"
#include "kdump/service/check/apart.h"
#include "kdump/service/check/dump.h"
#include "kdump/service/check/login.h"
#include "kdump/service/check/raw.h"
#include "kdump/service/check/write.h"
#include "kx/cleanup.h"

#define OWN "/.kdump-check-dump"

/* Seconds for the worker; it is given some more to come to an end, and so is what follows it. */
enum { WORKER_SECONDS = 240, ALL_MS = 420000 };

/** struct trial - the plan with another folder; @target: a copy, @path: owned */
struct trial {
	const struct checking *checking;
	struct kx_capture_plan plan;
	struct kx_capture_target *target;
	char *path;
	struct capture_here here;
};

/* The first part of the plan that differs is the target's path. */
static int make_plan(struct trial *t, const struct kx_capture_target *to, struct kx_err *err)
{
	const struct kx_capture_plan *plan = &t->checking->made->plan;
	const size_t number = (size_t)(to - plan->target);

	t->plan = *plan;
	t->plan.total_time = WORKER_SECONDS;
	t->target = calloc(plan->n_targets, sizeof(*t->target));
	if (!t->target || asprintf(&t->path, "%s" OWN, to->path ? to->path : "") < 0) {
		t->path = NULL;
		return kx_fail(err, -ENOMEM, "no memory");
	}
	memcpy(t->target, plan->target, plan->n_targets * sizeof(*t->target));
	t->plan.target = t->target;
	t->target[number].path = t->path;
	t->target[number].what = KX_CAPTURE_DUMP;
	return (int)number;
}

/* ---- what is mounted ------------------------------------------------------------------------- */

/* In the folder that the dump was given, while it is mounted. */
static int read_and_remove(void *data, const char *place, int rc, struct kx_err *err)
{
	const struct trial *t = data;
	const char *slash = strrchr(place, '/');
	_cleanup_free_ char *folder = slash ? strndup(place, (size_t)(slash - place)) : NULL;
	char *name;
	int gone;

	if (!folder)
		return rc ? rc : kx_fail(err, -ENOMEM, "no memory");
	/* Who has no secret key cannot read it. */
	if (rc == 0 && t->plan.encrypt == KX_CAPTURE_PLAIN)
		rc = check_write_verify(folder, err);
	gone = check_write_remove(folder);
	if (gone < 0 && rc == 0)
		rc = kx_fail(err, gone, "%.160s cannot be removed: %s", folder, strerror(-gone));
	name = strrchr(folder, '/');
	if (name) {
		*name = '\0';
		rmdir(folder);
	}
	return rc;
}

/* ---- what is sent ---------------------------------------------------------------------------- */

/* Behind the URL that the program is given; false: that is not what it begins with. */
static bool name_of(const char *url, const char *place, enum kx_wire_file file, char *to,
		    size_t size)
{
	const size_t len = strlen(url);
	const char *slash = strrchr(place, '/');

	if (strncmp(place, url, len) != 0 || place[len] != '/' || slash < place + len)
		return false;
	return snprintf(to, size, "%.*s/%s", (int)(slash - place - (ssize_t)len - 1),
			place + len + 1, receiver_name(file)) < (int)size;
}

/* As the worker has it; @ret->shared is for the caller to free. */
static int open_target(const struct trial *t, size_t number, struct capture_target *ret,
		       struct kx_err *err)
{
	*ret = (struct capture_target){
		.plan = &t->plan,
		.from = &t->target[number],
		.kind = capture_kind_find(t->target[number].type),
		.shared = capture_shared_new(),
		.here = &t->here,
	};
	return ret->shared && ret->kind ? 0 : kx_fail(err, -ENOMEM, "no memory");
}

/* All files that there might be, of which some are not. */
static int take_away(struct trial *t, size_t number, const char *place, struct kx_err *err)
{
	struct save_options options = { .help = false };
	struct capture_target target;
	int rc = open_target(t, number, &target, err);

	t->here.http = KDUMP_HTTP " -d";
	if (rc == 0)
		rc = target.kind->prepare(&target, err);
	if (rc == 0)
		rc = target.kind->dest(&target, &options, err);
	for (int file = 0; rc == 0 && file < KX_WIRE_FILES; file++) {
		char name[700];
		const char *operand[] = { options.dest, name, NULL };
		struct ssh program;

		if (!name_of(options.dest, place, (enum kx_wire_file)file, name, sizeof(name)))
			return kx_fail(err, -EINVAL, "%.200s is not below it", place);
		rc = ssh_run(&program, options.http, operand, SSH_SOCKET, err);
		if (rc == 0)
			rc = ssh_result(&program, err);
	}
	return rc < 0 ? kx_context(err, rc, "%.100s stays there, it cannot be removed", place) : 0;
}

/* ---- both ------------------------------------------------------------------------------------ */

static bool is_sent(enum kx_capture_type type)
{
	return type == KX_CAPTURE_HTTP || type == KX_CAPTURE_S3 || type == KX_CAPTURE_SSH;
}

static int run_worker(struct trial *t, size_t number, int dump, char place[512],
		      struct kx_err *err)
{
	const bool sent = is_sent(t->target[number].type);
	const bool raw = t->target[number].type == KX_CAPTURE_RAW;
	char source[64];
	const struct capture_trial trial = { &t->plan, number, source, &t->here,
					     sent || raw ? NULL : read_and_remove, t };
	int rc;

	snprintf(source, sizeof(source), "/proc/%d/fd/%d", getpid(), dump);
	rc = capture_try(&trial, place, err);
	/* A part of it is no dump. */
	return rc > 0 ? -EIO : rc;
}

/* Nothing of the device's may be lost; what was written is done with at once. */
static int save_raw(struct trial *t, size_t number, int dump, struct kx_err *err)
{
	struct capture_target target;
	char device[512], place[512];
	int rc = open_target(t, number, &target, err);

	if (rc == 0)
		rc = check_raw_begin(&target, device, err);
	if (rc == 0)
		rc = run_worker(t, number, dump, place, err);
	return rc < 0 ? rc : check_raw_end(device, t->here.secrets,
					   t->plan.encrypt == KX_CAPTURE_PLAIN, err);
}

static int save(const struct checking *c, const struct kx_capture_target *to, const char *folder,
		struct kx_err *err)
{
	struct trial t = { .checking = c, .here = { folder, KDUMP_SSH, KDUMP_HTTP } };
	_cleanup_fd_ int dump = check_write_dump(err);
	char place[512];
	int number, rc;

	if (dump < 0)
		return dump;
	rc = number = make_plan(&t, to, err);
	if (number >= 0 && to->type == KX_CAPTURE_RAW)
		rc = save_raw(&t, (size_t)number, dump, err);
	else if (number >= 0)
		rc = run_worker(&t, (size_t)number, dump, place, err);
	if (rc == 0 && to->url)
		rc = take_away(&t, (size_t)number, place, err);
	free(t.target);
	free(t.path);
	return rc;
}

/* The folder is of one dump each time, as the server has to have it before. */
static int save_by_ssh(const struct checking *c, const struct kx_capture_target *to,
		       struct kx_err *err)
{
	static const char begin[] = "umask 077; cd \"$1\" && rm -rf ." OWN " && mkdir ." OWN;
	static const char end[] = "cd \"$1\" && rm -r ." OWN;
	struct kx_err why = { "" };
	int rc = check_ssh_script(c, to, begin, err), gone;

	if (rc < 0)
		return rc;
	rc = check_apart(c, to, save, ALL_MS, err);
	gone = check_ssh_script(c, to, end, &why);
	return rc == 0 && gone < 0 ? kx_fail(err, gone, "." OWN " stays there: %.200s", why.text) : rc;
}

void check_dump(const struct checking *c, const struct kx_capture_target *to)
{
	const bool again = !is_sent(to->type) && c->made->plan.encrypt == KX_CAPTURE_PLAIN;
	struct kx_err err = { "" };
	int rc;

	if (to->volume.count) {
		findings_add(c->findings, FINDING_NOTE, "dump", to->name, "nothing was written: what it "
			     "is made of is in use here; mounted, it would be tried");
		return;
	}
	rc = to->type == KX_CAPTURE_SSH ? save_by_ssh(c, to, &err) :
					  check_apart(c, to, save, ALL_MS, &err);
	findings_add(c->findings, rc == 0			       ? FINDING_GOOD :
				  rc == -EBUSY && to->type == KX_CAPTURE_RAW ? FINDING_NOTE :
									 FINDING_FAULT,
		     "dump", to->name, "%s",
		     rc < 0 ? err.text : again ? "a dump of 16 MiB was written, read again and removed" :
						 "a dump of 16 MiB was written and removed");
}
