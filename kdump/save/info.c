/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump info: from the dump itself, and from its manifest what only that knows. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kdump/dump/beside.h"
#include "kdump/dump/log.h"
#include "kdump/dump/source.h"
#include "kdump/save/info.h"
#include "kdump/save/save.h"
#include "kx/cleanup.h"
#include "kx/cli.h"
#include "kx/out.h"
#include "kx/reader.h"

#define say(...) kx_cli_say("kdump", __VA_ARGS__)

enum { OPT_JSON = KX_OPTION_LONG };

/** struct info_options - strings are borrowed from argv */
struct info_options {
	bool help, json;
};

static const struct kx_option info_table[] = {
	{ "json", OPT_JSON, NULL, "as a JSON object", "How" },
	{ "help", 'h', NULL, "print this", "Help" },
	{ NULL, 0, NULL, NULL, NULL },
};

/**
 * struct info - what is told
 * @of: where it is; its manifest, if there is one, knows more
 * @page: bytes of one; @stored: memory that the dump has, in bytes
 * @incomplete: it says so itself
 */
struct info {
	struct beside of;
	struct kx_out out;
	struct kx_dump *dump;
	struct log_facts facts;
	uint64_t page, stored, crash_time;
	bool incomplete;
};

static int take_option(void *data, int id, const char *arg, struct kx_err *err)
{
	struct info_options *o = data;

	(void)arg, (void)err;
	o->help = o->help || id == 'h';
	o->json = o->json || id == OPT_JSON;
	return 0;
}

static void print_help(void)
{
	printf("Usage: kdump info [OPTION]... DUMP [MANIFEST]\n"
	       "Tell what a dump is, and why the machine crashed. DUMP is a file, or a folder that\n"
	       "has one.\n");
	kx_cli_help(info_table, stdout);
	printf("\nSee kdump(8).\n");
}

/* ---- finding out ---------------------------------------------------------------------------- */

/* The map of one that was cut has pages that never came: each is asked for its place. */
static uint64_t count_there(struct kx_reader *reader, const struct kx_run *run, uint64_t page)
{
	struct kx_reader_place place;
	struct kx_err ignored;
	uint64_t bytes = 0;

	for (uint64_t at = run->start; at < run->end; at += page)
		bytes += kx_reader_place(reader, at, &place, &ignored) == 0 && place.len ? page : 0;
	return bytes;
}

static uint64_t count_stored(struct kx_reader *reader, uint64_t page)
{
	const bool cut = kx_reader_incomplete(reader);
	uint64_t at = 0, bytes = 0;
	struct kx_err ignored;
	struct kx_run run;

	while (kx_reader_next(reader, at, &run, &ignored) > 0) {
		at = run.end;
		if (run.kind == KX_RUN_STORED)
			bytes += cut ? count_there(reader, &run, page) : run.end - run.start;
	}
	return bytes;
}

static struct kx_span line_of(const struct info *info, const char *key)
{
	struct kx_span value = { NULL, 0 };

	kx_vmcoreinfo_line(kx_dump_vmcoreinfo(info->dump), key, &value);
	return value;
}

static int learn(struct info *info, struct kx_err *err)
{
	const struct kx_manifest *m = &info->of.read;
	const char *path = info->of.dump;
	struct kx_reader *reader = NULL;
	struct kx_err ignored;
	int rc = source_open(&info->dump, &path, 1, err);

	if (rc == 0)
		rc = kx_reader_new(info->dump, &reader, err);
	if (rc < 0)
		return rc;
	info->page = kx_dump_page_size(info->dump);
	if (!info->page)
		info->page = 4096;
	/* The manifest knows at once, but for one that was written as saving began. */
	info->stored = info->of.manifest[0] && m->written ? m->written * m->page_size :
							   count_stored(reader, info->page);
	snprintf(info->facts.panic, sizeof(info->facts.panic), "%s", m->panic);
	snprintf(info->facts.trouble, sizeof(info->facts.trouble), "%s", m->trouble);
	if (!m->panic[0])
		log_write(reader, NULL, NULL, &info->facts, &ignored);
	if (!kx_span_number(line_of(info, "CRASHTIME"), 10, &info->crash_time) ||
	    info->crash_time > UINT64_C(1) << 40)
		info->crash_time = 0;
	info->incomplete = kx_reader_incomplete(reader);
	kx_reader_free(reader);
	return 0;
}

