/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --list-entries and --entry-id: kernels as the machine's boot loader would start them. */
#ifndef KEXEC_ENTRY_H
#define KEXEC_ENTRY_H

#include "kexec/options.h"
#include "kx/entries.h"
#include "kx/error.h"

/**
 * struct entry_choice - what --entry-id has put into the options, and has to stay as long as they
 * @text, @n_texts: paths of the files, with the root before them, and the profile's number
 */
struct entry_choice {
	struct kx_entries entries;
	char **text;
	size_t n_texts, room;
};

/**
 * entry_list() - print the boot entries, as text or as JSON
 *
 * Return: 0; a negative errno with @err.
 */
int entry_list(const struct options *options, struct kx_err *err);

/**
 * entry_choose() - set kernel, initrds, device tree and command line by --entry-id
 * @ret: for entry_done() once @options are done with, also after a failure
 *
 * Initrds of the user come after those of the entry.
 *
 * Return: 0; -ENOENT there is no such entry; another negative errno with @err.
 */
int entry_choose(struct options *options, struct entry_choice *ret, struct kx_err *err);

/** entry_done() - free it; zeros are fine */
void entry_done(struct entry_choice *choice);

#endif
