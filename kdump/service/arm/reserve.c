/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump reserve: what is reserved, what is needed, and the word that asks for it. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kdump/base/service.h"
#include "kdump/base/values.h"
#include "kdump/service/arm/loader.h"
#include "kdump/service/arm/prepare.h"
#include "kdump/service/arm/reserve.h"
#include "kdump/service/machine/need.h"
#include "kx/cleanup.h"
#include "kx/cli.h"
#include "kx/out.h"
#include "kx/text.h"

#define say(...) kx_cli_say("kdump", __VA_ARGS__)

enum { OPT_INIT = KX_OPTION_LONG, OPT_JSON, OPT_ROOT };

/* A kernel does not begin in less; one that wants more wants something else. */
#define LEAST (UINT64_C(32) << 20)
#define MOST  (UINT64_C(1) << 40)

static const struct kx_option table[] = {
	{ "json", OPT_JSON, NULL, "for programs", "How it is told" },
	{ "init", OPT_INIT, "PROGRAM", "that captures (default: the installed kdump-init)", "Where" },
	{ "root", OPT_ROOT, "DIR", "take DIR for / (a captured tree)", NULL },
	{ "help", 'h', NULL, "print this", "Help" },
	{ NULL, 0, NULL, NULL, NULL },
};

/** struct reserve_options - @size: SIZE, "auto", or NULL; borrowed from argv */
struct reserve_options {
	bool help, json;
	const char *root, *init, *size;
};

static int take(void *data, int id, const char *arg, struct kx_err *err)
{
	struct reserve_options *o = data;

	(void)err;
	switch (id) {
	case 'h': o->help = true; break;
	case OPT_INIT: o->init = arg; break;
	case OPT_JSON: o->json = true; break;
	case OPT_ROOT: o->root = arg; break;
	default: break;
	}
	return 0;
}

/**
 * struct told - what there is to tell
 * @prepared: NULL: the boot loader was asked; @word: "" there is no need for one
 * @todo: what is left to do for it
 */
struct told {
	const struct prepared *prepared;
	uint64_t need;
	const char *word, *todo;
	int status;
};

static void member(struct kx_out *out, const char *key, const char *value)
{
	kx_out_json_member(out, key, kx_span_of(value ? value : ""));
}

static void number(struct kx_out *out, const char *key, uint64_t value, bool known)
{
	if (known)
		kx_out_printf(out, ",\n  \"%s\": %" PRIu64, key, value);
	else
		kx_out_printf(out, ",\n  \"%s\": null", key);
}

static int tell_json(const struct told *t)
{
	_cleanup_free_ struct kx_out *out = calloc(1, sizeof(*out));
	const struct machine *m = t->prepared ? &t->prepared->machine : NULL;

	if (!out)
		return SERVICE_FAILED;
	out->fd = STDOUT_FILENO;
	kx_out_printf(out, "{\n  \"format\": 1,\n  \"status\": %d", t->status);
	number(out, "reservation", m ? m->reserved : 0, m && m->reserved_known);
	member(out, "crashkernel", m ? m->wanted : NULL);
	number(out, "needed", t->need, t->need > 0);
	member(out, "word", t->word);
	member(out, "todo", t->todo);
	kx_out_text(out, "\n}\n");
	return kx_out_flush(out) < 0 ? SERVICE_FAILED : t->status;
}

/* As much as is reserved now is told and compared; nothing is written. */
static void tell(const struct prepared *p, uint64_t need)
{
	const struct machine *m = &p->machine;

	if (m->reserved_known)
		printf("reserved: %" PRIu64 " MiB", m->reserved >> 20);
	else
		printf("reserved: not known");
	if (m->wanted[0]) {
		printf(" (");
		kx_text_print(stdout, kx_span_of(m->wanted));
		printf(")");
	}
	if (need)
		printf("\nneeded: about %" PRIu64 " MiB\n", need >> 20);
	else
		printf("\nneeded: not known\n");
}

