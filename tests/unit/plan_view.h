/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plans a kernel as `kexec -c` does and looks at what would be in memory then: through physical
 * addresses only, whatever the architecture.
 */
#ifndef TESTS_UNIT_PLAN_VIEW_H
#define TESTS_UNIT_PLAN_VIEW_H

#include <stdbool.h>

#include "kexec/plan/arch.h"

/**
 * plan_view_request() - ask for @kernel on @machine, with no limits, a seed that is known and the
 * command line "quiet"
 */
struct kx_request plan_view_request(const struct kx_machine *machine, struct kx_span kernel);

/**
 * plan_view_run() - find the format, check, place, preflight
 * @arch: what `kexec --arch` calls it
 *
 * Return: 0 with @plan, or a negative errno with @err. The caller releases @plan in either case.
 */
int plan_view_run(const char *arch, const struct kx_request *req, struct kx_plan *plan,
		  struct kx_err *err);

/** plan_view_run_type() - the same for `kexec --type=@type` */
int plan_view_run_type(const char *arch, const char *type, const struct kx_request *req,
		       struct kx_plan *plan, struct kx_err *err);

/** plan_view_segment() - the first segment called @what, or NULL */
const struct kx_segment *plan_view_segment(const struct kx_plan *plan, const char *what);

/** plan_view_bytes() - loaded bytes at physical address @at; false when not all of one segment */
bool plan_view_bytes(const struct kx_plan *plan, uint64_t at, uint64_t len, struct kx_span *ret);

/** plan_view_number() - a little-endian number at physical address @at; 0 when it is not loaded */
uint64_t plan_view_number(const struct kx_plan *plan, uint64_t at, unsigned int width);

/**
 * struct plan_view_header - a program header of the plan's ELF core header, read back
 */
struct plan_view_header {
	uint64_t type, offset, virt, physical, size;
};

/** plan_view_header() - program header number @i; the plan has an elfcorehdr */
struct plan_view_header plan_view_header(const struct kx_plan *plan, uint64_t i);

/** plan_view_header_count() - how many there are */
uint64_t plan_view_header_count(const struct kx_plan *plan);

/** plan_view_wrong() - put into @err that @what has a @value that it must not have; always false */
bool plan_view_wrong(struct kx_err *err, const char *what, uint64_t value);

#endif
