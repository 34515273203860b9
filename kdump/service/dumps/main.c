/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verbs on dumps that are kept: each is a function on one dump, or on all. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kdump/base/service.h"
#include "kdump/save/info.h"
#include "kdump/service/config/read.h"
#include "kdump/service/dumps/dumps.h"
#include "kdump/service/dumps/main.h"
#include "kx/cleanup.h"
#include "kx/cli.h"
#include "kx/out.h"
#include "kx/text.h"

#define say(...) kx_cli_say("kdump", __VA_ARGS__)

enum { OPT_DRY = KX_OPTION_LONG, OPT_JSON, OPT_ROOT };

/** struct dumps_options - strings are borrowed from argv */
struct dumps_options {
	bool help, json, dry;
	const char *root;
};

#define ROOT { "root", OPT_ROOT, "DIR", "the dumps of a captured tree", NULL }
#define HELP { "help", 'h', NULL, "print this", "Help" }
#define END { NULL, 0, NULL, NULL, NULL }

static const struct kx_option plain_table[] = {
	{ "root", OPT_ROOT, "DIR", "the dumps of a captured tree", "Which" }, HELP, END,
};

static const struct kx_option json_table[] = {
	{ "json", OPT_JSON, NULL, "for programs", "How it is told" }, ROOT, HELP, END,
};

static const struct kx_option prune_table[] = {
	{ "dry-run", OPT_DRY, NULL, "only tell which would go", "How" },
	{ "json", OPT_JSON, NULL, "for programs", "How it is told" }, ROOT, HELP, END,
};

static int take(void *data, int id, const char *arg, struct kx_err *err)
{
	struct dumps_options *o = data;

	(void)err;
	switch (id) {
	case 'h': o->help = true; break;
	case OPT_DRY: o->dry = true; break;
	case OPT_JSON: o->json = true; break;
	case OPT_ROOT: o->root = arg; break;
	default: break;
	}
	return 0;
}

/* ---- list ----------------------------------------------------------------------------------- */

static const char *state_of(const struct saved_dump *dump)
{
	return dump->pinned ? dump->complete ? "pinned" : "pinned, incomplete" :
	       dump->complete ? "complete" : "incomplete";
}

static void list_text(const struct dumps *dumps)
{
	const struct saved_dump *dump;

	printf("%-28s %8s  %-18s  %s\n", "DUMP", "MiB", "STATE", "PANIC");
	for (size_t i = 0; i < dumps->count; i++) {
		dump = &dumps->item[i];
		kx_text_print(stdout, kx_span_of(dump->name));
		printf("%*s %8" PRIu64 "  %-18s  ",
		       strlen(dump->name) < 28 ? 28 - (int)strlen(dump->name) : 0, "",
		       dump->bytes >> 20, state_of(dump));
		kx_text_print(stdout, kx_span_of(dump->unread ? dump->reason : dump->panic));
		printf("\n");
	}
}

static void list_one(struct kx_out *out, const struct dumps *dumps, const struct saved_dump *dump)
{
	kx_out_text(out, "    {\"name\": ");
	kx_out_json(out, kx_span_of(dump->name));
	kx_out_text(out, ", \"folder\": ");
	kx_out_json(out, kx_span_of(dumps->place[dump->place].path));
	kx_out_text(out, ", \"target\": ");
	kx_out_json(out, kx_span_of(dumps->place[dump->place].target));
	kx_out_printf(out, ", \"time\": %" PRIu64 ", \"bytes\": %" PRIu64 ", \"complete\": %s"
		      ", \"pinned\": %s, \"incomplete\": ", dump->time, dump->bytes,
		      dump->complete ? "true" : "false", dump->pinned ? "true" : "false");
	kx_out_json(out, kx_span_of(dump->reason));
	kx_out_text(out, ", \"panic\": ");
	kx_out_json(out, kx_span_of(dump->panic));
	kx_out_text(out, ", \"id\": ");
	kx_out_json(out, kx_span_of(dump->id));
	kx_out_text(out, "}");
}

