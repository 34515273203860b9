/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a crash kernel's /init wants of a save beside its options. */
#ifndef KDUMP_DUMP_HOOKS_H
#define KDUMP_DUMP_HOOKS_H

#include <stdbool.h>

#include "kx/manifest.h"

/* What the crash kernel said is called, beside a dump. */
#define TRACE_NAME "kexec-dmesg.log"

/** enum save_step - what a save does next */
enum save_step { SAVE_LOG, SAVE_PAGES, SAVE_END };

/**
 * struct save_hooks - told by a save as it goes on
 * @log_only: log and manifest are all that is wanted
 * @step: @place is where it is saved to, for people
 * @moved: something goes on; false: it shall end, and keep what is there
 * @logged: the log is there, synced
 * @fill: what is known now, for a manifest
 * @trace: write what the crash kernel said so far to @fd; 0 or negative errno
 *
 * With them there is a manifest before there is a dump, wherever one can be replaced.
 */
struct save_hooks {
	bool log_only;
	void (*step)(void *data, enum save_step step, const char *place);
	bool (*moved)(void *data);
	void (*logged)(void *data);
	void (*fill)(void *data, struct kx_manifest_capture *ret);
	int (*trace)(void *data, int fd);
	void *data;
};

#endif
