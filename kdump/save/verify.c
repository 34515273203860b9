/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump verify: by the manifest's checksums if there are any, else page by page. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kdump/dump/beside.h"
#include "kdump/dump/options.h"
#include "kdump/save/save.h"
#include "kdump/save/verify.h"
#include "kx/cleanup.h"
#include "kx/cli.h"
#include "kx/out.h"
#include "kx/text.h"
#include "kx/verify.h"

#define say(...) kx_cli_say("kdump", __VA_ARGS__)

enum { OPT_JOBS = KX_OPTION_LONG, OPT_JSON, OPT_PAGES, OPT_PROGRESS };

/** struct verify_options - strings are borrowed from argv */
struct verify_options {
	bool help, json, pages;
	const char *dump, *manifest;
	unsigned int jobs;
	enum progress_form progress;
};

static const struct kx_option verify_table[] = {
	{ "pages", OPT_PAGES, NULL, "read each page, also where a manifest is there", "What is verified" },
	{ "json", OPT_JSON, NULL, "tell it as a JSON object", "How" },
	{ "jobs", OPT_JOBS, "N", "threads that decompress pages (default: one a processor)", NULL },
	{ "progress", OPT_PROGRESS, "FORM", "a line a second on stderr: lines (default), json or none", NULL },
	{ "help", 'h', NULL, "print this", "Help" },
	{ NULL, 0, NULL, NULL, NULL },
};

/* What is told line by line, of all that is damaged. */
enum { LINES_MAX = 16 };

static int take_option(void *data, int id, const char *arg, struct kx_err *err)
{
	struct verify_options *o = data;

	switch (id) {
	case 'h': o->help = true; return 0;
	case OPT_JSON: o->json = true; return 0;
	case OPT_PAGES: o->pages = true; return 0;
	case OPT_JOBS: return options_jobs(arg, &o->jobs, err);
	case OPT_PROGRESS: return options_progress(arg, &o->progress, err);
	default: return 0;
	}
}

static void print_help(void)
{
	printf("Usage: kdump verify [OPTION]... DUMP [MANIFEST]\n"
	       "Tell whether a saved dump is what it was. DUMP is a file, or a folder that has one.\n"
	       "Its manifest's checksums are compared, or without one each page is read.\n");
	kx_cli_help(verify_table, stdout);
	printf("\nSee kdump(8).\n");
}

/* ---- progress ------------------------------------------------------------------------------- */

/** struct telling - @began: when it did, @last: when a line was printed */
struct telling {
	enum progress_form form;
	struct timespec began, last;
};

static double since(const struct timespec *from)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - from->tv_sec) + (double)(now.tv_nsec - from->tv_nsec) / 1e9;
}

static void tell(void *data, uint64_t done, uint64_t total)
{
	struct telling *t = data;
	double spent;

	if (t->form == PROGRESS_NONE || since(&t->last) < 1)
		return;
	clock_gettime(CLOCK_MONOTONIC, &t->last);
	spent = since(&t->began);
	if (t->form == PROGRESS_JSON)
		fprintf(stderr,
			"{\"phase\":\"verify\",\"done\":%" PRIu64 ",\"bytes\":%" PRIu64
			",\"seconds\":%.1f}\n", done, total, spent);
	else
		fprintf(stderr, "kdump: verifying: %" PRIu64 " MiB of %" PRIu64 ", %.0f s left\n",
			done >> 20, total >> 20,
			done ? spent / (double)done * (double)(total - done) : 0);
}

/* ---- what came of it ------------------------------------------------------------------------ */

/* A line about @path for standard output. */
__attribute__((format(printf, 2, 3))) static void report(const char *path, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	kx_text_print(stdout, kx_span_of(path));
	printf(": ");
	kx_text_print(stdout, kx_span_of(text));
	printf("\n");
}

static void report_chunks(const struct kx_verify *v, const struct kx_manifest *m)
{
	for (size_t i = 0; i < v->chunks.count && i < LINES_MAX; i++) {
		const struct kx_verify_range *range = &v->chunks.item[i];
		uint64_t end = (range->last + 1) * m->chunk;

		report(v->path, "damaged: chunks %" PRIu64 " to %" PRIu64 ", bytes 0x%" PRIx64
		       " to 0x%" PRIx64, range->first, range->last, range->first * m->chunk,
		       (end < m->size ? end : m->size) - 1);
	}
	if (v->chunks.count > LINES_MAX)
		report(v->path, "damaged: more chunks, %" PRIu64 " in all", v->chunks.all);
}

static void report_pages(const struct kx_verify *v)
{
	for (size_t i = 0; i < v->pages.count && i < LINES_MAX; i++)
		report(v->path, "damaged: pages 0x%" PRIx64 " to 0x%" PRIx64,
		       v->pages.item[i].first, v->pages.item[i].last);
	if (v->pages.count > LINES_MAX)
		report(v->path, "damaged: more pages, %" PRIu64 " in all", v->pages.all);
	if (v->front)
		report(v->path, "damaged: the head, or the maps that pages are found by");
}

static int status_of(const struct kx_verify *v)
{
	if (!kx_verify_good(v))
		return STATUS_FAILED;
	return v->incomplete ? STATUS_INCOMPLETE : STATUS_DONE;
}