static int list_json(const struct dumps *dumps)
{
	_cleanup_free_ struct kx_out *out = calloc(1, sizeof(*out));

	if (!out)
		return -ENOMEM;
	out->fd = STDOUT_FILENO;
	kx_out_text(out, "{\n  \"format\": 1,\n  \"dumps\": [");
	for (size_t i = 0; i < dumps->count; i++) {
		kx_out_text(out, i ? ",\n" : "\n");
		list_one(out, dumps, &dumps->item[i]);
	}
	kx_out_text(out, "\n  ]\n}\n");
	return kx_out_flush(out);
}

static int list(const struct dumps *dumps, const struct dumps_options *o)
{
	int rc = 0;

	if (o->json)
		rc = list_json(dumps);
	else if (dumps->count)
		list_text(dumps);
	else
		say("there are no dumps");
	if (rc < 0) {
		say("standard output: %s", strerror(-rc));
		return SERVICE_FAILED;
	}
	return dumps->count ? SERVICE_DONE : SERVICE_NOTHING;
}

/* ---- one dump ------------------------------------------------------------------------------- */

static int show(const struct dumps *dumps, const struct saved_dump *dump,
		const struct dumps_options *o, struct kx_err *err)
{
	_cleanup_free_ char *path = dumps_path(dumps, dump);
	char verb[] = "info", json[] = "--json";
	char *argv[] = { verb, path, o->json ? json : NULL, NULL };

	if (!path)
		return kx_fail(err, -ENOMEM, "no memory");
	return info_main(o->json ? 3 : 2, argv);
}

static int remove_one(const struct dumps *dumps, const struct saved_dump *dump,
		      const struct dumps_options *o, struct kx_err *err)
{
	(void)o;
	return dumps_remove(dumps, dump, err);
}

static int pin(const struct dumps *dumps, const struct saved_dump *dump,
	       const struct dumps_options *o, struct kx_err *err)
{
	(void)o;
	return dumps_pin(dumps, dump, true, err);
}

static int unpin(const struct dumps *dumps, const struct saved_dump *dump,
		 const struct dumps_options *o, struct kx_err *err)
{
	(void)o;
	return dumps_pin(dumps, dump, false, err);
}

/* ---- prune ---------------------------------------------------------------------------------- */

static void tell_one(void *data, const struct dumps *dumps, const struct saved_dump *dump)
{
	(void)data;
	kx_text_print(stdout, kx_span_of(dumps->place[dump->place].path));
	printf("/");
	kx_text_print(stdout, kx_span_of(dump->name));
	printf("\n");
}

static void tell_waits(void *data, const struct dumps *dumps, const struct saved_dump *dump)
{
	(void)data;
	say("%s: %s, the newest, is not complete, so that nothing goes: kdump remove takes it, or "
	    "others", dumps->place[dump->place].path, dump->name);
}

/** struct told - as JSON; @count: of those that go */
struct told {
	struct kx_out out;
	size_t count;
};

static void tell_one_json(void *data, const struct dumps *dumps, const struct saved_dump *dump)
{
	struct told *told = data;

	kx_out_text(&told->out, told->count++ ? ",\n" : "\n");
	list_one(&told->out, dumps, dump);
}

static int prune(const struct dumps *dumps, const struct service_config *config,
		 const struct dumps_options *o)
{
	_cleanup_free_ struct told *told = calloc(1, sizeof(*told));
	const struct dumps_teller teller = { o->json ? tell_one_json : tell_one, tell_waits, told };
	struct kx_err err = { "" };
	int rc;

	if (!told)
		return SERVICE_FAILED;
	told->out.fd = STDOUT_FILENO;
	if (o->json)
		kx_out_text(&told->out, "{\n  \"format\": 1,\n  \"dumps\": [");
	rc = dumps_prune(dumps, &config->keep, (uint64_t)time(NULL), o->dry,
			 &teller, &err);
	if (o->json)
		kx_out_text(&told->out, "\n  ]\n}\n");
	if (kx_out_flush(&told->out) < 0 && rc == 0)
		rc = kx_fail(&err, -EIO, "standard output cannot be written to");
	if (rc < 0)
		say("prune: %s", err.text);
	return rc < 0 ? SERVICE_FAILED : SERVICE_DONE;
}

/* ---- verbs ---------------------------------------------------------------------------------- */

