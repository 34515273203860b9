/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tries on a plan that is thrown away whether what the kernel will place itself has room. */
#include "kexec/plan/arch.h"
#include "kexec/plan/plan.h"
#include "kexec/plan/request.h"

int kx_plan_try(const struct kx_image *image, const struct kx_request *req,
		const struct kx_plan *plan, struct kx_err *err)
{
	struct kx_plan trial = { .arch = plan->arch, .page_size = plan->page_size };
	struct kx_request unlimited = *req;
	int rc;

	/* kexec_file_load knows no limits. */
	unlimited.where.mem = (struct kx_range){ 0, UINT64_MAX, 0 };
	rc = kx_plan_usable_crash(req->machine, &trial.usable, err);
	if (rc == 0)
		rc = image->place(&unlimited, &trial, err);
	kx_plan_done(&trial);
	return rc;
}
