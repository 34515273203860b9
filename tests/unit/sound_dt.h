/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the plan of a kernel with a device tree must satisfy, with the eyes of purgatory and the
 * next kernel: through physical addresses, starting at the entry.
 */
#ifndef TESTS_UNIT_SOUND_DT_H
#define TESTS_UNIT_SOUND_DT_H

#include "tests/unit/plan_view.h"

/** dt_view_request() - plan_view_request() with seeds, for looking at */
struct kx_request dt_view_request(const struct kx_machine *machine, struct kx_span kernel);

/**
 * sound_dt_plan() - does @plan, which is sealed, keep every promise that a plan makes?
 *
 * Segments in whole pages of the running kernel, in RAM that nobody has reserved, in the memory
 * that the handed-on tree describes, clear of each other and of LPI tables; the kernel at its
 * offset with the room that its header asks for; the initrd where it may be; the tree well-formed
 * and /chosen in it as asked for; all that is verified in purgatory's regions, with its digest, and
 * on arm64 mapped by its tables, which map nothing else.
 *
 * Return: true, or false with what is wrong in @err.
 */
bool sound_dt_plan(const struct kx_plan *plan, const struct kx_request *req, struct kx_err *err);

/** dt_view_tree() - the plan's device tree; NULL when there is none or it is malformed */
const void *dt_view_tree(const struct kx_plan *plan);

#endif
