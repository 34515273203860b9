/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump recover: finds the dump on a device, checks it, and writes its files; see the header. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kdump/base/service.h"
#include "kdump/dump/folder.h"
#include "kdump/dump/hooks.h"
#include "kdump/dump/log.h"
#include "kdump/dump/manifest.h"
#include "kdump/recover.h"
#include "kdump/save/save.h"
#include "kdump/service/dumps/boot.h"
#include "kx/cleanup.h"
#include "kx/cli.h"
#include "kx/device.h"
#include "kx/file.h"
#include "kx/mend.h"
#include "kx/out.h"

#define say(...) kx_cli_say("kdump", __VA_ARGS__)

enum { OPT_AGAIN = KX_OPTION_LONG, OPT_BOOT, OPT_JSON, OPT_KEEP, OPT_ROOT };

/** struct recover_options - strings are borrowed from argv; @quiet: no dump is no failure */
struct recover_options {
	bool help, again, keep, boot, json, quiet;
	const char *device, *dir, *root;
};

static const struct kx_option recover_table[] = {
	{ "again", OPT_AGAIN, NULL, "also a dump that was recovered already", "What is recovered" },
	{ "keep", OPT_KEEP, NULL, "do not mark it as recovered: nothing is written to the device", NULL },
	{ "boot", OPT_BOOT, NULL, "take in and tell what the last crash left, by the configuration", "After a boot" },
	{ "json", OPT_JSON, NULL, "tell what came of it as a JSON object", "How it is told" },
	{ "root", OPT_ROOT, "DIR", "with --boot: take DIR for /, as a captured tree", NULL },
	{ "help", 'h', NULL, "print this", "Help" },
	{ NULL, 0, NULL, NULL, NULL },
};

/* Runs of bytes of a dump; a journal that needs more was not written by kx_save(). */
enum { HEAD_MAX = 4096, RUNS_MAX = 65536 };

/**
 * struct recovery - one
 * @fd: the device; @file: of each part, -1 until something comes for it
 * @size: of each part so far
 * @first, @first_len: what was first written at the start of the dump: a head that says that it is
 *	not whole
 * @there: bytes of the dump that were recovered; @unknown: there were too many runs of them
 */
struct recovery {
	struct kx_device_sink sink;
	const struct recover_options *options;
	int fd;
	struct kx_device_fd device;
	struct kx_device_head head;
	struct kx_device_report report;
	struct folder folder;
	int file[KX_DEVICE_PARTS];
	uint64_t size[KX_DEVICE_PARTS];
	uint8_t first[HEAD_MAX];
	size_t first_len;
	struct kx_ranges there;
	bool unknown, sealed_log;
	struct kx_err err;
};

/* ---- files ---------------------------------------------------------------------------------- */

static const char *file_name(const struct recovery *r, enum kx_device_part part)
{
	switch (part) {
	case KX_DEVICE_LOG: return r->sealed_log ? LOG_NAME SEALED : LOG_NAME;
	case KX_DEVICE_MANIFEST: return MANIFEST_NAME;
	case KX_DEVICE_TRACE: return TRACE_NAME;
	case KX_DEVICE_DUMP:
	case KX_DEVICE_PARTS: break;
	}
	return r->folder.partial;
}

static int have_file(struct recovery *r, enum kx_device_part part)
{
	if (r->file[part] < 0)
		r->file[part] = folder_create(&r->folder, file_name(r, part), &r->err);
	return r->file[part];
}

/* What is zeros anyhow needs no place on the disk. */
static bool is_hole(const struct recovery *r, enum kx_device_part part, const uint8_t *from,
		    size_t len, uint64_t off)
{
	return off >= r->size[part] && len > 8 && memcmp(from, from + 8, len - 8) == 0 &&
	       memcmp(from, "\0\0\0\0\0\0\0", 8) == 0;
}

/* Runs that go on are one; others are few. */
static int note_there(struct recovery *r, uint64_t off, uint64_t len)
{
	struct kx_ranges *there = &r->there;

	if (there->count && there->item[there->count - 1].end == off) {
		there->item[there->count - 1].end += len;
		return 0;
	}
	if (there->count == RUNS_MAX) {
		kx_ranges_merge(there);
		r->unknown |= there->count > RUNS_MAX / 2;
	}
	return r->unknown ? 0 : kx_ranges_add(there, off, off + len, 0);
}

