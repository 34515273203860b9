/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What /init of a crash kernel does, as a whole and in parts that are of use elsewhere, too. */
#ifndef KDUMP_CAPTURE_CAPTURE_H
#define KDUMP_CAPTURE_CAPTURE_H

#include "kdump/capture/target/target.h"
#include "kx/capture.h"
#include "kx/error.h"

/**
 * capture_main() - be the first process of a crash kernel: save its dump as the plan in the image
 *	says, and end the machine, whatever hangs or fails
 */
_Noreturn void capture_main(void);

/**
 * struct capture_trial - what is tried
 * @number: the target's, of @plan
 * @source: the dump that is saved
 * @here: NULL: all is where a crash kernel has it
 * @look: called with what came of it before what was mounted is taken away, if the worker came so
 *	far as to have a place (optional); what it returns is the result. @place: a file, a
 *	device or a URL.
 */
struct capture_trial {
	const struct kx_capture_plan *plan;
	size_t number;
	const char *source;
	const struct capture_here *here;
	int (*look)(void *data, const char *place, int rc, struct kx_err *err);
	void *data;
};

/**
 * capture_try() - save to one target as a crash kernel would, in one that is well
 * @ret: where it is, for people; "" it did not come so far
 *
 * In a process of its own with the plan's limits; what it mounts is taken away again. SIGCHLD is
 * blocked meanwhile.
 *
 * Return: 0 it is whole; 1 it is not, and @err says why; negative errno, -ETIMEDOUT a limit.
 */
int capture_try(const struct capture_trial *trial, char ret[512], struct kx_err *err);

#endif
