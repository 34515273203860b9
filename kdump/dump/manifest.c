/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts together what a save's manifest says. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kdump/dump/manifest.h"
#include "kx/cleanup.h"
#include "kx/isa.h"
#include "kx/manifest.h"

/* What is longer than its room is cut. */
#define TAKE(to, text) snprintf(to, sizeof(to), "%.*s", (int)sizeof(to) - 1, text)

static void take_line(char *to, size_t size, const struct kx_dump *dump, const char *line)
{
	struct kx_span value = { NULL, 0 };

	kx_vmcoreinfo_line(kx_dump_vmcoreinfo(dump), line, &value);
	snprintf(to, size, "%.*s", value.len < size ? (int)value.len : (int)size - 1,
		 value.len ? (const char *)value.base : "");
}

static void take_dump(struct kx_manifest *m, const struct kx_dump *dump)
{
	const struct kx_isa *isa = kx_isa_of_elf(kx_dump_machine(dump));
	const struct kx_vmcoreinfo *info = kx_dump_vmcoreinfo(dump);
	struct kx_span line;

	TAKE(m->machine, isa ? isa->name : "");
	take_line(m->release, sizeof(m->release), dump, "OSRELEASE");
	take_line(m->build_id, sizeof(m->build_id), dump, "BUILD-ID");
	if (!kx_vmcoreinfo_line(info, "CRASHTIME", &line) ||
	    !kx_span_number(line, 10, &m->crash_time) || m->crash_time > UINT64_C(1) << 40)
		m->crash_time = 0;
	m->page_size = kx_dump_page_size(dump);
}

static void take_result(struct kx_manifest *m, const struct kx_save_result *r)
{
	memcpy(m->pages, r->pages, sizeof(m->pages));
	for (size_t c = 0; c < KX_PAGE_CLASSES; c++)
		TAKE(m->missing[c], r->missing[c] ? r->missing[c] : "");
	m->level = r->level;
	m->absent = r->absent;
	m->kept = r->kept;
	m->joined = r->joined;
	m->zero = r->zero;
	m->shared = r->shared;
	m->written = r->written;
	m->lost = r->lost;
	m->unclassified = r->unclassified;
	memcpy(m->lost_range, r->lost_range, sizeof(m->lost_range));
	m->lost_ranges = r->lost_ranges;
	m->free_found = r->free_found;
	m->free_counted = r->free_counted;
	TAKE(m->doubt, r->doubt);
	TAKE(m->unchecked, r->unchecked);
	TAKE(m->unfiltered, r->unfiltered);
	TAKE(m->incomplete, r->incomplete);
	memcpy(m->phase, r->seconds, sizeof(m->phase));
	m->size = r->bytes;
}

int manifest_write(const struct manifest *from, int fd)
{
	const struct save_options *options = from->options;
	_cleanup_(kx_manifest_done) struct kx_manifest m = { .level_asked = options->level };
	struct kx_err err = { "" };
	int rc;

	TAKE(m.dump, from->name);
	TAKE(m.source, options->source);
	TAKE(m.format, from->flat			     ? "flat" :
		       options->format == KX_SAVE_ELF ? "elf" :
							"kdump");
	TAKE(m.codec, kx_page_codec_name(options->codec));
	/* What the log says is for who may read the log. */
	if (!options->encrypt_all) {
		TAKE(m.panic, from->facts->panic);
		TAKE(m.trouble, from->facts->trouble);
	}
	for (; m.recipients < options->recipients; m.recipients++)
		TAKE(m.recipient[m.recipients], options->recipient[m.recipients].name);
	take_dump(&m, from->dump);
	take_result(&m, from->result);
	m.peak_kib = from->peak > 0 ? (uint64_t)from->peak : 0;
	m.seconds = from->seconds;
	TAKE(m.no_sums, from->no_sums);
	m.capture = from->capture;
	rc = from->sums ? kx_manifest_take_sums(&m, from->sums, &err) : 0;
	if (rc == 0)
		rc = kx_manifest_write(&m, fd);
	if (rc == 0 && fdatasync(fd) < 0 && errno != EINVAL)
		rc = -errno;
	return rc;
}