/** struct dumps_verb - @one: what is done with each dump that is named; NULL: it names none */
struct dumps_verb {
	const char *name;
	const struct kx_option *table;
	int (*one)(const struct dumps *dumps, const struct saved_dump *dump,
		   const struct dumps_options *o, struct kx_err *err);
	const char *help;
};

static const struct dumps_verb verbs[] = {
	{ "list", json_table, NULL, "Tell which dumps there are in the folders of file targets." },
	{ "show", json_table, show, "Tell what a dump is, as kdump info does." },
	{ "remove", plain_table, remove_one, "Remove dumps with all their files, unless they are pinned." },
	{ "prune", prune_table, NULL, "Remove the oldest dumps until the limits of [keep] are met." },
	{ "pin", plain_table, pin, "Keep dumps: neither prune nor remove takes them." },
	{ "unpin", plain_table, unpin, "Let dumps go that were pinned." },
};

static const struct dumps_verb *find_verb(const char *name)
{
	size_t i = 0;

	while (strcmp(verbs[i].name, name) != 0)
		i++;
	return &verbs[i];
}

/* All that are named, before anything is done to one. */
static int do_named(const struct dumps_verb *verb, const struct dumps *dumps, char **name,
		    const struct dumps_options *o)
{
	const struct saved_dump *dump;
	struct kx_err err = { "" };
	int status = SERVICE_DONE;

	for (char **n = name; *n; n++) {
		int rc = dumps_named(dumps, *n, &dump, &err);

		if (rc < 0) {
			say("%s: %s", verb->name, err.text);
			return rc == -ENOENT ? SERVICE_NOTHING : SERVICE_FAILED;
		}
	}
	for (; *name; name++) {
		int rc = dumps_named(dumps, *name, &dump, &err);

		if (rc == 0)
			rc = verb->one(dumps, dump, o, &err);
		if (rc < 0) {
			say("%s: %s", verb->name, err.text);
			status = SERVICE_FAILED;
		} else if (rc > 0) {
			status = rc;
		}
	}
	return status;
}

static int run(const struct dumps_verb *verb, char **name, const struct dumps_options *o)
{
	struct service_config config = { .enabled = false };
	struct dumps dumps = { .count = 0 };
	struct kx_err err = { "" };
	int rc = config_read(&config, o->root, &err), status = SERVICE_FAILED;
	bool some;

	config_say_warnings(&config);
	if (rc == 0)
		rc = dumps_find(&dumps, &config, o->root, &err);
	/* What could be read is told, and the status says that it is not all. */
	some = rc < 0 && dumps.count > 0;
	if (rc < 0)
		say("%s: %s", verb->name, err.text);
	if (rc < 0 && !some)
		status = SERVICE_FAILED;
	else if (verb->one)
		status = do_named(verb, &dumps, name, o);
	else
		status = strcmp(verb->name, "list") == 0 ? list(&dumps, o) :
							   prune(&dumps, &config, o);
	if (some && (!verb->one || status == SERVICE_NOTHING))
		status = SERVICE_FAILED;
	dumps_done(&dumps);
	config_done(&config);
	return status;
}

int dumps_main(int argc, char **argv)
{
	const struct dumps_verb *verb = find_verb(argv[0]);
	struct dumps_options o = { .root = "/" };
	struct kx_err err = { "" };
	int first, rc = kx_cli_parse(verb->table, argc, argv, take, &o, &first, &err);

	if (rc == 0 && !o.help && (verb->one != NULL) != (first < argc))
		rc = kx_fail(&err, -EINVAL, verb->one ? "which dump? kdump list has all" :
							"it takes no argument; --help shows how");
	if (rc < 0) {
		say("%s: %s", verb->name, err.text);
		return SERVICE_USAGE;
	}
	if (o.help) {
		printf("Usage: kdump %s [OPTION]...%s\n%s\n", verb->name,
		       verb->one ? " DUMP..." : "", verb->help);
		if (verb->one)
			printf("DUMP is the name of its folder, the beginning of that, its path, or latest.\n");
		kx_cli_help(verb->table, stdout);
		printf("\nSee kdump(8).\n");
		return SERVICE_DONE;
	}
	return run(verb, argv + first, &o);
}
