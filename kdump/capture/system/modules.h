/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads the kernel modules that are in the image. */
#ifndef KDUMP_CAPTURE_SYSTEM_MODULES_H
#define KDUMP_CAPTURE_SYSTEM_MODULES_H

#include <stdbool.h>
#include <stdint.h>

#include "kx/error.h"

/**
 * modules_load() - one
 * @line: its file below KX_CAPTURE_MODULES, and behind a blank its options, as a plan has it
 *
 * The file may be compressed, with KX_CAPTURE_PACKED behind its name. It may hang, as long as its
 * driver does. Return: 0, also when it is there already; negative errno.
 */
int modules_load(const char *line, struct kx_err *err);

/** modules_fits() - does @name fit @pattern, in which "-" and "_" are the same, as modprobe has it? */
bool modules_fits(const char *pattern, const char *name);

/**
 * modules_probe() - be what the kernel calls when it wants a module: "modprobe -q -- NAME"
 *
 * It loads what KX_CAPTURE_ALIASES has for that name. What it cannot serve goes into the kernel's
 * log: there is why a mount failed.
 *
 * Return: an exit status.
 */
int modules_probe(int argc, char **argv);

/** modules_be_probed() - the kernel calls this program for what it wants from now on */
void modules_be_probed(void);

/**
 * modules_patience() - milliseconds for the next module, when @spent went to those before it
 *
 * Half a minute each and a minute for all; but slow ones, as of storage that is reset first, shall
 * not cost those behind them, which take no time: three seconds are left for each.
 */
uint64_t modules_patience(uint64_t spent);

#endif
