/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kexec: does what the options ask for, in a fixed order, and prints the one error there may be. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "kexec/entry.h"
#include "kexec/load.h"
#include "kexec/options.h"
#include "kexec/reboot.h"
#include "kexec/show.h"
#include "kexec/state.h"
#include "kexec/status.h"
#include "kx/cli.h"

/* Exit statuses, as documented in kexec(8). Those of -S are what scripts know from kexec-tools. */
enum { DONE = 0, FAILED = 1, USAGE = 2, UNPROTECTED = 3, STATUS_UNKNOWN = 255 };

static int print_error(const struct kx_err *err, int status)
{
	show_message(err->text);
	return status;
}

/* Scripts take the second word for the version of kexec-tools whose command line this is. */
static void print_version(void)
{
	printf("kexec-tools 2.0.32 compatible: " PACKAGE_STRING "\n");
}

static int load_and_start(const struct options *o, struct kx_err *err)
{
	int rc = 0;

	if (o->unload)
		rc = unload_kernel(o, err);
	if (rc == 0 && o->mode != MODE_EXEC && o->kernel)
		rc = load_kernel(o, err);
	if (rc < 0 || o->dry_run || o->check)
		return rc;
	if (o->mode == MODE_EXEC || o->mode == MODE_FORCE)
		return reboot_start(o, err);
	if (o->mode == MODE_LOAD_AND_SHUTDOWN && !o->unload)
		return reboot_shutdown(err);
	return 0;
}

static int run(const struct options *o, struct kx_err *err)
{
	int rc;

	if (o->help) {
		options_help();
		return DONE;
	}
	if (o->version) {
		print_version();
		return DONE;
	}
	if (o->status) {
		rc = status_loaded(o, err);
		return rc < 0 ? print_error(err, STATUS_UNKNOWN) : rc;
	}
	rc = o->show	       ? state_show(o, err) :
	     o->list_entries   ? entry_list(o, err) :
	     o->print_ckr_size ? status_crash_size(o, err) :
				 load_and_start(o, err);
	if (rc == -ENOTRECOVERABLE)
		return print_error(err, UNPROTECTED);
	return rc < 0 ? print_error(err, FAILED) : DONE;
}

int main(int argc, char **argv)
{
	struct entry_choice choice = { 0 };
	struct options options;
	struct kx_err err = { "" };
	int status;

	/* A message that nobody reads must not end a load half way. */
	signal(SIGPIPE, SIG_IGN);
	if (kx_cli_guard() < 0)
		return FAILED;
	if (options_parse(&options, argc, argv, &err) < 0)
		status = print_error(&err, USAGE);
	else if (options.entry_id && !options.help && !options.version &&
		 entry_choose(&options, &choice, &err) < 0)
		status = print_error(&err, FAILED);
	else
		status = run(&options, &err);
	options_done(&options);
	entry_done(&choice);
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == 0) {
		kx_fail(&err, -EIO, "standard output: not all of it could be written");
		status = print_error(&err, FAILED);
	}
	return status;
}
