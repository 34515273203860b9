/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of vmcore-dmesg. */
#ifndef VMCORE_DMESG_OPTIONS_H
#define VMCORE_DMESG_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"

/** enum format - how records are written; of several options the last one counts */
enum format { FORMAT_TEXT, FORMAT_RAW, FORMAT_KMSG, FORMAT_JSON, FORMAT_JSONL };

/** enum time_style - how text shows time; of several options the last one counts */
enum time_style {
	TIME_RAW, TIME_NONE, TIME_CTIME, TIME_RELTIME, TIME_DELTA, TIME_ISO,
};

/** enum when_color - -L */
enum when_color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/** enum panic - --panic */
enum panic { PANIC_OFF, PANIC_LAST, PANIC_ALL };

/**
 * struct dmesg_options - the parsed command line; strings are borrowed from argv
 * @levels, @facilities: one bit for each that is wanted; facilities 0: all
 * @context: --context was given; @context_filter: its argument or NULL
 * @kmsg_nul: a NUL instead of an empty line ends a record of --kmsg
 */
struct dmesg_options {
	bool help, version, info;
	enum format format;
	enum time_style time;
	enum when_color color;
	enum panic panic;
	bool decode, delta, force_prefix, noescape, kmsg_nul;
	bool caller, seq, context, since_clear, recover;
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
