/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of vmcore-dmesg. */
#ifndef VMCORE_DMESG_OPTIONS_H
#define VMCORE_DMESG_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/print.h"

/** enum when_color - -L */
enum when_color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/** enum panic - --panic */
enum panic { PANIC_OFF, PANIC_LAST, PANIC_ALL };

/**
 * struct dmesg_options - the parsed command line; strings are borrowed from argv
 * @levels, @facilities: one bit for each that is wanted; facilities 0: all
 * @style: how records look; of several options for format and time the last one counts
 * @context_filter: --context's argument or NULL
 */
struct dmesg_options {
	bool help, version, info;
	struct kx_print_style style;
	enum when_color color;
	enum panic panic;
	bool noescape, since_clear, recover;
	uint32_t levels, facilities;
	const char *context_filter;
	const char *since, *until;
	const char *const *files;
	size_t n_files;
};

/**
 * dmesg_options_parse() - take argv apart
 *
 * Return: 0; -EINVAL for a usage error with @err.
 */
int dmesg_options_parse(struct dmesg_options *ret, int argc, char **argv, struct kx_err *err);

/** dmesg_options_help() - print the usage on stdout */
void dmesg_options_help(void);

#endif
