/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command lines of kdump's verbs. */
#ifndef KDUMP_DUMP_OPTIONS_H
#define KDUMP_DUMP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "kx/age.h"
#include "kx/error.h"
#include "kx/save.h"

struct folder_style;
struct save_hooks;

/** enum receiver_kind - --receiver */
enum receiver_kind { RECEIVER_AUTO, RECEIVER_KDUMP, RECEIVER_SHELL };

/** enum progress_form - --progress */
enum progress_form { PROGRESS_LINES, PROGRESS_JSON, PROGRESS_NONE };

/** options_jobs() - what --jobs says, NULL if it is not given: threads, at least 1; 0 or -EINVAL */
int options_jobs(const char *text, unsigned int *ret, struct kx_err *err);

/** options_progress() - what --progress says; 0 or -EINVAL */
int options_progress(const char *text, enum progress_form *ret, struct kx_err *err);

/**
 * struct save_options - of "kdump save" and its like; strings are borrowed from argv
 * @source: what is saved; @dest: where to
 * @dests: all places of a dump in parts, @n_dests of them; NULL: @dest alone
 * @parts: all files of a source that may have several, @n_parts of them; NULL: @source alone
 * @level: bits of enum kx_page_level
 * @format: of the file
 * @codec, @codec_level: as for kx_page_squeezer_new(); @compress: how they were given, or NULL
 * @jobs: threads
 * @flat: the flattened form is wanted
 * @force: a device may be written over whatever it holds
 * @ssh: program and options, separated by blanks; @http: likewise
 * @manifest: where the manifest goes; NULL: only into the dump's own folder
 * @fit: the level is raised where there is not enough room
 * @limit: bytes that the file may have, 0: no matter
 * @memory: bytes that may be taken, 0: no matter; @list_limit: of them, for the list of kept pages;
 *	@share_limit: of them, to know pages that are written
 * @style: how a folder of the dump's own is called; NULL: by its time
 * @hooks: of a crash kernel's /init; NULL: it is none
 * @recipient: who can read the dump, @recipients of them; 0: everybody
 * @encrypt_all: the log is for them alone, too, and what the manifest would have of it
 * @receiver: what is to be at the other end; @retries: connections tried after one broke
 */
struct save_options {
	bool help;
	const char *source, *dest;
	const char *const *parts;
	size_t n_parts;
	char **dests;
	size_t n_dests;
	unsigned int level;
	enum kx_save_format format;
	uint32_t codec;
	int codec_level;
	const char *compress;
	unsigned int jobs;
	enum progress_form progress;
	bool flat, force;
	const char *ssh, *http, *manifest;
	bool fit;
	uint64_t limit, memory;
	size_t list_limit, share_limit;
	const struct folder_style *style;
	const struct save_hooks *hooks;
	struct kx_age_recipient recipient[KX_AGE_RECIPIENTS_MAX];
	size_t recipients;
	bool encrypt_all;
	enum receiver_kind receiver;
	unsigned int retries;
};

/**
 * save_options_parse() - take argv apart; argv[0] is the verb
 *
 * Return: 0; -EINVAL for a usage error with @err.
 */
int save_options_parse(struct save_options *ret, int argc, char **argv, struct kx_err *err);

/** convert_options_parse() - the same for "kdump convert" */
int convert_options_parse(struct save_options *ret, int argc, char **argv, struct kx_err *err);

/** convert_options_help() - print its usage on stdout */
void convert_options_help(void);

/** split_options_parse() - the same for "kdump split" */
int split_options_parse(struct save_options *ret, int argc, char **argv, struct kx_err *err);

/** split_options_help() - print its usage on stdout */
void split_options_help(void);

/** codec_parse() - CODEC[:LEVEL] into @ret's members of that name; 0 or -EINVAL */
int codec_parse(struct save_options *ret, const char *text, struct kx_err *err);

/** save_options_help() - print the usage of "kdump save" on stdout */
void save_options_help(void);

#endif
