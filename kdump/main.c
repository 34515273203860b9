/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump: the verbs, and what is common to all of them. */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "kdump/dump/options.h"
#include "kdump/makedumpfile/run.h"
#include "kdump/names.h"
#include "kdump/recover.h"
#include "kdump/save/convert.h"
#include "kdump/save/estimate.h"
#include "kdump/save/info.h"
#include "kdump/save/receive.h"
#include "kdump/save/save.h"
#include "kdump/save/split.h"
#include "kdump/save/verify.h"
#include "kdump/service/arm/arm.h"
#include "kdump/service/arm/disarm.h"
#include "kdump/service/arm/initramfs.h"
#include "kdump/service/arm/propagate.h"
#include "kdump/service/arm/reload.h"
#include "kdump/service/arm/reserve.h"
#include "kdump/service/check/check.h"
#include "kdump/service/config/import.h"
#include "kdump/service/config/main.h"
#include "kdump/service/dumps/main.h"
#include "kdump/service/dumps/report.h"
#include "kdump/service/status/status.h"
#include "kdump/service/test/test.h"
#include "kdump/service/upload/upload.h"
#include "kx/cli.h"

#define say(...) kx_cli_say("kdump", __VA_ARGS__)

static int verb_save(int argc, char **argv)
{
	struct save_options options;
	struct kx_err err = { "" };

	if (save_options_parse(&options, argc, argv, &err) < 0) {
		say("save: %s", err.text);
		return STATUS_USAGE;
	}
	if (!options.help)
		return save_run(&options);
	save_options_help();
	return STATUS_DONE;
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} verbs[] = {
	{ "arm", arm_main, "load a crash kernel that saves a dump where kdump.conf says" },
	{ "check", check_main, "tell whether a crash now would leave a dump" },
	{ "config", config_main, "tell what the service is to do, and where that is said" },
	{ "convert", convert_main, "write a dump in another form, or the parts of one as one" },
	{ "disarm", disarm_main, "unload the crash kernel" },
	{ "estimate", estimate_main, "tell what a dump would take" },
	{ "import", import_main, "make a configuration of another service's" },
	{ "info", info_main, "tell what a dump is, and why the machine crashed" },
	{ "initramfs", initramfs_main, "build what a crash kernel gets, and tell what is in it" },
	{ "list", dumps_main, "tell which dumps there are" },
	{ "makedumpfile", mdf_main, "save, by makedumpfile's command line" },
	{ "pin", dumps_main, "keep a dump, whatever limits there are" },
	{ "propagate", propagate_main, "make a key and take it to the ssh servers" },
	{ "prune", dumps_main, "remove the oldest dumps, by the configuration's limits" },
	{ "receive", receive_main, "the other end of save to ssh://" },
	{ "recover", recover_main, "make files of a dump that is on a block device" },
	{ "reload", reload_main, "arm again what is armed, as the machine is now" },
	{ "remove", dumps_main, "remove a dump" },
	{ "report", report_main, "tell why a machine crashed, as a text" },
	{ "reserve", reserve_main, "tell, or set, how much memory is for the crash kernel" },
	{ "save", verb_save, "save a dump, filtered and compressed" },
	{ "show", dumps_main, "tell what a dump that is kept is" },
	{ "split", split_main, "save a dump as several files that are written at once" },
	{ "unpin", dumps_main, "let a dump go that was pinned" },
	{ "status", status_main, "tell whether this machine is armed, and would leave a dump" },
	{ "test", test_main, "prove by a crash that it leaves a dump" },
	{ "upload", upload_main, "send dumps to a server that has those of all machines" },
	{ "verify", verify_main, "tell whether a saved dump is what it was" },
};

static void print_help(void)
{
	printf("Usage: kdump VERB [OPTION]... [ARGUMENT]...\n");
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		printf("  %-12s  %s\n", verbs[i].name, verbs[i].help);
	printf("kdump VERB --help tells more, kdump(8) all.\n");
}

static bool called_as(const char *program, const char *name)
{
	const char *slash = strrchr(program, '/');

	return strcmp(slash ? slash + 1 : program, name) == 0;
}

/* run_verb() - argv[0] is its name: its status, or -1 where there is none */
static int run_verb(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(argv[0], verbs[i].name) == 0)
			return verbs[i].run(argc, argv);
	}
	return -1;
}

static int run(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	int status;

	if (argc > 0 && called_as(argv[0], "makedumpfile"))
		return mdf_main(argc, argv);
	if (argc > 0 && called_as(argv[0], "kdumpctl"))
		return kdumpctl_main(argc, argv, run_verb);
	if (argc > 0 && called_as(argv[0], "kdump-config"))
		return kdump_config_main(argc, argv, run_verb);
	status = argc > 1 ? run_verb(argc - 1, argv + 1) : -1;
	if (status >= 0)
		return status;
	if (strcmp(verb, "--help") == 0 || strcmp(verb, "-h") == 0) {
		print_help();
		return STATUS_DONE;
	}
	if (strcmp(verb, "--version") == 0 || strcmp(verb, "-V") == 0) {
		printf("kdump (" PACKAGE_NAME ") " PACKAGE_VERSION "\n");
		return STATUS_DONE;
	}
	if (verb[0])
		say("there is no \"%s\"; --help lists what there is", verb);
	else
		say("what to do? --help lists what there is");
	return STATUS_USAGE;
}

int main(int argc, char **argv)
{
	int status;

	/* A reader that went away is an error like a full disk. */
	signal(SIGPIPE, SIG_IGN);
	if (kx_cli_guard() < 0)
		return STATUS_FAILED;
	status = run(argc, argv);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	/* Those that write by themselves have said so; what is not known to have failed has now. */
	if (status != STATUS_FAILED && status != STATUS_USAGE) {
		say("standard output: not all of it could be written");
		status = STATUS_FAILED;
	}
	return status;
}