static int failed(struct recovery *r, enum kx_device_part part, int rc)
{
	return kx_fail(&r->err, rc, "%.160s/%s: %s", r->folder.path, file_name(r, part),
		       strerror(-rc));
}

/* One that is encrypted has no head to be mended, and another name. */
static bool is_sealed(const void *from, size_t len)
{
	static const char magic[] = "age-encryption.org/";

	return len >= sizeof(magic) - 1 && memcmp(from, magic, sizeof(magic) - 1) == 0;
}

/* A log is made anew before it is written: its file may be there, and empty. */
static void call_sealed(struct recovery *r, enum kx_device_part part)
{
	int dir = r->folder.dir;

	if (part == KX_DEVICE_DUMP && r->file[part] < 0)
		folder_call(&r->folder, "vmcore" SEALED);
	if (part == KX_DEVICE_LOG && !r->sealed_log)
		r->sealed_log = r->file[part] < 0 ||
				renameat(dir, LOG_NAME, dir, LOG_NAME SEALED) == 0;
}

static int recover_write(struct kx_device_sink *sink, enum kx_device_part part, const void *from,
			 size_t len, uint64_t off)
{
	struct recovery *r = (struct recovery *)sink;
	int fd, rc = 0;

	if (off == 0 && is_sealed(from, len))
		call_sealed(r, part);
	fd = have_file(r, part);
	if (fd < 0)
		return fd;
	if (part == KX_DEVICE_DUMP && off == 0 && !r->first_len) {
		r->first_len = len < HEAD_MAX ? len : HEAD_MAX;
		memcpy(r->first, from, r->first_len);
	}
	if (part == KX_DEVICE_DUMP)
		rc = note_there(r, off, len);
	if (rc == 0 && !is_hole(r, part, from, len, off))
		rc = kx_file_write_at(fd, from, len, off);
	if (off + len > r->size[part])
		r->size[part] = off + len;
	return rc < 0 ? failed(r, part, rc) : 0;
}

static int recover_resize(struct kx_device_sink *sink, enum kx_device_part part, uint64_t size)
{
	struct recovery *r = (struct recovery *)sink;
	int fd = have_file(r, part);

	if (fd < 0)
		return fd;
	if (ftruncate(fd, (off_t)size) < 0)
		return failed(r, part, -errno);
	r->size[part] = size;
	return 0;
}

static void tell_damage(const struct recovery *r)
{
	const struct kx_device_report *report = &r->report;

	if (report->damaged)
		say("%.160s: %" PRIu64 " bytes are damaged, the first at %" PRIu64,
		    r->options->device, report->damaged, report->damaged_at);
	if (report->missing)
		say("%.160s: %" PRIu64 " pieces of what was written are missing",
		    r->options->device, report->missing);
}

/* A dump that lost something must not say that it is whole, nor give zeros for what is lost. */
static int mend(struct recovery *r)
{
	struct kx_err err = { "" };
	uint64_t lost;
	int fd = r->file[KX_DEVICE_DUMP], rc = 0;

	if (fd < 0)
		return 0;
	if (is_sealed(r->first, r->first_len)) {
		say("age -d tells how much of it can be read");
		return 0;
	}
	if (r->first_len)
		rc = kx_file_write_at(fd, r->first, r->first_len, 0);
	kx_ranges_merge(&r->there);
	if (rc == 0 && !r->unknown)
		rc = kx_mend_kdump(fd, &r->there, &lost, &err);
	if (rc > 0)
		say("%" PRIu64 " pages are lost by that", lost);
	else if (rc == 0)
		say("which pages are lost by that cannot be told: they may read as zeros");
	return rc < 0 ? rc : 0;
}

static int sync_files(struct recovery *r)
{
	int rc = 0;

	/* Holes at the end. */
	for (int i = 0; i < KX_DEVICE_PARTS; i++) {
		if (r->file[i] >= 0 && ftruncate(r->file[i], (off_t)r->size[i]) < 0)
			return failed(r, (enum kx_device_part)i, -errno);
	}
	if (r->report.damaged || r->report.missing)
		rc = mend(r);
	if (rc < 0)
		return failed(r, KX_DEVICE_DUMP, rc);
	for (int i = 0; i < KX_DEVICE_PARTS; i++) {
		if (r->file[i] >= 0 && fdatasync(r->file[i]) < 0)
			return failed(r, (enum kx_device_part)i, -errno);
	}
	if (fsync(r->folder.dir) < 0)
		return kx_fail(&r->err, -errno, "%.160s: %s", r->folder.path, strerror(errno));
	return 0;
}

