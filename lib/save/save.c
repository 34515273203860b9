/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Saves a dump: chooses the pages, writes the front, then the pages, then says that it is whole. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "kx/cleanup.h"
#include "kx/reader.h"
#include "kx/save.h"
#include "lib/save/file.h"
#include "lib/save/fit.h"
#include "lib/save/parts.h"

static const struct save_format *const formats[] = {
	[KX_SAVE_KDUMP] = &save_format_kdump,
	[KX_SAVE_ELF] = &save_format_elf,
};

/* What cannot be met is found before anything is read or written. */
static int check_options(const struct kx_save_options *options, size_t count, struct kx_err *err)
{
	struct kx_page_squeezer *squeezer;
	int rc;

	if (options->level > KX_LEVEL_MAX)
		return kx_fail(err, -EINVAL, "dump level %u, at most %d", options->level,
			       KX_LEVEL_MAX);
	if (count < 1 || count > KX_SAVE_PARTS_MAX ||
	    (count > 1 && !formats[options->format]->splits))
		return kx_fail(err, -EINVAL, "%zu parts of a dump, which is %s", count,
			       formats[options->format]->name);
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

/* Where the kernel's image is, as far as whatever tells that is right: it is a matter of order. */
static void find_image(struct save_job *job)
{
	const struct kx_dump *dump = kx_reader_dump(job->reader);
	const uint64_t size_max = UINT64_C(1) << 30, page = UINT64_C(1) << job->shift;
	struct kx_dump_map map[KX_DUMP_MAPS_MAX];
	uint64_t start;
	size_t count;

	if (!kx_vmcoreinfo_symbol(kx_dump_vmcoreinfo(dump), "_stext", &start))
		return;
	count = kx_dump_maps(job->reader, map);
	for (size_t i = 0; i < count; i++) {
		const struct kx_dump_map *m = &map[i];

		/* The direct map has it, too, among all else. */
		if (start < m->virt || start - m->virt >= m->size || m->size > size_max)
			continue;
		job->image_first = m->phys >> job->shift;
		job->image_end = (m->phys + m->size + page - 1) >> job->shift;
		return;
	}
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

int kx_save_split(struct kx_dump *dump, struct kx_save_target *const *target, size_t count,
		  const struct kx_save_options *options, struct kx_save_result *ret,
		  struct kx_err *err)
{
	_cleanup_(free_reader) struct kx_reader *reader = NULL;
	_cleanup_(kept_done) struct kept kept = { .len = 0 };
	struct save_job job = { .target = target[0], .kept = &kept, .level = options->level,
				.codec = options->codec };
	struct kx_save_options how = *options;
	struct timespec time = { 0 };
	int rc;

	memset(ret, 0, sizeof(*ret));
	rc = check_options(options, count, err);
	if (rc == 0)
		rc = page_shift(dump, &job.shift, err);
	if (rc == 0)
		rc = kx_reader_new(dump, &reader, err);
	if (rc < 0)
		return rc;
	job.reader = reader;
	job.format = formats[options->format];
	/* What a source has not is not there, whatever is wanted; zeros share one page again. */
	job.level = (options->level | kx_dump_level(dump)) & KX_LEVEL_MAX;
	job.zeros = job.format->always_zeros || job.level & KX_LEVEL_ZERO;
	job.notes_size = kx_dump_notes_size(dump);
	lap(&time);
	rc = fit_select(&job, count == 1, &how, &kept, ret, err);
	if (rc > 0)
		return kx_fail(err, -EINTR, "stopped before anything was written");
	if (rc < 0)
		return rc;
	if (how.valuable_first)
		find_image(&job);
	ret->seconds[KX_SAVE_CLASSIFY] = lap(&time);
	/* No reader would open a dump of nothing. */
	if (ret->kept == 0 && (job.max_pfn == 0 || options->format == KX_SAVE_ELF))
		return kx_fail(err, -ENODATA, "the dump has no page that is to be saved");
	rc = count == 1 ? save_file(&job, dump, &how, ret, err) :
			  save_parts(&job, target, count, dump, &how, ret, err);
	ret->seconds[KX_SAVE_COPY] = lap(&time);
	return rc;
}

int kx_save(struct kx_dump *dump, struct kx_save_target *target,
	    const struct kx_save_options *options, struct kx_save_result *ret, struct kx_err *err)
{
	return kx_save_split(dump, &target, 1, options, ret, err);
}
