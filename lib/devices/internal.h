/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of lib/devices share. */
#ifndef LIB_DEVICES_INTERNAL_H
#define LIB_DEVICES_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "kx/devices.h"

/* Machines have some dozens below a target; more than this are no machine. */
enum { NODES_MAX = 4096, DEPTH_MAX = 32 };

/**
 * struct walk - one addition
 * @depth: devices that stand on each other, so far
 * @visits: block devices and interfaces that were looked at
 */
struct walk {
	struct kx_devices *to;
	const char *root;
	struct kx_err *err;
	unsigned int depth, visits;
};

/** kx_devices_join() - "A/B" for the caller to free; NULL: no memory */
char *kx_devices_join(const char *a, const char *b);

/** kx_devices_base() - the last component of @path, in it */
const char *kx_devices_base(const char *path);

/** kx_devices_no_memory() - the error; returns -ENOMEM */
int kx_devices_no_memory(struct kx_err *err);

/**
 * kx_devices_real() - where the link FOLDER/NAME leads
 * @ret: see kx_file_real()
 *
 * Return: 0; -ENOMEM; the negative errno of finding it.
 */
int kx_devices_real(const char *root, const char *folder, const char *name, char **ret);

/** kx_devices_has() - is there FOLDER/NAME? */
bool kx_devices_has(const char *root, const char *folder, const char *name);

/**
 * kx_devices_text() - the small file FOLDER/NAME without white space around it, for the caller to
 * free; NULL: none, or it cannot be read
 */
char *kx_devices_text(const char *root, const char *folder, const char *name);

/** kx_devices_value() - the rest of the first line of the same that begins with @key; NULL: none */
char *kx_devices_value(const char *root, const char *folder, const char *name, const char *key);

/**
 * kx_devices_up() - the device @path and all above it, those above before, with what they say that
 * they need (device links)
 * @driven: may be NULL; becomes true when a driver is bound to one of them
 */
int kx_devices_up(struct walk *w, const char *path, bool *driven);

/** kx_devices_each() - kx_file_each() with a walk; a folder that is not there has nothing in it */
int kx_devices_each(struct walk *w, const char *folder,
		    int (*each)(const char *name, void *data, struct kx_err *err), void *data);

/** kx_devices_shown() - as kx_devices_folder(), where anything of the file system is mounted */
int kx_devices_shown(const char *root, const char *name, char **ret, struct kx_err *err);

#endif