static int compare(const struct reserve_options *o, const struct prepared *p, uint64_t need)
{
	const struct machine *m = &p->machine;
	const bool enough = need ? m->reserved_known && m->reserved >= need : m->reserved > 0;
	char word[48] = "";
	struct told told = { p, need, word, NULL, enough	? SERVICE_DONE :
						  m->reserved	? SERVICE_DEGRADED :
								  SERVICE_NEEDS_REBOOT };

	if (need && !enough)
		need_words(need, word, sizeof(word));
	if (o->json)
		return tell_json(&told);
	tell(p, need);
	if (word[0])
		printf("word: %s\n", word);
	return told.status;
}

static int ask_loader(const struct reserve_options *o, uint64_t bytes)
{
	struct kx_err err = { "" };
	char word[48], todo[300];
	struct told told = { .word = word, .todo = todo };
	int rc;

	need_words(bytes, word, sizeof(word));
	rc = loader_add(o->root, word, todo, sizeof(todo), &err);
	if (rc < 0) {
		say("reserve: %s", err.text);
		return SERVICE_FAILED;
	}
	/* Whoever only reboots then would have nothing reserved. */
	told.status = rc ? SERVICE_DONE : SERVICE_DEGRADED;
	if (o->json)
		return tell_json(&told);
	printf("%s\n", todo);
	return told.status;
}

/* What arming would make is made, so that the number is that of arming. */
static int find_need(const struct reserve_options *o, struct prepared *p, uint64_t *ret)
{
	const struct prepare_request request = { o->root, o->init, NULL };
	struct kx_err err = { "" };
	int rc = prepare(p, &request, &err);

	*ret = rc < 0 ? 0 : p->need;
	if (rc < 0)
		say("reserve: what is needed is not known: %s", err.text);
	return rc;
}

static int reserve(const struct reserve_options *o)
{
	struct prepared p = { .kernel_bytes = NULL };
	uint64_t need = 0, wanted = 0;
	bool automatic = o->size && strcmp(o->size, "auto") == 0;
	int status;

	if (o->size && !automatic) {
		value_size(o->size, &wanted);
		return ask_loader(o, wanted);
	}
	find_need(o, &p, &need);
	/* A size in the configuration is what auto means there. */
	wanted = p.config.reserve.size ? p.config.reserve.size : need;
	if (!automatic) {
		status = compare(o, &p, need);
	} else if (!wanted) {
		say("reserve: say how much, as kdump reserve 256M");
		status = SERVICE_FAILED;
	} else {
		status = ask_loader(o, wanted);
	}
	prepare_done(&p);
	return status;
}

static int check_size(const char *text, struct kx_err *err)
{
	uint64_t bytes;

	if (strcmp(text, "auto") == 0)
		return 0;
	if (!value_size(text, &bytes) || bytes < LEAST || bytes > MOST)
		return kx_fail(err, -EINVAL, "%.40s: must be auto, or a size from 32M to 1T", text);
	return 0;
}

int reserve_main(int argc, char **argv)
{
	struct reserve_options o = { .root = "/" };
	struct kx_err err = { "" };
	int first, rc = kx_cli_parse(table, argc, argv, take, &o, &first, &err);

	if (rc == 0 && argc - first > 1)
		rc = kx_fail(&err, -EINVAL, "one SIZE, or auto; --help shows how");
	if (rc == 0 && !o.help && argc > first)
		rc = check_size(argv[first], &err);
	if (rc < 0) {
		say("reserve: %s", err.text);
		return SERVICE_USAGE;
	}
	if (o.help) {
		printf("Usage: kdump reserve [OPTION]... [SIZE|auto]\n"
		       "Tell how much memory is reserved for a crash kernel, and how much is needed; with\n"
		       "SIZE or auto, what is needed, have the boot loader ask for it.\n");
		kx_cli_help(table, stdout);
		printf("\nSee kdump(8).\n");
		return SERVICE_DONE;
	}
	o.size = argc > first ? argv[first] : NULL;
	return reserve(&o);
}
