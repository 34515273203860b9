/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All architectures that this build has, and the search among them and their formats. */
#ifndef KEXEC_ARCH_ARCHES_H
#define KEXEC_ARCH_ARCHES_H

#include "kexec/plan/arch.h"

/** kx_arches - all of them; NULL ends */
extern const struct kx_arch *const kx_arches[];

/** kx_arch_by_name() - the architecture that --arch or uname -m calls @name, or NULL */
const struct kx_arch *kx_arch_by_name(const char *name);

/**
 * kx_image_find() - the format of @file
 * @type: a name that it must have, or NULL for any
 *
 * Return: 0 with *@ret; -ENOEXEC when no format fits, or not the one wanted; -EINVAL when there is
 * no format called @type.
 */
int kx_image_find(const struct kx_arch *arch, const char *type, struct kx_span file,
		  const struct kx_image **ret, struct kx_err *err);

#endif
