/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What makedumpfile's command line wants that is not a filtered dump: its log, its plain form. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kdump/makedumpfile/internal.h"
#include "kx/cleanup.h"
#include "kx/print.h"
#include "kx/printk.h"
#include "kx/reader.h"
#include "kx/save.h"

int mdf_create(const char *path, bool force, struct kx_err *err)
{
	int flags = O_RDWR | O_CREAT | O_CLOEXEC | (force ? O_TRUNC : O_EXCL);
	int fd = open(path, flags, 0600);

	if (fd < 0 && errno == EEXIST)
		return kx_fail(err, -EEXIST, "%.160s is there; -f writes over it", path);
	return fd < 0 ? kx_fail(err, -errno, "%.160s: %s", path, strerror(errno)) : fd;
}

/** struct log - one that is being written */
struct log {
	bool partial;
	struct kx_print print;
};

static int print_record(const struct kx_printk_record *record, void *data)
{
	struct log *log = data;

	if (!log->partial || !(record->flags & KX_PRINTK_CLEARED))
		kx_print_record(&log->print, record);
	return log->print.out.error;
}

static int write_log(struct kx_reader *reader, struct log *log, struct kx_err *err)
{
	struct kx_printk_stats stats;
	int rc;

	kx_print_begin(&log->print);
	rc = kx_printk_each(reader, false, print_record, log, &stats, err);
	kx_print_end(&log->print);
	if (kx_out_flush(&log->print.out) < 0)
		return kx_fail(err, log->print.out.error, "%s", strerror(-log->print.out.error));
	if (fdatasync(log->print.out.fd) < 0 && errno != EINVAL)
		return kx_fail(err, -errno, "%s", strerror(errno));
	/* A log that lacks something is worth as much as before. */
	return rc < 0 ? rc : 0;
}

static void free_reader(struct kx_reader **reader)
{
	kx_reader_free(*reader);
}

int mdf_dmesg(const struct mdf_options *options, struct kx_dump *dump, struct kx_err *err)
{
	_cleanup_(free_reader) struct kx_reader *reader = NULL;
	_cleanup_free_ struct log *log = calloc(1, sizeof(*log));
	_cleanup_fd_ int fd = -1;
	int rc;

	if (!log)
		return kx_fail(err, -ENOMEM, "no memory for the log");
	rc = kx_reader_new(dump, &reader, err);
	if (rc < 0)
		return rc;
	fd = mdf_create(options->words[1], options->force, err);
	if (fd < 0)
		return fd;
	log->partial = options->partial_dmesg;
	log->print.out.fd = fd;
	log->print.out.escape = true;
	rc = write_log(reader, log, err);
	return rc < 0 ? kx_context(err, rc, "%.160s", options->words[1]) : 0;
}

int mdf_rearrange(const struct mdf_options *options, struct kx_err *err)
{
	_cleanup_fd_ int fd = mdf_create(options->words[0], options->force, err);
	struct kx_save_file file;
	int rc;

	if (fd < 0)
		return fd;
	kx_save_file_init(&file, fd);
	rc = kx_save_unflatten(STDIN_FILENO, &file.target, err);
	if (rc == 1)
		rc = kx_fail(err, -EPIPE, "the flattened dump was cut; %.160s has what came",
			     options->words[0]);
	return rc;
}
