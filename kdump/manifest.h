/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of a saved dump, as JSON beside it. */
#ifndef KDUMP_MANIFEST_H
#define KDUMP_MANIFEST_H

#include "kdump/options.h"
#include "kx/dump.h"
#include "kx/save.h"

/* What the file is called. */
#define MANIFEST_NAME "manifest.json"

/**
 * struct manifest - what it tells
 * @dump: the source; @name: of the saved one
 * @seconds: it took; @peak: most memory in KiB
 */
struct manifest {
	const struct kx_dump *dump;
	const struct save_options *options;
	const struct kx_save_result *result;
	const char *name;
	double seconds;
	long peak;
};

/** manifest_write() - to @fd, synced; 0 or negative errno */
int manifest_write(const struct manifest *manifest, int fd);

#endif
