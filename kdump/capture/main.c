/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump-init: /init of a crash kernel, its modprobe, and kdump save for whoever wants to try it. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kdump/capture/capture.h"
#include "kdump/capture/system/modules.h"
#include "kdump/capture/vm.h"
#include "kdump/dump/options.h"
#include "kdump/save/save.h"
#include "kx/cli.h"

#define say(...) kx_cli_say("kdump-init", __VA_ARGS__)

static int save(int argc, char **argv)
{
	struct save_options options;
	struct kx_err err = { "" };

	if (save_options_parse(&options, argc, argv, &err) < 0) {
		say("save: %s", err.text);
		return STATUS_USAGE;
	}
	return save_run(&options);
}

static const char *called(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	if (getpid() == 1 && vm_is_to_crash())
		vm_crash();
	if (getpid() == 1)
		capture_main();
	if (argc > 0 && strcmp(called(argv[0]), "modprobe") == 0)
		return modules_probe(argc, argv);
	if (kx_cli_guard() < 0)
		return STATUS_FAILED;
	if (argc > 1 && strcmp(argv[1], "save") == 0)
		return save(argc - 1, argv + 1);
	say("this is the first program of a crash kernel; kdump-init save is kdump save");
	return STATUS_USAGE;
}
