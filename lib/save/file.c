/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file from its first byte to its last. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kx/reader.h"
#include "lib/save/file.h"
#include "lib/save/pipeline.h"

static int sync_target(const struct save_job *job, struct kx_err *err)
{
	int rc = job->target->sync(job->target);

	return rc < 0 ? kx_fail(err, rc, "%s", strerror(-rc)) : 0;
}

/* All that pages are put behind, on the disk; the space for it is taken now, not later. */
static int write_front(struct save_job *job, uint64_t limit, struct kx_err *err)
{
	struct kx_save_target *target = job->target;
	int rc;

	if (limit && job->bytes > limit)
		return kx_fail(err, -EFBIG, "the limit of %" PRIu64 " bytes is less than the head of "
			       "the dump, %" PRIu64, limit, job->bytes);
	rc = target->reserve ? target->reserve(target, job->front) : 0;
	if (rc < 0)
		return kx_fail(err, rc, "no room for the head of the dump, %" PRIu64 " bytes: %s",
			       job->front, strerror(-rc));
	rc = job->format->write_front(job, err);
	return rc < 0 ? rc : sync_target(job, err);
}

/* Only what is whole and on the disk loses its mark. */
static int write_whole(struct save_job *job, struct kx_save_result *ret, struct kx_err *err)
{
	int rc = sync_target(job, err);

	if (rc == 0 && ret->lost)
		snprintf(ret->incomplete, sizeof(ret->incomplete),
			 "%" PRIu64 " pages could not be read", ret->lost);
	else if (rc == 0 && kx_reader_incomplete(job->reader))
		snprintf(ret->incomplete, sizeof(ret->incomplete), "its source is, too");
	if (rc == 0 && !ret->incomplete[0])
		rc = job->format->finish(job, err);
	if (rc == 0)
		rc = sync_target(job, err);
	if (rc < 0)
		snprintf(ret->incomplete, sizeof(ret->incomplete), "writing: %.200s", err->text);
	return ret->incomplete[0] ? 1 : 0;
}

int save_file(struct save_job *job, struct kx_dump *dump, const struct kx_save_options *options,
	      struct kx_save_result *ret, struct kx_err *err)
{
	int rc = job->format->begin(job, err);

	if (rc == 0)
		rc = write_front(job, options->limit, err);
	if (rc == 0)
		rc = pipeline_run(job, dump, options, ret, err);
	if (rc == 0)
		rc = write_whole(job, ret, err);
	job->format->end(job);
	return rc;
}
