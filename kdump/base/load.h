/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads by our own kexec(8), which is the program beside this one. */
#ifndef KDUMP_BASE_LOAD_H
#define KDUMP_BASE_LOAD_H

#include <stdbool.h>

#include "kx/error.h"

/*
 * Seconds that kexec may take to look or to load, and to unload: less than systemd's units may, by
 * which what comes after it would be ended as well.
 */
enum { LOAD_SECONDS = 180, UNLOAD_SECONDS = 20 };

/**
 * struct load - what is loaded, and by what
 * @kexec: path of the program
 * @kernel, @initrd: paths; @words: the command line
 * @hotplug: the running kernel shall keep its list of memory and CPUs up to date
 */
struct load {
	const char *kexec;
	const char *kernel, *initrd, *words;
	bool hotplug;
};

/** load_program() - kexec in the folder that this program is in; 0, with the path for free() */
int load_program(char **ret, struct kx_err *err);

/**
 * load_check() - could it be loaded, as far as anybody but the kernel knows? Changes nothing.
 *
 * Return: 0; -EINVAL it could not; negative errno of running the program. @err says why.
 */
int load_check(const struct load *load, struct kx_err *err);

/**
 * load_crash() - load it in place of what is loaded
 *
 * Return: 0; -ENOTRECOVERABLE it failed and nothing is loaded any more; -EINVAL it failed and what
 * was loaded is there; negative errno of running the program. @err says why.
 */
int load_crash(const struct load *load, struct kx_err *err);

/** load_unload() - have no crash kernel loaded; as load_crash() */
int load_unload(const char *kexec, struct kx_err *err);

#endif