/* ---- telling -------------------------------------------------------------------------------- */

static void head(struct info *info, const char *what)
{
	kx_out_printf(&info->out, "%-11s ", what);
}

static void text(struct info *info, const char *what, struct kx_span value)
{
	if (!value.len)
		return;
	head(info, what);
	kx_out_escaped(&info->out, value);
	kx_out_text(&info->out, "\n");
}

static void show_time(struct info *info)
{
	time_t when = (time_t)info->crash_time;
	char line[64];
	struct tm tm;

	if (info->crash_time && gmtime_r(&when, &tm) &&
	    strftime(line, sizeof(line), "%Y-%m-%d %H:%M:%S UTC", &tm))
		text(info, "Crashed:", kx_span_of(line));
}

static void show_classes(struct info *info)
{
	const struct kx_manifest *m = &info->of.read;
	uint64_t all = 0;

	for (enum kx_page_class c = 0; c < KX_PAGE_CLASSES; c++)
		all += m->pages[c];
	if (all == 0)
		return;
	head(info, "Level:");
	kx_out_printf(&info->out, "%u", m->level_asked);
	if (m->level != m->level_asked)
		kx_out_printf(&info->out, ", of which %u could be used", m->level);
	kx_out_text(&info->out, "\n");
	text(info, "", kx_span_of(m->unfiltered));
	head(info, "Pages:");
	for (enum kx_page_class c = 0, any = 0; c < KX_PAGE_CLASSES; c++) {
		if (!m->pages[c])
			continue;
		kx_out_printf(&info->out, "%s%s %" PRIu64 " MiB", any ? ", " : "",
			      kx_page_class_name(c), (m->pages[c] * m->page_size) >> 20);
		any = 1;
	}
	kx_out_text(&info->out, "\n");
}

static void show_end(struct info *info)
{
	const struct kx_manifest *m = &info->of.read;

	head(info, "Saved:");
	kx_out_printf(&info->out, "%" PRIu64 " MiB of memory in %" PRIu64 " MiB\n",
		      info->stored >> 20, kx_dump_stored(info->dump) >> 20);
	head(info, "Complete:");
	if (!info->incomplete && !m->incomplete[0]) {
		kx_out_text(&info->out, "yes");
	} else {
		kx_out_text(&info->out, m->incomplete[0] ? "no: " : "no");
		kx_out_escaped(&info->out, kx_span_of(m->incomplete));
	}
	kx_out_text(&info->out, "\n");
	if (m->lost) {
		head(info, "Lost:");
		kx_out_printf(&info->out, "%" PRIu64 " pages\n", m->lost);
	}
	head(info, "Manifest:");
	if (!info->of.manifest[0])
		kx_out_text(&info->out, "none");
	else
		kx_out_printf(&info->out, "%zu checksums, of %" PRIu64 " KiB each", m->sums,
			      m->chunk >> 10);
	kx_out_text(&info->out, "\n");
}

static void show(struct info *info)
{
	const char *machine = kx_dump_machine_name(info->dump);

	text(info, "Dump:", kx_span_of(info->of.dump));
	text(info, "Format:", kx_span_of(kx_dump_format(info->dump)));
	text(info, "Machine:", kx_span_of(machine ? machine : ""));
	text(info, "Release:", line_of(info, "OSRELEASE"));
	text(info, "Build id:", line_of(info, "BUILD-ID"));
	show_time(info);
	text(info, "Panic:", kx_span_of(info->facts.panic));
	text(info, "Trouble:", kx_span_of(info->facts.trouble));
	show_classes(info);
	show_end(info);
}

