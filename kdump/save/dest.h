/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a dump is saved to, whatever that is. */
#ifndef KDUMP_SAVE_DEST_H
#define KDUMP_SAVE_DEST_H

#include "kdump/dump/folder.h"
#include "kdump/dump/options.h"
#include "kdump/remote/remote.h"
#include "kdump/save/device.h"
#include "kx/age.h"
#include "kx/save.h"

/** enum dest_kind - what there is */
enum dest_kind { DEST_FILE, DEST_STDOUT, DEST_REMOTE, DEST_DEVICE };

/**
 * struct dest - one of them; the others' members are unused
 * @name: for people, when it is whole; @partial: until then
 * @flat: it is written front to back
 * @options: of the save, borrowed; it is encrypted if they have recipients, and then it is flat
 * @manifest: where --manifest says; its @dir is -1: nowhere
 */
struct dest {
	enum dest_kind kind;
	char name[4400], partial[4400];
	bool flat;
	const struct save_options *options;
	struct folder folder, manifest;
	int fd;
	struct remote remote;
	struct device device;
	struct kx_save_file as_file;
	struct kx_save_stream as_stream;
	struct kx_age_target as_age;
	struct kx_save_flat as_flat;
};

/**
 * dest_open() - make what @options say
 * @options: outlive @dest
 *
 * Return: 0, with @dest for dest_done(); negative errno of what it could not.
 */
int dest_open(struct dest *dest, const struct save_options *options, const struct kx_dump *dump,
	      struct kx_err *err);

/** dest_own() - is it in a new folder or on a device, which get log and manifest, too? */
bool dest_own(const struct dest *dest);

/** dest_has_manifest() - is one to be written: there, or where --manifest says? */
bool dest_has_manifest(const struct dest *dest);

/**
 * dest_write_log() - the kernel's log there, synced
 *
 * Return: 0; 1 it could not be read or written, and @err says why: the dump may be, all the same;
 * negative errno when that cannot be.
 */
int dest_write_log(struct dest *dest, struct kx_reader *reader, struct log_facts *facts,
		   struct kx_err *err);

/** dest_journal() - is all that is written there of one piece, and part of it no use alone? */
bool dest_journal(const struct dest *dest);

/** dest_replaces() - can a manifest that is there be replaced by a later one? */
bool dest_replaces(const struct dest *dest);

/**
 * dest_trace_last() - does the crash kernel's own log come behind the manifest? Elsewhere it comes
 *	before: a manifest says that all is there.
 */
bool dest_trace_last(const struct dest *dest);

/**
 * dest_trace() - the crash kernel's own log beside the dump, or on the device
 * @write: writes all of it to a file; 0 or negative errno
 *
 * Return: 0, also where there is no place for it; negative errno.
 */
int dest_trace(struct dest *dest, int (*write)(void *data, int fd), void *data, struct kx_err *err);

/**
 * dest_manifest_begin() - after the dump: where its manifest is written to
 *
 * Return: a file descriptor for dest_manifest_end(), or negative errno.
 */
int dest_manifest_begin(struct dest *dest, struct kx_err *err);

/**
 * dest_manifest_end() - what is in @fd is the manifest; closes it
 * @rc: of writing it: negative: it is dropped
 *
 * It gets its name when all of it is on the disk, so that there is never a part of one.
 *
 * Return: 0, or negative errno, @rc if it was one.
 */
int dest_manifest_end(struct dest *dest, int fd, int rc, struct kx_err *err);

/** dest_file() - the dump's name without its folder, when it is whole or until then */
const char *dest_file(const struct dest *dest, bool whole);

/** dest_target() - begin the dump there; NULL with @err when it cannot be */
struct kx_save_target *dest_target(struct dest *dest, struct kx_err *err);

/** dest_finish() - the dump is whole; 0 or negative errno */
int dest_finish(struct dest *dest, struct kx_err *err);

/** dest_stop() - the dump is incomplete and stays as it is; 0 or negative errno */
int dest_stop(struct dest *dest, struct kx_err *err);

/** dest_end() - after the manifest, nothing more comes; 0 or negative errno */
int dest_end(struct dest *dest, struct kx_err *err);

/** dest_why() - what failed where the dump is written, "" if it is nothing that errno does not say */
const char *dest_why(const struct dest *dest);

/** dest_lost() - is what failed not there at all, even as an incomplete one? */
bool dest_lost(const struct dest *dest);

/** dest_drop() - there is no dump in it: it goes */
void dest_drop(struct dest *dest);

/** dest_done() - close it */
void dest_done(struct dest *dest);

#endif
