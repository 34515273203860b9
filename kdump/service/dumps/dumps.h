/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dumps that are kept in the folders of file targets: which there are, and how one goes.
 *
 * A dump is a folder with a manifest of ours in it, or with one that cannot be read beside what is
 * called as a dump, or with one that was begun; nothing else is ever touched.
 */
#ifndef KDUMP_SERVICE_DUMPS_DUMPS_H
#define KDUMP_SERVICE_DUMPS_DUMPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kdump/service/settings/settings.h"
#include "kx/error.h"
#include "kx/manifest.h"

/* The file that says a dump stays; the report that is made of it after the next boot. */
#define DUMPS_PIN "pinned"
#define DUMPS_REPORT "report.txt"

/**
 * struct dump_place - a folder of dumps; @path: of it, below the root; @target: whose it is
 * @open: the same as it is opened, with the root before it
 */
struct dump_place {
	char *target, *path, *open;
};

/**
 * struct saved_dump - one of them
 * @place: of struct dumps' places; @name: of the folder
 * @time: of the crash, else of the folder; seconds since 1970; @bytes: that its files take
 * @complete, @reason: all of it is there, or why not; @panic: the kernel's line
 * @id: of the arming that it belongs to; "": not known
 * @pinned, @reported: its files say so
 * @unread: what its manifest says is not known, so that only who is asked for it removes it
 */
struct saved_dump {
	size_t place;
	char *name;
	uint64_t time, bytes;
	bool complete, pinned, reported, unread;
	char reason[256], panic[256], id[64];
};

/** struct dumps - oldest first */
struct dumps {
	struct dump_place *place;
	size_t places, place_room;
	struct saved_dump *item;
	size_t count, room;
};

/* What is said of an unread one. */
#define DUMPS_UNREAD "its manifest cannot be read"
#define DUMPS_BEGUN "its manifest was only begun"

/**
 * dumps_find() - all dumps of a machine
 * @root: "/", or a captured tree
 * @ret: for dumps_done(), also after a failure
 *
 * A target whose file system is not mounted, or whose folder is not there, has none.
 *
 * Return: 0; -ENOTSUP there is no library that reads manifests; -ENOMEM; another negative errno
 * when a folder or a manifest cannot be read: what the others have is in @ret all the same.
 */
int dumps_find(struct dumps *ret, const struct service_config *config, const char *root,
	       struct kx_err *err);

/** dumps_done() - free it */
void dumps_done(struct dumps *dumps);

/** dumps_path() - of the folder of one, as it is opened; for free(); NULL: no memory */
char *dumps_path(const struct dumps *dumps, const struct saved_dump *dump);

/**
 * dumps_named() - the one that is called so: its folder's path, name or the beginning of that, or
 *	"latest"
 *
 * Return: 0; -ENOENT none is; -EEXIST several are.
 */
int dumps_named(const struct dumps *dumps, const char *name, const struct saved_dump **ret,
		struct kx_err *err);

/** dumps_pin() - it stays, or, without @pin, does no more; 0, also if it was so; negative errno */
int dumps_pin(const struct dumps *dumps, const struct saved_dump *dump, bool pin,
	      struct kx_err *err);

/**
 * dumps_remove() - remove one with its files
 *
 * The folder is renamed first: what is left when the machine loses its power is no dump any more,
 * and goes with the next one that is pruned. Links are not followed.
 *
 * Return: 0; -EPERM it is pinned; -ENOTEMPTY there is a folder in it, which is not ours: nothing
 * was done; negative errno.
 */
int dumps_remove(const struct dumps *dumps, const struct saved_dump *dump, struct kx_err *err);

/**
 * struct dumps_teller - @goes: called for each dump that goes, before it does
 * @waits: called for the newest dump of a place if it is not complete and others had to go
 */
struct dumps_teller {
	void (*goes)(void *data, const struct dumps *dumps, const struct saved_dump *dump);
	void (*waits)(void *data, const struct dumps *dumps, const struct saved_dump *dump);
	void *data;
};

/**
 * dumps_prune() - remove the oldest ones of each place until @keep's limits are met
 * @now: seconds since 1970
 * @dry: only say which
 * @teller: NULL: nobody asks
 *
 * Pinned and unread ones count for nothing and stay; so does the newest that is complete; and
 * nothing goes while one that is not complete is the newest.
 *
 * Return: 0; the first failure, after which the others were tried all the same.
 */
int dumps_prune(const struct dumps *dumps, const struct keep_config *keep, uint64_t now, bool dry,
		const struct dumps_teller *teller, struct kx_err *err);

#endif
