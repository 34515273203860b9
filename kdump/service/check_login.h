/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Targets on other machines are tried: a login, and a byte; see checking.h. */
#ifndef KDUMP_SERVICE_CHECK_LOGIN_H
#define KDUMP_SERVICE_CHECK_LOGIN_H

#include "kdump/service/checking.h"

/**
 * check_login() - of NFS and SMB: mount where nobody else sees it; of ssh: by the program and the
 *	keys that the image has. A byte is written and removed again.
 *
 * Whatever comes of it becomes a finding of the check "write".
 */
void check_login(const struct checking *checking, const struct kx_capture_target *to);

#endif
