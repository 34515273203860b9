/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all formats write. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "lib/save/format.h"

int save_write(const struct save_job *job, const void *from, size_t len, uint64_t off,
	       struct kx_err *err)
{
	int rc = job->target->write(job->target, from, len, off);

	return rc < 0 ? kx_fail(err, rc, "%s", strerror(-rc)) : 0;
}

int save_notes(const struct save_job *job, uint64_t off, struct kx_err *err)
{
	enum { PART = 65536 };
	const struct kx_dump *dump = kx_reader_dump(job->reader);
	_cleanup_free_ uint8_t *part = malloc(PART);
	int rc = 0;

	if (!part)
		return kx_fail(err, -ENOMEM, "no memory for notes");
	for (uint64_t at = 0; at < job->notes_size && rc == 0; at += PART) {
		uint64_t left = job->notes_size - at;
		size_t len = left < PART ? (size_t)left : PART;

		rc = kx_dump_notes_read(dump, at, part, len, err);
		if (rc == 0)
			rc = save_write(job, part, len, off + at, err);
	}
	return rc;
}

int save_front(const struct save_job *job, uint64_t *ret, struct kx_err *err)
{
	struct save_job tried = *job;
	int rc = tried.format->begin(&tried, err);

	if (rc == 0)
		*ret = tried.bytes - tried.pages * tried.format->per_page;
	tried.format->end(&tried);
	return rc;
}
