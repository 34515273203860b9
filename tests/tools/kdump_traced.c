/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Usage: kdump_traced [OPTION]... SOURCE DEST
 *
 * kdump save as /init has it in a crash kernel, which says one line. With $TRACED_FAILS in the
 * environment what it said cannot be read.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "kdump/dump/hooks.h"
#include "kdump/dump/options.h"
#include "kdump/save/save.h"
#include "kx/cli.h"
#include "kx/file.h"

static void step(void *data, enum save_step next, const char *place)
{
	(void)data;
	(void)next;
	(void)place;
}

static bool moved(void *data)
{
	(void)data;
	return true;
}

static void logged(void *data)
{
	(void)data;
}

static void fill(void *data, struct kx_manifest_capture *ret)
{
	(void)data;
	*ret = (struct kx_manifest_capture){ .id = "boot-1" };
}

static int trace(void *data, int fd)
{
	static const char line[] = "kdump: saving to somewhere\n";

	(void)data;
	return getenv("TRACED_FAILS") ? -EIO : kx_file_write(fd, line, sizeof(line) - 1);
}

int main(int argc, char **argv)
{
	const struct save_hooks hooks = {
		.step = step, .moved = moved, .logged = logged, .fill = fill, .trace = trace,
	};
	struct save_options options;
	struct kx_err err = { "" };
	int rc = save_options_parse(&options, argc, argv, &err);

	if (rc == 0) {
		options.hooks = &hooks;
		rc = save_do(&options, &err);
	}
	if (rc != 0)
		kx_cli_say("kdump_traced", "%s", err.text);
	return rc != 0;
}
