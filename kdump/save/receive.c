/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump receive: what ssh starts on the machine that keeps the dumps. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "kdump/dump/options.h"
#include "kdump/remote/store.h"
#include "kdump/save/receive.h"
#include "kdump/save/save.h"
#include "kx/cli.h"
#include "kx/span.h"

#define say(...) kx_cli_say("kdump", __VA_ARGS__)

enum { OPT_SPEAKS = KX_OPTION_LONG };

static const struct kx_option table[] = {
	{ "speaks", OPT_SPEAKS, "VERSION", "receive nothing: exit status 0 if this is understood",
	  "Protocol" },
	{ "help", 'h', NULL, "print this", "Help" },
	{ NULL, 0, NULL, NULL, NULL },
};

/** struct receive_options - of "kdump receive"; strings are borrowed from argv */
struct receive_options {
	bool help;
	const char *speaks;
};

static int take(void *data, int id, const char *arg, struct kx_err *err)
{
	struct receive_options *o = data;

	(void)err;
	if (id == 'h')
		o->help = true;
	else
		o->speaks = arg;
	return 0;
}

static void print_help(void)
{
	printf("Usage: kdump receive [OPTION]... DEST\n"
	       "Receive a dump from \"kdump save\" to ssh://, on standard input. DEST is\n"
	       "  FILE    that is not there yet\n"
	       "  FOLDER  dump, log and manifest go into a new one in it\n");
	kx_cli_help(table, stdout);
	printf("\nSee kdump(8).\n");
}

static int speaks(const char *version)
{
	uint64_t value;

	return kx_span_number(kx_span_of(version), 10, &value) && value == KX_WIRE_VERSION ?
		       STATUS_DONE : STATUS_FAILED;
}

static int receive(const char *dest)
{
	struct store store;
	struct kx_err err = { "" };
	int rc;

	if (isatty(STDOUT_FILENO)) {
		say("receive: kdump save to ssh:// starts this; it is nothing for a terminal");
		return STATUS_USAGE;
	}
	store_init(&store, dest);
	rc = kx_wire_receive(&store.store, STDIN_FILENO, STDOUT_FILENO, &err);
	store_done(&store);
	/* The sender was told why, and says so: what is said here comes there, too. */
	return rc < 0 ? STATUS_FAILED : rc > 0 ? STATUS_INCOMPLETE : STATUS_DONE;
}

int receive_main(int argc, char **argv)
{
	struct receive_options options = { .help = false };
	struct kx_err err = { "" };
	int first, rc = kx_cli_parse(table, argc, argv, take, &options, &first, &err);

	if (rc == 0 && !options.help && !options.speaks && argc - first != 1)
		rc = kx_fail(&err, -EINVAL, "one DEST; --help shows how");
	if (rc < 0) {
		say("receive: %s", err.text);
		return STATUS_USAGE;
	}
	if (options.help)
		print_help();
	if (options.help)
		return STATUS_DONE;
	return options.speaks ? speaks(options.speaks) : receive(argv[first]);
}
