/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump estimate: pages of each class, and what dumps of some levels and codecs would take. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "kdump/dump/options.h"
#include "kdump/dump/source.h"
#include "kdump/save/estimate.h"
#include "kdump/save/save.h"
#include "kx/cleanup.h"
#include "kx/cli.h"
#include "kx/estimate.h"
#include "kx/out.h"
#include "kx/page_codec.h"
#include "kx/text.h"

#define say(...) kx_cli_say("kdump", __VA_ARGS__)

enum { OPT_COMPRESS = KX_OPTION_LONG, OPT_JSON, OPT_TARGET };
enum { LEVELS = KX_LEVEL_MAX + 1, CODECS = 5 };

static const struct kx_option table[] = {
	{ "dump-level", 'd', "LEVEL[,LEVEL]...", "levels (default: 0,1,2,4,8,16,31)", "What is estimated" },
	{ "compress", OPT_COMPRESS, "CODEC[:LEVEL]", "one way alone (default: all that there are)", NULL },
	{ "target", OPT_TARGET, "PATH", "compare with the room in this file system", NULL },
	{ "json", OPT_JSON, NULL, "for programs", "How it is told" },
	{ "help", 'h', NULL, "print this", "Help" },
	{ NULL, 0, NULL, NULL, NULL },
};

/** struct estimating - a run of the verb */
struct estimating {
	bool help, json;
	const char *source, *target;
	unsigned int level[LEVELS];
	size_t levels;
	struct kx_estimate_codec codec[CODECS];
	size_t codecs;
	struct kx_dump *dump;
	struct kx_estimate *estimate;
	uint64_t room;
};

/* ---- options -------------------------------------------------------------------------------- */

static int take_levels(struct estimating *e, const char *text, struct kx_err *err)
{
	for (e->levels = 0;; text++) {
		size_t len = strcspn(text, ",");
		struct kx_span word = { (const uint8_t *)text, len };
		uint64_t level;

		if (!kx_span_number(word, 10, &level) || level > KX_LEVEL_MAX)
			return kx_fail(err, -EINVAL, "--dump-level: \"%.40s\" is no level up to %d",
				       text, KX_LEVEL_MAX);
		if (e->levels == LEVELS)
			return kx_fail(err, -EINVAL, "--dump-level: more than %d levels", LEVELS);
		e->level[e->levels++] = (unsigned int)level;
		text += len;
		if (!*text)
			return 0;
	}
}

static int take(void *data, int id, const char *arg, struct kx_err *err)
{
	struct estimating *e = data;
	struct save_options codec = { .help = false };
	int rc;

	switch (id) {
	case 'h': e->help = true; return 0;
	case 'd': return take_levels(e, arg, err);
	case OPT_COMPRESS:
		rc = codec_parse(&codec, arg, err);
		e->codec[0] = (struct kx_estimate_codec){ codec.codec, codec.codec_level };
		e->codecs = 1;
		return rc;
	case OPT_TARGET: e->target = arg; return 0;
	case OPT_JSON: e->json = true; return 0;
	default: return 0;
	}
}

static void take_defaults(struct estimating *e)
{
	static const unsigned int levels[] = { 0, 1, 2, 4, 8, 16, 31 };
	static const uint32_t codecs[] = { KX_PAGE_CODEC_ZSTD, KX_PAGE_CODEC_ZLIB,
					   KX_PAGE_CODEC_LZO, KX_PAGE_CODEC_SNAPPY,
					   KX_PAGE_CODEC_NONE };

	if (!e->levels) {
		memcpy(e->level, levels, sizeof(levels));
		e->levels = sizeof(levels) / sizeof(levels[0]);
	}
	for (size_t i = 0; i < CODECS && !e->codecs; i++) {
		for (size_t k = i; k < CODECS; k++) {
			if (kx_page_codec_usable(codecs[k]))
				e->codec[e->codecs++].codec = codecs[k];
		}
	}
}

