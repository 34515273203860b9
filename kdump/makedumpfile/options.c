/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parses makedumpfile's command line. Does nothing else. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/base/values.h"
#include "kdump/makedumpfile/options.h"
#include "kx/cli.h"
#include "kx/page_codec.h"
#include "kx/pages.h"
#include "kx/span.h"

enum {
	OPT_SPLIT = KX_OPTION_LONG, OPT_REASSEMBLE, OPT_DMESG, OPT_PARTIAL_DMESG, OPT_MEM_USAGE,
	OPT_CHECK, OPT_DRY_RUN, OPT_MESSAGES, OPT_STATS, OPT_THREADS, OPT_IGNORED, OPT_IGNORED_ARG,
	OPT_CONFIG, OPT_EPPIC, OPT_EXTENSION, OPT_DISKSET, OPT_VTOP, OPT_XEN, OPT_XEN_ARG,
};

enum { JOBS_MAX = 256, MESSAGES_DEFAULT = MDF_PROGRESS | MDF_COMMON | MDF_ERROR };

static const struct kx_option table[] = {
	{ NULL, 'c', NULL, "compress pages by zlib", NULL },
	{ NULL, 'l', NULL, "by LZO", NULL },
	{ NULL, 'p', NULL, "by snappy", NULL },
	{ NULL, 'z', NULL, "by zstd", NULL },
	{ NULL, 'd', "LEVEL[,LEVEL]...", "leave out: 1 zero, 2 cache, 4 private cache, 8 user, 16 free; the next level where that does not fit", NULL },
	{ NULL, 'E', NULL, "ELF instead of kdump-compressed", NULL },
	{ NULL, 'F', NULL, "flattened, to standard output", NULL },
	{ NULL, 'R', NULL, "standard input is flattened: make the dump that it is", NULL },
	{ NULL, 'L', "SIZE", "at most so many bytes, or K, M, G of them", NULL },
	{ NULL, 'f', NULL, "write over what is there", NULL },
	{ NULL, 'x', "VMLINUX", "its release must be the dump's", NULL },
	{ NULL, 'i', "FILE", "a VMCOREINFO text: its release must be the dump's; used where the dump has none", NULL },
	{ NULL, 'D', NULL, "all messages", NULL },
	{ "split", OPT_SPLIT, NULL, "several DUMPFILEs, each with a part", NULL },
	{ "reassemble", OPT_REASSEMBLE, NULL, "one dump of such parts", NULL },
	{ "num-threads", OPT_THREADS, "N", "threads that compress", NULL },
	{ "dump-dmesg", OPT_DMESG, NULL, "the log alone", NULL },
	{ "partial-dmesg", OPT_PARTIAL_DMESG, NULL, "of it, what came after the last dmesg -c", NULL },
	{ "mem-usage", OPT_MEM_USAGE, NULL, "count the running kernel's pages", NULL },
	{ "dry-run", OPT_DRY_RUN, NULL, "write nothing, tell how much it would be", NULL },
	{ "check-params", OPT_CHECK, NULL, "only judge the command line", NULL },
	{ "message-level", OPT_MESSAGES, "N", "1 progress, 2 common, 4 errors, 8 debug, 16 report", NULL },
	{ "show-stats", OPT_STATS, NULL, "with the report", NULL },
	{ "help", 'h', NULL, "print this", NULL },
	{ NULL, 'v', NULL, "print the version", NULL },
	/* Nothing here depends on them: how its work is cut into pieces and read. */
	{ NULL, 'b', "ORDER", NULL, NULL },
	{ NULL, 'e', NULL, NULL, NULL },
	{ "cyclic-buffer", OPT_IGNORED_ARG, "KIB", NULL, NULL },
	{ "splitblock-size", OPT_IGNORED_ARG, "KIB", NULL, NULL },
	{ "work-dir", OPT_IGNORED_ARG, "FOLDER", NULL, NULL },
	{ "non-mmap", OPT_IGNORED, NULL, NULL, NULL },
	/* Refused, by name. */
	{ NULL, 'g', "FILE", NULL, NULL },
	{ NULL, 'X', NULL, NULL, NULL },
	{ "config", OPT_CONFIG, "FILE", NULL, NULL },
	{ "eppic", OPT_EPPIC, "FILE", NULL, NULL },
	{ "extension", OPT_EXTENSION, "FILE", NULL, NULL },
	{ "diskset", OPT_DISKSET, "FILE", NULL, NULL },
	{ "vtop", OPT_VTOP, "ADDRESS", NULL, NULL },
	{ "xen-syms", OPT_XEN_ARG, "FILE", NULL, NULL },
	{ "xen-vmcoreinfo", OPT_XEN_ARG, "FILE", NULL, NULL },
	{ "xen_phys_start", OPT_XEN_ARG, "ADDRESS", NULL, NULL },
	{ NULL, 0, NULL, NULL, NULL },
};

