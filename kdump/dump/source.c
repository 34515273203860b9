/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens dumps as all of kdump's verbs do. */
#include <errno.h>

#include "kdump/dump/source.h"
#include "kx/printk.h"

int source_open(struct kx_dump **ret, const char *const *path, size_t count, struct kx_err *err)
{
	int rc = kx_dump_open(ret, path, count, err);

	return rc == 0 && kx_printk_locate(*ret, err) == -ENOMEM ? -ENOMEM : rc;
}