static int parse(struct estimating *e, int argc, char **argv, struct kx_err *err)
{
	int first, rc = kx_cli_parse(table, argc, argv, take, e, &first, err);

	if (rc < 0 || e->help)
		return rc;
	if (argc - first > 1)
		return kx_fail(err, -EINVAL, "one SOURCE; --help shows how");
	e->source = argc > first ? argv[first] : "/proc/kcore";
	take_defaults(e);
	return 0;
}

/* ---- what came of it ------------------------------------------------------------------------ */

/* Does it fit? All that may be, or what is expected, or not. */
static const char *verdict(const struct estimating *e, const struct kx_save_size *size)
{
	if (size->high <= e->room)
		return "yes";
	return size->low <= e->room ? "perhaps" : "no";
}

static void print_codec(char *to, size_t size, const struct kx_estimate_codec *codec)
{
	const char *name = codec->codec ? kx_page_codec_name(codec->codec) : "none";

	if (codec->level)
		snprintf(to, size, "%s:%d", name, codec->level);
	else
		snprintf(to, size, "%s", name);
}

static void print_classes(const struct estimating *e)
{
	uint64_t page = kx_estimate_page_size(e->estimate);

	printf("Pages of ");
	kx_text_print(stdout, kx_span_of(e->source));
	printf(", %" PRIu64 " bytes each:\n  %-14s %12s %10s %8s\n", page, "class", "pages", "MiB",
	       "zeros");
	for (enum kx_page_class c = 0; c < KX_PAGE_CLASSES; c++) {
		struct kx_estimate_class class = kx_estimate_class(e->estimate, c);
		const char *missing = kx_estimate_missing(e->estimate, c);

		printf("  %-14s %12" PRIu64 " %10" PRIu64, kx_page_class_name(c), class.pages,
		       class.pages * page >> 20);
		if (class.sampled)
			printf(" %7" PRIu64 "%%", class.zero * 100 / class.sampled);
		printf("%s%s%s\n", missing ? "  not told: VMCOREINFO lacks " : "",
		       missing ? missing : "", "");
	}
	if (kx_estimate_unfiltered(e->estimate)[0])
		printf("All count as the kernel's: %s\n", kx_estimate_unfiltered(e->estimate));
}

static void print_sizes(const struct estimating *e)
{
	printf("A dump in MiB, expected and from to:\n  %-6s %-10s %10s %21s%s\n", "level", "codec",
	       "expected", "range", e->target ? "  fits" : "");
	for (size_t i = 0; i < e->levels; i++) {
		for (size_t k = 0; k < e->codecs; k++) {
			struct kx_save_size size = kx_estimate_size(e->estimate, e->level[i], k);
			char codec[32];

			print_codec(codec, sizeof(codec), &e->codec[k]);
			printf("  %-6u %-10s %10" PRIu64 " %10" PRIu64 "-%-*" PRIu64 "%s%s\n",
			       e->level[i], codec, size.expected >> 20, size.low >> 20,
			       e->target ? 10 : 0, (size.high + (1 << 20) - 1) >> 20,
			       e->target ? "  " : "", e->target ? verdict(e, &size) : "");
		}
	}
	if (!e->target)
		return;
	kx_text_print(stdout, kx_span_of(e->target));
	printf(" has room for %" PRIu64 " MiB.\n", e->room >> 20);
}

static void json_classes(const struct estimating *e, struct kx_out *out)
{
	for (enum kx_page_class c = 0; c < KX_PAGE_CLASSES; c++) {
		struct kx_estimate_class class = kx_estimate_class(e->estimate, c);

		kx_out_printf(out, "%s\n    \"%s\": {\"pages\": %" PRIu64 ", \"sampled\": %" PRIu64
			      ", \"zero\": %" PRIu64 "}", c ? "," : "", kx_page_class_name(c),
			      class.pages, class.sampled, class.zero);
	}
}

