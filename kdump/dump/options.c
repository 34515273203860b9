/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parses command lines from one table a verb, which also makes its --help. Does nothing else. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kdump/base/budget.h"
#include "kdump/base/values.h"
#include "kdump/dump/options.h"
#include "kx/cli.h"
#include "kx/page_codec.h"
#include "kx/pages.h"
#include "kx/span.h"

/* Options without a short form; above every character. */
enum {
	OPT_COMPRESS = KX_OPTION_LONG, OPT_ENCRYPT, OPT_ENCRYPT_ALL,
	OPT_FIT, OPT_FORCE, OPT_FORMAT, OPT_HTTP, OPT_JOBS, OPT_LIMIT,
	OPT_MANIFEST, OPT_MEMORY, OPT_PROGRESS,
	OPT_RECEIVER, OPT_RETRY, OPT_SSH,
};

enum { JOBS_MAX = 256, RETRIES_MAX = 1000, RETRIES = 10 };

/* It asks nobody for anything, and a network that is gone is noticed after a minute. */
#define SSH "ssh -o BatchMode=yes -o ConnectTimeout=30 -o ServerAliveInterval=15 " \
	"-o ServerAliveCountMax=4"

static const struct kx_option save_table[] = {
	{ "dump-level", 'd', "LEVEL", "leave out: 1 zero pages, 2 cache, 4 private cache, 8 user, 16 free", "What is saved" },
	{ "fit", OPT_FIT, NULL, "raise the level until there is room, or save as much as there is", NULL },
	{ "limit", OPT_LIMIT, "SIZE", "the file becomes no larger (K, M, G, T: powers of 1024)", NULL },
	{ "compress", OPT_COMPRESS, "CODEC[:LEVEL]", "zstd (default), zlib, lzo, snappy or none", "How" },
	{ "format", OPT_FORMAT, "FORMAT", "kdump (default), elf, or flat, which can be written to a pipe", NULL },
	{ "encrypt", OPT_ENCRYPT, "RECIPIENT", "to age1..., flattened; more than once: each can read it", NULL },
	{ "encrypt-all", OPT_ENCRYPT_ALL, NULL, "with --encrypt: the log, too", NULL },
	{ "force", OPT_FORCE, NULL, "write over what a device holds, as a file system", NULL },
	{ "ssh", OPT_SSH, "COMMAND", "for ssh://: the program and its options", NULL },
	{ "http", OPT_HTTP, "COMMAND", "for http:, https: and s3: likewise (default: kdump-http)", NULL },
	{ "manifest", OPT_MANIFEST, "FILE", "what is known of the dump as JSON, with its checksums", NULL },
	{ "receiver", OPT_RECEIVER, "KIND", "there: kdump, shell, or auto (default): kdump where it is", NULL },
	{ "retry", OPT_RETRY, "N", "connections tried after one broke, where kdump is there (default: 10)", NULL },
	{ "jobs", OPT_JOBS, "N", "threads that read and compress (default: one a processor)", NULL },
	{ "memory", OPT_MEMORY, "SIZE", "what it may take (default: half of what is free)", NULL },
	{ "progress", OPT_PROGRESS, "FORM", "a line a second on stderr: lines (default), json or none", NULL },
	{ "help", 'h', NULL, "print this", "Help" },
	{ NULL, 0, NULL, NULL, NULL },
};

void save_options_help(void)
{
	printf("Usage: kdump save [OPTION]... [SOURCE] DEST\n"
	       "Save the dump SOURCE, /proc/vmcore by default, filtered and compressed. DEST is\n"
	       "  FILE                           that is not there yet\n"
	       "  FOLDER                         dump, log and manifest go into a new one in it\n"
	       "  DEVICE                         a block device, until kdump recover has it\n"
	       "  ssh://[USER@]HOST[:PORT]/PATH  file or folder on another machine\n"
	       "  https://HOST/PATH              a server that takes PUT: dump, log and manifest\n"
	       "  s3://BUCKET/PREFIX             object storage: likewise\n"
	       "  -                              standard output, flattened\n");
	kx_cli_help(save_table, stdout);
	printf("\nSee kdump(8).\n");
}

void convert_options_help(void)
{
	printf("Usage: kdump convert [OPTION]... SOURCE [PART]... DEST\n"
	       "Write the dump SOURCE in another form, with all that is in it. DEST is as for save.\n"
	       "Of a split dump all parts are given: they become one.\n");
	kx_cli_help(save_table, stdout);
	printf("\nSee kdump(8).\n");
}

void split_options_help(void)
{
	printf("Usage: kdump split [OPTION]... SOURCE DEST DEST...\n"
	       "Save the dump SOURCE as several files, which have about as many pages each and are\n"
	       "written at once. kdump convert makes one of them, and crash takes them all.\n");
	kx_cli_help(save_table, stdout);
	printf("\nSee kdump(8).\n");
}

