/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a dump goes: a file, or a folder of its own with its log and its manifest. */
#ifndef KDUMP_DUMP_FOLDER_H
#define KDUMP_DUMP_FOLDER_H

#include <stdbool.h>

#include "kx/dump.h"
#include "kx/error.h"

/**
 * struct folder - what is being made
 * @dir: the folder that holds it, open
 * @own: the folder is new and the dump's own: it gets the log and the manifest, too
 * @path: of the folder, for people; "" for a file
 * @name: the dump's, when it is whole; @partial: until then
 * @stamp: what names of files end with where others look for them; "": nobody does
 */
struct folder {
	int dir;
	bool own;
	char path[4096], name[256], partial[280], stamp[32];
};

/**
 * struct folder_style - how a folder for a dump is called, where it is not just by its time
 * @tag: what stands before the time, "" nothing
 * @layout: whose names they are: "" ours, "rhel", "suse", "debian"
 * @no_colons: they are no good in names there: "-" in their place
 */
struct folder_style {
	const char *tag, *layout;
	bool no_colons;
};

/* Enough for a tag, a date and a time; how many crashes within one second have a name. */
enum { FOLDER_NAME = 160, FOLDER_TAG = 64, FOLDER_SAME_MAX = 100 };

/** folder_time() - seconds since 1970: when @dump's machine crashed, as it says, else now */
uint64_t folder_time(const struct kx_dump *dump);

/** folder_name() - how a folder for a crash at @time is called, the @number'th from 1 on */
void folder_name(const struct folder_style *style, uint64_t time, int number,
		 char to[FOLDER_NAME]);

/**
 * folder_open() - make what @dest says
 * @dest: a path where nothing is, or a folder, in which a new one is made, named by @time
 * @style: of that name; may be NULL
 *
 * Return: 0; -EEXIST there is something; negative errno.
 */
int folder_open(struct folder *folder, const char *dest, const struct folder_style *style,
		uint64_t time, struct kx_err *err);

/**
 * folder_also() - a file of the folder is found as another service calls it, too: a link KIND.STAMP
 *
 * Debian's kdump-tools has "dump" and "dmesg". A file system that has no links goes without.
 */
void folder_also(const struct folder *folder, const char *kind, const char *name);

/** folder_split() - open the folder that @dest is in, and set the names; 0 or negative errno */
int folder_split(struct folder *folder, const char *dest, struct kx_err *err);

/**
 * folder_new() - a new folder in @dest, named by @time
 *
 * Return: as folder_open(); -ENOTDIR @dest is no folder.
 */
int folder_new(struct folder *folder, const char *dest, const struct folder_style *style,
	       uint64_t time, struct kx_err *err);

/** folder_call() - the dump's name is @name; before its file is created */
void folder_call(struct folder *folder, const char *name);

/** folder_done() - close it */
void folder_done(struct folder *folder);

/** folder_create() - a new file in it, for reading and writing; negative errno */
int folder_create(const struct folder *folder, const char *name, struct kx_err *err);

/** folder_rename() - @from becomes @to, which is not there yet, and the folder is synced */
int folder_rename(const struct folder *folder, const char *from, const char *to,
		  struct kx_err *err);

/** folder_replace() - @from becomes @to, whatever that was: for a folder of the dump's own */
int folder_replace(const struct folder *folder, const char *from, const char *to,
		   struct kx_err *err);

/** folder_finish() - the dump is whole: it gets its name, and the folder is synced */
int folder_finish(const struct folder *folder, struct kx_err *err);

#endif
