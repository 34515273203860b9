/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump convert: what save does, of any number of parts; all is kept if nothing else is said. */
#include "kdump/save/convert.h"
#include "kdump/save/save.h"
#include "kx/cli.h"

int convert_main(int argc, char **argv)
{
	struct save_options options;
	struct kx_err err = { "" };

	if (convert_options_parse(&options, argc, argv, &err) < 0) {
		kx_cli_say("kdump", "convert: %s", err.text);
		return STATUS_USAGE;
	}
	if (!options.help)
		return save_run(&options);
	convert_options_help();
	return STATUS_DONE;
}
