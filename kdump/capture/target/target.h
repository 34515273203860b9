/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kinds of targets that a crash kernel saves to.
 *
 * To add one, say nfs:
 *
 * 1. kdump/capture/target/nfs.c with a const struct capture_kind capture_kind_nfs: declare it
 *    below, name it in kinds.c and in Makemodule.am.
 * 2. What it has to know is resolved when the machine is armed, and stands in the capture plan
 *    (kx/capture.h): names are numbers there. Nothing asks a name server, runs a program that is
 *    not in the image, or reads a configuration.
 * 3. All its functions run in a process of their own. They may block: whoever supervises knows the
 *    limits that the plan has, kills the process when one is over, and goes on with the next
 *    target. So there is no need to be able to be interrupted, nor to have limits below those that
 *    the kernel offers; but whatever they leave behind, as a mount, must not be in the next
 *    target's way. They call capture_moved() where nothing else shows that something goes on.
 * 4. A scenario in tests/qemu/scenarios/init.sh that saves to one.
 */
#ifndef KDUMP_CAPTURE_TARGET_TARGET_H
#define KDUMP_CAPTURE_TARGET_TARGET_H

#include "kdump/capture/system/find.h"
#include "kdump/capture/system/supervise.h"
#include "kdump/capture/system/trace.h"
#include "kdump/dump/folder.h"
#include "kdump/dump/options.h"
#include "kx/capture.h"
#include "kx/error.h"

struct capture_kind;

/**
 * struct capture_here - where a kernel that is well has what is elsewhere in a crash kernel
 * @secrets: the folder of the targets' files
 * @ssh, @http: the programs, which may be followed by words of theirs
 */
struct capture_here {
	const char *secrets, *ssh, *http;
};

/**
 * struct capture_target - one target, while it is tried
 * @plan: all of the plan; @from: this target's part of it
 * @shared: what the supervisor sees; @hung: what it knows of disks
 * @here: NULL: secrets and programs are where a crash kernel has them
 * @mount: where prepare() mounted something, "" nowhere: the supervisor takes it away in the end
 * @dest: room for the text of save_options.dest; @style: of names there, from the plan
 * @data: the kind's own, for its other functions
 */
struct capture_target {
	const struct kx_capture_plan *plan;
	const struct kx_capture_target *from;
	const struct capture_kind *kind;
	struct capture_shared *shared;
	const struct capture_hung *hung;
	const struct capture_here *here;
	char mount[64];
	char dest[4096];
	struct folder_style style;
	void *data;
};

/**
 * struct capture_kind - a kind of target
 * @type: of the plan
 * @prepare: all that is needed before something can be written: wait for the device or the link,
 *	mount, connect, authenticate. 0 or negative errno with @err: the next target is tried.
 * @dest: where to save to: sets @options->dest, as "kdump save" would get it, and whatever else of
 *	@options the kind has a say in; the rest is from the plan. 0 or negative errno.
 * @finish: after dump, log and manifest are complete and synced, what else there is to do before
 *	the machine may go down (optional); 0 or negative errno: the dump is not to be trusted
 * @abandon: prepare() failed, or what came after it: nothing of this target may be in the way of
 *	the next one (optional). It is not called in a process that had to be killed.
 */
struct capture_kind {
	enum kx_capture_type type;
	int (*prepare)(struct capture_target *target, struct kx_err *err);
	int (*dest)(struct capture_target *target, struct save_options *options,
		    struct kx_err *err);
	int (*finish)(struct capture_target *target, struct kx_err *err);
	void (*abandon)(struct capture_target *target);
};

/** capture_kind_find() - of a type; NULL: there is none in this build */
const struct capture_kind *capture_kind_find(enum kx_capture_type type);

/** capture_moved() - something goes on in the worker, though no byte was written to a disk */
void capture_moved(struct capture_target *target);

/**
 * capture_waits() - what is being waited for, told if the wait ends with its limit; NULL: no more
 */
void capture_waits(struct capture_target *target, const char *what);

/**
 * capture_find() - wait for the block device that the target's "device" lines mean
 * @several: as of struct find_request; its @data is @target
 *
 * Disks that hung before are not read from. Return: as find_device().
 */
int capture_find(struct capture_target *target, const struct find_several *several,
		 struct find_device *ret, struct kx_err *err);

/**
 * capture_find_disk() - the same by other lines, which nothing is made for
 * @patience: as for find_device()
 */
int capture_find_disk(struct capture_target *target, const struct kx_capture_list *lines,
		      uint64_t patience, struct find_device *ret, struct kx_err *err);

/**
 * capture_mount() - mount for a target; sets @target->mount
 * @source, @type, @flags, @options: as for mount(2)
 *
 * Return: 0; negative errno with what mount(2) said, where the kernel said more in its log, too.
 */
int capture_mount(struct capture_target *target, const char *source, const char *type,
		  unsigned long flags, const char *options, struct kx_err *err);

/**
 * capture_dest_in_mount() - dest() of kinds that are mounted: the plan's path below @target->mount;
 *	folders are made
 *
 * Where the file system takes no ':' in names prepare() has said so in @target->style.
 *
 * Return: 0 or negative errno.
 */
int capture_dest_in_mount(struct capture_target *target, struct save_options *options,
			  struct kx_err *err);

/* The kinds; kinds.c has the table. */
extern const struct capture_kind capture_kind_file;
extern const struct capture_kind capture_kind_raw;
extern const struct capture_kind capture_kind_virtiofs;
extern const struct capture_kind capture_kind_nfs;
extern const struct capture_kind capture_kind_smb;
extern const struct capture_kind capture_kind_ssh;
extern const struct capture_kind capture_kind_http;
extern const struct capture_kind capture_kind_s3;

#endif
