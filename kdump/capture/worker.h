/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Saves to one target, in a process that may hang or be killed at any time. */
#ifndef KDUMP_CAPTURE_WORKER_H
#define KDUMP_CAPTURE_WORKER_H

#include "kdump/capture/capture.h"
#include "kdump/capture/system/supervise.h"
#include "kx/capture.h"
#include "kx/manifest.h"

/**
 * struct worker - what it is given
 * @plan: all of it; @number: of its target in it
 * @source: what is saved, as /proc/vmcore; @here: as of struct capture_trial
 * @log_only: whatever the target's "what" is
 * @least: the least memory that will do, whatever the plan gives
 * @hung: disks that must not be read from
 * @info: what is known so far, for the manifest
 * @shared: what it tells
 * @begun: when it did, on capture_process_now()'s clock
 */
struct worker {
	const struct kx_capture_plan *plan;
	size_t number;
	const char *source;
	const struct capture_here *here;
	bool log_only, least;
	const struct capture_hung *hung;
	const struct kx_manifest_capture *info;
	struct capture_shared *shared;
	uint64_t begun;
};

/** worker_run() - for capture_fork(); @worker is a struct worker. Return: an exit status. */
int worker_run(void *worker);

#endif
