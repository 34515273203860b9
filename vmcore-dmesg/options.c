/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parses the command line from one table, which also makes --help. Does nothing else. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "kx/names.h"
#include "vmcore-dmesg/lists.h"
#include "vmcore-dmesg/options.h"
#include "vmcore-dmesg/when.h"

/* Options without a short form; above every character. */
enum {
	OPT_TIME_FORMAT = 256, OPT_SINCE, OPT_UNTIL, OPT_NOESCAPE, OPT_JSONL, OPT_KMSG, OPT_CALLER,
	OPT_SEQ, OPT_CONTEXT, OPT_SINCE_CLEAR, OPT_RECOVER, OPT_PANIC, OPT_INFO,
};

/**
 * struct dmesg_option - one line of the table
 * @id: short option's character, or OPT_*
 * @arg: name of the argument in --help; NULL when there is none
 * @optional: the argument may be left out
 * @head: starts a group of --help
 */
struct dmesg_option {
	const char *name;
	int id;
	const char *arg;
	bool optional;
	const char *help;
	const char *head;
};

static const struct dmesg_option table[] = {
	{ "level", 'l', "LIST", false, "only these levels; err+ is err and more urgent", "Which records" },
	{ "facility", 'f', "LIST", false, "only these facilities", NULL },
	{ "kernel", 'k', NULL, false, "only the kernel's own", NULL },
	{ "userspace", 'u', NULL, false, "only those that programs wrote", NULL },
	{ "since", OPT_SINCE, "TIME", false, "only from TIME on; relative times count from the crash", NULL },
	{ "until", OPT_UNTIL, "TIME", false, "only up to TIME", NULL },
	{ "since-clear", OPT_SINCE_CLEAR, NULL, false, "only those after the last dmesg -c", NULL },
	{ "panic", OPT_PANIC, "all", true, "only the last panic or oops, or all, each with a summary", NULL },
	{ "recover", OPT_RECOVER, NULL, false, "also damaged and unfinished ones, marked so", NULL },

	{ "ctime", 'T', NULL, false, "wall-clock time", "Time" },
	{ "notime", 't', NULL, false, "no time", NULL },
	{ "show-delta", 'd', NULL, false, "also the time since the record before", NULL },
	{ "reltime", 'e', NULL, false, "wall-clock minutes, and seconds since the record before", NULL },
	{ "time-format", OPT_TIME_FORMAT, "FORMAT", false, "raw, ctime, reltime, delta, notime or iso", NULL },

	{ "decode", 'x', NULL, false, "facility and level by name", "What is shown of a record" },
	{ "caller", OPT_CALLER, NULL, false, "thread (T1) or CPU (C1) that logged it", NULL },
	{ "seq", OPT_SEQ, NULL, false, "sequence numbers, and where some are missing", NULL },
	{ "context", OPT_CONTEXT, "NAME", true, "subsystem and device; with NAME only records of that one", NULL },
	{ "force-prefix", 'p', NULL, false, "the prefix on each line of a record", NULL },
	{ "noescape", OPT_NOESCAPE, NULL, false, "bytes as they are, unless on a terminal", NULL },
	{ "color", 'L', "WHEN", true, "colour: auto, always or never", NULL },

	{ "raw", 'r', NULL, false, "<N>[time] text, as dmesg -F reads it", "Other formats" },
	{ "kmsg", OPT_KMSG, "nul", true, "as /dev/kmsg; with nul, as dmesg -K reads it", NULL },
	{ "json", 'J', NULL, false, "one JSON object, as dmesg -J", NULL },
	{ "jsonl", OPT_JSONL, NULL, false, "one JSON object a line with all that is known", NULL },
	{ "info", OPT_INFO, NULL, false, "tell about the dump and its log instead", NULL },

	{ "help", 'h', NULL, false, "print this", "Help" },
	{ "version", 'V', NULL, false, "print the version", NULL },
};

