/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A crash kernel's worker in a kernel that is well. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "kdump/capture/capture.h"
#include "kdump/capture/state.h"

int capture_try(const struct capture_trial *trial, char ret[512], struct kx_err *err)
{
	const struct kx_capture_plan *plan = trial->plan;
	struct capture c = { .plan = plan, .source = trial->source, .here = trial->here,
			     .info = { .known = true } };
	sigset_t child, before;
	int rc;

	if (trial->number >= plan->n_targets)
		return kx_fail(err, -EINVAL, "the plan has %zu targets", plan->n_targets);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, &before);
	c.until = capture_process_now(NULL) + plan->total_time * 1000;
	rc = capture_target(&c, trial->number, false, err);
	snprintf(ret, 512, "%s", c.shared ? c.shared->place : "");
	if (trial->look && ret[0])
		rc = trial->look(trial->data, ret, rc, err);
	if (capture_umount(&c) < 0 && rc == 0)
		rc = kx_fail(err, -EBUSY, "what was mounted cannot be taken away");
	if (!c.abandoned)
		capture_shared_free(c.shared);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return rc;
}