void mdf_options_help(void)
{
	printf("Usage: makedumpfile [OPTION]... VMCORE DUMPFILE\n"
	       "       makedumpfile -F [OPTION]... VMCORE\n"
	       "       makedumpfile -R DUMPFILE\n"
	       "       makedumpfile --split [OPTION]... VMCORE DUMPFILE DUMPFILE...\n"
	       "       makedumpfile --reassemble DUMPFILE DUMPFILE... DUMPFILE\n"
	       "       makedumpfile --dump-dmesg [--partial-dmesg] VMCORE LOGFILE\n"
	       "       makedumpfile --mem-usage /proc/kcore\n"
	       "makedumpfile's command line, served by kdump(8).\n\n");
	for (const struct kx_option *o = table; o->id; o++) {
		char left[40];

		if (!o->help)
			continue;
		if (o->name)
			snprintf(left, sizeof(left), "--%s", o->name);
		else
			snprintf(left, sizeof(left), "-%c", o->id);
		printf("  %-17s %-18s %s\n", left, o->arg ? o->arg : "", o->help);
	}
}

/* ---- one option ----------------------------------------------------------------------------- */

static int take_number(const char *option, struct kx_span text, uint64_t max, unsigned int *ret,
		       struct kx_err *err)
{
	uint64_t value;

	if (!kx_span_number(text, 10, &value) || value > max)
		return kx_fail(err, -EINVAL, "%s must be a number up to %u", option,
			       (unsigned int)max);
	*ret = (unsigned int)value;
	return 0;
}

/* LEVEL[,LEVEL]... */
static int take_levels(struct mdf_options *o, const char *text, struct kx_err *err)
{
	int rc = 0;

	o->levels = 0;
	for (const char *at = text; rc == 0; at++) {
		size_t len = strcspn(at, ",");

		if (o->levels == MDF_LEVELS_MAX)
			return kx_fail(err, -EINVAL, "-d: more than %d levels", MDF_LEVELS_MAX);
		rc = take_number("-d: each level", (struct kx_span){ (const uint8_t *)at, len },
				 KX_LEVEL_MAX, &o->level[o->levels++], err);
		at += len;
		if (!*at)
			break;
	}
	return rc;
}

/* A number with k, M or G behind it, as the kernel's memparse() reads it. */
static int take_limit(struct mdf_options *o, const char *text, struct kx_err *err)
{
	if (!value_size(text, &o->limit) || o->limit == 0)
		return kx_fail(err, -EINVAL, "-L %.40s is no size", text);
	return 0;
}

static int set_mode(struct mdf_options *o, enum mdf_mode mode, struct kx_err *err)
{
	if (o->mode != MDF_SAVE && o->mode != mode)
		return kx_fail(err, -EINVAL, "only one of -R, --split, --reassemble, --dump-dmesg and "
			       "--mem-usage");
	o->mode = mode;
	return 0;
}

/* By name: secrets that stay in a dump are worse than no dump. */
static int refuse(int id, struct kx_err *err)
{
	switch (id) {
	case OPT_CONFIG:
	case OPT_EPPIC:
	case OPT_EXTENSION:
		return kx_fail(err, -ENOTSUP, "--%s: data cannot be erased from dumps here",
			       id == OPT_CONFIG ? "config" : id == OPT_EPPIC ? "eppic" : "extension");
	case 'g':
		return kx_fail(err, -ENOTSUP, "-g: VMCOREINFO is not made here; every kernel since "
			       "2.6.24 puts it into its dumps");
	case OPT_DISKSET:
		return kx_fail(err, -ENOTSUP, "--diskset: dumps of sadump are not read here");
	case OPT_VTOP:
		return kx_fail(err, -ENOTSUP, "--vtop is not done here; crash has vtop");
	default:
		return kx_fail(err, -ENOTSUP, "dumps of Xen are not filtered here (-X, --xen-syms, "
			       "--xen-vmcoreinfo, --xen_phys_start)");
	}
}

