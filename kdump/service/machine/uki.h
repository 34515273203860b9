/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unified kernel images (UAPI.5), as far as it matters which kernel they hold. */
#ifndef KDUMP_SERVICE_MACHINE_UKI_H
#define KDUMP_SERVICE_MACHINE_UKI_H

#include <stdbool.h>
#include <stddef.h>

#include "kx/error.h"
#include "kx/span.h"

/* No kernel, whatever is around it, is larger; it is what kexec takes. */
#define KERNEL_FILE_MAX ((size_t)512 << 20)

/** uki_is() - does @file hold a kernel as one's first profile? */
bool uki_is(struct kx_span file);

/**
 * uki_release() - which release the kernel in one is: its .uname, else what the kernel itself says
 * @path: below @root, with a leading slash
 * @ret: empty: it is no UKI, or does not say; text that cannot be a release is none
 *
 * Return: 0; negative errno of reading it, -EFBIG beyond KERNEL_FILE_MAX, with @err.
 */
int uki_release(const char *root, const char *path, char *ret, size_t size, struct kx_err *err);

/** uki_is_for() - is @path one, and of @release as far as it says? */
bool uki_is_for(const char *root, const char *path, const char *release);

/**
 * uki_in_folder() - the first ?*.efi of @folder that is one for @release
 * @folder: below @root, with a leading slash; of no more than a few files is read what is in them
 * @ret: its path, with a leading slash
 */
bool uki_in_folder(const char *root, const char *folder, const char *release, char *ret,
		   size_t size);

#endif
