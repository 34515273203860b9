/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a dump is saved to, whatever that is. */
#ifndef KDUMP_DEST_H
#define KDUMP_DEST_H

#include "kdump/folder.h"
#include "kdump/options.h"
#include "kdump/remote.h"
#include "kx/save.h"

/** enum dest_kind - what there is */
enum dest_kind { DEST_FILE, DEST_STDOUT, DEST_REMOTE };

/**
 * struct dest - one of them; the others' members are unused
 * @name: for people, when it is whole; @partial: until then
 * @flat: it is written front to back
 */
struct dest {
	enum dest_kind kind;
	char name[4400], partial[4400];
	bool flat;
	struct folder folder;
	int fd;
	struct remote remote;
	struct kx_save_file as_file;
	struct kx_save_flat as_flat;
};

/**
 * dest_open() - make what @options say
 *
 * Return: 0, with @dest for dest_done(); negative errno of what it could not.
 */
int dest_open(struct dest *dest, const struct save_options *options, const struct kx_dump *dump,
	      struct kx_err *err);

/** dest_target() - begin the dump there; NULL with @err when it cannot be */
struct kx_save_target *dest_target(struct dest *dest, struct kx_err *err);

/** dest_finish() - the dump is whole; 0 or negative errno */
int dest_finish(struct dest *dest, struct kx_err *err);

/** dest_stop() - the dump is incomplete and stays as it is; 0 or negative errno */
int dest_stop(struct dest *dest, struct kx_err *err);

/** dest_drop() - there is no dump in it: it goes */
void dest_drop(struct dest *dest);

/** dest_done() - close it */
void dest_done(struct dest *dest);

#endif
