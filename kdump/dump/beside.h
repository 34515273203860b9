/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A saved dump and the manifest that is beside it. */
#ifndef KDUMP_DUMP_BESIDE_H
#define KDUMP_DUMP_BESIDE_H

#include "kx/error.h"
#include "kx/manifest.h"

/**
 * struct beside - what was found
 * @dump: the file; @manifest: of its manifest, "" if there is none
 * @read: what that says; empty if there is none
 */
struct beside {
	char dump[4400], manifest[4400];
	struct kx_manifest read;
};

/**
 * beside_open() - find a dump and read its manifest
 * @dump: a file, or a folder that has vmcore or vmcore-incomplete in it
 * @manifest: its manifest; NULL: manifest.json in the same folder, if it is that dump's
 *
 * A manifest that is only found there and cannot be read is told of, and is none.
 *
 * Return: 0, with @ret for beside_done(); as kx_manifest_read() for one that was named.
 */
int beside_open(struct beside *ret, const char *dump, const char *manifest, struct kx_err *err);

/** beside_done() - free what it read */
void beside_done(struct beside *beside);

#endif