static int take(void *data, int id, const char *arg, struct kx_err *err)
{
	struct mdf_options *o = data;

	switch (id) {
	case 'c': o->codec = KX_PAGE_CODEC_ZLIB; return 0;
	case 'l': o->codec = KX_PAGE_CODEC_LZO; return 0;
	case 'p': o->codec = KX_PAGE_CODEC_SNAPPY; return 0;
	case 'z': o->codec = KX_PAGE_CODEC_ZSTD; return 0;
	case 'd': return take_levels(o, arg, err);
	case 'E': o->elf = true; return 0;
	case 'F': o->flat = true; return 0;
	case 'R': return set_mode(o, MDF_REARRANGE, err);
	case 'L': return take_limit(o, arg, err);
	case 'f': o->force = true; return 0;
	case 'x': o->vmlinux = arg; return 0;
	case 'i': o->vmcoreinfo = arg; return 0;
	case 'D': o->messages |= MDF_DEBUG; return 0;
	case OPT_SPLIT: return set_mode(o, MDF_SPLIT, err);
	case OPT_REASSEMBLE: return set_mode(o, MDF_REASSEMBLE, err);
	case OPT_DMESG: return set_mode(o, MDF_DMESG, err);
	case OPT_MEM_USAGE: return set_mode(o, MDF_MEM_USAGE, err);
	case OPT_PARTIAL_DMESG: o->partial_dmesg = true; return 0;
	case OPT_CHECK: o->check = true; return 0;
	case OPT_DRY_RUN: o->dry_run = true; return 0;
	case OPT_STATS: o->messages |= MDF_REPORT; return 0;
	case OPT_MESSAGES:
		return take_number("--message-level", kx_span_of(arg), MDF_MESSAGES_MAX,
				   &o->messages, err);
	case OPT_THREADS:
		return take_number("--num-threads", kx_span_of(arg), JOBS_MAX, &o->jobs, err);
	case 'h': o->mode = MDF_HELP; return 0;
	case 'v': o->mode = MDF_VERSION; return 0;
	case 'b': case 'e': case OPT_IGNORED: case OPT_IGNORED_ARG: return 0;
	default: return refuse(id, err);
	}
}

/* ---- what goes together --------------------------------------------------------------------- */

static bool count_is_right(const struct mdf_options *o)
{
	switch (o->mode) {
	case MDF_SAVE: return o->count == (o->flat ? 1 : 2);
	case MDF_SPLIT: return o->count >= 3;
	case MDF_REASSEMBLE: return o->count >= 2;
	case MDF_REARRANGE:
	case MDF_MEM_USAGE: return o->count == 1;
	case MDF_DMESG: return o->count == 2;
	case MDF_HELP:
	case MDF_VERSION: break;
	}
	return true;
}

static int check_together(const struct mdf_options *o, struct kx_err *err)
{
	bool saves = o->mode == MDF_SAVE || o->mode == MDF_SPLIT;

	if (o->elf && o->codec)
		return kx_fail(err, -EINVAL, "-E does not go with -c, -l, -p, -z: ELF is not "
			       "compressed");
	if (o->vmlinux && o->vmcoreinfo)
		return kx_fail(err, -EINVAL, "-x does not go with -i");
	if (o->elf && o->jobs)
		return kx_fail(err, -EINVAL, "--num-threads does not go with -E");
	if (o->mode == MDF_SPLIT && (o->elf || o->flat || o->jobs))
		return kx_fail(err, -EINVAL, "--split does not go with -E, -F and --num-threads");
	if (o->flat && !saves)
		return kx_fail(err, -EINVAL, "-F does not go with -R, --reassemble, --dump-dmesg and "
			       "--mem-usage");
	if (o->dry_run && !saves)
		return kx_fail(err, -EINVAL, "--dry-run does not go with -R, --reassemble, "
			       "--dump-dmesg and --mem-usage");
	if (!count_is_right(o))
		return kx_fail(err, -EINVAL, "%zu file names are not what this needs; --help tells",
			       o->count);
	return 0;
}

int mdf_options_parse(struct mdf_options *ret, int argc, char **argv, struct kx_err *err)
{
	int first, rc;

	*ret = (struct mdf_options){ .levels = 1, .messages = MESSAGES_DEFAULT };
	rc = kx_cli_parse(table, argc, argv, take, ret, &first, err);
	if (rc < 0)
		return rc;
	ret->words = argv + first;
	ret->count = (size_t)(argc - first);
	return check_together(ret, err);
}
