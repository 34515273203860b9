/* SPDX-License-Identifier: GPL-2.0-or-later */
/* After a boot, step by step; what fails in one step keeps none of the others from being done. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "kdump/base/program.h"
#include "kdump/base/service.h"
#include "kdump/base/stall.h"
#include "kdump/service/config/read.h"
#include "kdump/service/dumps/boot.h"
#include "kdump/service/dumps/dumps.h"
#include "kdump/service/dumps/report.h"
#include "kdump/service/dumps/tell.h"
#include "kdump/service/machine/disk.h"
#include "kdump/service/machine/machine.h"
#include "kdump/service/settings/settings.h"
#include "kdump/service/state/state.h"
#include "kdump/service/state/test_result.h"
#include "kx/cleanup.h"
#include "kx/cli.h"
#include "kx/out.h"

#define say(...) kx_cli_say("kdump", __VA_ARGS__)

/**
 * struct boot - one
 * @boot_id: of the boot that is; @ended: of the armed one that was not shut down, "" if there is
 *	none; @news: dumps that were told
 * @failed: a step; @told: something that is no dump; @lost: of this, that the boot before left none
 */
struct boot {
	const char *root;
	struct service_config config;
	struct dumps dumps;
	char boot_id[64], ended[64];
	size_t news;
	bool failed, told, lost;
};

static void step_failed(struct boot *b, const char *what, const struct kx_err *err)
{
	say("%s: %s", what, err->text);
	b->failed = true;
}

/* ---- raw targets ---------------------------------------------------------------------------- */

/* Where a raw target's device is. */
static int device_path(const struct target_config *t, const char *root, char *to, size_t size,
		       struct kx_err *err)
{
	const char *below = strcmp(root, "/") == 0 ? "" : root;
	_cleanup_free_ char *disk = NULL;
	int rc;

	if (t->where[0] == '/') {
		snprintf(to, size, "%s%s", below, t->where);
		return 0;
	}
	rc = disk_find(root, t->where, &disk, err);
	if (rc < 0)
		return rc;
	/* The name as in /sys has "!" where that in /dev has "/". */
	for (char *c = disk; (c = strchr(c, '!'));)
		*c = '/';
	snprintf(to, size, "%s/dev/%s", below, disk);
	return 0;
}

/* Where folders of raw targets' dumps go: to the first file target that is there. */
static void folder_for_raw(const struct boot *b, char *to, size_t size)
{
	const char *below = strcmp(b->root, "/") == 0 ? "" : b->root;
	char path[2048];

	for (size_t i = 0; i < b->config.targets; i++) {
		const struct target_config *t = &b->config.target[i];

		if (t->type == KX_CAPTURE_FILE && t->what == KX_CAPTURE_DUMP &&
		    test_result_folder(t, b->root, path, sizeof(path))) {
			snprintf(to, size, "%s%s", below, path);
			return;
		}
	}
	snprintf(to, size, "%s/var/crash", below);
}

/* A dump of many GiB takes what it takes; nothing waits longer for a device that is gone. */
static void take_in_one(struct boot *b, int (*device)(const char *device, const char *folder),
			const char *path, const char *folder)
{
	struct kx_err err = { "" };
	int rc = stall_run(device, path, folder, BOOT_STALL_SECONDS);

	if (rc == SERVICE_DONE)
		return;
	if (rc == -ETIMEDOUT)
		kx_fail(&err, rc, "%.160s: given up, since nothing was read or written for %d minutes",
			path, BOOT_STALL_SECONDS / 60);
	else if (rc < 0)
		kx_fail(&err, rc, "%.160s: %s", path, strerror(-rc));
	if (rc < 0)
		say("recover: %s", err.text);
	b->failed = true;
}

static void take_in(struct boot *b, int (*device)(const char *device, const char *folder))
{
	char folder[4400], path[4400];

	folder_for_raw(b, folder, sizeof(folder));
	for (size_t i = 0; i < b->config.targets; i++) {
		const struct target_config *t = &b->config.target[i];
		struct kx_err err = { "" };

		if (t->type != KX_CAPTURE_RAW)
			continue;
		if (device_path(t, b->root, path, sizeof(path), &err) < 0)
			step_failed(b, "recover", &err);
		else
			take_in_one(b, device, path, folder);
	}
}

/* ---- new dumps ------------------------------------------------------------------------------ */

