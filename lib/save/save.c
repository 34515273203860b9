/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Saves a dump: chooses the pages, writes the front, then the pages, then says that it is whole. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kx/cleanup.h"
#include "kx/reader.h"
#include "kx/save.h"
#include "lib/save/pipeline.h"

static const struct save_format *const formats[] = {
	[KX_SAVE_KDUMP] = &save_format_kdump,
	[KX_SAVE_ELF] = &save_format_elf,
};

/* What cannot be met is found before anything is read or written. */
static int check_options(const struct kx_save_options *options, struct kx_err *err)
{
	struct kx_page_squeezer *squeezer;
	int rc;

	if (options->level > KX_LEVEL_MAX)
		return kx_fail(err, -EINVAL, "dump level %u, at most %d", options->level,
			       KX_LEVEL_MAX);
	if (options->codec && !formats[options->format]->squeezes)
		return kx_fail(err, -EINVAL, "%s has no compressed pages",
			       formats[options->format]->name);
	/* Never a silent dump without compression. */
	if (options->codec && !kx_page_codec_usable(options->codec))
		return kx_fail(err, -ENOTSUP, "%s is not in this build, or its library is missing",
			       kx_page_codec_name(options->codec));
	rc = kx_page_squeezer_new(options->codec, options->codec_level, 4096, &squeezer, err);
	if (rc == 0)
		kx_page_squeezer_free(squeezer);
	return rc;
}

/* Pages as the dumped kernel had them. */
static int page_shift(const struct kx_dump *dump, unsigned int *ret, struct kx_err *err)
{
	uint64_t size = kx_dump_page_size(dump);

	if (size == 0)
		return kx_fail(err, -ENODATA, "the dump does not say its page size: it lacks "
			       "VMCOREINFO");
	*ret = (unsigned int)__builtin_ctzll(size);
	return 0;
}

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

/* The job knows which pages there are. */
static int write_file(struct save_job *job, struct kx_dump *dump,
		      const struct kx_save_options *options, struct kx_save_result *ret,
		      struct kx_err *err)
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

/* Seconds since @since, which becomes now. */
static double lap(struct timespec *since)
{
	struct timespec begun = *since;

	clock_gettime(CLOCK_MONOTONIC, since);
	return (double)(since->tv_sec - begun.tv_sec) +
	       (double)(since->tv_nsec - begun.tv_nsec) / 1000000000;
}

static void free_reader(struct kx_reader **reader)
{
	kx_reader_free(*reader);
}

int kx_save(struct kx_dump *dump, struct kx_save_target *target,
	    const struct kx_save_options *options, struct kx_save_result *ret, struct kx_err *err)
{
	_cleanup_(free_reader) struct kx_reader *reader = NULL;
	_cleanup_(kept_done) struct kept kept = { .len = 0 };
	struct save_job job = { .target = target, .kept = &kept, .level = options->level,
				.codec = options->codec };
	struct timespec time = { 0 };
	int rc;

	memset(ret, 0, sizeof(*ret));
	/* Descriptors of one kind between those of the other are written each by itself. */
	kept_init(&kept, options->list_limit, options->valuable_first, target->costly ? 1024 : 16);
	rc = check_options(options, err);
	if (rc == 0)
		rc = page_shift(dump, &job.shift, err);
	if (rc == 0)
		rc = kx_reader_new(dump, &reader, err);
	if (rc < 0)
		return rc;
	job.reader = reader;
	job.format = formats[options->format];
	job.zeros = job.format->always_zeros || options->level & KX_LEVEL_ZERO;
	lap(&time);
	rc = select_pages(reader, job.shift, options, &kept, ret, &job.max_pfn, err);
	if (rc > 0)
		return kx_fail(err, -EINTR, "stopped before anything was written");
	if (rc < 0)
		return rc;
	ret->seconds[KX_SAVE_CLASSIFY] = lap(&time);
	job.pages = ret->kept;
	/* What a source has not is not there, whatever is wanted now. */
	job.level = (options->level | kx_dump_level(dump)) & KX_LEVEL_MAX;
	job.notes_size = kx_dump_notes_size(dump);
	rc = write_file(&job, dump, options, ret, err);
	ret->seconds[KX_SAVE_COPY] = lap(&time);
	return rc;
}
