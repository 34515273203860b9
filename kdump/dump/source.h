/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kdump's verbs read. */
#ifndef KDUMP_DUMP_SOURCE_H
#define KDUMP_DUMP_SOURCE_H

#include "kx/dump.h"

/**
 * source_open() - open a dump, one file or all its parts, and find its VMCOREINFO where it has none
 *
 * A dump by the host may have that in its memory alone; where it is not found it does without.
 *
 * Return: as kx_dump_open(); -ENOMEM. In any case *@ret is for kx_dump_close().
 */
int source_open(struct kx_dump **ret, const char *const *path, size_t count, struct kx_err *err);

#endif
