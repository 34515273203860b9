/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the targets of the configuration to those of the capture plan; see resolving.h. */
#ifndef KDUMP_SERVICE_RESOLVE_TARGETS_H
#define KDUMP_SERVICE_RESOLVE_TARGETS_H

#include "kdump/service/resolve/resolving.h"
#include "kdump/service/state/findings.h"

/**
 * targets_resolve() - add those of @config to @plan that can be resolved
 * @ret: for targets_done(), whatever is returned; its @may_pass tells whether one could not be for
 *	want of an answer of a name server, or of a way to its server
 * @findings: gets a line for each that cannot, which says why
 *
 * Return: 0; -EDESTADDRREQ none can be, and @err has the reason of the first; -ENOMEM.
 */
int targets_resolve(struct kx_capture_plan *plan, const struct service_config *config,
		    const char *root, struct resolved *ret, struct findings *findings,
		    struct kx_err *err);

/** targets_done() - free what is in it */
void targets_done(struct resolved *resolved);

#endif
