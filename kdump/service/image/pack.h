/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a kernel can unpack its initramfs, and whether it has a use for it. */
#ifndef KDUMP_SERVICE_IMAGE_PACK_H
#define KDUMP_SERVICE_IMAGE_PACK_H

#include "kx/pack.h"

/** image_pack() - how the kernel @release can unpack it: by its configuration; gzip if unknown */
enum kx_pack image_pack(const char *root, const char *release);

/** image_lacks() - the option for want of which it saves no dump; NULL: none, or nobody knows */
const char *image_lacks(const char *root, const char *release);

#endif
