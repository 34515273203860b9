/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes manifests; needs no library, since a crash kernel may have none. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "kx/cleanup.h"
#include "kx/manifest.h"
#include "kx/out.h"
#include "lib/verify/phase.h"

static void put_value(struct kx_out *out, const char *text)
{
	kx_out_json_or_null(out, kx_span_of(text));
}

static void put_text(struct kx_out *out, const char *key, const char *text)
{
	kx_out_printf(out, "  \"%s\": ", key);
	put_value(out, text);
	kx_out_text(out, ",\n");
}

static void put_number(struct kx_out *out, const char *key, uint64_t value)
{
	kx_out_printf(out, "  \"%s\": %" PRIu64 ",\n", key, value);
}

/* What each class of pages had: numbers, their bytes, whether they were kept. */
static void put_classes(struct kx_out *out, const struct kx_manifest *m)
{
	kx_out_text(out, "  \"pages\": {");
	for (enum kx_page_class c = 0; c < KX_PAGE_CLASSES; c++)
		kx_out_printf(out, "%s\"%s\": %" PRIu64, c ? ", " : "", kx_page_class_name(c),
			      m->pages[c]);
	kx_out_text(out, "},\n  \"page_bytes\": {");
	for (enum kx_page_class c = 0; c < KX_PAGE_CLASSES; c++)
		kx_out_printf(out, "%s\"%s\": %" PRIu64, c ? ", " : "", kx_page_class_name(c),
			      m->pages[c] * m->page_size);
	kx_out_text(out, "},\n  \"kept_classes\": [");
	for (enum kx_page_class c = 0, any = 0; c < KX_PAGE_CLASSES; c++) {
		if (kx_page_excluded(c, m->level) && !m->unfiltered[0])
			continue;
		kx_out_printf(out, "%s\"%s\"", any ? ", " : "", kx_page_class_name(c));
		any = 1;
	}
	kx_out_text(out, "],\n  \"missing_keys\": {");
	for (enum kx_page_class c = 0, any = 0; c < KX_PAGE_CLASSES; c++) {
		if (!m->missing[c][0])
			continue;
		kx_out_printf(out, "%s\"%s\": ", any ? ", " : "", kx_page_class_name(c));
		put_value(out, m->missing[c]);
		any = 1;
	}
	kx_out_text(out, "},\n");
}

static void put_lost(struct kx_out *out, const struct kx_manifest *m)
{
	put_number(out, "lost", m->lost);
	kx_out_text(out, "  \"lost_ranges\": [");
	for (size_t i = 0; i < m->lost_ranges; i++)
		kx_out_printf(out, "%s[%" PRIu64 ", %" PRIu64 "]", i ? ", " : "",
			      m->lost_range[i].first, m->lost_range[i].last);
	kx_out_text(out, "],\n");
}

static void put_seconds(struct kx_out *out, const struct kx_manifest *m)
{
	kx_out_printf(out, "  \"seconds\": %.3f,\n  \"phase_seconds\": {", m->seconds);
	for (size_t i = 0; i < KX_SAVE_PHASES; i++)
		kx_out_printf(out, "%s\"%s\": %.3f", i ? ", " : "", kx_phase_name[i], m->phase[i]);
	kx_out_text(out, "},\n");
}

static void put_member(struct kx_out *out, const char *key, const char *text)
{
	kx_out_printf(out, "\"%s\": ", key);
	put_value(out, text);
}

static void put_tried(struct kx_out *out, const struct kx_manifest_capture *c)
{
	kx_out_text(out, "    \"targets\": [");
	for (size_t i = 0; i < c->n_tried; i++) {
		kx_out_text(out, i ? ",\n      {" : "\n      {");
		put_member(out, "name", c->tried[i].name);
		kx_out_text(out, ", ");
		put_member(out, "type", c->tried[i].type);
		kx_out_printf(out, ", \"seconds\": %.3f, ", c->tried[i].seconds);
		put_member(out, "error", c->tried[i].error);
		kx_out_text(out, "}");
	}
	kx_out_text(out, "]");
}

