/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump by the name of makedumpfile: chooses what is done, and says how it went as that does. */
#include <errno.h>
#include <stdio.h>

#include "kdump/dump/source.h"
#include "kdump/makedumpfile/internal.h"
#include "kdump/makedumpfile/run.h"
#include "kx/cli.h"

#define say(...) kx_cli_say("makedumpfile", __VA_ARGS__)

static int run_on_dump(const struct mdf_options *o, struct kx_err *err)
{
	const char *const *path = (const char *const *)o->words;
	bool set = o->mode == MDF_REASSEMBLE;
	struct kx_dump *dump = NULL;
	int rc;

	rc = source_open(&dump, path, set ? o->count - 1 : 1, err);
	if (rc == 0)
		rc = mdf_check_release(o, dump, err);
	if (rc == 0)
		rc = o->mode == MDF_DMESG     ? mdf_dmesg(o, dump, err) :
		     o->mode == MDF_MEM_USAGE ? mdf_mem_usage(dump, err) :
						mdf_save(o, dump, err);
	kx_dump_close(dump);
	return rc;
}

/* Where -F has standard output for the dump, messages go to the other. */
static FILE *messages(const struct mdf_options *o)
{
	return o->flat ? stderr : stdout;
}

static void tell_failed(const struct mdf_options *o, const struct kx_err *err)
{
	if (o->messages & MDF_ERROR)
		say("%s", err->text);
	if (o->messages & MDF_COMMON)
		fprintf(messages(o), "\nmakedumpfile Failed.\n");
}

/* The words that scripts look for. */
static void tell_done(const struct mdf_options *o)
{
	const char *last = o->count ? o->words[o->count - 1] : "";

	if (!(o->messages & MDF_COMMON) || o->mode == MDF_MEM_USAGE)
		return;
	if (o->mode == MDF_DMESG)
		fprintf(messages(o), "\nThe dmesg log is saved to %s.\n", last);
	else if (o->mode == MDF_SPLIT)
		fprintf(messages(o), "\nThe dumpfiles are saved to %s, and those before.\n", last);
	else
		fprintf(messages(o), "\nThe dumpfile is saved to %s.\n", o->flat ? "STDOUT" : last);
	fprintf(messages(o), "\nmakedumpfile Completed.\n");
}

static int run(const struct mdf_options *o)
{
	struct kx_err err = { "" };
	int rc = o->mode == MDF_REARRANGE ? mdf_rearrange(o, &err) : run_on_dump(o, &err);

	if (rc == 0)
		tell_done(o);
	else
		tell_failed(o, &err);
	return rc > 0 ? MDF_WRONG_RELEASE : rc < 0 ? MDF_FAILED : MDF_DONE;
}

int mdf_main(int argc, char **argv)
{
	struct mdf_options options;
	struct kx_err err = { "" };

	if (mdf_options_parse(&options, argc, argv, &err) < 0) {
		say("%s", err.text);
		return MDF_FAILED;
	}
	if (options.mode == MDF_HELP) {
		mdf_options_help();
		return MDF_DONE;
	}
	if (options.mode == MDF_VERSION) {
		printf("makedumpfile: served by kdump (" PACKAGE_NAME ") " PACKAGE_VERSION "\n");
		return MDF_DONE;
	}
	return options.check ? MDF_DONE : run(&options);
}