/* Whole, or not there: who finds one has been told. */
static int write_report(const char *folder, struct kx_err *err)
{
	_cleanup_free_ char *name = NULL, *partial = NULL;
	FILE *out;
	int fd, rc;

	if (asprintf(&name, "%s/" DUMPS_REPORT, folder) < 0 ||
	    asprintf(&partial, "%s.new", name) < 0)
		return kx_fail(err, -ENOMEM, "no memory");
	unlink(partial);
	fd = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	out = fd < 0 ? NULL : fdopen(fd, "w");
	if (!out) {
		rc = -errno;
		kx_cleanup_fd(&fd);
		return kx_fail(err, rc, "%s: %s", partial, strerror(-rc));
	}
	rc = report_write(folder, out, err);
	/* Without a log there is nothing to say, and the dump is told all the same. */
	if (rc < 0)
		fprintf(out, "There is no report: %s\n", err->text);
	rc = fflush(out) == 0 && fsync(fd) == 0 ? 0 : -errno;
	if (fclose(out) != 0 && rc == 0)
		rc = -errno;
	if (rc == 0 && rename(partial, name) < 0)
		rc = -errno;
	if (rc < 0)
		unlink(partial);
	return rc < 0 ? kx_fail(err, rc, "%s: %s", name, strerror(-rc)) : 0;
}

/*
 * A crash kernel has no policy, and what it makes no label: under SELinux nobody who is confined,
 * as abrt is, could read it. restorecon(8) gives it that of its folder.
 */
static void label_folder(const struct boot *b, char *folder)
{
	enum { SECONDS = 60 };
	const char *below = strcmp(b->root, "/") == 0 ? "" : b->root;
	_cleanup_free_ char *policy = NULL, *program = NULL;
	char name[] = "restorecon", all[] = "-R", text[256] = "";
	char *argv[] = { name, all, folder, NULL };
	struct kx_err err = { "" };
	int status = 0;

	if (asprintf(&policy, "%s/sys/fs/selinux/enforce", below) < 0)
		policy = NULL;
	if (asprintf(&program, "%s/usr/sbin/restorecon", below) < 0)
		program = NULL;
	if (!policy || !program || access(policy, F_OK) < 0 || access(program, X_OK) < 0)
		return;
	if (program_run(program, argv, SECONDS, &status, text, sizeof(text), &err) < 0)
		say("restorecon: %s", err.text);
	else if (status != 0)
		say("restorecon: it failed (status %d): %.*s", status,
		    (int)strcspn(text, "\n"), text);
}

static void tell_dump(struct boot *b, const struct saved_dump *dump)
{
	_cleanup_free_ char *folder = dumps_path(&b->dumps, dump);
	struct kx_err err = { "" };
	char text[900];

	if (!folder)
		return;
	if (write_report(folder, &err) < 0)
		step_failed(b, "report", &err);
	label_folder(b, folder);
	snprintf(text, sizeof(text), "The kernel crashed, and %s is in %.300s/%.200s: %.200s",
		 dump->complete ? "its dump" : "a part of its dump",
		 b->dumps.place[dump->place].path, dump->name,
		 dump->panic[0] ? dump->panic : dump->unread ? dump->reason :
							       "its log does not say why");
	tell_journal(b->root, TELL_DUMP, LOG_ERR, folder, text);
	if (b->config.notify.command[0])
		tell_command(b->config.notify.command, folder, NULL);
	b->news++;
}

/* ---- the boot before ------------------------------------------------------------------------ */

static void read_mark(struct boot *b, const struct state *state)
{
	_cleanup_free_ char *text = NULL;

	if (state_get(state->lib, STATE_BOOT, &text, NULL) < 0)
		return;
	snprintf(b->ended, sizeof(b->ended), "%.*s", (int)strcspn(text, " \n"), text);
	/* This boot is armed already: nothing ended. */
	if (strcmp(b->ended, b->boot_id) == 0)
		b->ended[0] = '\0';
}

static bool left_a_dump(const struct boot *b)
{
	for (size_t i = 0; i < b->dumps.count; i++) {
		if (strcmp(b->dumps.item[i].id, b->ended) == 0)
			return true;
	}
	/* Other services' dumps, and ours of old, have no id. */
	return b->news > 0;
}

/* Names of the targets whose dumps cannot be seen from here; empty: all can. */
static void name_elsewhere(const struct boot *b, char *to, size_t size)
{
	char folder[2048];
	size_t len = 0;

	to[0] = '\0';
	for (size_t i = 0; i < b->config.targets && len < size; i++) {
		const struct target_config *t = &b->config.target[i];

		if (t->type == KX_CAPTURE_RAW ||
		    (t->type == KX_CAPTURE_FILE &&
		     test_result_folder(t, b->root, folder, sizeof(folder))))
			continue;
		len += (size_t)snprintf(to + len, size - len, "%s%.60s", len ? ", " : "", t->name);
	}
}