static void json_sizes(const struct estimating *e, struct kx_out *out)
{
	for (size_t i = 0; i < e->levels * e->codecs; i++) {
		unsigned int level = e->level[i / e->codecs];
		struct kx_save_size size = kx_estimate_size(e->estimate, level, i % e->codecs);
		char codec[32];

		print_codec(codec, sizeof(codec), &e->codec[i % e->codecs]);
		kx_out_printf(out, "%s\n    {\"level\": %u, \"codec\": \"%s\", \"expected\": %" PRIu64
			      ", \"low\": %" PRIu64 ", \"high\": %" PRIu64, i ? "," : "", level,
			      codec, size.expected, size.low, size.high);
		if (e->target)
			kx_out_printf(out, ", \"fits\": \"%s\"", verdict(e, &size));
		kx_out_text(out, "}");
	}
}

static int print_json(const struct estimating *e)
{
	_cleanup_free_ struct kx_out *out = calloc(1, sizeof(*out));
	const char *why = kx_estimate_unfiltered(e->estimate);

	if (!out)
		return -ENOMEM;
	out->fd = STDOUT_FILENO;
	kx_out_text(out, "{\n  \"format\": 1,\n  \"source\": ");
	kx_out_json(out, kx_span_of(e->source));
	kx_out_printf(out, ",\n  \"page_size\": %" PRIu64 ",\n  \"unfiltered\": ",
		      kx_estimate_page_size(e->estimate));
	kx_out_json_or_null(out, kx_span_of(why));
	kx_out_text(out, ",\n  \"pages\": {");
	json_classes(e, out);
	kx_out_text(out, "\n  },\n  \"sizes\": [");
	json_sizes(e, out);
	kx_out_text(out, "\n  ],\n  \"room\": ");
	if (e->target)
		kx_out_printf(out, "%" PRIu64 "\n}\n", e->room);
	else
		kx_out_text(out, "null\n}\n");
	return kx_out_flush(out);
}

/* ---- doing it ------------------------------------------------------------------------------- */

static int find_room(struct estimating *e, struct kx_err *err)
{
	struct statvfs fs;

	if (statvfs(e->target, &fs) < 0)
		return kx_fail(err, -errno, "%.160s: %s", e->target, strerror(errno));
	e->room = (uint64_t)fs.f_bavail * fs.f_frsize;
	return 0;
}

static int estimate(struct estimating *e, struct kx_err *err)
{
	int rc = e->target ? find_room(e, err) : 0;

	if (rc == 0)
		rc = source_open(&e->dump, &e->source, 1, err);
	if (rc == 0)
		rc = kx_estimate_new(e->dump, e->codec, e->codecs, NULL, NULL, &e->estimate, err);
	if (rc < 0)
		return rc;
	if (e->json) {
		rc = print_json(e);
		return rc < 0 ? kx_fail(err, rc, "standard output: %s", strerror(-rc)) : 0;
	}
	print_classes(e);
	print_sizes(e);
	return 0;
}

int estimate_main(int argc, char **argv)
{
	struct estimating e = { .help = false };
	struct kx_err err = { "" };
	int rc;

	if (parse(&e, argc, argv, &err) < 0) {
		say("estimate: %s", err.text);
		return STATUS_USAGE;
	}
	if (e.help) {
		printf("Usage: kdump estimate [OPTION]... [SOURCE]\n"
		       "Tell what a dump of SOURCE, /proc/kcore by default, would take.\n");
		kx_cli_help(table, stdout);
		printf("\nSee kdump(8).\n");
		return STATUS_DONE;
	}
	rc = estimate(&e, &err);
	if (rc < 0)
		say("%s", err.text);
	kx_estimate_free(e.estimate);
	kx_dump_close(e.dump);
	return rc < 0 ? STATUS_FAILED : STATUS_DONE;
}