static void put_capture(struct kx_out *out, const struct kx_manifest_capture *c)
{
	if (!c->known)
		return put_text(out, "capture", "");
	kx_out_text(out, "  \"capture\": {\n    ");
	put_member(out, "id", c->id);
	kx_out_text(out, ", ");
	put_member(out, "test", c->test);
	kx_out_text(out, ",\n    ");
	put_member(out, "machine_id", c->machine_id);
	kx_out_text(out, ", ");
	put_member(out, "host", c->host);
	kx_out_printf(out, ",\n    \"memory_kib\": %" PRIu64 ", \"low_kib\": %" PRIu64, c->memory_kib,
		      c->low_kib);
	kx_out_printf(out, ",\n    \"boot_seconds\": %.3f, \"modules_seconds\": %.3f, "
		      "\"log_seconds\": %.3f, \"prepare_seconds\": %.3f", c->boot, c->modules,
		      c->log, c->prepare);
	kx_out_printf(out, ",\n    \"failed_modules\": %" PRIu64 ",\n", c->failed_modules);
	put_tried(out, c);
	kx_out_text(out, "},\n");
}

/* Last, since it is the longest. */
static void put_sums(struct kx_out *out, const struct kx_manifest *m)
{
	enum { IN_A_LINE = 8 };

	put_number(out, "bytes", m->size);
	if (!m->chunk) {
		kx_out_text(out, "  \"no_sums\": ");
		put_value(out, m->no_sums);
		kx_out_text(out, ",\n  \"sums\": null\n");
		return;
	}
	kx_out_printf(out, "  \"sums\": {\"kind\": \"crc32\", \"chunk\": %" PRIu64 ", \"list\": [",
		      m->chunk);
	for (size_t i = 0; i < m->sums; i++) {
		kx_out_text(out, i == 0 ? "\n    " : i % IN_A_LINE ? ", " : ",\n    ");
		if (m->sum[i].known)
			kx_out_printf(out, "\"%08" PRIx32 "\"", m->sum[i].sum);
		else
			kx_out_text(out, "null");
	}
	kx_out_text(out, "]}\n");
}

/* Only where there are some. */
static void put_recipients(struct kx_out *out, const struct kx_manifest *m)
{
	if (m->recipients)
		kx_out_text(out, "  \"recipients\": [");
	for (size_t i = 0; i < m->recipients; i++) {
		kx_out_text(out, i ? ", " : "");
		put_value(out, m->recipient[i]);
	}
	if (m->recipients)
		kx_out_text(out, "],\n");
}

int kx_manifest_write(const struct kx_manifest *m, int fd)
{
	_cleanup_free_ struct kx_out *out = calloc(1, sizeof(*out));

	if (!out)
		return -ENOMEM;
	out->fd = fd;
	kx_out_text(out, "{\n  \"format\": 1,\n");
	put_text(out, "dump", m->dump);
	put_text(out, "dump_format", m->format);
	put_text(out, "codec", m->codec);
	put_recipients(out, m);
	put_text(out, "source", m->source);
	put_text(out, "machine", m->machine);
	put_text(out, "release", m->release);
	put_text(out, "build_id", m->build_id);
	if (m->crash_time)
		put_number(out, "crash_time", m->crash_time);
	else
		put_text(out, "crash_time", "");
	put_text(out, "panic", m->panic);
	put_text(out, "trouble", m->trouble);
	put_text(out, "incomplete", m->incomplete);
	put_number(out, "level", m->level_asked);
	put_number(out, "level_used", m->level);
	put_text(out, "unfiltered", m->unfiltered);
	put_number(out, "page_size", m->page_size);
	put_classes(out, m);
	put_number(out, "absent", m->absent);
	put_number(out, "kept", m->kept);
	put_number(out, "kept_for_room", m->joined);
	put_number(out, "zero", m->zero);
	put_number(out, "shared", m->shared);
	put_number(out, "written", m->written);
	put_number(out, "unclassified", m->unclassified);
	put_number(out, "free_found", m->free_found);
	put_number(out, "free_counted", m->free_counted);
	put_text(out, "doubt", m->doubt);
	put_text(out, "unchecked", m->unchecked);
	put_lost(out, m);
	put_number(out, "peak_kib", m->peak_kib);
	put_seconds(out, m);
	put_capture(out, &m->capture);
	put_sums(out, m);
	kx_out_text(out, "}\n");
	return kx_out_flush(out);
}