static int take_number(const char *option, const char *text, uint64_t max, unsigned int *ret,
		       struct kx_err *err)
{
	uint64_t value;

	if (!kx_span_number(kx_span_of(text), 10, &value) || value > max)
		return kx_fail(err, -EINVAL, "--%s=%.40s: must be a number up to %u", option, text,
			       (unsigned int)max);
	*ret = (unsigned int)value;
	return 0;
}

static int take_codec_level(struct save_options *o, const char *text, struct kx_err *err)
{
	bool negative = text[0] == '-';
	uint64_t value;

	if (!kx_span_number(kx_span_of(text + negative), 10, &value) || value > 1000)
		return kx_fail(err, -EINVAL, "--compress: \"%.40s\" is no level", text);
	o->codec_level = negative ? -(int)value : (int)value;
	return 0;
}

int codec_parse(struct save_options *o, const char *text, struct kx_err *err)
{
	static const struct {
		const char *name;
		uint32_t codec;
	} known[] = {
		{ "zstd", KX_PAGE_CODEC_ZSTD }, { "zlib", KX_PAGE_CODEC_ZLIB },
		{ "lzo", KX_PAGE_CODEC_LZO },	{ "snappy", KX_PAGE_CODEC_SNAPPY },
		{ "none", KX_PAGE_CODEC_NONE },
	};
	size_t len = strcspn(text, ":");

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!kx_span_equal((struct kx_span){ (const uint8_t *)text, len }, known[i].name))
			continue;
		o->compress = text;
		o->codec = known[i].codec;
		o->codec_level = 0;
		return text[len] ? take_codec_level(o, text + len + 1, err) : 0;
	}
	return kx_fail(err, -EINVAL,
		       "--compress=%.40s: must be zstd, zlib, lzo, snappy or none, with :LEVEL if "
		       "wanted", text);
}

static int take_progress(struct save_options *o, const char *text, struct kx_err *err)
{
	static const char *const form[] = { "lines", "json", "none" };	/* enum progress_form */

	for (size_t i = 0; i < sizeof(form) / sizeof(form[0]); i++) {
		if (strcmp(text, form[i]) == 0) {
			o->progress = (enum progress_form)i;
			return 0;
		}
	}
	return kx_fail(err, -EINVAL, "--progress=%.40s: must be lines, json or none", text);
}

static int take_receiver(struct save_options *o, const char *text, struct kx_err *err)
{
	static const char *const kind[] = { "auto", "kdump", "shell" };	/* enum receiver_kind */

	for (size_t i = 0; i < sizeof(kind) / sizeof(kind[0]); i++) {
		if (strcmp(text, kind[i]) == 0) {
			o->receiver = (enum receiver_kind)i;
			return 0;
		}
	}
	return kx_fail(err, -EINVAL, "--receiver=%.40s: must be auto, kdump or shell", text);
}

static int take_format(struct save_options *o, const char *text, struct kx_err *err)
{
	bool elf = strcmp(text, "elf") == 0;

	o->format = elf ? KX_SAVE_ELF : KX_SAVE_KDUMP;
	o->flat = strcmp(text, "flat") == 0;
	if (!elf && !o->flat && strcmp(text, "kdump") != 0)
		return kx_fail(err, -EINVAL, "--format=%.40s: must be kdump, elf or flat", text);
	return 0;
}

static int take_recipient(struct save_options *o, const char *text, struct kx_err *err)
{
	int rc;

	if (o->recipients == KX_AGE_RECIPIENTS_MAX)
		return kx_fail(err, -EINVAL, "--encrypt: more than %d recipients",
			       KX_AGE_RECIPIENTS_MAX);
	rc = kx_age_parse(text, &o->recipient[o->recipients], err);
	if (rc < 0)
		return kx_context(err, -EINVAL, "--encrypt");
	o->recipients++;
	return 0;
}

/* Pages of an ELF file are as they are; zstd for the others if nothing is said. */
static int settle_codec(struct save_options *o, struct kx_err *err)
{
	if (o->format == KX_SAVE_ELF && o->compress)
		return kx_fail(err, -EINVAL,
			       "--compress=%.40s: an ELF file has no compressed pages; --format=kdump "
			       "has", o->compress);
	if (o->format != KX_SAVE_ELF && !o->compress)
		o->codec = KX_PAGE_CODEC_ZSTD;
	return 0;
}

static int take_size(const char *option, const char *text, uint64_t *ret, struct kx_err *err)
{
	uint64_t value;

	if (!value_size(text, &value) || value == 0)
		return kx_fail(err, -EINVAL,
			       "--%s=%.40s: must be a number of bytes, or one with K, M, G or T",
			       option, text);
	*ret = value;
	return 0;
}

