/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of a saved dump, as JSON beside it. */
#ifndef KDUMP_DUMP_MANIFEST_H
#define KDUMP_DUMP_MANIFEST_H

#include "kdump/dump/log.h"
#include "kdump/dump/options.h"
#include "kx/dump.h"
#include "kx/manifest.h"
#include "kx/save.h"
#include "kx/sums.h"

/* What the file is called. */
#define MANIFEST_NAME "manifest.json"
/* Until all of it is on the disk. */
#define MANIFEST_BEGUN MANIFEST_NAME "-incomplete"

/**
 * struct manifest - what it tells
 * @dump: the source; @name: of the saved one, "" where there is none
 * @flat: it is written front to back
 * @facts: what the log says of the crash
 * @sums: of the dump as it is in the end; NULL: there are none, and @no_sums says why
 * @capture: in which crash kernel
 * @seconds: it took; @peak: most memory in KiB
 */
struct manifest {
	const struct kx_dump *dump;
	const struct save_options *options;
	const struct kx_save_result *result;
	const char *name;
	bool flat;
	const struct log_facts *facts;
	const struct kx_sums *sums;
	const char *no_sums;
	struct kx_manifest_capture capture;
	double seconds;
	long peak;
};

/** manifest_write() - to @fd, synced; 0 or negative errno */
int manifest_write(const struct manifest *manifest, int fd);

#endif