/* On the device it still is. */
static void drop_files(struct recovery *r)
{
	for (int i = 0; i < KX_DEVICE_PARTS; i++) {
		if (r->file[i] >= 0)
			unlinkat(r->folder.dir, file_name(r, (enum kx_device_part)i), 0);
	}
	if (r->folder.dir >= 0)
		rmdir(r->folder.path);
}

/* ---- what there is -------------------------------------------------------------------------- */

static int open_device(struct recovery *r)
{
	const char *path = r->options->device;
	int rc;

	r->fd = open(path, (r->options->keep ? O_RDONLY : O_RDWR | O_EXCL) | O_CLOEXEC);
	if (r->fd < 0 && errno == EBUSY)
		return kx_fail(&r->err, -EBUSY, "it is in use: mounted, swap, or held by another "
			       "device or program");
	if (r->fd < 0 && (errno == EACCES || errno == EROFS || errno == EPERM))
		return kx_fail(&r->err, -errno, "%s; --keep only reads it", strerror(errno));
	if (r->fd < 0)
		return kx_fail(&r->err, -errno, "%s", strerror(errno));
	rc = kx_device_fd_init(&r->device, r->fd, &r->err);
	if (rc < 0)
		return rc;
	rc = kx_device_find(&r->device.io, &r->head, &r->err);
	if (rc == 0)
		return kx_fail(&r->err, -ENODATA, "no dump is on it");
	if (rc > 0 && r->head.recovered && !r->options->again)
		return kx_fail(&r->err, -ENODATA, "the dump on it was recovered already; --again "
			       "does it again");
	return rc < 0 ? rc : 0;
}

/* 0 whole; 1 not; and what is told of it */
static int tell_result(const struct recovery *r)
{
	const struct folder *folder = &r->folder;
	bool damaged = r->report.damaged || r->report.missing;

	if (r->file[KX_DEVICE_DUMP] < 0) {
		say("%.160s: there is no dump, only what was written before it", folder->path);
		return 1;
	}
	if (!damaged && r->head.state == KX_DEVICE_WHOLE)
		return 0;
	if (damaged)
		say("the dump is incomplete: the device is damaged");
	else if (r->head.state == KX_DEVICE_WRITING)
		say("the dump is incomplete: the machine was reset or lost its power while it was "
		    "saved");
	else
		say("the dump is incomplete, as it was when saving ended");
	return 1;
}

/* ---- doing it ------------------------------------------------------------------------------- */

static int make_files(struct recovery *r)
{
	struct kx_err err = { "" };
	int rc = folder_new(&r->folder, r->options->dir, NULL, r->head.time, &r->err);

	if (rc < 0)
		return rc;
	rc = kx_device_recover(&r->device.io, &r->head, &r->sink, &r->report, &err);
	/* What a file's own failure was is known better here. */
	if (rc < 0 && !r->err.text[0])
		r->err = err;
	if (rc == 0 && r->report.chunks == 0) {
		tell_damage(r);
		rc = kx_fail(&r->err, -ENODATA, "%s", r->report.damaged ?
			     "nothing of the dump can be read" :
			     "a save was begun there, and nothing of it is on it");
	}
	if (rc == 0) {
		tell_damage(r);
		rc = sync_files(r);
	}
	if (rc < 0)
		drop_files(r);
	return rc;
}

static int recover(struct recovery *r)
{
	int rc = open_device(r), incomplete;
	const struct folder *folder = &r->folder;

	if (rc == 0)
		rc = make_files(r);
	if (rc < 0)
		return rc;
	incomplete = tell_result(r);
	if (!incomplete)
		rc = folder_finish(folder, &r->err);
	if (rc < 0)
		return rc;
	if (r->file[KX_DEVICE_DUMP] >= 0)
		say("%s/%s: %" PRIu64 " MiB", folder->path,
		    incomplete ? folder->partial : folder->name, r->size[KX_DEVICE_DUMP] >> 20);
	if (!r->options->keep)
		rc = kx_device_mark(&r->device.io, &r->head, &r->err);
	return rc < 0 ? rc : incomplete;
}