static void member(struct info *info, const char *key, struct kx_span value)
{
	kx_out_printf(&info->out, "  \"%s\": ", key);
	kx_out_json_or_null(&info->out, value);
	kx_out_text(&info->out, ",\n");
}

static void number(struct info *info, const char *key, uint64_t value)
{
	kx_out_printf(&info->out, "  \"%s\": %" PRIu64 ",\n", key, value);
}

/* Members are called as those of manifests. */
static void show_json(struct info *info)
{
	const struct kx_manifest *m = &info->of.read;
	const char *machine = kx_dump_machine_name(info->dump);

	kx_out_text(&info->out, "{\n");
	member(info, "dump", kx_span_of(info->of.dump));
	member(info, "manifest", kx_span_of(info->of.manifest));
	member(info, "dump_format", kx_span_of(kx_dump_format(info->dump)));
	member(info, "machine", kx_span_of(machine ? machine : ""));
	member(info, "release", line_of(info, "OSRELEASE"));
	member(info, "build_id", line_of(info, "BUILD-ID"));
	number(info, "crash_time", info->crash_time);
	member(info, "panic", kx_span_of(info->facts.panic));
	member(info, "trouble", kx_span_of(info->facts.trouble));
	if (info->of.manifest[0]) {
		number(info, "level", m->level_asked);
		number(info, "level_used", m->level);
		kx_out_text(&info->out, "  \"pages\": {");
		for (enum kx_page_class c = 0; c < KX_PAGE_CLASSES; c++)
			kx_out_printf(&info->out, "%s\"%s\": %" PRIu64, c ? ", " : "",
				      kx_page_class_name(c), m->pages[c]);
		kx_out_text(&info->out, "},\n");
		number(info, "lost", m->lost);
	}
	member(info, "why_incomplete", kx_span_of(m->incomplete));
	kx_out_printf(&info->out, "  \"complete\": %s,\n",
		      info->incomplete || m->incomplete[0] ? "false" : "true");
	number(info, "page_size", info->page);
	number(info, "stored_bytes", info->stored);
	kx_out_printf(&info->out, "  \"bytes\": %" PRIu64 "\n}\n", kx_dump_stored(info->dump));
}

static int tell(const char *dump, const char *manifest, bool json, struct kx_err *err)
{
	struct info *info = calloc(1, sizeof(*info));
	int rc = info ? 0 : kx_fail(err, -ENOMEM, "no memory");

	if (rc < 0)
		return rc;
	info->out.fd = STDOUT_FILENO;
	info->out.escape = true;
	rc = beside_open(&info->of, dump, manifest, err);
	if (rc == 0)
		rc = learn(info, err);
	if (rc == 0) {
		if (json)
			show_json(info);
		else
			show(info);
		rc = kx_out_flush(&info->out);
		if (rc < 0)
			kx_fail(err, rc, "standard output: %s", strerror(-rc));
	}
	kx_dump_close(info->dump);
	beside_done(&info->of);
	free(info);
	return rc;
}

int info_main(int argc, char **argv)
{
	struct info_options o = { .json = false };
	struct kx_err err = { "" };
	int first, rc;

	rc = kx_cli_parse(info_table, argc, argv, take_option, &o, &first, &err);
	if (rc == 0 && !o.help && (argc - first < 1 || argc - first > 2))
		rc = kx_fail(&err, -EINVAL, "one DUMP, and one MANIFEST at most; --help shows how");
	if (rc < 0) {
		say("info: %s", err.text);
		return STATUS_USAGE;
	}
	if (o.help) {
		print_help();
		return STATUS_DONE;
	}
	rc = tell(argv[first], argc - first == 2 ? argv[first + 1] : NULL, o.json, &err);
	if (rc < 0)
		say("%s", err.text);
	return rc < 0 ? STATUS_FAILED : STATUS_DONE;
}
