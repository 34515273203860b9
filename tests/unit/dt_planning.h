/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plans a kernel for arm64 or riscv64 as `kexec -c` does, and looks at the plan with the eyes of
 * purgatory and the next kernel: through physical addresses, starting at the entry.
 */
#ifndef TESTS_UNIT_DT_PLANNING_H
#define TESTS_UNIT_DT_PLANNING_H

#include <stdbool.h>

#include "tests/unit/planning.h"

/** dt_planning_request() - planning_request() with what the machine's firmware tells, and seeds */
struct kx_request dt_planning_request(const struct kx_machine *machine,
				      const struct kx_firmware *firmware, struct kx_span kernel);

/**
 * dt_planning_sound() - does @plan, which is sealed, keep every promise that a plan makes?
 *
 * Segments in whole pages of the running kernel, in RAM that nobody has reserved, in the memory
 * that the handed-on tree describes, clear of each other and of LPI tables; the kernel at its
 * offset with the room that its header asks for; the initrd where it may be; the tree well-formed
 * and /chosen in it as asked for; all that is verified in purgatory's regions, with its digest, and
 * on arm64 mapped by its tables, which map nothing else.
 *
 * Return: true, or false with what is wrong in @err.
 */
bool dt_planning_sound(const struct kx_plan *plan, const struct kx_request *req,
		       struct kx_err *err);

/** dt_planning_tree() - the plan's device tree; NULL when there is none or it is malformed */
const void *dt_planning_tree(const struct kx_plan *plan);

#endif
