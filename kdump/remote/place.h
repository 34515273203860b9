/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How dumps are called where those of many machines are, and which of them are alike. */
#ifndef KDUMP_REMOTE_PLACE_H
#define KDUMP_REMOTE_PLACE_H

#include <stdint.h>

#include "kx/manifest.h"

/* Characters of a signature, and of a place, with the NUL. */
enum { UPLOAD_SIGNATURE = 17, UPLOAD_PLACE = 512 };

/**
 * upload_signature() - what two crashes for the same reason have in common
 *
 * Made of kernel, panic line and what led to it, without the numbers in them.
 */
void upload_signature(const struct kx_manifest *manifest, char to[UPLOAD_SIGNATURE]);

/**
 * upload_place() - where a dump's files are at the target: HOST/YYYY/MM/DD/ID
 * @host: as in struct upload_options; @root: where /etc/machine-id is
 * @folder: the last part of its path
 * @time: seconds since 1970 when the manifest does not know the crash's
 *
 * Return: 0; -EINVAL names that are too long, or no time.
 */
int upload_place(const struct kx_manifest *manifest, const char *host, const char *root,
		 const char *folder, uint64_t time, char to[UPLOAD_PLACE]);

#endif
