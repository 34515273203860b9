/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tries each target, as far as that can be done while the machine is well. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "kdump/dump/options.h"
#include "kdump/dump/source.h"
#include "kdump/service/check/apart.h"
#include "kdump/service/check/checking.h"
#include "kdump/service/check/dump.h"
#include "kdump/service/check/login.h"
#include "kdump/service/check/network.h"
#include "kdump/service/check/write.h"
#include "kdump/service/resolve/volumes.h"
#include "kdump/service/state/test_result.h"
#include "kx/cleanup.h"
#include "kx/estimate.h"

#define ADD(c, to, level, check, ...) \
	findings_add((c)->findings, level, check, (to)->name, __VA_ARGS__)

uint64_t check_estimate(const struct prepared *made, const char *root)
{
	struct save_options options = { .help = false };
	struct kx_estimate_codec codec;
	struct kx_estimate *estimate = NULL;
	_cleanup_free_ char *path = NULL;
	struct kx_dump *dump = NULL;
	struct kx_err ignored = { "" };
	uint64_t size = 0;

	if (asprintf(&path, "%s/proc/kcore", strcmp(root, "/") == 0 ? "" : root) < 0)
		return 0;
	if (codec_parse(&options, made->plan.compress ? made->plan.compress : "zstd", &ignored) < 0)
		options.codec = 0;
	codec = (struct kx_estimate_codec){ options.codec, options.codec_level };
	if (source_open(&dump, &(const char *){ path }, 1, &ignored) == 0 &&
	    kx_estimate_new(dump, &codec, 1, NULL, NULL, &estimate, &ignored) == 0)
		size = kx_estimate_size(estimate, (unsigned int)made->plan.level, 0).high;
	kx_estimate_free(estimate);
	kx_dump_close(dump);
	return size;
}

/* What was seen counts, where it is more than what is expected. */
static bool has_learned(const struct checking *c, char *day, size_t size)
{
	time_t when = (time_t)c->learned->time;
	struct tm tm;

	return c->learned->bytes > c->dump && gmtime_r(&when, &tm) &&
	       strftime(day, size, "%Y-%m-%d", &tm) > 0;
}

static void add_space(const struct checking *c, const struct target_config *from, uint64_t room)
{
	const uint64_t bytes = c->learned->bytes;
	char day[32];

	if (has_learned(c, day, sizeof(day)) && bytes > room)
		ADD(c, from, FINDING_WARNING, "space", "the dump of %s took %" PRIu64 " MiB, but "
		    "%" PRIu64 " are free: kdump prune, or a higher level", day, bytes >> 20,
		    room >> 20);
	else if (has_learned(c, day, sizeof(day)))
		ADD(c, from, FINDING_GOOD, "space", "%" PRIu64 " MiB are free, the dump of %s took "
		    "%" PRIu64, room >> 20, day, bytes >> 20);
	else if (!c->dump)
		ADD(c, from, FINDING_NOTE, "space", "%" PRIu64 " MiB are free; what a dump would take "
		    "cannot be estimated", room >> 20);
	else if (c->dump > room)
		ADD(c, from, FINDING_WARNING, "space", "a dump may take %" PRIu64 " MiB, but %" PRIu64
		    " are free: kdump prune, or a higher level", c->dump >> 20, room >> 20);
	else
		ADD(c, from, FINDING_GOOD, "space", "%" PRIu64 " MiB are free, a dump takes at most "
		    "%" PRIu64, room >> 20, c->dump >> 20);
}

static void check_space(const struct checking *c, const struct target_config *from, int dir)
{
	const struct config_share *keep = &c->made->config.keep.min_free;
	uint64_t room, kept = keep->bytes;
	struct statvfs fs;

	if (fstatvfs(dir, &fs) < 0)
		return;
	room = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (keep->percent)
		kept = (uint64_t)fs.f_blocks * fs.f_frsize / 100 * keep->percent;
	room = room > kept ? room - kept : 0;
	if (from->what == KX_CAPTURE_DMESG)
		ADD(c, from, room >> 20 ? FINDING_GOOD : FINDING_WARNING, "space", "%" PRIu64 " MiB are "
		    "free for logs", room >> 20);
	else
		add_space(c, from, room);
}

/* A byte, on the disk, and gone again. */
static int write_byte(int dir)
{
	enum { FLAGS = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC };
	static const char name[] = ".kdump-check";
	_cleanup_fd_ int fd = openat(dir, name, FLAGS, 0600);
	int rc = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, "x", 1) != 1 || fsync(fd) < 0)
		rc = -errno;
	if (unlinkat(dir, name, 0) < 0 && rc == 0)
		rc = -errno;
	return rc;
}

/* The folder, or as much of its path as is there: capturing makes the rest. */
static int open_folder(const char *path)
{
	_cleanup_free_ char *up = strdup(path);
	int fd = -1;

	while (up && fd < 0) {
		char *slash = strrchr(up, '/');

		fd = open(up[0] ? up : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0 || errno != ENOENT || !slash)
			break;
		*slash = '\0';
	}
	return fd < 0 ? -errno : fd;
}

