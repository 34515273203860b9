/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Saves a dump: chooses the pages, writes the head, then the pages, then says that it is whole. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kx/cleanup.h"
#include "kx/reader.h"
#include "kx/save.h"
#include "lib/save/pipeline.h"

/* What cannot be met is found before anything is read or written. */
static int check_options(const struct kx_save_options *options, struct kx_err *err)
{
	struct kx_page_squeezer *squeezer;
	int rc;

	if (options->level > KX_LEVEL_MAX)
		return kx_fail(err, -EINVAL, "dump level %u, at most %d", options->level,
			       KX_LEVEL_MAX);
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
	uint64_t size;

	if (kx_dump_long_size(dump) != 8)
		return kx_fail(err, -ENOTSUP, "dumps of 32-bit machines cannot be saved yet");
	if (!kx_vmcoreinfo_page_size(kx_dump_vmcoreinfo(dump), &size))
		return kx_fail(err, -ENODATA, "the dump does not say its page size: it lacks "
			       "VMCOREINFO");
	*ret = (unsigned int)__builtin_ctzll(size);
	return 0;
}

static int sync_target(const struct kdump_file *file, struct kx_err *err)
{
	int rc = file->target->sync(file->target);

	return rc < 0 ? kx_fail(err, rc, "%s", strerror(-rc)) : 0;
}

/* All that pages are put behind, on the disk; the space for descriptors is taken now, not later. */
static int write_front(const struct kdump_file *file, struct kx_err *err)
{
	static const uint8_t zeros[4096];
	struct kx_save_target *target = file->target;
	uint64_t page = UINT64_C(1) << file->shift;
	int rc = target->reserve ? target->reserve(target, file->data) : 0;

	if (rc < 0)
		return kx_fail(err, rc, "no room for the head of the dump, %" PRIu64 " bytes: %s",
			       file->data, strerror(-rc));
	rc = kdump_file_write_maps(file, err);
	for (uint64_t at = 0; file->zero && at < page && rc == 0; at += sizeof(zeros)) {
		rc = target->write(target, zeros,
				   page < sizeof(zeros) ? (size_t)page : sizeof(zeros),
				   file->data + at);
		if (rc < 0)
			kx_fail(err, rc, "%s", strerror(-rc));
	}
	if (rc == 0)
		rc = kdump_file_write_head(file, true, err);
	return rc < 0 ? rc : sync_target(file, err);
}

/* Only what is whole and on the disk loses its mark. */
static int write_whole(const struct kdump_file *file, struct kx_save_result *ret,
		       struct kx_err *err)
{
	int rc = sync_target(file, err);

	if (rc == 0 && ret->lost)
		snprintf(ret->incomplete, sizeof(ret->incomplete),
			 "%" PRIu64 " pages could not be read", ret->lost);
	if (rc == 0 && !ret->incomplete[0])
		rc = kdump_file_write_head(file, false, err);
	if (rc == 0)
		rc = sync_target(file, err);
	if (rc < 0)
		snprintf(ret->incomplete, sizeof(ret->incomplete), "writing: %.200s", err->text);
	return ret->incomplete[0] ? 1 : 0;
}

static void free_reader(struct kx_reader **reader)
{
	kx_reader_free(*reader);
}

int kx_save_kdump(struct kx_dump *dump, struct kx_save_target *target,
		  const struct kx_save_options *options, struct kx_save_result *ret,
		  struct kx_err *err)
{
	_cleanup_(free_reader) struct kx_reader *reader = NULL;
	_cleanup_(kept_done) struct kept kept = { .len = 0 };
	struct kdump_file file = { .target = target, .kept = &kept, .level = options->level,
				   .codec = options->codec,
				   .zero = options->level & KX_LEVEL_ZERO };
	int rc;

	memset(ret, 0, sizeof(*ret));
	kept_init(&kept, options->list_limit, false, 0);
	rc = check_options(options, err);
	if (rc == 0)
		rc = page_shift(dump, &file.shift, err);
	if (rc == 0)
		rc = kx_reader_new(dump, &reader, err);
	if (rc < 0)
		return rc;
	file.reader = reader;
	rc = select_pages(reader, file.shift, options, &kept, ret, &file.max_pfn, err);
	if (rc > 0)
		return kx_fail(err, -EINTR, "stopped before anything was written");
	if (rc == 0) {
		file.pages = ret->kept;
		file.notes_size = kx_dump_notes_size(dump);
		rc = kdump_file_layout(&file, err);
	}
	if (rc == 0)
		rc = write_front(&file, err);
	if (rc == 0)
		rc = pipeline_run(&file, dump, options, ret, err);
	if (rc == 0)
		rc = write_whole(&file, ret, err);
	return rc;
}