enum { TABLE_SIZE = sizeof(table) / sizeof(table[0]) };

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
	for (const struct dmesg_option *o = table; o < table + TABLE_SIZE; o++) {
		char left[40];

		if (o->head)
			printf("\n%s:\n", o->head);
		snprintf(left, sizeof(left), "%s--%s%s%s%s", o->id < 256 ? "" : "    ", o->name,
			 !o->arg ? "" : o->optional ? "[=" : "=", o->arg ? o->arg : "",
			 o->optional ? "]" : "");
		if (o->id < 256)
			printf("  -%c, %-25s %s\n", o->id, left, o->help);
		else
			printf("  %-29s %s\n", left, o->help);
	}
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

static int unknown_option(char **argv, struct kx_err *err)
{
	if (optopt > 0 && optopt < 256 && strncmp(argv[optind - 1], "--", 2) != 0)
		return kx_fail(err, -EINVAL,
			       "option -%c is unknown or lacks its argument; --help lists them",
			       optopt);
	/* optind is behind the word that was looked at. */
	return kx_fail(err, -EINVAL,
		       "option %.80s is unknown, ambiguous or has a wrong argument; --help lists them",
		       argv[optind - 1]);
}

static int take(struct dmesg_options *o, int id, char **argv, struct kx_err *err)
{
	switch (id) {
	case 'l':
	case 'f': return take_list(o, id, optarg, err);
	case 'k': o->facilities |= 1; return 0;
	case 'u': o->facilities |= ~1U; return 0;
	case 'T': o->style.time = KX_PRINT_TIME_CTIME; return 0;
	case 't': o->style.time = KX_PRINT_TIME_NONE; return 0;
	case 'e': o->style.time = KX_PRINT_TIME_RELTIME; return 0;
	case 'r': o->style.format = KX_PRINT_RAW; return 0;
	case 'J': o->style.format = KX_PRINT_JSON; return 0;
	case OPT_JSONL: o->style.format = KX_PRINT_JSONL; return 0;
	case 'L': return take_color(o, optarg, err);
	case OPT_TIME_FORMAT: return take_time_format(o, optarg, err);
	case OPT_SINCE: return take_when(&o->since, "since", optarg, err);
	case OPT_UNTIL: return take_when(&o->until, "until", optarg, err);
	case OPT_PANIC:
	case OPT_KMSG:
	case OPT_CONTEXT: return take_optional(o, id, optarg, err);
	default: return unknown_option(argv, err);
	}
}

static int take_all(struct dmesg_options *o, int argc, char **argv, struct kx_err *err)
{
	struct option long_options[TABLE_SIZE + 1] = { 0 };
	char short_options[3 * TABLE_SIZE + 1], *s = short_options;
	int id, rc = 0;

	for (size_t i = 0; i < TABLE_SIZE; i++) {
		const struct dmesg_option *t = &table[i];

		long_options[i] = (struct option){ t->name, !t->arg ? no_argument :
						   t->optional ? optional_argument :
						   required_argument, NULL, t->id };
		if (t->id >= 256)
			continue;
		*s++ = (char)t->id;
		for (int n = long_options[i].has_arg; n > 0; n--)
			*s++ = ':';
	}
	*s = '\0';
	opterr = 0;
	while (rc >= 0 && (id = getopt_long(argc, argv, short_options, long_options, NULL)) != -1) {
		bool *flag = switch_of(o, id);

		if (flag)
			*flag = true;
		else
			rc = take(o, id, argv, err);
	}
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
	int rc;

	*ret = (struct dmesg_options){ .levels = 0 };
	rc = take_all(ret, argc, argv, err);
	if (rc < 0)
		return rc;
	ret->files = (const char *const *)(argv + optind);
	ret->n_files = (size_t)(argc - optind);
	if (ret->levels == 0)
		ret->levels = 0xff;
	return check_combination(ret, err);
}
