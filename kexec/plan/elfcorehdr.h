/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plan's ELF core header: what a dump of the running kernel will show. */
#ifndef KEXEC_PLAN_ELFCOREHDR_H
#define KEXEC_PLAN_ELFCOREHDR_H

#include "kexec/plan/plan.h"
#include "kexec/plan/request.h"
#include "kx/error.h"

/**
 * struct kx_backup - the backup region: RAM that purgatory copies before the crash kernel uses it
 * @from: empty when there is none
 * @to: physical address of the copy
 */
struct kx_backup {
	struct kx_range from;
	uint64_t to;
};

/**
 * kx_plan_add_elfcorehdr() - describe the running kernel's memory in a segment "elfcorehdr"
 * @req: with kx_machine_read_dump() done for its machine
 * @align: of the segment, in bytes
 * @ret: the segment's memory
 *
 * RAM is shown without what the crash kernel itself uses, and @backup's where its copy will be.
 * More ranges than Linux reads are joined, the nearest first, with a warning in @plan.
 *
 * Return: 0; -ENODATA when the running kernel's mapping is unknown and dumps need it; -E2BIG more
 * ranges than can be joined; -ENOMEM; errors of kx_plan_place().
 */
int kx_plan_add_elfcorehdr(struct kx_plan *plan, const struct kx_request *req,
			  const struct kx_backup *backup, uint64_t align,
			  struct kx_range *ret, struct kx_err *err);

#endif
