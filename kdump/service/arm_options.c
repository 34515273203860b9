/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parses the options of arming and its like. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/service/arm_options.h"
#include "kdump/service/load.h"

static int take(void *data, int id, const char *arg, struct kx_err *err)
{
	struct arm_options *o = data;

	switch (id) {
	case 'h': o->help = true; return 0;
	case ARM_OPT_CRASH: o->crash = true; return 0;
	case ARM_OPT_DRY_RUN: o->dry_run = true; return 0;
	case ARM_OPT_EVENT: o->event = arg ? arg : ""; return 0;
	case ARM_OPT_FORCE: o->force = true; return 0;
	case ARM_OPT_INIT: o->init = arg; return 0;
	case ARM_OPT_JSON: o->json = true; return 0;
	case ARM_OPT_ROOT: o->root = arg; return 0;
	case ARM_OPT_VM: o->vm = true; return 0;
	case ARM_OPT_WRITE: o->write = true; return 0;
	case ARM_OPT_YES: o->yes = true; return 0;
	case ARM_OPT_KEXEC:
		free(o->kexec);
		o->kexec = strdup(arg);
		return o->kexec ? 0 : kx_fail(err, -ENOMEM, "no memory");
	default: return 0;
	}
}

int arm_options_parse(struct arm_options *ret, const struct kx_option *table, int argc, char **argv,
		      struct kx_err *err)
{
	int first, rc;

	*ret = (struct arm_options){ .root = "/" };
	rc = kx_cli_parse(table, argc, argv, take, ret, &first, err);
	if (rc == 0 && !ret->help && first < argc)
		rc = kx_fail(err, -EINVAL, "\"%s\" is one word too many; --help shows how", argv[first]);
	if (rc == 0 && !ret->kexec)
		rc = load_program(&ret->kexec, err);
	return rc;
}

void arm_options_done(struct arm_options *options)
{
	free(options->kexec);
	options->kexec = NULL;
}
