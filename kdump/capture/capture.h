/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What /init of a crash kernel does, as a whole and in parts that are of use elsewhere, too. */
#ifndef KDUMP_CAPTURE_CAPTURE_H
#define KDUMP_CAPTURE_CAPTURE_H

#include "kx/capture.h"
#include "kx/error.h"

/**
 * capture_main() - be the first process of a crash kernel: save its dump as the plan in the image
 *	says, and end the machine, whatever hangs or fails
 */
_Noreturn void capture_main(void);

/**
 * capture_try() - save to one target as a crash kernel would, in one that is well
 * @number: the target's, of @plan
 * @source: the dump that is saved
 * @ret: where it is, for people
 *
 * In a process of its own with the plan's limits; what it mounts is taken away again. SIGCHLD is
 * blocked meanwhile.
 *
 * Return: 0 it is whole; 1 it is not, and @err says why; negative errno, -ETIMEDOUT a limit.
 */
int capture_try(const struct kx_capture_plan *plan, size_t number, const char *source,
		char ret[512], struct kx_err *err);

#endif
