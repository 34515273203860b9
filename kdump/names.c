/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kdumpctl and kdump-config. Each word of theirs is a verb of kdump, or is answered here by what
 * scripts look for. Nothing is done in here.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/base/service.h"
#include "kdump/names.h"
#include "kdump/service/machine/machine.h"
#include "kx/cleanup.h"
#include "kx/cli.h"

/* How many words of ours one of theirs becomes, its own arguments not counted. */
enum { WORDS = 3 };

/**
 * struct word - of theirs
 * @words: the verb, and its options
 * @answer: instead of a verb
 * @if_loaded: nothing is to be done, and that is fine, where no crash kernel is loaded
 */
struct word {
	const char *name;
	const char *words[WORDS];
	int (*answer)(const char *program, const char *root);
	bool if_loaded;
	const char *help;
};

/* A machine that tells nothing of itself has nothing loaded. */
static int read_machine(const char *program, const char *root, struct machine *ret)
{
	struct kx_err err = { "" };
	int rc = machine_read(ret, root, &err);

	if (rc < 0)
		kx_cli_say(program, "%s", err.text);
	return rc;
}

static int ctl_status(const char *program, const char *root)
{
	bool loaded = machine_loaded(root);

	printf("%s: Kdump is %soperational\n", program, loaded ? "" : "not ");
	return loaded ? SERVICE_DONE : SERVICE_NOT_ARMED;
}

static int ctl_showmem(const char *program, const char *root)
{
	_cleanup_(machine_done) struct machine machine = { .cmdline = NULL };

	if (read_machine(program, root, &machine) < 0)
		return SERVICE_FAILED;
	printf("%s: Reserved %" PRIu64 "MB memory for crash kernel\n", program, machine.reserved >> 20);
	return machine.reserved > 0 ? SERVICE_DONE : SERVICE_FAILED;
}

static int ctl_nothing(const char *program, const char *root)
{
	(void)root;
	kx_cli_say(program, "nothing to build: kdump arm makes the image that it loads");
	return SERVICE_DONE;
}

static int config_status(const char *program, const char *root)
{
	(void)program;
	printf("current state   : %sready to kdump\n", machine_loaded(root) ? "" : "not ");
	return SERVICE_DONE;
}

static int config_show(const char *program, const char *root)
{
	_cleanup_(machine_done) struct machine machine = { .cmdline = NULL };

	if (read_machine(program, root, &machine) < 0)
		return SERVICE_FAILED;
	printf("DUMP_MODE       : kdump\n");
	printf("reservation     : %s, %" PRIu64 " MB\n", machine.wanted[0] ? machine.wanted : "none",
	       machine.reserved >> 20);
	return config_status(program, root);
}

static const struct word ctl_words[] = {
	{ "start", { "arm" }, .help = "load the crash kernel" },
	{ "stop", { "disarm" }, .help = "unload it" },
	{ "restart", { "arm", "--force" }, .help = "load it again, as the configuration is now" },
	{ "reload", { "reload" }, .help = "load it again, if it is loaded" },
	{ "status", .answer = ctl_status, .help = "tell whether it is loaded" },
	{ "test", { "test", "--crash" }, .help = "crash this machine, and look for the dump" },
	{ "rebuild", .answer = ctl_nothing, .help = "nothing: images are made when they are loaded" },
	{ "propagate", { "propagate" }, .help = "send this machine's key to the ssh server" },
	{ "estimate", { "reserve" }, .help = "tell how much memory a crash kernel needs" },
	{ "showmem", .answer = ctl_showmem, .help = "tell how much is set aside" },
	{ "get-default-crashkernel", { "reserve" }, .help = "the same as estimate" },
	{ "reset-crashkernel", { "reserve", "auto" }, .help = "set aside what is needed" },
	{ .name = NULL },
};