static int report_end(const struct kx_verify *v, const struct kx_manifest *m)
{
	if (v->unknown)
		report(v->path, "%" PRIu64 " chunks have no checksum, since writing failed there",
		       v->unknown);
	if (v->size[0])
		report(v->path, "damaged: %s", v->size);
	if (!kx_verify_good(v))
		report(v->path, "it is damaged");
	else if (!v->incomplete)
		report(v->path, "good");
	else
		report(v->path, "good as far as it goes; it is incomplete%s%s",
		       m->incomplete[0] ? ": " : "", m->incomplete);
	if (kx_verify_good(v) && v->incomplete && v->missing)
		report(v->path, "%" PRIu64 " pages are missing", v->missing);
	return status_of(v);
}

/* ---- the same for programs ------------------------------------------------------------------ */

static void json_ranges(struct kx_out *out, const char *key, const struct kx_verify_ranges *ranges)
{
	kx_out_printf(out, ",\n  \"%s\": %" PRIu64 ",\n  \"%s_ranges\": [", key, ranges->all, key);
	for (size_t i = 0; i < ranges->count; i++)
		kx_out_printf(out, "%s[%" PRIu64 ", %" PRIu64 "]", i ? ", " : "",
			      ranges->item[i].first, ranges->item[i].last);
	kx_out_text(out, "]");
}

static void json_text(struct kx_out *out, const char *key, const char *text)
{
	kx_out_printf(out, ",\n  \"%s\": ", key);
	kx_out_json_or_null(out, kx_span_of(text));
}

/* Members that manifests have, too, are called as there. */
static int tell_json(const struct kx_verify *v, const struct beside *b, bool chunks,
		     struct kx_err *err)
{
	static const char *const results[] = {
		[STATUS_DONE] = "good", [STATUS_FAILED] = "damaged",
		[STATUS_INCOMPLETE] = "incomplete",
	};
	_cleanup_free_ struct kx_out *out = calloc(1, sizeof(*out));
	int rc;

	if (!out)
		return kx_fail(err, -ENOMEM, "no memory");
	out->fd = STDOUT_FILENO;
	kx_out_printf(out, "{\n  \"format\": 1,\n  \"status\": %d", status_of(v));
	json_text(out, "result", results[status_of(v)]);
	json_text(out, "dump", v->path);
	json_text(out, "manifest", b->manifest);
	json_text(out, "verified_by", chunks ? "checksums" : "pages");
	json_ranges(out, "damaged_chunks", &v->chunks);
	json_ranges(out, "damaged_pages", &v->pages);
	kx_out_printf(out, ",\n  \"damaged_maps\": %s", v->front ? "true" : "false");
	json_text(out, "wrong_size", v->size);
	kx_out_printf(out, ",\n  \"no_checksum\": %" PRIu64 ",\n  \"missing_pages\": %" PRIu64,
		      v->unknown, v->missing);
	json_text(out, "incomplete", b->read.incomplete);
	kx_out_text(out, "\n}\n");
	rc = kx_out_flush(out);
	return rc < 0 ? kx_fail(err, rc, "standard output: %s", strerror(-rc)) : status_of(v);
}

static int verify(const struct verify_options *o, struct beside *b, struct kx_err *err)
{
	struct telling telling = { .form = o->progress };
	struct kx_verify v = { .path = b->dump, .jobs = o->jobs, .tell = tell, .data = &telling };
	bool chunks = b->manifest[0] && !o->pages;
	int rc;

	clock_gettime(CLOCK_MONOTONIC, &telling.began);
	telling.last = telling.began;
	if (chunks && !b->read.chunk && !o->manifest) {
		say("%s has no checksums: %s", b->manifest,
		    b->read.no_sums[0] ? b->read.no_sums : "saving did not come that far");
		chunks = false;
	}
	rc = chunks ? kx_verify_chunks(&v, &b->read, err) : kx_verify_pages(&v, err);
	if (rc < 0)
		return rc;
	if (o->json)
		return tell_json(&v, b, chunks, err);
	if (chunks)
		report_chunks(&v, &b->read);
	report_pages(&v);
	return report_end(&v, &b->read);
}

int verify_main(int argc, char **argv)
{
	struct verify_options o = { .help = false };
	static struct beside beside;
	struct kx_err err = { "" };
	int first, rc;

	options_jobs(NULL, &o.jobs, &err);
	rc = kx_cli_parse(verify_table, argc, argv, take_option, &o, &first, &err);
	if (rc == 0 && !o.help && (argc - first < 1 || argc - first > 2))
		rc = kx_fail(&err, -EINVAL, "one DUMP, and one MANIFEST at most; --help shows how");
	if (rc < 0) {
		say("verify: %s", err.text);
		return STATUS_USAGE;
	}
	if (o.help) {
		print_help();
		return STATUS_DONE;
	}
	rc = beside_open(&beside, argv[first], argc - first == 2 ? argv[first + 1] : NULL, &err);
	o.manifest = argc - first == 2 ? argv[first + 1] : NULL;
	if (rc == 0)
		rc = verify(&o, &beside, &err);
	beside_done(&beside);
	if (rc < 0)
		say("%s", err.text);
	return rc < 0 ? STATUS_FAILED : rc;
}
