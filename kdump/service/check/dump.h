/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small dump is saved as a crash kernel would save one; see checking.h. */
#ifndef KDUMP_SERVICE_CHECK_DUMP_H
#define KDUMP_SERVICE_CHECK_DUMP_H

#include "kdump/service/check/checking.h"

/**
 * check_dump() - run the capture's worker on a small dump, to a target that is not mounted here
 *
 * What is mounted or opened for that is seen by nobody else. The dump is read again where it can
 * be, and removed. A target that is made of volumes is not tried: they are in use here.
 *
 * Whatever comes of it becomes a finding of the check "dump".
 */
void check_dump(const struct checking *checking, const struct kx_capture_target *to);

#endif
