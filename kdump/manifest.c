/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes manifest.json. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "kdump/manifest.h"
#include "kx/cleanup.h"
#include "kx/isa.h"
#include "kx/out.h"

static void put_text(struct kx_out *out, const char *key, struct kx_span value)
{
	kx_out_printf(out, "  \"%s\": ", key);
	if (value.len)
		kx_out_json(out, value);
	else
		kx_out_text(out, "null");
	kx_out_text(out, ",\n");
}

static void put_line(struct kx_out *out, const char *key, const struct kx_dump *dump,
		     const char *line)
{
	struct kx_span value = { NULL, 0 };

	kx_vmcoreinfo_line(kx_dump_vmcoreinfo(dump), line, &value);
	put_text(out, key, value);
}

static void put_number(struct kx_out *out, const char *key, uint64_t value)
{
	kx_out_printf(out, "  \"%s\": %" PRIu64 ",\n", key, value);
}

static void put_pages(struct kx_out *out, const struct kx_save_result *r)
{
	kx_out_text(out, "  \"pages\": {");
	for (enum kx_page_class c = 0; c < KX_PAGE_CLASSES; c++)
		kx_out_printf(out, "%s\"%s\": %" PRIu64, c ? ", " : "", kx_page_class_name(c),
			      r->pages[c]);
	kx_out_text(out, "},\n");
	put_number(out, "absent", r->absent);
	put_number(out, "kept", r->kept);
	put_number(out, "kept_for_room", r->joined);
	put_number(out, "zero", r->zero);
	put_number(out, "written", r->written);
	put_number(out, "lost", r->lost);
	put_number(out, "unclassified", r->unclassified);
}

int manifest_write(const struct manifest *m, int fd)
{
	_cleanup_free_ struct kx_out *out = calloc(1, sizeof(*out));
	const struct kx_isa *isa = kx_isa_of_elf(kx_dump_machine(m->dump));
	const struct kx_save_result *r = m->result;

	if (!out)
		return -ENOMEM;
	out->fd = fd;
	kx_out_text(out, "{\n  \"format\": 1,\n");
	put_text(out, "dump", kx_span_of(m->name));
	put_text(out, "source", kx_span_of(m->options->source));
	put_text(out, "machine", kx_span_of(isa ? isa->name : ""));
	put_line(out, "release", m->dump, "OSRELEASE");
	put_line(out, "build_id", m->dump, "BUILD-ID");
	put_line(out, "crash_time", m->dump, "CRASHTIME");
	put_number(out, "level", m->options->level);
	put_text(out, "codec", kx_span_of(kx_page_codec_name(m->options->codec)));
	put_pages(out, r);
	put_number(out, "bytes", r->bytes);
	put_text(out, "unfiltered", kx_span_of(r->unfiltered));
	put_text(out, "incomplete", kx_span_of(r->incomplete));
	put_number(out, "peak_kib", m->peak > 0 ? (uint64_t)m->peak : 0);
	kx_out_printf(out, "  \"seconds\": %.3f\n}\n", m->seconds);
	if (kx_out_flush(out) < 0)
		return out->error;
	return fdatasync(fd) < 0 ? -errno : 0;
}