static int take_save(void *data, int id, const char *arg, struct kx_err *err)
{
	struct save_options *o = data;

	switch (id) {
	case 'h': o->help = true; return 0;
	case 'd': return take_number("dump-level", arg, KX_LEVEL_MAX, &o->level, err);
	case OPT_COMPRESS: return codec_parse(o, arg, err);
	case OPT_JOBS: return take_number("jobs", arg, JOBS_MAX, &o->jobs, err);
	case OPT_ENCRYPT: return take_recipient(o, arg, err);
	case OPT_ENCRYPT_ALL: o->encrypt_all = true; return 0;
	case OPT_FIT: o->fit = true; return 0;
	case OPT_LIMIT: return take_size("limit", arg, &o->limit, err);
	case OPT_MEMORY: return take_size("memory", arg, &o->memory, err);
	case OPT_FORCE: o->force = true; return 0;
	case OPT_FORMAT: return take_format(o, arg, err);
	case OPT_SSH: o->ssh = arg; return 0;
	case OPT_HTTP: o->http = arg; return 0;
	case OPT_MANIFEST: o->manifest = arg; return 0;
	case OPT_RECEIVER: return take_receiver(o, arg, err);
	case OPT_RETRY: return take_number("retry", arg, RETRIES_MAX, &o->retries, err);
	case OPT_PROGRESS: return take_progress(o, arg, err);
	default: return 0;
	}
}

static unsigned int processors(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);

	return count < 1 ? 1 : count > JOBS_MAX ? JOBS_MAX : (unsigned int)count;
}

int options_jobs(const char *text, unsigned int *ret, struct kx_err *err)
{
	int rc = text ? take_number("jobs", text, JOBS_MAX, ret, err) : 0;

	if (!text || (rc == 0 && *ret == 0))
		*ret = processors();
	return rc;
}

int options_progress(const char *text, enum progress_form *ret, struct kx_err *err)
{
	struct save_options o = { .progress = *ret };
	int rc = take_progress(&o, text, err);

	if (rc == 0)
		*ret = o.progress;
	return rc;
}

/* All options; the operands are @argv[*@ret_first] and those behind it. */
static int parse(struct save_options *ret, int argc, char **argv, int *ret_first,
		 struct kx_err *err)
{
	struct budget budget;
	int rc;

	*ret = (struct save_options){ .source = "/proc/vmcore", .ssh = SSH,
				      .http = KDUMP_HTTP, .retries = RETRIES };
	rc = kx_cli_parse(save_table, argc, argv, take_save, ret, ret_first, err);
	if (rc < 0 || ret->help)
		return rc;
	if (ret->encrypt_all && !ret->recipients)
		return kx_fail(err, -EINVAL, "--encrypt-all: to whom? --encrypt says so");
	if (ret->jobs == 0)
		ret->jobs = processors();
	rc = budget_split(ret->memory, ret->jobs, &budget, err);
	if (rc < 0)
		return rc;
	ret->jobs = budget.jobs;
	ret->list_limit = budget.list_limit;
	ret->share_limit = budget.share_limit;
	return settle_codec(ret, err);
}

int save_options_parse(struct save_options *ret, int argc, char **argv, struct kx_err *err)
{
	int first, rc = parse(ret, argc, argv, &first, err);

	if (rc < 0 || ret->help)
		return rc;
	if (argc - first < 1 || argc - first > 2)
		return kx_fail(err, -EINVAL, argc == first ? "where to? --help shows how" :
							     "one SOURCE and one DEST; --help shows how");
	if (argc - first == 2)
		ret->source = argv[first];
	ret->dest = argv[argc - 1];
	return 0;
}

int convert_options_parse(struct save_options *ret, int argc, char **argv, struct kx_err *err)
{
	int first, rc = parse(ret, argc, argv, &first, err);

	if (rc < 0 || ret->help)
		return rc;
	if (argc - first < 2)
		return kx_fail(err, -EINVAL, "of what, and where to? --help shows how");
	ret->source = argv[first];
	ret->parts = (const char *const *)argv + first;
	ret->n_parts = (size_t)(argc - first - 1);
	ret->dest = argv[argc - 1];
	return 0;
}

int split_options_parse(struct save_options *ret, int argc, char **argv, struct kx_err *err)
{
	int first, rc = parse(ret, argc, argv, &first, err);

	if (rc < 0 || ret->help)
		return rc;
	if (argc - first < 3 || argc - first - 1 > KX_SAVE_PARTS_MAX)
		return kx_fail(err, -EINVAL, "one SOURCE and 2 to %d DESTs; --help shows how",
			       KX_SAVE_PARTS_MAX);
	if (ret->format != KX_SAVE_KDUMP || ret->flat || ret->manifest || ret->recipients)
		return kx_fail(err, -EINVAL,
			       "parts are kdump-compressed, not encrypted, and have no manifest");
	if (ret->fit)
		return kx_fail(err, -EINVAL,
			       "--fit is of one file; --limit is what each part may take");
	ret->source = argv[first];
	ret->dests = argv + first + 1;
	ret->n_dests = (size_t)(argc - first - 1);
	return 0;
}
