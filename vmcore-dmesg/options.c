/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parses the command line from one table, which also makes --help. Does nothing else. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kx/cli.h"
#include "kx/names.h"
#include "vmcore-dmesg/lists.h"
#include "vmcore-dmesg/options.h"
#include "vmcore-dmesg/when.h"

/* Options without a short form; above every character. */
enum {
	OPT_TIME_FORMAT = KX_OPTION_LONG, OPT_SINCE, OPT_UNTIL, OPT_NOESCAPE, OPT_JSONL, OPT_KMSG,
	OPT_CALLER, OPT_SEQ, OPT_CONTEXT, OPT_SINCE_CLEAR, OPT_RECOVER, OPT_PANIC, OPT_INFO,
};

static const struct kx_option table[] = {
	{ "level", 'l', "LIST", "only these levels; err+ is err and more urgent", "Which records" },
	{ "facility", 'f', "LIST", "only these facilities", NULL },
	{ "kernel", 'k', NULL, "only the kernel's own", NULL },
	{ "userspace", 'u', NULL, "only those that programs wrote", NULL },
	{ "since", OPT_SINCE, "TIME", "only from TIME on; relative times count from the crash", NULL },
	{ "until", OPT_UNTIL, "TIME", "only up to TIME", NULL },
	{ "since-clear", OPT_SINCE_CLEAR, NULL, "only those after the last dmesg -c", NULL },
	{ "panic", OPT_PANIC, "[all]", "only the last panic or oops, or all, each with a summary", NULL },
	{ "recover", OPT_RECOVER, NULL, "also damaged and unfinished ones, marked so", NULL },

	{ "ctime", 'T', NULL, "wall-clock time", "Time" },
	{ "notime", 't', NULL, "no time", NULL },
	{ "show-delta", 'd', NULL, "also the time since the record before", NULL },
	{ "reltime", 'e', NULL, "wall-clock minutes, and seconds since the record before", NULL },
	{ "time-format", OPT_TIME_FORMAT, "FORMAT", "raw, ctime, reltime, delta, notime or iso", NULL },

	{ "decode", 'x', NULL, "facility and level by name", "What is shown of a record" },
	{ "caller", OPT_CALLER, NULL, "thread (T1) or CPU (C1) that logged it", NULL },
	{ "seq", OPT_SEQ, NULL, "sequence numbers, and where some are missing", NULL },
	{ "context", OPT_CONTEXT, "[NAME]", "subsystem and device; with NAME only records of that one", NULL },
	{ "force-prefix", 'p', NULL, "the prefix on each line of a record", NULL },
	{ "noescape", OPT_NOESCAPE, NULL, "bytes as they are, unless on a terminal", NULL },
	{ "color", 'L', "[WHEN]", "colour: auto, always or never", NULL },

	{ "raw", 'r', NULL, "<N>[time] text, as dmesg -F reads it", "Other formats" },
	{ "kmsg", OPT_KMSG, "[nul]", "as /dev/kmsg; with nul, as dmesg -K reads it", NULL },
	{ "json", 'J', NULL, "one JSON object, as dmesg -J", NULL },
	{ "jsonl", OPT_JSONL, NULL, "one JSON object a line with all that is known", NULL },
	{ "info", OPT_INFO, NULL, "tell about the dump and its log instead", NULL },

	{ "help", 'h', NULL, "print this", "Help" },
	{ "version", 'V', NULL, "print the version", NULL },
	{ NULL, 0, NULL, NULL, NULL },
};

static void print_names(const char *what, const char *(*name)(unsigned int), unsigned int count)
{
	printf("\n%s:", what);
	for (unsigned int i = 0; i < count; i++) {
		if (name(i))
			printf(" %s", name(i));
	}
	printf("\n");
}

void dmesg_options_help(void)
{
	printf("Usage: vmcore-dmesg [OPTION]... FILE...\n"
	       "Print the kernel's log out of a dump (/proc/vmcore, /proc/kcore, a saved file; - is\n"
	       "standard input). Several files are the parts of one dump.\n");
	kx_cli_help(table, stdout);
	print_names("Levels", kx_level_name, KX_LEVELS);
	print_names("Facilities", kx_facility_name, KX_FACILITIES);
	printf("\nSee vmcore-dmesg(8).\n");
}

/* The position of @text in @words, which a NULL ends; -EINVAL. */
static int one_of(const char *option, const char *text, const char *const *words,
		  struct kx_err *err)
{
	char all[80] = "";

	for (int i = 0; words[i]; i++) {
		size_t len = strlen(all);

		if (strcmp(text, words[i]) == 0)
			return i;
		snprintf(all + len, sizeof(all) - len, "%s%s", i ? ", " : "", words[i]);
	}
	return kx_fail(err, -EINVAL, "--%s=%.60s: must be one of %s", option, text, all);
}

static int take_time_format(struct dmesg_options *o, const char *text, struct kx_err *err)
{
	static const char *const names[] = {	/* order of enum kx_print_time */
		"raw", "notime", "ctime", "reltime", "delta", "iso", NULL,
	};
	int rc = one_of("time-format", text, names, err);

	if (rc >= 0)
		o->style.time = (enum kx_print_time)rc;
	return rc;
}

