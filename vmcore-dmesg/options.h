/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of vmcore-dmesg. */
#ifndef VMCORE_DMESG_OPTIONS_H
#define VMCORE_DMESG_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"

/** enum kx_format - how records are written; of several options the last one counts */
enum kx_format { KX_FORMAT_TEXT, KX_FORMAT_RAW, KX_FORMAT_KMSG, KX_FORMAT_JSON, KX_FORMAT_JSONL };

/** enum kx_time - how text shows time; of several options the last one counts */
enum kx_time {
	KX_TIME_RAW, KX_TIME_NONE, KX_TIME_CTIME, KX_TIME_RELTIME, KX_TIME_DELTA, KX_TIME_ISO,
};

/** enum kx_when_color - -L */
enum kx_when_color { KX_COLOR_AUTO, KX_COLOR_ALWAYS, KX_COLOR_NEVER };

/** enum kx_panic - --panic */
enum kx_panic { KX_PANIC_OFF, KX_PANIC_LAST, KX_PANIC_ALL };

/**
 * struct kx_options - the parsed command line; strings are borrowed from argv
 * @levels, @facilities: one bit for each that is wanted; facilities 0: all
 * @context: --context was given; @context_filter: its argument or NULL
 * @kmsg_nul: a NUL instead of an empty line ends a record of --kmsg
 */
struct kx_options {
	bool help, version, info;
	enum kx_format format;
	enum kx_time time;
	enum kx_when_color color;
	enum kx_panic panic;
	bool decode, delta, force_prefix, noescape, kmsg_nul;
	bool caller, seq, context, since_clear, recover;
	uint32_t levels, facilities;
	const char *context_filter;
	const char *since, *until;
	const char *const *files;
	size_t n_files;
};

/**
 * kx_options_parse() - take argv apart
 *
 * Return: 0; -EINVAL for a usage error with @err.
 */
int kx_options_parse(struct kx_options *ret, int argc, char **argv, struct kx_err *err);

/** kx_options_help() - print the usage on stdout */
void kx_options_help(void);

#endif
