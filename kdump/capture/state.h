/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the supervisor knows while targets are tried. */
#ifndef KDUMP_CAPTURE_STATE_H
#define KDUMP_CAPTURE_STATE_H

#include "kdump/capture/capture.h"
#include "kdump/capture/system/supervise.h"
#include "kdump/capture/system/watchdog.h"
#include "kdump/dump/log.h"
#include "kx/capture.h"
#include "kx/error.h"
#include "kx/manifest.h"

/**
 * struct capture - one capture
 * @source: what is saved; @here: as of struct capture_trial
 * @info: for manifests: what is known of the crash kernel, and targets that were tried
 * @shared: with the worker that runs
 * @dogs: fed meanwhile
 * @until: on capture_process_now()'s clock: the end of all that may be tried
 * @looked: when memory was last looked at
 * @last_status: as waitpid() tells, of the last capture_run()
 * @logged, @partly, @whole: is there the log, a dump, a whole dump, anywhere?
 * @hung: disks that workers hung at
 * @least: workers take the least memory that will do, since one was ended for want of it
 * @abandoned: a worker hangs in the kernel
 */
struct capture {
	const struct kx_capture_plan *plan;
	const char *source;
	const struct capture_here *here;
	struct kx_manifest_capture info;
	struct capture_shared *shared;
	struct watchdogs dogs;
	uint64_t until, looked;
	int last_status;
	struct capture_hung hung;
	bool logged, partly, whole, least, abandoned;
};

/** capture_feed() - look at memory and watchdogs; @moves: a worker says that it goes on */
void capture_feed(struct capture *capture, bool moves);

/**
 * capture_run() - do something that may hang in a process of its own
 * @ms: how long it may take
 *
 * Return: 0 it came to its end; the negative errno of fork(); -ETIMEDOUT it had to be ended.
 */
int capture_run(struct capture *capture, int (*run)(void *data), void *data, uint64_t ms);

/** capture_umount() - take away what targets mounted, which may hang; Return: as capture_run() */
int capture_umount(struct capture *capture);

/**
 * capture_target() - try one
 * @log_only: whatever the plan says
 *
 * Return: 0 all that it was to have is there; 1 some of it; negative errno; @err says why.
 */
int capture_target(struct capture *capture, size_t number, bool log_only, struct kx_err *err);

/**
 * capture_targets() - all of them, as the plan's mode says; in the end with the log alone
 *
 * Return: is there a whole dump, or the log, where that is all that any target is to have?
 */
bool capture_targets(struct capture *capture);

#endif
