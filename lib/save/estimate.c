/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells what a dump would take without saving it; see the header. */
#include <errno.h>
#include <stdlib.h>

#include "kx/cleanup.h"
#include "kx/estimate.h"
#include "lib/save/format.h"

/** struct kx_estimate - see the header; @tally has one row for each codec */
struct kx_estimate {
	unsigned int shift;
	uint64_t front;
	struct kx_save_result found;
	struct tally tally[][KX_PAGE_CLASSES];
};

static void free_reader(struct kx_reader **reader)
{
	kx_reader_free(*reader);
}

/* What lies before the descriptors of pages: all in the head that is not for each of them. */
static int find_front(struct kx_estimate *e, struct kx_reader *reader, uint64_t max_pfn,
		      struct kx_err *err)
{
	const struct save_job job = {
		.format = &save_format_kdump,
		.reader = reader,
		.shift = e->shift,
		.max_pfn = max_pfn,
		.notes_size = kx_dump_notes_size(kx_reader_dump(reader)),
	};

	return save_front(&job, &e->front, err);
}

static int measure(struct kx_estimate *e, struct kx_reader *reader,
		   const struct kx_save_options *options, const struct kx_estimate_codec *codec,
		   size_t codecs, struct kx_err *err)
{
	_cleanup_free_ struct sample *sample = sample_new();
	uint64_t max_pfn = 0;
	int rc;

	if (!sample)
		return kx_fail(err, -ENOMEM, "no memory for a sample of pages");
	rc = select_pages(reader, e->shift, options, NULL, sample, &e->found, &max_pfn, err);
	if (rc > 0)
		return kx_fail(err, -EINTR, "stopped");
	if (rc == 0)
		rc = find_front(e, reader, max_pfn, err);
	for (size_t i = 0; i < codecs && rc == 0; i++)
		rc = sample_measure(sample, reader, e->shift, codec[i].codec, codec[i].level,
				    e->tally[i], err);
	return rc;
}

int kx_estimate_new(struct kx_dump *dump, const struct kx_estimate_codec *codec, size_t codecs,
		    bool (*tell)(void *data, const struct kx_save_progress *progress), void *data,
		    struct kx_estimate **ret, struct kx_err *err)
{
	/* A level that asks for classes, so that it is told why they are not known. */
	const struct kx_save_options options = { .level = KX_LEVEL_MAX, .tell = tell,
						 .data = data };
	_cleanup_(free_reader) struct kx_reader *reader = NULL;
	struct kx_estimate *e;
	uint64_t size = kx_dump_page_size(dump);
	int rc;

	if (!size)
		return kx_fail(err, -ENODATA, "the dump does not say its page size: it lacks "
			       "VMCOREINFO");
	e = calloc(1, sizeof(*e) + codecs * sizeof(e->tally[0]));
	if (!e)
		return kx_fail(err, -ENOMEM, "no memory for an estimate");
	e->shift = (unsigned int)__builtin_ctzll(size);
	rc = kx_reader_new(dump, &reader, err);
	if (rc == 0)
		rc = measure(e, reader, &options, codec, codecs, err);
	if (rc < 0)
		kx_estimate_free(e);
	else
		*ret = e;
	return rc;
}

void kx_estimate_free(struct kx_estimate *estimate)
{
	free(estimate);
}

uint64_t kx_estimate_page_size(const struct kx_estimate *estimate)
{
	return UINT64_C(1) << estimate->shift;
}

const char *kx_estimate_unfiltered(const struct kx_estimate *estimate)
{
	return estimate->found.unfiltered;
}

const char *kx_estimate_missing(const struct kx_estimate *estimate, enum kx_page_class class)
{
	return estimate->found.missing[class];
}

struct kx_estimate_class kx_estimate_class(const struct kx_estimate *estimate,
					   enum kx_page_class class)
{
	return (struct kx_estimate_class){
		.pages = estimate->found.pages[class],
		.sampled = estimate->tally[0][class].count,
		.zero = estimate->tally[0][class].zero,
	};
}

struct kx_save_size kx_estimate_size(const struct kx_estimate *estimate, unsigned int level,
				     size_t codec)
{
	uint64_t page = UINT64_C(1) << estimate->shift, more = estimate->front;
	struct kx_save_size size;

	size = sample_expect(estimate->tally[codec], estimate->found.pages, level, page);
	for (enum kx_page_class c = 0; c < KX_PAGE_CLASSES; c++) {
		if (!kx_page_excluded(c, level))
			more += estimate->found.pages[c] * save_format_kdump.per_page;
	}
	/* The page that all of zeros share. */
	more += level & KX_LEVEL_ZERO ? page : 0;
	size.low += more;
	size.expected += more;
	size.high += more;
	return size;
}