static int take_color(struct dmesg_options *o, const char *text, struct kx_err *err)
{
	static const char *const names[] = { "auto", "always", "never", NULL };
	int rc;

	/* dmesg(1) takes -L=always, too. */
	if (text && text[0] == '=')
		text++;
	rc = text ? one_of("color", text, names, err) : COLOR_AUTO;
	if (rc >= 0)
		o->color = (enum when_color)rc;
	return rc;
}

/* Wrong times are found before the dump is opened; what they count from is known only then. */
static int take_when(const char **ret, const char *option, const char *text, struct kx_err *err)
{
	bool absolute;
	int64_t ignored;

	*ret = text;
	if (when_parse(text, 0, &ignored, &absolute, err) < 0)
		return kx_context(err, -EINVAL, "--%s", option);
	return 0;
}

static int take_list(struct dmesg_options *o, int id, const char *text, struct kx_err *err)
{
	uint32_t mask = 0;
	int rc = id == 'l' ? level_list(text, &mask, err) : facility_list(text, &mask, err);

	if (id == 'l')
		o->levels |= mask;
	else
		o->facilities |= mask;
	return rc;
}

static int take_optional(struct dmesg_options *o, int id, const char *text, struct kx_err *err)
{
	static const char *const all[] = { "all", NULL }, *const nul[] = { "nul", NULL };
	int rc = 0;

	if (id == OPT_PANIC) {
		o->panic = text ? PANIC_ALL : PANIC_LAST;
		rc = text ? one_of("panic", text, all, err) : 0;
	} else if (id == OPT_KMSG) {
		o->style.format = KX_PRINT_KMSG;
		o->style.kmsg_nul = text != NULL;
		rc = text ? one_of("kmsg", text, nul, err) : 0;
	} else {
		o->style.context = true;
		o->context_filter = text;
	}
	return rc;
}

/* The member that an option without argument sets, or NULL. */
static bool *switch_of(struct dmesg_options *o, int id)
{
	switch (id) {
	case 'h': return &o->help;
	case 'V': return &o->version;
	case 'd': return &o->style.delta;
	case 'x': return &o->style.decode;
	case 'p': return &o->style.force_prefix;
	case OPT_NOESCAPE: return &o->noescape;
	case OPT_CALLER: return &o->style.caller;
	case OPT_SEQ: return &o->style.seq;
	case OPT_SINCE_CLEAR: return &o->since_clear;
	case OPT_RECOVER: return &o->recover;
	case OPT_INFO: return &o->info;
	default: return NULL;
	}
}

/* Options without an argument that are more than a switch; false: @id is not one of them. */
static bool take_plain(struct dmesg_options *o, int id)
{
	switch (id) {
	case 'k': o->facilities |= 1; return true;
	case 'u': o->facilities |= ~1U; return true;
	case 'T': o->style.time = KX_PRINT_TIME_CTIME; return true;
	case 't': o->style.time = KX_PRINT_TIME_NONE; return true;
	case 'e': o->style.time = KX_PRINT_TIME_RELTIME; return true;
	case 'r': o->style.format = KX_PRINT_RAW; return true;
	case 'J': o->style.format = KX_PRINT_JSON; return true;
	case OPT_JSONL: o->style.format = KX_PRINT_JSONL; return true;
	default: return false;
	}
}

static int take_argument(struct dmesg_options *o, int id, const char *arg, struct kx_err *err)
{
	switch (id) {
	case 'l':
	case 'f': return take_list(o, id, arg, err);
	case 'L': return take_color(o, arg, err);
	case OPT_TIME_FORMAT: return take_time_format(o, arg, err);
	case OPT_SINCE: return take_when(&o->since, "since", arg, err);
	case OPT_UNTIL: return take_when(&o->until, "until", arg, err);
	default: return take_optional(o, id, arg, err);
	}
}

static int take(void *data, int id, const char *arg, struct kx_err *err)
{
	struct dmesg_options *o = data;
	bool *flag = switch_of(o, id);
	int rc = 0;

	if (flag)
		*flag = true;
	else if (!take_plain(o, id))
		rc = take_argument(o, id, arg, err);
	return rc < 0 ? rc : 0;
}

/* What dmesg(1) refuses, too. */
static int check_combination(const struct dmesg_options *o, struct kx_err *err)
{
	if (o->help || o->version)
		return 0;
	if (o->n_files == 0)
		return kx_fail(err, -EINVAL, "no dump given; --help shows how");
	if (o->style.format == KX_PRINT_RAW &&
	    (o->style.decode || o->style.delta || o->style.time != KX_PRINT_TIME_RAW))
		return kx_fail(err, -EINVAL,
			       "--raw has one form: it goes neither with --decode nor with another "
			       "time");
	return 0;
}

int dmesg_options_parse(struct dmesg_options *ret, int argc, char **argv, struct kx_err *err)
{
	int first, rc;

	*ret = (struct dmesg_options){ .levels = 0 };
	rc = kx_cli_parse(table, argc, argv, take, ret, &first, err);
	if (rc < 0)
		return rc;
	ret->files = (const char *const *)(argv + first);
	ret->n_files = (size_t)(argc - first);
	if (ret->levels == 0)
		ret->levels = 0xff;
	return check_combination(ret, err);
}