static const struct target_config *config_of(const struct service_config *config, const char *name)
{
	for (size_t i = 0; i < config->targets; i++) {
		if (strcmp(config->target[i].name, name) == 0)
			return &config->target[i];
	}
	return NULL;
}

/* In a process that can be given up: a disk that hangs would hold up whoever writes to it. */
static int try_folder(const struct checking *c, const struct kx_capture_target *to,
		      const char *ignored, struct kx_err *err)
{
	const struct target_config *from = config_of(&c->made->config, to->name);
	_cleanup_free_ char *path = NULL;
	_cleanup_fd_ int dir = -1;
	char folder[1024];
	int rc;

	(void)ignored;
	if (!from || !test_result_folder(from, c->root, folder, sizeof(folder)))
		return kx_fail(err, -ENOENT, "%s", strerror(ENOENT));
	if (asprintf(&path, "%s%s", strcmp(c->root, "/") == 0 ? "" : c->root, folder) < 0) {
		path = NULL;
		return kx_fail(err, -ENOMEM, "no memory");
	}
	dir = open_folder(path);
	rc = dir < 0 ? dir : write_byte(dir);
	return rc < 0 ? kx_fail(err, rc, "%s", strerror(-rc)) : 0;
}

static void check_file(const struct checking *c, const struct target_config *from,
		       const struct kx_capture_target *to)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_fd_ int dir = -1;
	struct kx_err err = { "" };
	char folder[1024];
	int rc;

	if (!test_result_folder(from, c->root, folder, sizeof(folder))) {
		if (c->write) {
			check_dump(c, to);
			return;
		}
		ADD(c, from, FINDING_NOTE, "write", "the device is there, but not mounted, so that "
		    "writing was not tried: kdump check --write does that");
		return;
	}
	if (asprintf(&path, "%s%s", strcmp(c->root, "/") == 0 ? "" : c->root, folder) < 0)
		return;
	rc = check_here(c, to, try_folder, CHECK_TRY_MS, &err);
	dir = rc < 0 ? rc : open_folder(path);
	if (rc < 0 || dir < 0) {
		ADD(c, from, FINDING_FAULT, "write", "%s: cannot be written to: %s", folder,
		    rc < 0 ? err.text : strerror(-dir));
		return;
	}
	ADD(c, from, FINDING_GOOD, "write", "%s can be written to", folder);
	/* Only now: a disk that hangs would hold us up. */
	crash_learned(c->learned, c->root, folder, c->made->machine.machine_id,
		      c->made->plan.level);
	check_space(c, from, dir);
	if (c->write)
		check_write(c, from->name, path);
}

static void check_raw(const struct checking *c, const struct target_config *from,
		      const struct kx_capture_target *to)
{
	ADD(c, from, FINDING_GOOD, "device", "%s is there, and is not mounted", from->where);
	if (c->write)
		check_dump(c, to);
}

/* A folder of the host's, which is mounted where nobody else sees it. */
static void check_virtiofs(const struct checking *c, const struct target_config *from,
			   const struct kx_capture_target *to)
{
	(void)from;
	if (check_login(c, to) == 0 && c->write)
		check_dump(c, to);
}

/* A type without a line was resolved, and that is all that is known. */
static check_one *const check_by_type[KX_CAPTURE_TYPES] = {
	[KX_CAPTURE_FILE] = check_file,
	[KX_CAPTURE_RAW] = check_raw,
	[KX_CAPTURE_NFS] = check_network,
	[KX_CAPTURE_SMB] = check_network,
	[KX_CAPTURE_SSH] = check_network,
	[KX_CAPTURE_HTTP] = check_network,
	[KX_CAPTURE_S3] = check_network,
	[KX_CAPTURE_VIRTIOFS] = check_virtiofs,
};

/* What it is made of again after a crash; status shows it, too. */
static void check_chain(const struct checking *c, const struct target_config *from,
			const struct kx_capture_target *to)
{
	_cleanup_free_ char *chain = NULL, *worse = NULL;

	if (volumes_tell(&c->made->plan, to, &chain) == 0)
		ADD(c, from, FINDING_GOOD, "volume", "%s", chain);
	if (volumes_worse(c->root, &c->made->plan, to, &worse) == 0)
		ADD(c, from, FINDING_WARNING, "redundancy", "%s: it would be dumped to as it is",
		    worse);
}

void check_targets(const struct checking *c)
{
	const struct kx_capture_plan *plan = &c->made->plan;

	for (size_t i = 0; i < plan->n_targets; i++) {
		const struct kx_capture_target *to = &plan->target[i];
		const struct target_config *from = config_of(&c->made->config, to->name);

		if (!from)
			continue;
		check_chain(c, from, to);
		if (check_by_type[to->type])
			check_by_type[to->type](c, from, to);
		else
			ADD(c, from, FINDING_NOTE, "write", "writing to it cannot be tried by this kdump");
	}
}