/* Where there is no dump nothing is told but by the exit status. */
static int tell_json(const struct recovery *r, int status)
{
	_cleanup_free_ struct kx_out *out = calloc(1, sizeof(*out));
	const struct folder *folder = &r->folder;
	const char *name = r->file[KX_DEVICE_DUMP] < 0 ? "" :
			   status == STATUS_DONE ? folder->name : folder->partial;
	static const char *const states[] = {
		[KX_DEVICE_WRITING] = "cut", [KX_DEVICE_INCOMPLETE] = "incomplete",
		[KX_DEVICE_WHOLE] = "whole",
	};

	if (!out)
		return STATUS_FAILED;
	out->fd = STDOUT_FILENO;
	kx_out_printf(out, "{\n  \"format\": 1,\n  \"status\": %d", status);
	kx_out_json_member(out, "device", kx_span_of(r->options->device));
	kx_out_json_member(out, "folder", kx_span_of(folder->path));
	kx_out_json_member(out, "dump", kx_span_of(name));
	kx_out_printf(out, ",\n  \"bytes\": %" PRIu64 ",\n  \"saved\": \"%s\"",
		      r->size[KX_DEVICE_DUMP], states[r->head.state]);
	kx_out_printf(out, ",\n  \"damaged_bytes\": %" PRIu64 ",\n  \"missing_pieces\": %" PRIu64,
		      r->report.damaged, r->report.missing);
	kx_out_text(out, "\n}\n");
	return kx_out_flush(out) < 0 ? STATUS_FAILED : status;
}

static int status_of(const struct recovery *r, int rc)
{
	int status = rc < 0 ? STATUS_FAILED : rc > 0 ? STATUS_INCOMPLETE : STATUS_DONE;

	/* A device that has none is no failure of recovering. */
	if (rc == -ENODATA && r->folder.dir < 0)
		return SERVICE_NOTHING;

	return rc >= 0 && r->options->json ? tell_json(r, status) : status;
}

static int run(const struct recover_options *options)
{
	struct recovery r = { .sink = { recover_write, recover_resize }, .options = options,
			      .fd = -1, .folder = { .dir = -1 }, .file = { -1, -1, -1, -1 } };
	int rc = recover(&r), status;

	if (rc < 0 && !(options->quiet && rc == -ENODATA && r.folder.dir < 0))
		say("%.160s: %s", options->device, r.err.text);
	status = status_of(&r, rc);
	for (int i = 0; i < KX_DEVICE_PARTS; i++)
		kx_cleanup_fd(&r.file[i]);
	kx_ranges_done(&r.there);
	kx_cleanup_fd(&r.fd);
	folder_done(&r.folder);
	return status;
}

static int take(void *data, int id, const char *arg, struct kx_err *err)
{
	struct recover_options *options = data;

	(void)err;
	if (id == OPT_ROOT)
		options->root = arg;
	options->boot |= id == OPT_BOOT;
	options->json |= id == OPT_JSON;
	options->help |= id == 'h';
	options->again |= id == OPT_AGAIN;
	options->keep |= id == OPT_KEEP;
	return 0;
}

static void print_help(void)
{
	printf("Usage: kdump recover [OPTION]... DEVICE FOLDER\n"
	       "       kdump recover --boot [OPTION]...\n"
	       "Make a new folder in FOLDER of the dump that kdump save has left on DEVICE, a block\n"
	       "device or a copy of one: the dump, its log and its manifest.\n");
	kx_cli_help(recover_table, stdout);
	printf("\nSee kdump(8).\n");
}

/* A raw target, which may have none. */
static int recover_raw(const char *device, const char *folder)
{
	struct recover_options options = { .quiet = true, .device = device, .dir = folder };
	int status = run(&options);

	/* What is not whole is told with the other dumps. */
	return status == STATUS_INCOMPLETE || status == SERVICE_NOTHING ? STATUS_DONE : status;
}

int recover_main(int argc, char **argv)
{
	struct recover_options options = { .root = "/" };
	struct kx_err err = { "" };
	int first, rc;

	rc = kx_cli_parse(recover_table, argc, argv, take, &options, &first, &err);
	if (rc == 0 && !options.help && argc - first != (options.boot ? 0 : 2))
		rc = kx_fail(&err, -EINVAL, "one DEVICE and one FOLDER; --help shows how");
	if (rc < 0) {
		say("recover: %s", err.text);
		return STATUS_USAGE;
	}
	if (options.help) {
		print_help();
		return STATUS_DONE;
	}
	if (options.boot)
		return boot_recover(options.root, options.json, recover_raw);
	options.device = argv[first];
	options.dir = argv[first + 1];
	return run(&options);
}