/* To the journal, to whoever is to be told, and for kdump status until the next boot. */
static void tell_nothing_left(struct boot *b)
{
	struct kx_err err = { "" };
	struct state state;
	char others[200], where[280] = "there is no dump: ", text[600];

	name_elsewhere(b, others, sizeof(others));
	if (others[0])
		snprintf(where, sizeof(where), "no dump of it is on this machine: look at %s; if none is "
			 "there, ", others);
	snprintf(text, sizeof(text), "The last boot was armed and ended without a clean shutdown, and "
		 "%sthe machine was reset or lost its power, or the crash kernel failed; "
		 "/var/lib/systemd/pstore and the firmware's log may tell more", where);
	tell_journal(b->root, TELL_NO_DUMP, LOG_WARNING, NULL, text);
	if (b->config.notify.command[0])
		tell_command(b->config.notify.command, NULL, text);
	if (state_open(&state, b->root, true, &err) < 0 ||
	    state_put_text(state.run, STATE_ENDED, text, &err) < 0)
		say("it is not kept for kdump status: %s", err.text);
	state_done(&state);
	b->told = b->lost = true;
}

static void tell_end(struct boot *b)
{
	struct kx_err err = { "" };
	struct state state;

	if (state_open(&state, b->root, false, &err) == 0)
		read_mark(b, &state);
	if (b->ended[0] && !left_a_dump(b))
		tell_nothing_left(b);
	/* It is told once. */
	if (b->ended[0] && state_drop(state.lib, STATE_BOOT) < 0)
		say("/var/lib/kdump/" STATE_BOOT " cannot be removed");
	state_done(&state);
}

/* ---- all of it ------------------------------------------------------------------------------ */

static void settle_test(struct boot *b)
{
	struct kx_err err = { "" };
	int rc = test_result_settle(&b->config, b->root, b->boot_id, &err);

	if (rc < 0)
		step_failed(b, "test", &err);
	b->told |= rc > 0;
}

static void look_at_dumps(struct boot *b)
{
	struct kx_err err = { "" };

	if (dumps_find(&b->dumps, &b->config, b->root, &err) < 0)
		step_failed(b, "dumps", &err);
	for (size_t i = 0; i < b->dumps.count; i++) {
		if (!b->dumps.item[i].reported)
			tell_dump(b, &b->dumps.item[i]);
	}
}

static void make_room(struct boot *b)
{
	struct kx_err err = { "" };

	if (dumps_prune(&b->dumps, &b->config.keep, (uint64_t)time(NULL), false, NULL, &err) < 0)
		step_failed(b, "prune", &err);
}

/* ---- for programs --------------------------------------------------------------------------- */

static void json_dump(const struct boot *b, const struct saved_dump *dump, struct kx_out *out)
{
	kx_out_text(out, "    {\"folder\": ");
	kx_out_json(out, kx_span_of(b->dumps.place[dump->place].path));
	kx_out_text(out, ", \"name\": ");
	kx_out_json(out, kx_span_of(dump->name));
	kx_out_printf(out, ", \"time\": %" PRIu64 ", \"complete\": %s, \"panic\": ", dump->time,
		      dump->complete ? "true" : "false");
	kx_out_json_or_null(out, kx_span_of(dump->panic));
	kx_out_text(out, "}");
}

static int status_of(const struct boot *b)
{
	if (b->failed)
		return SERVICE_FAILED;
	return b->news || b->told ? SERVICE_DONE : SERVICE_NOTHING;
}

static void tell_json(struct boot *b)
{
	_cleanup_free_ struct kx_out *out = calloc(1, sizeof(*out));
	const char *between = "\n";

	if (!out) {
		b->failed = true;
		return;
	}
	out->fd = STDOUT_FILENO;
	kx_out_printf(out, "{\n  \"format\": 1,\n  \"status\": %d,\n  \"left_no_dump\": %s,\n"
		      "  \"dumps\": [", status_of(b), b->lost ? "true" : "false");
	for (size_t i = 0; i < b->dumps.count; i++) {
		if (b->dumps.item[i].reported)
			continue;
		kx_out_text(out, between);
		json_dump(b, &b->dumps.item[i], out);
		between = ",\n";
	}
	kx_out_text(out, "\n  ]\n}\n");
	if (kx_out_flush(out) < 0)
		b->failed = true;
}

int boot_recover(const char *root, bool json,
		 int (*device)(const char *device, const char *folder))
{
	struct boot b = { .root = root };
	struct kx_err err = { "" };
	int status;
	struct machine machine = { .cmdline = NULL };

	if (config_read(&b.config, root, &err) < 0)
		step_failed(&b, "configuration", &err);
	config_say_warnings(&b.config);
	if (machine_read(&machine, root, &err) == 0)
		snprintf(b.boot_id, sizeof(b.boot_id), "%s", machine.boot_id);
	machine_done(&machine);
	take_in(&b, device);
	look_at_dumps(&b);
	settle_test(&b);
	tell_end(&b);
	make_room(&b);
	if (json)
		tell_json(&b);
	status = status_of(&b);
	dumps_done(&b.dumps);
	config_done(&b.config);
	return status;
}
