/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Targets that are not mounted here are tried: a login, and a byte; see checking.h. */
#ifndef KDUMP_SERVICE_CHECK_LOGIN_H
#define KDUMP_SERVICE_CHECK_LOGIN_H

#include "kdump/service/check/checking.h"

/**
 * check_login() - of NFS, SMB and virtiofs: mount where nobody else sees it; of ssh and HTTP: by
 *	the program and the keys that the image has. A byte is written and removed again.
 *
 * Whatever comes of it becomes a finding of the check "write". Return: 0, or negative.
 */
int check_login(const struct checking *checking, const struct kx_capture_target *to);

/**
 * check_ssh_script() - have a server's shell do something, by what the image has
 * @script: a line of sh without single quotes, in which $1 is the target's folder
 *
 * Return: 0 its exit status was 0; negative errno, and @err has the line that was said.
 */
int check_ssh_script(const struct checking *checking, const struct kx_capture_target *to,
		     const char *script, struct kx_err *err);

#endif
