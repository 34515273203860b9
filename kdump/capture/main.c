/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump-init: what the names say by which it is called. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "kdump/options.h"
#include "kdump/save.h"
#include "kx/cli.h"

#define say(...) kx_cli_say("kdump-init", __VA_ARGS__)

int main(int argc, char **argv)
{
	struct save_options options;
	struct kx_err err = { "" };

	signal(SIGPIPE, SIG_IGN);
	if (kx_cli_guard() < 0)
		return STATUS_FAILED;
	if (argc < 2 || strcmp(argv[1], "save") != 0) {
		say("what to do?");
		return STATUS_USAGE;
	}
	if (save_options_parse(&options, argc - 1, argv + 1, &err) < 0) {
		say("save: %s", err.text);
		return STATUS_USAGE;
	}
	return save_run(&options);
}
