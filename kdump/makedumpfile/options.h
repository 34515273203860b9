/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of makedumpfile(8), as lines of core_collector and scripts have it. */
#ifndef KDUMP_MAKEDUMPFILE_OPTIONS_H
#define KDUMP_MAKEDUMPFILE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"

/** enum mdf_mode - what is to be done */
enum mdf_mode {
	MDF_SAVE,	/* VMCORE DUMPFILE */
	MDF_SPLIT,	/* --split VMCORE DUMPFILE... */
	MDF_REASSEMBLE,	/* --reassemble DUMPFILE... DUMPFILE */
	MDF_REARRANGE,	/* -R DUMPFILE */
	MDF_DMESG,	/* --dump-dmesg VMCORE LOGFILE */
	MDF_MEM_USAGE,	/* --mem-usage KCORE */
	MDF_HELP,
	MDF_VERSION,
};

/** enum mdf_message - bits of --message-level */
enum mdf_message {
	MDF_PROGRESS = 1,
	MDF_COMMON = 2,
	MDF_ERROR = 4,
	MDF_DEBUG = 8,
	MDF_REPORT = 16,
	MDF_MESSAGES_MAX = 31,
};

enum { MDF_LEVELS_MAX = 32 };

/**
 * struct mdf_options - all of it; strings are borrowed from argv
 * @check: the command line is judged, and nothing done
 * @words: what is no option: files; @count of them
 * @level: dump levels, each taken when the dump does not fit at the one before; at least one
 * @limit: bytes of the file; 0: none
 * @jobs: threads; 0: one
 * @messages: bits of enum mdf_message
 * @vmlinux, @vmcoreinfo: whose release must be the dump's; NULL
 */
struct mdf_options {
	enum mdf_mode mode;
	bool check, dry_run, flat, elf, force, partial_dmesg;
	char **words;
	size_t count;
	unsigned int level[MDF_LEVELS_MAX];
	size_t levels;
	uint32_t codec;
	uint64_t limit;
	unsigned int jobs, messages;
	const char *vmlinux, *vmcoreinfo;
};

/**
 * mdf_options_parse() - take argv apart
 *
 * Return: 0; -EINVAL for what is wrong, does not go together or is not done here, with @err. What
 * was read until then is in @ret.
 */
int mdf_options_parse(struct mdf_options *ret, int argc, char **argv, struct kx_err *err);

/** mdf_options_help() - print the usage on stdout */
void mdf_options_help(void);

#endif
