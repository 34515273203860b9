/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parses the options of arming and its like, and runs the verb. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/base/load.h"
#include "kdump/base/service.h"
#include "kdump/service/arm/options.h"
#include "kx/span.h"

static int take_seconds(const char *option, unsigned int *ret, const char *arg,
			struct kx_err *err)
{
	enum { DAY = 86400 };
	uint64_t value;

	if (!kx_span_number(kx_span_of(arg), 10, &value) || value == 0 || value > DAY)
		return kx_fail(err, -EINVAL, "--%s=%.64s: it is 1 to %d seconds", option, arg,
			       DAY);
	*ret = (unsigned int)value;
	return 0;
}

static int take(void *data, int id, const char *arg, struct kx_err *err)
{
	struct arm_options *o = data;

	switch (id) {
	case 'h': o->help = true; return 0;
	case ARM_OPT_ACCEL: o->accel = arg; return 0;
	case ARM_OPT_AGAIN:
		o->again = true;
		return arg ? take_seconds("again", &o->pause, arg, err) : 0;
	case ARM_OPT_CRASH: o->crash = true; return 0;
	case ARM_OPT_DRY_RUN: o->dry_run = true; return 0;
	case ARM_OPT_EVENT: o->event = arg ? arg : ""; return 0;
	case ARM_OPT_FORCE: o->force = true; return 0;
	case ARM_OPT_INIT: o->init = arg; return 0;
	case ARM_OPT_JSON: o->json = true; return 0;
	case ARM_OPT_QEMU: o->qemu = arg; return 0;
	case ARM_OPT_ROOT: o->root = arg; return 0;
	case ARM_OPT_TIME_LIMIT: return take_seconds("time-limit", &o->time_limit, arg, err);
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

static int parse(struct arm_options *ret, const struct kx_option *table, int argc, char **argv,
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

int arm_options_main(const struct arm_verb *verb, int argc, char **argv)
{
	struct arm_options o;
	struct kx_err err = { "" };
	int rc = parse(&o, verb->table, argc, argv, &err), status = SERVICE_USAGE;

	if (rc == 0 && !o.help && verb->check)
		rc = verb->check(&o, &err);
	if (rc == 0 && o.help) {
		printf("Usage: kdump %s\n%s\n", verb->usage, verb->about);
		kx_cli_help(verb->table, stdout);
		printf("\nSee kdump(8).\n");
		status = SERVICE_DONE;
	} else if (rc == 0) {
		status = verb->run(&o, &err);
	}
	if (err.text[0])
		kx_cli_say("kdump", "%s%s%s", rc < 0 ? argv[0] : "", rc < 0 ? ": " : "", err.text);
	free(o.kexec);
	return status;
}
