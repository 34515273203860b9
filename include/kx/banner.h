/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The line by which each Linux kernel's image can be told: linux_banner (Linux, init/version.c). */
#ifndef KX_BANNER_H
#define KX_BANNER_H

#include <stdbool.h>

#include "kx/span.h"

/* No release is longer: utsname has so many bytes for it, with a NUL. */
enum { KX_BANNER_RELEASE_MAX = 64 };

/**
 * kx_banner_release() - the release of the kernel that @image is, or a part of which it is
 * @ret: "6.1.0-50-amd64", borrowed: at most KX_BANNER_RELEASE_MAX printable bytes, the first a digit
 *
 * Return: false: there is no banner. The format string of /proc/version is none.
 */
bool kx_banner_release(struct kx_span image, struct kx_span *ret);

#endif