static const struct word config_words[] = {
	{ "load", { "arm" }, .help = "load the crash kernel" },
	{ "unload", { "disarm" }, .help = "unload it" },
	{ "reload", { "arm", "--force" }, .help = "load it again, as the configuration is now" },
	{ "try-reload", { "reload" }, .if_loaded = true, .help = "load it again, if it is loaded" },
	{ "condreload", { "reload" }, .if_loaded = true, .help = "the same" },
	{ "status", .answer = config_status, .help = "tell whether it is loaded" },
	{ "show", .answer = config_show, .help = "tell that, and what is set aside" },
	{ "test", { "arm", "--dry-run" }, .help = "tell what load would do" },
	{ "symlinks", .answer = ctl_nothing, .help = "nothing: no kernel is looked for by a link" },
	{ "propagate", { "propagate" }, .help = "send this machine's key to the ssh server" },
	{ "savecore", { "save", "/proc/vmcore" }, .help = "save the dump, in a crash kernel" },
	{ .name = NULL },
};

static void print_help(FILE *to, const char *called, const struct word *words)
{
	fprintf(to, "Usage: %s WORD [ARGUMENT]...\n", called);
	for (; words->name; words++)
		fprintf(to, "  %-23s  %s\n", words->name, words->help);
	fprintf(to, "What kdump makes of these words is in kdump(8).\n");
}

/* Verbs get it, too. */
static const char *root_of(int argc, char **argv)
{
	for (int i = 2; i < argc; i++) {
		if (strncmp(argv[i], "--root=", 7) == 0)
			return argv[i] + 7;
	}
	return "/";
}

/* Statuses of kdump's that these programs do not have. */
static int status_of(const struct word *word, int status)
{
	switch (status) {
	case SERVICE_NOTHING:
		return word->if_loaded ? SERVICE_DONE : SERVICE_FAILED;
	case SERVICE_DONE:
	case SERVICE_DEGRADED:
		return SERVICE_DONE;
	case SERVICE_USAGE:
		return SERVICE_USAGE;
	default:
		return SERVICE_FAILED;
	}
}

static int run_verb(const char *program, const struct word *word, int argc, char **argv,
		    names_verb verb)
{
	_cleanup_free_ char **words = calloc((size_t)argc + WORDS + 1, sizeof(*words));
	int n = 0, status;

	if (!words) {
		kx_cli_say(program, "%s", strerror(ENOMEM));
		return SERVICE_FAILED;
	}
	for (size_t i = 0; i < WORDS && word->words[i]; i++)
		words[n++] = (char *)(uintptr_t)word->words[i];
	/* Theirs asks no question then. */
	for (int i = 2; i < argc; i++) {
		bool force = strcmp(word->words[0], "test") == 0 && strcmp(argv[i], "--force") == 0;

		words[n++] = force ? (char *)(uintptr_t)"--yes" : argv[i];
	}
	status = verb(n, words);
	if (status < 0) {
		kx_cli_say(program, "%s: this kdump has no verb %s", word->name, word->words[0]);
		return SERVICE_USAGE;
	}
	return status_of(word, status);
}

/* A program that is @called so, and @says so at the start of a line. */
static int run(const char *called, const char *says, const struct word *words, int argc,
	       char **argv, names_verb verb)
{
	const char *name = argc > 1 ? argv[1] : "";
	const char *root = root_of(argc, argv);

	for (const struct word *word = words; word->name; word++) {
		if (strcmp(name, word->name) != 0)
			continue;
		if (word->answer)
			return word->answer(says, root);
		if (word->if_loaded && !machine_loaded(root))
			return SERVICE_DONE;
		return run_verb(says, word, argc, argv, verb);
	}
	if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0) {
		print_help(stdout, called, words);
		return SERVICE_DONE;
	}
	if (name[0])
		kx_cli_say(called, "there is no \"%s\"; --help lists what there is", name);
	else
		print_help(stderr, called, words);
	return SERVICE_USAGE;
}

int kdumpctl_main(int argc, char **argv, names_verb verb)
{
	/* Those who read its messages know them by "kdump: ". */
	return run("kdumpctl", "kdump", ctl_words, argc, argv, verb);
}

int kdump_config_main(int argc, char **argv, names_verb verb)
{
	return run("kdump-config", "kdump-config", config_words, argc, argv, verb);
}
