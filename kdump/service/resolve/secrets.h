/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys and passwords of targets, on their way into the image. */
#ifndef KDUMP_SERVICE_RESOLVE_SECRETS_H
#define KDUMP_SERVICE_RESOLVE_SECRETS_H

#include <stdbool.h>

#include "kdump/service/resolve/resolving.h"

/**
 * secret_add() - the file @path of the running system goes into the image
 * @kind: one word, as "key": the file is called by the target's number and this
 * @ret_name: becomes the name below KX_CAPTURE_SECRETS, as @to->secret and its like want it
 *
 * Return: 0; -EFBIG more than 1 MiB; -EPERM it is nobody's secret: others may read it and @strict
 * is set; negative errno of reading; -ENOMEM.
 */
int secret_add(const struct resolving *resolving, const char *path, const char *kind,
		       bool strict, char **ret_name, struct kx_err *err);

/** secret_add_bytes() - the same of bytes, which are copied; 0 or -ENOMEM */
int secret_add_bytes(const struct resolving *resolving, struct kx_span bytes, const char *kind,
		     char **ret_name, struct kx_err *err);

/** secrets_done() - overwrite and free all of them */
void secrets_done(struct resolved *resolved);

#endif
