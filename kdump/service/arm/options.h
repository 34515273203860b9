/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options that arm, disarm, reload, status, check and test have in common. */
#ifndef KDUMP_SERVICE_ARM_OPTIONS_H
#define KDUMP_SERVICE_ARM_OPTIONS_H

#include <stdbool.h>

#include "kx/cli.h"
#include "kx/error.h"

enum {
	ARM_OPT_ACCEL = KX_OPTION_LONG, ARM_OPT_AGAIN, ARM_OPT_CRASH, ARM_OPT_DRY_RUN,
	ARM_OPT_EVENT, ARM_OPT_FORCE, ARM_OPT_INIT, ARM_OPT_JSON, ARM_OPT_KEXEC, ARM_OPT_QEMU,
	ARM_OPT_ROOT, ARM_OPT_TIME_LIMIT, ARM_OPT_VM, ARM_OPT_WRITE, ARM_OPT_YES,
};

/* How long another one may be at work; who has an event to work off has nothing else to do. */
enum { ARM_LOCK_SECONDS = 60, ARM_EVENT_SECONDS = 600 };

/* The end of each table, and of those of verbs that make an image, too. */
#define ARM_OPTIONS_COMMON                                                                         \
	{ "kexec", ARM_OPT_KEXEC, "PROGRAM", "that loads (default: kexec beside this program)",    \
	  "Where" },                                                                               \
	{ "root", ARM_OPT_ROOT, "DIR", "take DIR for / (a captured tree)", NULL },                 \
	{ "help", 'h', NULL, "print this", "Help" }
#define ARM_OPTIONS_MAKING                                                                         \
	{ "init", ARM_OPT_INIT, "PROGRAM", "that captures (default: the installed kdump-init)",    \
	  "Where" },                                                                               \
	{ "kexec", ARM_OPT_KEXEC, "PROGRAM", "that loads (default: kexec beside this program)",    \
	  NULL },                                                                                  \
	{ "root", ARM_OPT_ROOT, "DIR", "take DIR for / (a captured tree)", NULL },                 \
	{ "help", 'h', NULL, "print this", "Help" }

/**
 * struct arm_options - strings are borrowed from argv
 * @root: "/" or what --root says; @kexec: program, owned
 * @again: --again is given, with @pause seconds to wait before
 * @event: what --event says; "": without an argument; NULL: not given
 * @init: the program that captures, for its initramfs; NULL: the installed one
 * @qemu, @accel: what a virtual machine is run by, NULL: what there is; @time_limit: seconds that
 *	it may take, 0: not given
 */
struct arm_options {
	bool help, again, crash, dry_run, force, json, vm, write, yes;
	const char *root, *event, *init, *qemu, *accel;
	unsigned int time_limit, pause;
	char *kexec;
};

/**
 * struct arm_verb - a verb that has these options
 * @usage: behind "Usage: kdump "; @about: the line below it
 * @table: of its options
 * @check: do they make sense together? 0 or negative errno; NULL: they all do
 * @run: Return: the exit status; what stands in @err is told then
 */
struct arm_verb {
	const char *usage, *about;
	const struct kx_option *table;
	int (*check)(const struct arm_options *options, struct kx_err *err);
	int (*run)(const struct arm_options *options, struct kx_err *err);
};

/** arm_options_main() - the verb, which is argv[0], without other words; Return: the exit status */
int arm_options_main(const struct arm_verb *verb, int argc, char **argv);

#endif
